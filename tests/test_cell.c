/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cell.h"

static void test_canonical_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *canonical;
    } cases[] = {
        {"native/cpu/sum-squares/serial", "native/cpu/sum-squares/serial"},
        {"native/cpu/sum-squares/thread-pool/workers:2/place:compact",
         "native/cpu/sum-squares/thread-pool/workers:2/place:compact"},
        {"native/io/echo/event-loop/place:split/conc:1000/workers:1",
         "native/io/echo/event-loop/workers:1/conc:1000/place:split"},
        {"native/comm/transfer/process-pool/via:pipe/place:none/payload:4096",
         "native/comm/transfer/process-pool/payload:4096/via:pipe/place:none"},
        {"cpython/cpu/sum-squares/process-pool/workers:max",
         "cpython/cpu/sum-squares/process-pool/workers:max"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cell cell;
        struct error error;
        char name[CELL_NAME_BYTES];
        assert_int_equal(cell_parse(cases[i].name, NULL, &cell, &error), 0);
        cell_format(&cell, name);
        assert_string_equal(name, cases[i].canonical);
    }
}

static void test_fields(void **state)
{
    (void)state;
    struct cell cell;
    struct error error;
    assert_int_equal(
        cell_parse("io/echo/event-loop/workers:1/conc:64/b:2/a:1/place:split", "native", &cell, &error), 0);
    assert_string_equal(cell.runtime, "native");
    assert_string_equal(cell.family, "io");
    assert_string_equal(cell.workload, "echo");
    assert_string_equal(cell.model, "event-loop");
    assert_int_equal(cell.workers, 1);
    assert_int_equal(cell.conc, 64);
    assert_string_equal(cell_param(&cell, "a"), "1");
    assert_string_equal(cell_param(&cell, "b"), "2");
    assert_null(cell_param(&cell, "c"));
    assert_string_equal(cell.place, "split");
    char params[64];
    cell_format_params(&cell, params, sizeof params);
    assert_string_equal(params, "a:1/b:2");
}

static void test_max_is_resolved(void **state)
{
    (void)state;
    struct cell cell;
    struct error error;
    char name[CELL_NAME_BYTES];
    assert_int_equal(cell_parse("cpu/sum-squares/thread-pool/workers:max", "native", &cell, &error), 0);
    assert_true(cell.workers_max);
    cell_resolve(&cell, 16);
    cell_format(&cell, name);
    assert_string_equal(name, "native/cpu/sum-squares/thread-pool/workers:16");
    assert_int_equal(cell_set(&cell, "workers", "3", &error), 0);
    assert_int_equal(cell_set(&cell, "terms", "1000", &error), 0);
    assert_int_equal(cell_set(&cell, "terms", "2000", &error), 0);
    cell_format(&cell, name);
    assert_string_equal(name, "native/cpu/sum-squares/thread-pool/workers:3/terms:2000");
}

static void test_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *name, *reason;
    } cases[] = {
        {"", "is no name"},
        {"native/cpu/sum-squares", "too short"},
        {"native/cpu/Sum/serial", "'Sum' is no name"},
        {"native/cpu//serial", "'' is no name"},
        {"native/cpu/sum-squares/serial/workers", "'workers' is no key:value"},
        {"native/cpu/sum-squares/serial/workers:0", "from 1 to"},
        {"native/cpu/sum-squares/serial/workers:-1", "from 1 to"},
        {"native/cpu/sum-squares/serial/conc:two", "from 1 to"},
        {"native/cpu/sum-squares/serial/terms:", "no key:value"},
        {"native/cpu/sum-squares/serial/a:1/b:2/c:3/d:4/e:5/f:6/g:7/h:8/i:9", "more than 8"},
        {"native/cpu/sum-squares/serial/place:a-very-long-place-name", "too long"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cell cell;
        struct error error;
        assert_int_equal(cell_parse(cases[i].name, NULL, &cell, &error), -1);
        if (!strstr(error.text, cases[i].reason))
            fail_msg("'%s': %s", cases[i].name, error.text);
    }
    char endless[2 * CELL_NAME_BYTES];
    memset(endless, 'a', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    struct cell cell;
    struct error error;
    assert_int_equal(cell_parse(endless, NULL, &cell, &error), -1);
    assert_non_null(strstr(error.text, "longer than"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical_names),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_max_is_resolved),
        cmocka_unit_test(test_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
