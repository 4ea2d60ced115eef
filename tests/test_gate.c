/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "compare_flips.h"
#include "directory.h"
#include "gate.h"

enum { TODAY = 20000 }; /* 2024-10-04 */

static int load(const char *directory, const char *text, struct gate *gate, struct error *error)
{
    char path[512];
    file_write(directory, "gate.ini", text);
    snprintf(path, sizeof path, "%s/gate.ini", directory);
    *gate = gate_default;
    return gate_load(path, TODAY, gate, error);
}

static void what_it_says(void **state)
{
    static const char text[] =
        "[cells all]\neffect = 10%\n\n[cells io]\nfilter = ^native/io/\neffect = 20 %\n"
        "direction = either\n[cells memory]\nmetric = memory_bytes\neffect = 1%\n"
        "[rules pays]\nfilter = ^pays$\ndirection = lost\n"
        "[exempt files]\nfilter = io/files\nreason = the disk\nuntil = 2024-10-04\n"
        "[exempt old]\nfilter = cpu\nreason = over\nuntil = 2024-10-03\n";
    const struct gate_section *exempt;
    struct gate gate;
    struct error error;
    assert_int_equal(load(*state, text, &gate, &error), 0);
    assert_true(gate_effect(&gate, "native/cpu/x", COLUMN_ITEMS_PER_SECOND, 0.05) == 0.1);
    assert_true(gate_effect(&gate, "native/io/x", COLUMN_ITEMS_PER_SECOND, 0.05) == 0.2);
    assert_true(gate_effect(&gate, "native/io/x", COLUMN_MEMORY_BYTES, 0.05) == 0.01);
    assert_true(gate_effect(NULL, "native/io/x", COLUMN_MEMORY_BYTES, 0.05) == 0.05);
    assert_true(gate_fails_cell(&gate, "native/cpu/x", COLUMN_VALUE, GATE_SLOWER, &exempt));
    assert_null(exempt);
    assert_false(gate_fails_cell(&gate, "native/cpu/x", COLUMN_VALUE, GATE_FASTER, &exempt));
    assert_true(gate_fails_cell(&gate, "native/io/x", COLUMN_VALUE, GATE_FASTER, NULL));
    assert_false(gate_fails_cell(&gate, "native/io/files", COLUMN_VALUE, GATE_FASTER, &exempt));
    assert_string_equal(exempt->reason, "the disk");
    assert_false(gate_fails_cell(&gate, "native/io/files", COLUMN_VALUE, GATE_NONE, &exempt));
    assert_null(exempt);
    assert_true(gate_fails_rule(&gate, "pays", GATE_LOST, NULL));
    assert_false(gate_fails_rule(&gate, "pays", GATE_GAINED, NULL));
    assert_true(gate_fails_rule(&gate, "pays-too", GATE_GAINED, NULL));
    assert_true(gate_fails_rule(NULL, "pays-too", GATE_GAINED, NULL));
    gate_free(&gate);
}

static void what_it_refuses(void **state)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"[cell a]\neffect = 5%\n", ":2: section 'cell': did you mean cells?"},
        {"[cells]\neffect = 5%\n", ":2: a section's name"},
        {"effect = 5%\n", ":1: section ''"},
        {"[cells a]\neffect = 5\n", ":2: effect '5' is not a percentage"},
        {"[cells a]\neffect = nan%\n", ":2: effect"},
        {"[cells a]\nfilter = (\n", ":2: "},
        {"[cells a]\nfilter = a\nfilter = b\n", ":3: filter stands twice"},
        {"[cells a]\nmetric = speed\n", ":2: no metric 'speed'"},
        {"[cells a]\ndirection = lost\n", ":2: direction 'lost'"},
        {"[cells a]\nreason = x\n", ":2: [cells] has no key 'reason'"},
        {"[exempt a]\nfilter = x\nuntil = 2027-01-01\n", "[exempt a] lacks reason"},
        {"[exempt a]\nfilter = x\nreason = y\n", "[exempt a] lacks until"},
        {"[exempt a]\nreason = y\nuntil = 2027-01-01\n", "[exempt a] lacks filter"},
        {"[exempt a]\nuntil = soon\n", ":2: until 'soon' is no day"},
        {"[exempt a]\nuntil = 2027-1-1\n", ":2: until"},
        {"[cells a]\nnonsense\n", ":2: neither"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gate gate;
        struct error error;
        assert_int_equal(load(*state, cases[i].text, &gate, &error), -1);
        if (!strstr(error.text, cases[i].error))
            fail_msg("%s: %s", cases[i].text, error.text);
        gate_free(&gate);
    }
}

static void fail_on(void **state)
{
    (void)state;
    unsigned on;
    struct error error;
    assert_int_equal(gate_parse_fail_on("flip,regression", &on, &error), 0);
    assert_int_equal(on, GATE_ON_FLIP | GATE_ON_REGRESSION);
    assert_int_equal(gate_parse_fail_on("too-little-data", &on, &error), 0);
    assert_int_equal(on, GATE_ON_TOO_LITTLE);
    assert_int_equal(gate_parse_fail_on("", &on, &error), -1);
    assert_int_equal(gate_parse_fail_on("flip,", &on, &error), -1);
    assert_int_equal(flip_direction("holds", "does not hold"), GATE_LOST);
    assert_int_equal(flip_direction("does not hold", "holds"), GATE_GAINED);
    assert_int_equal(flip_direction("holds", "inconclusive"), GATE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_it_says, directory_make, directory_remove),
        cmocka_unit_test_setup_teardown(what_it_refuses, directory_make, directory_remove),
        cmocka_unit_test(fail_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
