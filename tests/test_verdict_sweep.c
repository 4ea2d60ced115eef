/* SPDX-License-Identifier: MIT */
/* Crossings, and other pairs with a sweep. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"
#include "wording.h"

/* ratio[i]: how far ahead `better` is at conc 1, 4, 16, 64; 0: not run, negative: skipped. */
static void write_sweep(struct scene *scene, const double *ratio, unsigned blocks)
{
    static const unsigned conc[] = {1, 4, 16, 64};
    for (size_t i = 0; i < 4; i++) {
        char better[128], worse[128];
        snprintf(better, sizeof better, "native/io/echo/event-loop/conc:%u", conc[i]);
        snprintf(worse, sizeof worse, "native/io/echo/thread-per-task/conc:%u", conc[i]);
        if (ratio[i] < 0) {
            synthetic_row(&scene->synthetic, better, 0, "skipped", "ulimit -n", COLUMN_COUNT, 0);
            synthetic_row(&scene->synthetic, worse, 0, "skipped", "ulimit -n", COLUMN_COUNT, 0);
        } else if (ratio[i] > 0) {
            synthetic_cell(&scene->synthetic, better, blocks, COLUMN_ITEMS_PER_SECOND, 1000 * ratio[i], 0.01);
            synthetic_cell(&scene->synthetic, worse, blocks, COLUMN_ITEMS_PER_SECOND, 1000, 0.01);
        }
    }
}

/* A pair that the quick profile leaves out counts where all of it was run, with figures; a curve never does.
 */
static void test_full_only(void **state)
{
    static const char more[] =
        "metric = items_per_second\n"
        "kind = compare\neffect = 10%%\nbetter = io/echo/event-loop/conc:1\nworse = "
        "io/echo/thread-per-task/conc:1\n"
        "[pair now]\nquick = yes\n[pair full]\nkind = crossover\nquick = no\nsweep = conc:1,4,16,64\n"
        "better = io/echo/event-loop\nworse = io/echo/thread-per-task\n"
        "[pair tail]\nquick = no\nmetric = latency_p99_ns\n[pair drawn]\nkind = curve\nsweep = "
        "conc:1,4\nquick = no\nbetter = io/echo/event-loop\n"
        "worse = io/echo/thread-per-task\n";
    (void)state;
    for (int whole = 0; whole < 2; whole++) {
        struct scene scene;
        scene_begin(&scene);
        write_sweep(&scene, (double[]){0.8, 0.9, 1.3, whole ? 1.5 : 0}, 12);
        assert_int_equal(scene_judge(&scene, more), 0);
        assert_int_equal(scene.verdicts.count, whole ? 2 : 1);
        assert_string_equal(scene.verdicts.verdicts[0].pair_name, "now");
        if (whole)
            assert_string_equal(scene.verdicts.verdicts[1].pair_name, "full");
        scene_end(&scene);
    }
}

/* Where one arm could not run the other's figures are told, and no ratio. */
static void test_alone(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    write_sweep(&scene, (double[]){0.8, 0.9, 1.3, 0}, 12);
    synthetic_cell(&scene.synthetic, "native/io/echo/event-loop/conc:64", 5, COLUMN_ITEMS_PER_SECOND, 5000,
                   0.01);
    synthetic_row(&scene.synthetic, "native/io/echo/thread-per-task/conc:64", 0, "skipped", "ulimit -u",
                  COLUMN_COUNT, 0);
    assert_int_equal(scene_judge(&scene, "kind = crossover\neffect = 10%%\nbetter = io/echo/event-loop\n"
                                         "worse = io/echo/thread-per-task\nsweep = conc:1,4,16,64\n"),
                     0);
    const struct verdict_point *last = &scene.verdicts.points[3];
    assert_string_equal(last->reason, "skipped: ulimit -u");
    assert_int_equal(last->n, 0);
    assert_int_equal(last->better_alone, 5);
    assert_int_equal(last->worse_alone, 0);
    assert_true(fabs(last->better_median / 5000 - 1) < 0.1 && isnan(last->worse_median) &&
                isnan(last->ratio));
    assert_int_equal(scene.verdicts.points[2].worse_alone, 0);
    scene_end(&scene);
}

#define CROSSOVER                                                                                            \
    "kind = crossover\neffect = 10%%\nbetter = io/echo/event-loop\nworse = io/echo/thread-per-task\n"

static void test_crossover(void **state)
{
    (void)state;
    static const struct {
        double ratio[4];
        enum judgement judgement;
        const char *reason;
        double low, high; /* of the crossing; 0: none */
    } cases[] = {
        {{0.8, 0.9, 1.3, 1.5}, JUDGEMENT_HOLDS, "", 4, 16},
        {{0.8, 1.1, 1.3, 1.5},
         JUDGEMENT_HOLDS,
         "",
         1,
         16}, /* unclear between the two: that is where it crosses */
        {{0.8, 0, 1.3, 1.5}, JUDGEMENT_HOLDS, "", 1, 16},
        {{1.3, 1.4, 1.5, 1.6}, JUDGEMENT_DOES_NOT_HOLD, "ahead throughout", 0, 0},
        {{0.8, 0.9, 0.9, 1.0}, JUDGEMENT_DOES_NOT_HOLD, "never ahead", 0, 0},
        {{0.8, 1.3, 1.4, 0.9}, JUDGEMENT_DOES_NOT_HOLD, "falls back", 0, 0},
        {{0.8, 1.3, 0.9, 1.4}, JUDGEMENT_DOES_NOT_HOLD, "falls back", 0, 0},
        {{1.3, 1.3, 0.9, 0.9}, JUDGEMENT_DOES_NOT_HOLD, "falls back", 0, 0},
        {{0.8, 0.9, 1.3, -1}, JUDGEMENT_INCONCLUSIVE, "skipped: ulimit -n (at conc:64)", 0, 0},
        {{-1, 0.9, 1.3, 1.5}, JUDGEMENT_INCONCLUSIVE, "skipped: ulimit -n (at conc:1)", 0, 0},
        {{0.8, 0, 0, 0}, JUDGEMENT_INCONCLUSIVE, "skipped: conc:64 was not measured", 0, 0},
        {{1.5, 0, 0, 0}, JUDGEMENT_INCONCLUSIVE, "skipped: conc:64 was not measured", 0, 0},
        {{0, 0, 1.5, 1.6}, JUDGEMENT_INCONCLUSIVE, "skipped: conc:1 was not measured", 0, 0},
        {{0, 1.3, 0.9, 0}, JUDGEMENT_DOES_NOT_HOLD, "falls back", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene scene;
        scene_begin(&scene);
        write_sweep(&scene, cases[i].ratio, 12);
        /* The quick sweep's ends are ends too. */
        assert_int_equal(scene_judge(&scene, CROSSOVER "sweep = conc:1,4,16,64%s",
                                     i % 2 ? "" : ",256\nsweep_quick = conc:1,64"),
                         0);
        assert_int_equal(scene.verdicts.count, 1);
        scene_expect(&scene, 0, cases[i].judgement, cases[i].reason);
        const struct verdict *verdict = &scene.verdicts.verdicts[0];
        if (cases[i].high > 0) {
            assert_true(verdict->crossing > cases[i].low && verdict->crossing < cases[i].high);
            assert_true(verdict->crossing_low <= verdict->crossing &&
                        verdict->crossing <= verdict->crossing_high);
        } else {
            assert_true(isnan(verdict->crossing));
        }
        scene_end(&scene);
    }
}

/* A cell that another rule had measured is none of this sweep's, between its values and beyond them. */
static void test_one_side_of_a_value(void **state)
{
    (void)state;
    static const double ratio[] = {0.8, 0, 0, 1.5};
    struct scene scene;
    scene_begin(&scene);
    write_sweep(&scene, ratio, 12);
    for (unsigned conc = 16; conc <= 256; conc *= 16) {
        char cell[128];
        snprintf(cell, sizeof cell, "native/io/echo/event-loop/conc:%u", conc);
        synthetic_cell(&scene.synthetic, cell, 12, COLUMN_ITEMS_PER_SECOND, 2000, 0.01);
    }
    assert_int_equal(scene_judge(&scene, CROSSOVER "sweep = conc:1,4,16,64,256\nsweep_quick = conc:1,64"), 0);
    assert_int_equal(scene.verdicts.count, 1);
    scene_expect(&scene, 0, JUDGEMENT_HOLDS, "");
    assert_int_equal(scene.verdicts.verdicts[0].point_count, 2);
    scene_end(&scene);
}

/* What was measured is to reach as far as the quick sweep at both ends; it may reach farther. */
static void test_reach(void **state)
{
    static const struct {
        double ratio[4];
        enum judgement judgement;
        const char *reason;
    } cases[] = {{{0, 0.8, 1.5, 0}, JUDGEMENT_HOLDS, ""},
                 {{0.8, 0, 0, 1.5}, JUDGEMENT_HOLDS, ""},
                 {{0, 0.8, 0, 1.5}, JUDGEMENT_HOLDS, ""},
                 {{0.7, 0.8, 0, 0}, JUDGEMENT_INCONCLUSIVE, "skipped: conc:16 was not measured"},
                 {{0, 0, 1.5, 1.5}, JUDGEMENT_INCONCLUSIVE, "skipped: conc:4 was not measured"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene scene;
        scene_begin(&scene);
        write_sweep(&scene, cases[i].ratio, 12);
        assert_int_equal(scene_judge(&scene, CROSSOVER "sweep = conc:1,4,16,64\nsweep_quick = conc:4,16\n"),
                         0);
        scene_expect(&scene, 0, cases[i].judgement, cases[i].reason);
        scene_end(&scene);
    }
}

/* At ln-linear interpolation: ratio 0.9 at 4, 1.3 at 16, threshold 1.1. */
static void test_crossing_is_interpolated(void **state)
{
    (void)state;
    static const double ratio[] = {0.8, 0.9, 1.3, 1.5};
    static const char *const sweeps[] = {"conc:1,4,16,64", "conc:64,16,4,1"};
    static const enum judgement judgements[] = {JUDGEMENT_HOLDS, JUDGEMENT_DOES_NOT_HOLD};
    for (size_t i = 0; i < 2; i++) {
        struct scene scene;
        scene_begin(&scene);
        write_sweep(&scene, ratio, 12);
        assert_int_equal(scene_judge(&scene, CROSSOVER "sweep = %s", sweeps[i]), 0);
        const struct verdict *verdict = &scene.verdicts.verdicts[0];
        assert_int_equal(verdict->judgement, judgements[i]);
        double expected = 4 * pow(4, log(1.1 / 0.9) / log(1.3 / 0.9));
        if (i == 0)
            assert_true(fabs(verdict->crossing / expected - 1) < 0.05);
        else
            assert_string_equal(verdict->reason, "falls back");
        scene_end(&scene);
    }
}

/* What is held against one cell: values that were not run are not listed for it. */
static void test_one_cell_against_a_sweep(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    for (unsigned conc = 1; conc <= 16; conc *= 4) {
        char cell[64];
        snprintf(cell, sizeof cell, "native/io/echo/event-loop/conc:%u", conc);
        synthetic_cell(&scene.synthetic, cell, 12, COLUMN_ITEMS_PER_SECOND, 1000 * conc, 0.01);
    }
    scene_judge(&scene,
                "kind = crossover\neffect = 10%%\nbetter = io/echo/event-loop\n"
                "worse = io/echo/event-loop/conc:1\nsweep = conc:1,4,16,64\nsweep_quick = conc:1,4,16");
    scene_expect(&scene, 0, JUDGEMENT_HOLDS, "");
    assert_int_equal(scene.verdicts.verdicts[0].point_count, 3);
    scene_end(&scene);
}

static void test_falling_sweep(void **state)
{
    (void)state;
    static const double ratio[] = {1.5, 1.3, 0.9, 0.8};
    struct scene scene;
    char words[128];
    scene_begin(&scene);
    write_sweep(&scene, ratio, 12);
    assert_int_equal(scene_judge(&scene, CROSSOVER "sweep = conc:64,16,4,1"), 0);
    scene_expect(&scene, 0, JUDGEMENT_HOLDS, "");
    const struct verdict *verdict = &scene.verdicts.verdicts[0];
    assert_true(verdict->crossing > 4 && verdict->crossing < 16);
    assert_true(verdict->crossing_low <= verdict->crossing && verdict->crossing <= verdict->crossing_high);
    word_crossing(verdict, words, sizeof words);
    assert_int_equal(strncmp(words, "up to conc ", 11), 0);
    scene_end(&scene);
}

static void test_swept_compare(void **state)
{
    (void)state;
    static const double ratio[] = {1.3, 0, 1.3, 0.9};
    struct scene scene;
    scene_begin(&scene);
    write_sweep(&scene, ratio, 12);
    assert_int_equal(
        scene_judge(&scene, "kind = compare\neffect = 10%%\nbetter = io/echo/event-loop\n"
                            "worse = io/echo/thread-per-task\nsweep = conc:1,64\nsweep_quick = conc:1,16"),
        0);
    assert_int_equal(scene.verdicts.count, 3);
    assert_string_equal(scene.verdicts.verdicts[0].pair_name, "conc:1");
    assert_string_equal(scene.verdicts.verdicts[1].pair_name, "conc:16");
    assert_string_equal(scene.verdicts.verdicts[2].pair_name, "conc:64");
    scene_expect(&scene, 0, JUDGEMENT_HOLDS, "");
    scene_expect(&scene, 2, JUDGEMENT_DOES_NOT_HOLD, "opposite");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(scene.verdicts.verdicts[i].rule_judgement, JUDGEMENT_DOES_NOT_HOLD);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_only),
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_crossover),
        cmocka_unit_test(test_reach),
        cmocka_unit_test(test_crossing_is_interpolated),
        cmocka_unit_test(test_one_cell_against_a_sweep),
        cmocka_unit_test(test_falling_sweep),
        cmocka_unit_test(test_swept_compare),
        cmocka_unit_test(test_one_side_of_a_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
