/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "synthetic.h"
#include "verdict.h"
#include "wording.h"

#define BETTER "native/cpu/sum-squares/thread-pool/workers:2"
#define WORSE  "native/cpu/sum-squares/serial"

static const char *source_root = ".";

/* One rule on made-up results. */
struct scene {
    struct synthetic synthetic;
    struct samples samples;
    struct rules rules;
    struct verdicts verdicts;
    struct error error;
};

static void begin(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    synthetic_open(&scene->synthetic);
}

static int judge_file(struct scene *scene, const char *rules)
{
    synthetic_close(&scene->synthetic);
    if (synthetic_load(&scene->synthetic, &scene->samples, &scene->error) ||
        rules_load(rules, &scene->rules, &scene->error))
        fail_msg("%s", scene->error.text);
    scene->samples.units_max = 2;
    return verdicts_judge(&scene->samples, &scene->rules, &scene->verdicts, &scene->error);
}

static int judge(struct scene *scene, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The rule: kind, effect and what else is asked for, on BETTER and WORSE by items_per_second unless told. */
static int judge(struct scene *scene, const char *format, ...)
{
    char path[128], extra[512], text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(extra, sizeof extra, format, arguments);
    va_end(arguments);
    snprintf(text, sizeof text, "[rule]\nclaim = Threads beat serial\nruntimes = native\n%s%s%s%s\n",
             strstr(extra, "better") ? "" : "better = cpu/sum-squares/thread-pool/workers:2\n",
             strstr(extra, "worse") ? "" : "worse = cpu/sum-squares/serial\n",
             strstr(extra, "metric") ? "" : "metric = items_per_second\n", extra);
    snprintf(path, sizeof path, "%s/a-rule.ini", scene->synthetic.folder);
    synthetic_text(path, text);
    return judge_file(scene, path);
}

static void end(struct scene *scene)
{
    verdicts_free(&scene->verdicts);
    rules_free(&scene->rules);
    samples_free(&scene->samples);
    synthetic_remove(&scene->synthetic);
}

static void expect(const struct scene *scene, size_t index, enum judgement judgement, const char *reason)
{
    assert_true(index < scene->verdicts.count);
    const struct verdict *verdict = &scene->verdicts.verdicts[index];
    if (verdict->judgement != judgement || strcmp(verdict->reason, reason) != 0)
        fail_msg("expected %s (%s), got %s (%s)", judgement_names[judgement], reason,
                 judgement_names[verdict->judgement], verdict->reason);
}

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
        begin(&scene);
        synthetic_cell(&scene.synthetic, BETTER, cases[i].blocks, COLUMN_ITEMS_PER_SECOND,
                       1000 * cases[i].ratio, cases[i].spread);
        synthetic_cell(&scene.synthetic, WORSE, cases[i].blocks, COLUMN_ITEMS_PER_SECOND, 1000,
                       cases[i].spread);
        if (judge(&scene, "%s", cases[i].rule))
            fail_msg("%s", scene.error.text);
        assert_int_equal(scene.verdicts.count, 1);
        expect(&scene, 0, cases[i].judgement, cases[i].reason);
        assert_int_equal(scene.verdicts.verdicts[0].rule_judgement, cases[i].judgement);
        end(&scene);
    }
}

/* Half the time is twice as good. */
static void test_lower_is_better(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    synthetic_cell(&scene.synthetic, BETTER, 12, COLUMN_WALL_NS, 1e9, 0.001);
    synthetic_cell(&scene.synthetic, WORSE, 12, COLUMN_WALL_NS, 2e9, 0.001);
    assert_int_equal(judge(&scene, "kind = compare\neffect = 10%%\nmetric = wall_ns"), 0);
    expect(&scene, 0, JUDGEMENT_HOLDS, "");
    const struct verdict_point *point = verdict_main_point(&scene.verdicts, &scene.verdicts.verdicts[0]);
    assert_true(fabs(point->ratio - 2) < 0.01);
    assert_int_equal(point->n, 12);
    assert_true(fabs(point->better_median - 1e9) < 1e7);
    assert_true(point->ci_low < point->ratio && point->ratio < point->ci_high && point->ci_level > 0.95);
    end(&scene);
}

/* Blocks must not drop out for what they say: ten of these have no ratio, and say the opposite. */
static void test_zeros(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    for (unsigned block = 0; block < 22; block++) {
        bool early = block < 12;
        synthetic_row(&scene.synthetic, BETTER, block, "ok", "", COLUMN_SWITCHES_INVOLUNTARY, early ? 1 : 50);
        synthetic_row(&scene.synthetic, WORSE, block, "ok", "", COLUMN_SWITCHES_INVOLUNTARY, early ? 3 : 0);
    }
    assert_int_equal(judge(&scene, "kind = compare\neffect = 10%%\nmetric = switches_involuntary"), 0);
    expect(&scene, 0, JUDGEMENT_INCONCLUSIVE, "no ratio: switches_involuntary is 0 or below in 10 rows");
    assert_true(isnan(scene.verdicts.points[0].ratio));
    end(&scene);
}

/* What they lack, not what they say: judged, and told. */
static void test_absent_figures(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    for (unsigned block = 0; block < 18; block++)
        for (int arm = 0; arm < 2; arm++)
            synthetic_row(&scene.synthetic, arm ? WORSE : BETTER, block, "ok", "",
                          block < 8 ? COLUMN_LATENCY_P99_NS : COLUMN_COUNT, (arm ? 2000 : 1000) + block);
    assert_int_equal(judge(&scene, "kind = compare\neffect = 10%%\nmetric = latency_p99_ns"), 0);
    expect(&scene, 0, JUDGEMENT_HOLDS, "too few events in 20 of 36 rows");
    assert_int_equal(scene.verdicts.points[0].n, 8);
    end(&scene);
    begin(&scene);
    for (unsigned block = 0; block < 18; block++)
        for (int arm = 0; arm < 2; arm++)
            synthetic_row(&scene.synthetic, arm ? WORSE : BETTER, block, "ok", "",
                          block < 17 ? COLUMN_LATENCY_P99_NS : COLUMN_COUNT, (arm ? 1000 : 2000) + block);
    assert_int_equal(judge(&scene, "kind = compare\neffect = 10%%\nmetric = latency_p99_ns"), 0);
    expect(&scene, 0, JUDGEMENT_DOES_NOT_HOLD, "opposite; too few events in 2 of 36 rows");
    char words[128];
    word_reason(&scene.verdicts.verdicts[0], words, sizeof words);
    assert_string_equal(words, "opposite: behind, not ahead; too few events in 2 of 36 rows");
    end(&scene);
}

static void test_different_work(void **state)
{
    (void)state;
    for (int different = 0; different < 2; different++) {
        struct scene scene;
        begin(&scene);
        scene.synthetic.items = 100;
        synthetic_cell(&scene.synthetic, BETTER, 12, COLUMN_WALL_NS, 1000, 0.01);
        scene.synthetic.items = different ? 200 : 100;
        synthetic_cell(&scene.synthetic, WORSE, 12, COLUMN_WALL_NS, 2000, 0.01);
        assert_int_equal(judge(&scene, "kind = compare\neffect = 10%%\nmetric = wall_ns"), 0);
        if (different)
            expect(&scene, 0, JUDGEMENT_INCONCLUSIVE,
                   "different work: wall_ns is a total, and the launches had from 100 to 200 items");
        else
            expect(&scene, 0, JUDGEMENT_HOLDS, "");
        end(&scene);
    }
}

/* Their quotient is no number that a double holds. */
static void test_far_apart(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    synthetic_cell(&scene.synthetic, BETTER, 12, COLUMN_ITEMS_PER_SECOND, 1e300, 0.01);
    synthetic_cell(&scene.synthetic, WORSE, 12, COLUMN_ITEMS_PER_SECOND, 1e-300, 0.01);
    assert_int_equal(judge(&scene, "kind = compare\neffect = 10%%"), 0);
    expect(&scene, 0, JUDGEMENT_HOLDS, "");
    end(&scene);
}

/* Pairing goes by block: in whatever order rows stand, and whatever ran beside them. */
static void test_order_of_rows(void **state)
{
    (void)state;
    double ratios[2];
    for (int turned = 0; turned < 2; turned++) {
        struct scene scene;
        begin(&scene);
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
        assert_int_equal(judge(&scene, "kind = compare\neffect = 10%%"), 0);
        expect(&scene, 0, JUDGEMENT_HOLDS, "");
        ratios[turned] = scene.verdicts.points[0].ratio;
        assert_int_equal(scene.verdicts.points[0].samples[11].block, 11);
        end(&scene);
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
        begin(&scene);
        synthetic_cell(&scene.synthetic, BETTER, 10, COLUMN_ITEMS_PER_SECOND, 2000, 0.01);
        for (unsigned block = 0; block < 10; block++)
            synthetic_row(&scene.synthetic, WORSE, block, block < cases[i].ok_blocks ? "ok" : cases[i].status,
                          block < cases[i].ok_blocks ? "" : cases[i].row_reason, COLUMN_ITEMS_PER_SECOND,
                          1000);
        assert_int_equal(judge(&scene, "kind = compare\neffect = 10%%"), 0);
        expect(&scene, 0, JUDGEMENT_INCONCLUSIVE, cases[i].reason);
        assert_int_equal(scene.verdicts.points[0].n, cases[i].ok_blocks);
        end(&scene);
    }
}

/* A block that was repeated has a new number: the disturbed one costs nothing. */
static void test_repeated_block(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    for (unsigned block = 0; block < 9; block++) {
        const char *status = block == 3 ? "invalid" : "ok";
        synthetic_row(&scene.synthetic, BETTER, block, status, "", COLUMN_ITEMS_PER_SECOND, 2000 + block);
        synthetic_row(&scene.synthetic, WORSE, block, status, "", COLUMN_ITEMS_PER_SECOND, 1000);
    }
    assert_int_equal(judge(&scene, "kind = compare\neffect = 10%%"), 0);
    expect(&scene, 0, JUDGEMENT_HOLDS, "");
    assert_int_equal(scene.verdicts.points[0].n, 8);
    end(&scene);
}

static void test_undecided(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    synthetic_cell(&scene.synthetic, BETTER, 20, COLUMN_ITEMS_PER_SECOND, 1130, 0.1);
    synthetic_cell(&scene.synthetic, WORSE, 20, COLUMN_ITEMS_PER_SECOND, 1000, 0.1);
    assert_int_equal(judge(&scene, "kind = compare\neffect = 10%%"), 0);
    const struct verdict *verdict = &scene.verdicts.verdicts[0];
    assert_int_equal(verdict->judgement, JUDGEMENT_INCONCLUSIVE);
    assert_int_equal(strncmp(verdict->reason, "underpowered: ", 14), 0);
    end(&scene);
}

/* Four of ten differences lie a little under the threshold, six far over it: the ranks decide, barely (p =
 * 0.042), while the bootstrap's interval reaches under the threshold. */
static void test_skew(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    for (unsigned block = 0; block < 10; block++) {
        double d = block < 6 ? 0.095 + 0.3 + 0.01 * block : 0.095 - 0.001 * (block + 1);
        synthetic_row(&scene.synthetic, BETTER, block, "ok", "", COLUMN_ITEMS_PER_SECOND, 1000 * exp(d));
        synthetic_row(&scene.synthetic, WORSE, block, "ok", "", COLUMN_ITEMS_PER_SECOND, 1000);
    }
    assert_int_equal(judge(&scene, "kind = compare\neffect = 10%%"), 0);
    expect(&scene, 0, JUDGEMENT_INCONCLUSIVE, "skew: two interval methods disagree");
    assert_true(scene.verdicts.points[0].p_holds_adjusted < 0.05);
    end(&scene);
}

static void test_too_few_cores(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
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
    expect(&scene, 0, JUDGEMENT_INCONCLUSIVE, "too few cores: 1 processing unit");
    end(&scene);
}

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
        begin(&scene);
        write_sweep(&scene, cases[i].ratio, 12);
        /* The quick sweep's ends are ends too. */
        assert_int_equal(
            judge(&scene, CROSSOVER "sweep = conc:1,4,16,64%s", i % 2 ? "" : ",256\nsweep_quick = conc:1,64"),
            0);
        assert_int_equal(scene.verdicts.count, 1);
        expect(&scene, 0, cases[i].judgement, cases[i].reason);
        const struct verdict *verdict = &scene.verdicts.verdicts[0];
        if (cases[i].high > 0) {
            assert_true(verdict->crossing > cases[i].low && verdict->crossing < cases[i].high);
            assert_true(verdict->crossing_low <= verdict->crossing &&
                        verdict->crossing <= verdict->crossing_high);
        } else {
            assert_true(isnan(verdict->crossing));
        }
        end(&scene);
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
        begin(&scene);
        write_sweep(&scene, ratio, 12);
        assert_int_equal(judge(&scene, CROSSOVER "sweep = %s", sweeps[i]), 0);
        const struct verdict *verdict = &scene.verdicts.verdicts[0];
        assert_int_equal(verdict->judgement, judgements[i]);
        double expected = 4 * pow(4, log(1.1 / 0.9) / log(1.3 / 0.9));
        if (i == 0)
            assert_true(fabs(verdict->crossing / expected - 1) < 0.05);
        else
            assert_string_equal(verdict->reason, "falls back");
        end(&scene);
    }
}

static void test_falling_sweep(void **state)
{
    (void)state;
    static const double ratio[] = {1.5, 1.3, 0.9, 0.8};
    struct scene scene;
    char words[128];
    begin(&scene);
    write_sweep(&scene, ratio, 12);
    assert_int_equal(judge(&scene, CROSSOVER "sweep = conc:64,16,4,1"), 0);
    expect(&scene, 0, JUDGEMENT_HOLDS, "");
    const struct verdict *verdict = &scene.verdicts.verdicts[0];
    assert_true(verdict->crossing > 4 && verdict->crossing < 16);
    assert_true(verdict->crossing_low <= verdict->crossing && verdict->crossing <= verdict->crossing_high);
    word_crossing(verdict, words, sizeof words);
    assert_int_equal(strncmp(words, "up to conc ", 11), 0);
    end(&scene);
}

static void test_swept_compare(void **state)
{
    (void)state;
    static const double ratio[] = {1.3, 0, 1.3, 0.9};
    struct scene scene;
    begin(&scene);
    write_sweep(&scene, ratio, 12);
    assert_int_equal(judge(&scene,
                           "kind = compare\neffect = 10%%\nbetter = io/echo/event-loop\n"
                           "worse = io/echo/thread-per-task\nsweep = conc:1,64\nsweep_quick = conc:1,16"),
                     0);
    assert_int_equal(scene.verdicts.count, 3);
    assert_string_equal(scene.verdicts.verdicts[0].pair_name, "conc:1");
    assert_string_equal(scene.verdicts.verdicts[1].pair_name, "conc:16");
    assert_string_equal(scene.verdicts.verdicts[2].pair_name, "conc:64");
    expect(&scene, 0, JUDGEMENT_HOLDS, "");
    expect(&scene, 2, JUDGEMENT_DOES_NOT_HOLD, "opposite");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(scene.verdicts.verdicts[i].rule_judgement, JUDGEMENT_DOES_NOT_HOLD);
    end(&scene);
}

/* A rule that was not run is not listed; of one that was, what is missing is told. */
static void test_what_is_listed(void **state)
{
    (void)state;
    static const char rule[] =
        "kind = compare\neffect = 10%\n[pair a]\nbetter = cpu/sum-squares/thread-pool/workers:2\n"
        "[pair b]\nworse = null/empty/serial\n[pair c]\nbetter = io/sleep/serial\n"
        "worse = null/empty/serial";
    for (int run = 0; run < 2; run++) {
        struct scene scene;
        begin(&scene);
        if (run)
            synthetic_cell(&scene.synthetic, BETTER, 12, COLUMN_ITEMS_PER_SECOND, 2000, 0.01);
        synthetic_cell(&scene.synthetic, WORSE, 12, COLUMN_ITEMS_PER_SECOND, 1000, 0.01);
        char path[128], text[1024];
        snprintf(path, sizeof path, "%s/a-rule.ini", scene.synthetic.folder);
        snprintf(text, sizeof text,
                 "[rule]\nclaim = c\nruntimes = native cpython\nmetric = items_per_second\n"
                 "better = cpu/sum-squares/thread-pool/workers:2\nworse = cpu/sum-squares/serial\n%s",
                 rule);
        synthetic_text(path, text);
        assert_int_equal(judge_file(&scene, path), 0);
        if (run) {
            assert_int_equal(scene.verdicts.count, 3);
            expect(&scene, 0, JUDGEMENT_HOLDS, "");
            expect(&scene, 1, JUDGEMENT_INCONCLUSIVE, "skipped: not measured: native/null/empty/serial");
            expect(&scene, 2, JUDGEMENT_INCONCLUSIVE, "skipped: not measured");
            assert_int_equal(scene.verdicts.verdicts[0].rule_judgement, JUDGEMENT_INCONCLUSIVE);
        } else {
            assert_int_equal(scene.verdicts.count, 0);
        }
        end(&scene);
    }
}

/* The nine rules on the made-up machine, in every format, against the files in fixtures.
 * CROSSPOINT_GOLDEN=write in the environment writes them anew. */
static void compare_golden(const struct verdicts *verdicts, const char *format, int width, const char *name)
{
    char path[512], *text = NULL, *expected = NULL;
    size_t length;
    struct error error;
    FILE *memory = open_memstream(&text, &length);
    assert_non_null(memory);
    assert_int_equal(verdicts_write(verdicts, format, 0, width, memory, &error), 0);
    fclose(memory);
    snprintf(path, sizeof path, "%s/tests/fixtures/%s", source_root, name);
    if (getenv("CROSSPOINT_GOLDEN"))
        synthetic_text(path, text);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    length = 0;
    assert_true(getdelim(&expected, &length, '\0', file) > 0);
    fclose(file);
    assert_string_equal(text, expected);
    for (char *line = strtok(text, "\n"); line && width; line = strtok(NULL, "\n"))
        assert_true(word_width(line) <= (size_t)width);
    free(text);
    free(expected);
}

static void load_suite(struct scene *scene)
{
    char path[512];
    begin(scene);
    synthetic_suite(&scene->synthetic, 12);
    for (unsigned block = 0; block < 12; block++)
        synthetic_row(&scene->synthetic, "native/io/echo/thread-per-task/conc:4000/place:split", block,
                      "skipped", "RLIMIT_NOFILE is 1024, 4100 are needed: raise it with ulimit -n 4100",
                      COLUMN_COUNT, 0);
    snprintf(path, sizeof path, "%s/bench/rules", source_root);
    if (judge_file(scene, path))
        fail_msg("%s", scene->error.text);
}

static void test_golden(void **state)
{
    (void)state;
    struct scene scene;
    load_suite(&scene);
    compare_golden(&scene.verdicts, "csv", 0, "verdicts.csv");
    compare_golden(&scene.verdicts, "markdown", 0, "verdicts.md");
    compare_golden(&scene.verdicts, "text", 80, "verdicts_80.txt");
    compare_golden(&scene.verdicts, "text", 100, "verdicts_100.txt");
    compare_golden(&scene.verdicts, "text", 120, "verdicts_120.txt");
    compare_golden(&scene.verdicts, "text", 200, "verdicts_200.txt");
    end(&scene);
}

static void test_formats(void **state)
{
    (void)state;
    struct scene scene;
    char *text = NULL;
    size_t length;
    load_suite(&scene);
    FILE *memory = open_memstream(&text, &length);
    assert_int_equal(verdicts_write(&scene.verdicts, "json", 0, 0, memory, &scene.error), 0);
    fclose(memory);
    json_t *root = json_loads(text, 0, NULL); /* no NaN, or it does not load */
    assert_non_null(root);
    assert_int_equal(json_array_size(json_object_get(root, "verdicts")), scene.verdicts.count);
    json_decref(root);
    free(text);

    memory = open_memstream(&text, &length);
    assert_int_equal(verdicts_write(&scene.verdicts, "yaml", 0, 0, memory, &scene.error), -1);
    assert_string_equal(scene.error.text, "unknown format 'yaml'; known: text, csv, json, markdown");
    assert_int_equal(verdicts_write(&scene.verdicts, "text", 1, 80, memory, &scene.error), 0);
    fclose(memory);
    assert_non_null(strstr(text, "\033[32mholds\033[0m"));
    free(text);
    end(&scene);
}

static void test_words(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *words;
    } cases[] = {{1.97, "1.97"}, {9.996, "10.0"},  {0.01234, "0.0123"}, {64, "64.0"},
                 {1234, "1234"}, {12345, "12.3k"}, {999950, "1.00M"},   {4.56e6, "4.56M"},
                 {0, "0"},       {-1.5, "-1.50"},  {NAN, ""},           {INFINITY, ""}};
    char text[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        word_figure(cases[i].value, text, sizeof text);
        assert_string_equal(text, cases[i].words);
    }
    word_ratio(1.97, 1.951, 1.993, text, sizeof text);
    assert_string_equal(text, "1.97× (1.95–1.99)");
    word_metric(COLUMN_LATENCY_P99_NS, 4.5e6, text, sizeof text);
    assert_string_equal(text, "4.50 ms");
    word_metric(COLUMN_MEMORY_BYTES, 16 << 20, text, sizeof text);
    assert_string_equal(text, "16.0 MiB");
    word_metric(COLUMN_ITEMS_PER_SECOND, 12345, text, sizeof text);
    assert_string_equal(text, "12.3k/s");
    word_effect(-0.1, text, sizeof text);
    assert_string_equal(text, "−10 %");
    word_cut("ünïcödé words", 8, text, sizeof text);
    assert_string_equal(text, "ünïcödé…");
    word_cut("short", 5, text, sizeof text);
    assert_string_equal(text, "short");
    word_number(0.1, text, sizeof text);
    assert_string_equal(text, "0.1");
}

static void test_sentence(void **state)
{
    (void)state;
    struct scene scene;
    char text[1024];
    begin(&scene);
    for (unsigned block = 0; block < 12; block++) {
        synthetic_row(&scene.synthetic, BETTER, block, "ok", "", COLUMN_ITEMS_PER_SECOND, 1970);
        synthetic_row(&scene.synthetic, WORSE, block, "ok", "", COLUMN_ITEMS_PER_SECOND, 1000);
    }
    assert_int_equal(judge(&scene, "kind = compare\neffect = 10%%"), 0);
    word_sentence(&scene.verdicts, &scene.verdicts.verdicts[0], text, sizeof text);
    assert_non_null(strstr(text, "Holds: thread-pool workers:2 does 1.97 times ("));
    assert_non_null(strstr(text, "% interval 1.97–1.97) the work per second of serial, n = 12."));
    end(&scene);
}

/* argv[1]: the root of the source tree */
int main(int argc, char **argv)
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
        cmocka_unit_test(test_skew),
        cmocka_unit_test(test_too_few_cores),
        cmocka_unit_test(test_crossover),
        cmocka_unit_test(test_crossing_is_interpolated),
        cmocka_unit_test(test_falling_sweep),
        cmocka_unit_test(test_swept_compare),
        cmocka_unit_test(test_what_is_listed),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_sentence),
    };
    if (argc > 1)
        source_root = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
