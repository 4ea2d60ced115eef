/* SPDX-License-Identifier: MIT */
/* What the documents use: every cell that stands for it is there, and runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measured.h"
#include "runtime.h"
#include "systems.h"

static const char *source_root = ".";
static struct topology *topology;

static void load_real(struct systems *systems)
{
    struct error error;
    char path[4096];
    snprintf(path, sizeof path, "%s/bench/systems.ini", source_root);
    if (systems_load(path, systems, &error))
        fail_msg("%s", error.text);
}

/* Those of CPython are run by tests/cpython. */
static bool is_native(const struct cell *cell)
{
    return strcmp(cell->runtime, "native") == 0;
}

static void every_cell_is_known(void **state)
{
    (void)state;
    struct systems systems;
    struct error error;
    load_real(&systems);
    assert_true(systems.count > 0);
    for (size_t i = 0; i < systems.count; i++)
        for (size_t k = 0; k < systems.systems[i].cell_count; k++) {
            struct cell cell = systems.systems[i].cells[k];
            if (is_native(&cell) && runtime_complete(&cell, 2, &error))
                fail_msg("[%s]: %s", systems.systems[i].section, error.text);
        }
    systems_free(&systems);
}

static void every_cell_runs(void **state)
{
    (void)state;
    struct systems systems;
    load_real(&systems);
    for (size_t i = 0; i < systems.count; i++)
        for (size_t k = 0; k < systems.systems[i].cell_count; k++) {
            char name[CELL_NAME_BYTES];
            if (!is_native(&systems.systems[i].cells[k]))
                continue;
            cell_format(&systems.systems[i].cells[k], name);
            measured_assert(&(struct measuring){topology, 20, 1}, name, "none");
        }
    systems_free(&systems);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "no system"},
        {"[a]\nname = A\nwhat = is a\n", "[a] lacks name, what or native"},
        {"[a]\nname = A\nwhat =\n", ":3: what is empty"},
        {"[a]\nname = A\nname = B\n", ":3: name stands twice"},
        {"[a]\nnames = A\n", ":2: unknown key 'names'; known: name, what, native, cpython"},
        {"[a]\nname = A\nnative = null/empty/serial\n  null\n", ":4: "},
        {"[a]\nname\n", ":2: neither [section] nor key = value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[] = "/tmp/crosspoint-test-XXXXXX";
        struct systems systems;
        struct error error = {""};
        int file = mkstemp(path);
        assert_true(file >= 0);
        assert_int_equal(write(file, cases[i].text, strlen(cases[i].text)), strlen(cases[i].text));
        close(file);
        assert_int_equal(systems_load(path, &systems, &error), -1);
        systems_free(&systems);
        unlink(path);
        if (!strstr(error.text, cases[i].error) || !strstr(error.text, path))
            fail_msg("'%s': '%s' lacks '%s'", cases[i].text, error.text, cases[i].error);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(every_cell_is_known),
        cmocka_unit_test(every_cell_runs),
    };
    struct error error;
    if (argc > 1)
        source_root = argv[1];
    topology = topology_open(NULL, &error);
    if (!topology) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    topology_close(topology);
    return failed;
}
