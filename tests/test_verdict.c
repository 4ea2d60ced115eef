/* SPDX-License-Identifier: MIT */
/* Two cells, judged. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"
#include "scene.h"
#include "wording.h"

static void test_compare_and_equal(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        double ratio, spread;
        unsigned blocks;
        enum judgement judgement;
        const char *reason;
    } cases[] = {
        {"kind = compare\neffect = 10%", 2, 0.02, 12, JUDGEMENT_HOLDS, ""},
        {"kind = compare\neffect = -10%", 1, 0.01, 12, JUDGEMENT_HOLDS, ""},
        {"kind = compare\neffect = -10%", 0.8, 0.01, 12, JUDGEMENT_DOES_NOT_HOLD, "opposite"},
        {"kind = compare\neffect = 10%", 0.7, 0.02, 12, JUDGEMENT_DOES_NOT_HOLD, "opposite"},
        {"kind = compare\neffect = 10%", 1.05, 0.005, 12, JUDGEMENT_DOES_NOT_HOLD, "smaller"},
        {"kind = compare\neffect = 10%", 1.0, 0.02, 12, JUDGEMENT_DOES_NOT_HOLD, "equivalent"},
        {"kind = equal\neffect = 10%", 1.01, 0.02, 12, JUDGEMENT_HOLDS, ""},
        {"kind = equal\neffect = 10%", 1.5, 0.02, 12, JUDGEMENT_DOES_NOT_HOLD, "larger"},
        {"kind = equal\neffect = 10%", 0.5, 0.02, 12, JUDGEMENT_DOES_NOT_HOLD, "opposite"},
        {"kind = compare\neffect = 10%", 2, 0.02, 4, JUDGEMENT_INCONCLUSIVE,
         "underpowered: 4 of the 5 blocks needed"},
        {"kind = compare\neffect = 10%\nbetter = cpu/sum-squares/thread-pool/workers:2\nmetric = wall_ns",
         0.5, 0.02, 12, JUDGEMENT_INCONCLUSIVE, "no figure for wall_ns"},
        {"kind = compare\neffect = 10%\nmetric = latency_p99_ns", 0.5, 0.02, 12, JUDGEMENT_INCONCLUSIVE,
         "too few events for latency_p99_ns"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene scene;
        scene_begin(&scene);
        synthetic_cell(&scene.synthetic, BETTER, cases[i].blocks, COLUMN_ITEMS_PER_SECOND,
                       1000 * cases[i].ratio, cases[i].spread);
        synthetic_cell(&scene.synthetic, WORSE, cases[i].blocks, COLUMN_ITEMS_PER_SECOND, 1000,
                       cases[i].spread);
        if (scene_judge(&scene, "%s", cases[i].rule))
            fail_msg("%s", scene.error.text);
        assert_int_equal(scene.verdicts.count, 1);
        scene_expect(&scene, 0, cases[i].judgement, cases[i].reason);
        assert_int_equal(scene.verdicts.verdicts[0].rule_judgement, cases[i].judgement);
        scene_end(&scene);
    }
}

/* Half the time is twice as good. */
static void test_lower_is_better(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    synthetic_cell(&scene.synthetic, BETTER, 12, COLUMN_WALL_NS, 1e9, 0.001);
    synthetic_cell(&scene.synthetic, WORSE, 12, COLUMN_WALL_NS, 2e9, 0.001);
    assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 10%%\nmetric = wall_ns"), 0);
    scene_expect(&scene, 0, JUDGEMENT_HOLDS, "");
    const struct verdict_point *point = verdict_main_point(&scene.verdicts, &scene.verdicts.verdicts[0]);
    assert_true(fabs(point->ratio - 2) < 0.01);
    assert_int_equal(point->n, 12);
    assert_true(fabs(point->better_median - 1e9) < 1e7);
    assert_true(point->ci_low < point->ratio && point->ratio < point->ci_high && point->ci_level > 0.95);
    scene_end(&scene);
}

/* Blocks must not drop out for what they say: ten of these have no ratio, and say the opposite. */
static void test_zeros(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    for (unsigned block = 0; block < 22; block++) {
        bool early = block < 12;
        synthetic_row(&scene.synthetic, BETTER, block, "ok", "", COLUMN_SWITCHES_INVOLUNTARY, early ? 1 : 50);
        synthetic_row(&scene.synthetic, WORSE, block, "ok", "", COLUMN_SWITCHES_INVOLUNTARY, early ? 3 : 0);
    }
    assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 10%%\nmetric = switches_involuntary"), 0);
    scene_expect(&scene, 0, JUDGEMENT_INCONCLUSIVE,
                 "no ratio: switches_involuntary is 0 or below in 10 rows");
    assert_true(isnan(scene.verdicts.points[0].ratio));
    scene_end(&scene);
}

/* What they lack, not what they say: judged, and told. */
static void test_absent_figures(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    for (unsigned block = 0; block < 18; block++)
        for (int arm = 0; arm < 2; arm++)
            synthetic_row(&scene.synthetic, arm ? WORSE : BETTER, block, "ok", "",
                          block < 8 ? COLUMN_LATENCY_P99_NS : COLUMN_COUNT, (arm ? 2000 : 1000) + block);
    assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 10%%\nmetric = latency_p99_ns"), 0);
    scene_expect(&scene, 0, JUDGEMENT_HOLDS, "too few events in 20 of 36 rows");
    assert_int_equal(scene.verdicts.points[0].n, 8);
    scene_end(&scene);
    scene_begin(&scene);
    for (unsigned block = 0; block < 18; block++)
        for (int arm = 0; arm < 2; arm++)
            synthetic_row(&scene.synthetic, arm ? WORSE : BETTER, block, "ok", "",
                          block < 17 ? COLUMN_LATENCY_P99_NS : COLUMN_COUNT, (arm ? 1000 : 2000) + block);
    assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 10%%\nmetric = latency_p99_ns"), 0);
    scene_expect(&scene, 0, JUDGEMENT_DOES_NOT_HOLD, "opposite; too few events in 2 of 36 rows");
    char words[128];
    word_reason(&scene.verdicts.verdicts[0], words, sizeof words);
    assert_string_equal(words, "opposite: behind, not ahead; too few events in 2 of 36 rows");
    scene_end(&scene);
}

static void test_different_work(void **state)
{
    (void)state;
    for (int different = 0; different < 2; different++) {
        struct scene scene;
        scene_begin(&scene);
        scene.synthetic.items = 100;
        synthetic_cell(&scene.synthetic, BETTER, 12, COLUMN_WALL_NS, 1000, 0.01);
        scene.synthetic.items = different ? 200 : 100;
        synthetic_cell(&scene.synthetic, WORSE, 12, COLUMN_WALL_NS, 2000, 0.01);
        assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 10%%\nmetric = wall_ns"), 0);
        if (different)
            scene_expect(&scene, 0, JUDGEMENT_INCONCLUSIVE,
                         "different work: wall_ns is a total, and the launches had from 100 to 200 items");
        else
            scene_expect(&scene, 0, JUDGEMENT_HOLDS, "");
        scene_end(&scene);
    }
}

/* Their quotient is no number that a double holds. */
static void test_far_apart(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    synthetic_cell(&scene.synthetic, BETTER, 12, COLUMN_ITEMS_PER_SECOND, 1e300, 0.01);
    synthetic_cell(&scene.synthetic, WORSE, 12, COLUMN_ITEMS_PER_SECOND, 1e-300, 0.01);
    assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 10%%"), 0);
    scene_expect(&scene, 0, JUDGEMENT_HOLDS, "");
    scene_end(&scene);
}

/* Pairing goes by block: in whatever order rows stand, and whatever ran beside them. */
static void test_order_of_rows(void **state)
{
    (void)state;
    double ratios[2];
    for (int turned = 0; turned < 2; turned++) {
        struct scene scene;
        scene_begin(&scene);
        for (unsigned i = 0; i < 12; i++) {
            unsigned block = turned ? 11 - i : i;
            if (!turned)
                synthetic_row(&scene.synthetic, WORSE, block, "ok", "", COLUMN_ITEMS_PER_SECOND, 100 + block);
            synthetic_row(&scene.synthetic, BETTER, block, "ok", "", COLUMN_ITEMS_PER_SECOND,
                          3 * (100 + block) + block);
            synthetic_row(&scene.synthetic, "native/null/empty/serial", block, "ok", "",
                          COLUMN_ITEMS_PER_SECOND, 1);
        }
        for (unsigned i = 0; turned && i < 12; i++)
            synthetic_row(&scene.synthetic, WORSE, i, "ok", "", COLUMN_ITEMS_PER_SECOND, 100 + i);
        assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 10%%"), 0);
        scene_expect(&scene, 0, JUDGEMENT_HOLDS, "");
        ratios[turned] = scene.verdicts.points[0].ratio;
        assert_int_equal(scene.verdicts.points[0].samples[11].block, 11);
        scene_end(&scene);
    }
    assert_true(ratios[0] == ratios[1]);
}

static void test_rows_that_are_not_ok(void **state)
{
    (void)state;
    static const struct {
        const char *status, *row_reason;
        unsigned ok_blocks;
        const char *reason;
    } cases[] = {
        {"skipped", "RLIMIT_NOFILE 64: raise it with ulimit -n 1024", 0,
         "skipped: RLIMIT_NOFILE 64: raise it with ulimit -n 1024"},
        {"failed", "checksum", 0, "failed: checksum"},
        {"invalid", "steal 7 %", 0, "environment: steal 7 %"},
        {"invalid", "steal 7 %", 2, "environment: 2 of the 5 blocks needed are left: steal 7 %"},
        {"failed", "", 3, "failed: 3 of the 5 blocks needed are left"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene scene;
        scene_begin(&scene);
        synthetic_cell(&scene.synthetic, BETTER, 10, COLUMN_ITEMS_PER_SECOND, 2000, 0.01);
        for (unsigned block = 0; block < 10; block++)
            synthetic_row(&scene.synthetic, WORSE, block, block < cases[i].ok_blocks ? "ok" : cases[i].status,
                          block < cases[i].ok_blocks ? "" : cases[i].row_reason, COLUMN_ITEMS_PER_SECOND,
                          1000);
        assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 10%%"), 0);
        scene_expect(&scene, 0, JUDGEMENT_INCONCLUSIVE, cases[i].reason);
        assert_int_equal(scene.verdicts.points[0].n, cases[i].ok_blocks);
        scene_end(&scene);
    }
}

/* A block that was repeated has a new number: the disturbed one costs nothing. */
static void test_repeated_block(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    for (unsigned block = 0; block < 9; block++) {
        const char *status = block == 3 ? "invalid" : "ok";
        synthetic_row(&scene.synthetic, BETTER, block, status, "", COLUMN_ITEMS_PER_SECOND, 2000 + block);
        synthetic_row(&scene.synthetic, WORSE, block, status, "", COLUMN_ITEMS_PER_SECOND, 1000);
    }
    assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 10%%"), 0);
    scene_expect(&scene, 0, JUDGEMENT_HOLDS, "");
    assert_int_equal(scene.verdicts.points[0].n, 8);
    scene_end(&scene);
}

static void test_undecided(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    synthetic_cell(&scene.synthetic, BETTER, 20, COLUMN_ITEMS_PER_SECOND, 1130, 0.1);
    synthetic_cell(&scene.synthetic, WORSE, 20, COLUMN_ITEMS_PER_SECOND, 1000, 0.1);
    assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 10%%"), 0);
    const struct verdict *verdict = &scene.verdicts.verdicts[0];
    assert_int_equal(verdict->judgement, JUDGEMENT_INCONCLUSIVE);
    assert_int_equal(strncmp(verdict->reason, "underpowered: ", 14), 0);
    scene_end(&scene);
}

/* Five blocks that all say the same have a p of 1/32, which the correction over two pairs doubles: it is not
 * that 300 times are too close to 10 %. */
static void test_undecided_by_its_correction(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    synthetic_cell(&scene.synthetic, BETTER, 5, COLUMN_ITEMS_PER_SECOND, 300000, 0.01);
    synthetic_cell(&scene.synthetic, WORSE, 5, COLUMN_ITEMS_PER_SECOND, 1000, 0.01);
    synthetic_cell(&scene.synthetic, "native/null/empty/serial", 5, COLUMN_ITEMS_PER_SECOND, 1000, 0.01);
    assert_int_equal(
        scene_judge(
            &scene,
            "kind = compare\neffect = 10%%\n[pair a]\nbetter = cpu/sum-squares/thread-pool/workers:2\n"
            "[pair b]\nbetter = null/empty/serial"),
        0);
    scene_expect(&scene, 0, JUDGEMENT_INCONCLUSIVE, "underpowered: about 6 blocks needed to tell 1.21×");
    scene_end(&scene);
}

/* Four of ten differences lie a little under the threshold, six far over it: the ranks decide, barely (p =
 * 0.042), while the bootstrap's interval reaches under the threshold. */
static void test_skew(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    for (unsigned block = 0; block < 10; block++) {
        double d = block < 6 ? 0.095 + 0.3 + 0.01 * block : 0.095 - 0.001 * (block + 1);
        synthetic_row(&scene.synthetic, BETTER, block, "ok", "", COLUMN_ITEMS_PER_SECOND, 1000 * exp(d));
        synthetic_row(&scene.synthetic, WORSE, block, "ok", "", COLUMN_ITEMS_PER_SECOND, 1000);
    }
    assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 10%%"), 0);
    scene_expect(&scene, 0, JUDGEMENT_INCONCLUSIVE, "skew: two interval methods disagree");
    assert_true(scene.verdicts.points[0].p_holds_adjusted < 0.05);
    scene_end(&scene);
}

/* Ties: 12:12 11:10 11:10 10:10 10:11 11:11 at an effect of 0. Of the three that are not zero two lie above
 * and one below, all of one size: p of "above" is 3/8 + 1/8 = 0.5, and never the 0.25 of untied ranks. */
static void test_ties(void **state)
{
    (void)state;
    static const double better[] = {12, 11, 11, 10, 10, 11}, worse[] = {12, 10, 10, 10, 11, 11};
    struct scene scene;
    scene_begin(&scene);
    for (unsigned block = 0; block < 6; block++) {
        synthetic_row(&scene.synthetic, BETTER, block, "ok", "", COLUMN_ITEMS_PER_SECOND, better[block]);
        synthetic_row(&scene.synthetic, WORSE, block, "ok", "", COLUMN_ITEMS_PER_SECOND, worse[block]);
    }
    assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 0%%"), 0);
    assert_true(fabs(scene.verdicts.verdicts[0].p_holds - 0.5) < 1e-12);
    assert_int_equal(scene.verdicts.verdicts[0].judgement, JUDGEMENT_INCONCLUSIVE);
    scene_end(&scene);
}

/* Blocks that drift: neighbours resemble one another, which the report tells; of those that do not they do
 * not. */
static void test_lag(void **state)
{
    (void)state;
    for (int drifts = 0; drifts < 2; drifts++) {
        struct scene scene;
        struct lag_correlation lag;
        scene_begin(&scene);
        for (unsigned block = 0; block < 40; block++) {
            double noise = 0.01 * synthetic_normal(&scene.synthetic);
            double drift = drifts ? 0.05 * sin(block / 8.0) : 0;
            synthetic_row(&scene.synthetic, BETTER, block, "ok", "", COLUMN_ITEMS_PER_SECOND,
                          1500 * exp(noise + drift));
            synthetic_row(&scene.synthetic, WORSE, block, "ok", "", COLUMN_ITEMS_PER_SECOND, 1000);
        }
        assert_int_equal(scene_judge(&scene, "kind = compare\neffect = 10%%"), 0);
        assert_int_equal(verdicts_lag_correlation(&scene.verdicts, &lag), 0);
        assert_true(drifts ? lag.correlation > 0.7 : fabs(lag.correlation) < 0.3);
        scene_end(&scene);
    }
}

static void test_too_few_cores(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    synthetic_cell(&scene.synthetic, "native/cpu/sum-squares/thread-pool/workers:1", 12,
                   COLUMN_ITEMS_PER_SECOND, 1000, 0.01);
    synthetic_cell(&scene.synthetic, WORSE, 12, COLUMN_ITEMS_PER_SECOND, 1000, 0.01);
    char path[128];
    snprintf(path, sizeof path, "%s/run.json", scene.synthetic.folder);
    synthetic_text(path, "{\"machine\": {\"units_max\": 1}}");
    synthetic_close(&scene.synthetic);
    snprintf(path, sizeof path, "%s/a-rule.ini", scene.synthetic.folder);
    synthetic_text(
        path, "[rule]\nclaim = c\nruntimes = native\nkind = equal\neffect = 10%\nmetric = items_per_second\n"
              "better = cpu/sum-squares/thread-pool/workers:max\nworse = cpu/sum-squares/serial\n");
    assert_int_equal(synthetic_load(&scene.synthetic, &scene.samples, &scene.error), 0);
    assert_int_equal(rules_load(path, &scene.rules, &scene.error), 0);
    assert_int_equal(verdicts_judge(&scene.samples, &scene.rules, &scene.verdicts, &scene.error), 0);
    scene_expect(&scene, 0, JUDGEMENT_INCONCLUSIVE, "too few cores: 1 processing unit");
    scene_end(&scene);
}

/* What would do if it is as it looks is told where that is more than the claim, and would be fewer blocks. */
static void test_undecided_words(void **state)
{
    (void)state;
    static const struct {
        double needed, needed_seen;
        const char *words;
    } cases[] = {
        {864, 19, "underpowered: about 864 blocks needed to tell 1.44×, 19 if it is 9.87×"},
        {864, 0, "underpowered: about 864 blocks needed to tell 1.44×"},
        {864, 12, "underpowered: about 864 blocks needed to tell 1.44×"},
        {16, 19, "underpowered: about 16 blocks needed to tell 1.44×"},
        {INFINITY, 19, "underpowered: more than 13 blocks needed, 19 if it is 9.87×"},
        {INFINITY, INFINITY, "underpowered: more than 13 blocks needed"},
        {NAN, NAN, "underpowered: more than 13 blocks needed"},
        {12, 9, "underpowered: too close to +20 % to tell"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct judge_undecided undecided = {.n = 13,
                                                  .needed = cases[i].needed,
                                                  .alternative = 1.44,
                                                  .threshold = 1.2,
                                                  .unit = "blocks",
                                                  .seen = 9.87,
                                                  .needed_seen = cases[i].needed_seen};
        char text[160];
        judge_word_undecided(&undecided, text, sizeof text);
        assert_string_equal(text, cases[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare_and_equal),
        cmocka_unit_test(test_lower_is_better),
        cmocka_unit_test(test_zeros),
        cmocka_unit_test(test_absent_figures),
        cmocka_unit_test(test_different_work),
        cmocka_unit_test(test_far_apart),
        cmocka_unit_test(test_order_of_rows),
        cmocka_unit_test(test_rows_that_are_not_ok),
        cmocka_unit_test(test_repeated_block),
        cmocka_unit_test(test_undecided),
        cmocka_unit_test(test_undecided_by_its_correction),
        cmocka_unit_test(test_skew),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_lag),
        cmocka_unit_test(test_undecided_words),
        cmocka_unit_test(test_too_few_cores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
