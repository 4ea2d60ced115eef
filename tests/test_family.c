/* SPDX-License-Identifier: MIT */
/* What the verdicts are worth: the family of rules, facts, bounds, and words that need a table of their own.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "synthetic.h"
#include "verdict.h"

enum { BLOCKS = 20 };

/* A table without a file. */

static void add(struct samples *samples, const char *cell, unsigned block, double value, double items,
                double generator_busy)
{
    struct error error;
    double figures[COLUMN_COUNT];
    for (int column = 0; column < COLUMN_COUNT; column++)
        figures[column] = value;
    const struct samples_input input = {.cell = cell,
                                        .reason = "",
                                        .block = block,
                                        .line = samples->row_count + 2,
                                        .items = items,
                                        .generator_busy = generator_busy,
                                        .by_column = figures};
    assert_int_equal(samples_add(samples, &input, &error), 0);
}

static void open_samples(struct samples *samples)
{
    static const enum column metrics[] = {COLUMN_ITEMS_PER_SECOND, COLUMN_VALUE, COLUMN_LATENCY_P99_NS};
    samples_init(samples, metrics, sizeof metrics / sizeof *metrics);
}

static void judge(struct samples *samples, const struct rules *rules, struct verdicts *verdicts)
{
    struct error error;
    assert_int_equal(samples_finish(samples, &error), 0);
    assert_int_equal(verdicts_judge(samples, rules, verdicts, &error), 0);
}

static struct rule compare_rule(const char *better, const char *worse, double effect)
{
    struct rule rule = {.runtimes = {{"native"}, 1}, .pair_count = 1};
    struct rule_pair *pair = &rule.pairs[0];
    pair->metric = COLUMN_ITEMS_PER_SECOND;
    pair->effect = effect;
    snprintf(pair->better, sizeof pair->better, "%s", better);
    snprintf(pair->worse, sizeof pair->worse, "%s", worse);
    return rule;
}

#define A "x/y/serial/k:1"
#define B "x/y/serial/k:2"

/* The verdict on one rule about A and B; d[i] is the log ratio in block i. */
static void expect_pair(struct rule rule, const double *d, unsigned n, const double items[2],
                        const double busy[2], enum judgement judgement, const char *reason)
{
    struct samples samples;
    struct verdicts verdicts;
    const struct rules rules = {.rules = &rule, .count = 1};
    open_samples(&samples);
    samples.units_max = 4;
    for (unsigned i = 0; i < n; i++) {
        add(&samples, "native/" A, i, 1000 * exp(d[i]), items[0], busy[0]);
        add(&samples, "native/" B, i, 1000, items[1], busy[1]);
    }
    judge(&samples, &rules, &verdicts);
    assert_int_equal(verdicts.count, 1);
    if (verdicts.verdicts[0].judgement != judgement || strcmp(verdicts.verdicts[0].reason, reason) != 0)
        fail_msg("expected %s (%s), got %s (%s)", judgement_names[judgement], reason,
                 judgement_names[verdicts.verdicts[0].judgement], verdicts.verdicts[0].reason);
    verdicts_free(&verdicts);
    samples_free(&samples);
}

static const double same[2] = {100, 100}, none[2] = {NAN, NAN};

static void test_not_larger(void **state)
{
    (void)state;
    double d[12];
    for (unsigned i = 0; i < 12; i++)
        d[i] = -0.03 + 0.3 * (i - 5.5) / 5.5;
    expect_pair(compare_rule(A, B, 0.1), d, 12, same, none, JUDGEMENT_DOES_NOT_HOLD, "not larger");
}

/* A slow mode of one arm: the blocks' ratios say one thing, all times together another. */
static void test_total_times(void **state)
{
    (void)state;
    double d[12];
    for (unsigned i = 0; i < 12; i++)
        d[i] = i < 3 ? -1.5 - 0.01 * i : 0.5 + 0.01 * i;
    struct samples samples;
    struct verdicts verdicts;
    struct rule rule = compare_rule(A, B, 0.1);
    const struct rules rules = {.rules = &rule, .count = 1};
    open_samples(&samples);
    for (unsigned i = 0; i < 12; i++) {
        add(&samples, "native/" A, i, 1000 * exp(d[i]), 100, NAN);
        add(&samples, "native/" B, i, 1000, 100, NAN);
    }
    judge(&samples, &rules, &verdicts);
    assert_non_null(strstr(verdicts.verdicts[0].reason, "× by total times"));
    assert_true(verdicts.points[0].ratio_of_totals < 1 && verdicts.points[0].ratio > 1);
    verdicts_free(&verdicts);
    samples_free(&samples);
}

static void test_generator_limit(void **state)
{
    (void)state;
    static const struct {
        double d, busy[2];
        enum judgement judgement;
        const char *reason;
    } cases[] = {
        {0.5, {0.95, 0.1}, JUDGEMENT_HOLDS, "at the limit of the load generator: at least this ratio"},
        {-0.5,
         {0.95, 0.1},
         JUDGEMENT_INCONCLUSIVE,
         "at the limit of the load generator: at least this ratio"},
        {0.5, {0.1, 0.95}, JUDGEMENT_INCONCLUSIVE, "at the limit of the load generator: at most this ratio"},
        {-0.5,
         {0.1, 0.95},
         JUDGEMENT_DOES_NOT_HOLD,
         "opposite; at the limit of the load generator: at most this ratio"},
        {0.5,
         {0.9, 0.9},
         JUDGEMENT_INCONCLUSIVE,
         "both at the limit of the load generator: at least this fast"},
        {0.5, {0.8, 0.8}, JUDGEMENT_HOLDS, ""},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        double d[12];
        for (unsigned i = 0; i < 12; i++)
            d[i] = cases[k].d + 0.001 * i;
        expect_pair(compare_rule(A, B, 0.1), d, 12, same, cases[k].busy, cases[k].judgement, cases[k].reason);
    }
}

/* What the generator could do at most: from rows in which it had much to do, the highest. */
static void test_generator_ceiling(void **state)
{
    (void)state;
    struct samples samples;
    struct error error;
    open_samples(&samples);
    add(&samples, A, 0, 1000, 100, 0.8);
    add(&samples, A, 1, 900, 100, 0.9);
    add(&samples, A, 2, 100, 100, 0.01);
    add(&samples, B, 0, 1000, 100, NAN);
    assert_int_equal(samples_finish(&samples, &error), 0);
    assert_true(fabs(samples_find(&samples, A)->generator_ceiling - 1250) < 1e-9);
    assert_true(samples_find(&samples, B)->generator_ceiling == 0);
    samples_free(&samples);
}

/* 20 and 18 rounds of 256 are rates of the same; 18 and a half are not. */
static void test_rounds(void **state)
{
    (void)state;
    static const double rounds[2] = {5120, 4608}, ragged[2] = {5120, 4700};
    for (int whole = 0; whole < 2; whole++) {
        struct samples samples;
        struct verdicts verdicts;
        struct rule rule = compare_rule("io/y/event-loop/conc:256", "io/y/thread-pool/conc:256", 0.1);
        const struct rules rules = {.rules = &rule, .count = 1};
        const double *items = whole ? rounds : ragged;
        open_samples(&samples);
        for (unsigned i = 0; i < 12; i++) {
            add(&samples, "native/io/y/event-loop/conc:256", i, 2000 + i, items[0], NAN);
            add(&samples, "native/io/y/thread-pool/conc:256", i, 1000, items[1], NAN);
        }
        judge(&samples, &rules, &verdicts);
        assert_int_equal(verdicts.verdicts[0].judgement, whole ? JUDGEMENT_HOLDS : JUDGEMENT_INCONCLUSIVE);
        assert_string_equal(verdicts.verdicts[0].reason,
                            whole ? ""
                                  : "different work: from 4700 to 5120 items, and not in whole rounds of the "
                                    "tasks in flight");
        verdicts_free(&verdicts);
        samples_free(&samples);
    }
}

/* The ratio 1 + x/320 is at 1.1 where x is 32; it is not straight in log x. */
static void test_curved_crossing(void **state)
{
    (void)state;
    static const unsigned conc[] = {1, 4, 16, 64, 256};
    struct synthetic random = {.state = 11};
    struct samples samples;
    struct verdicts verdicts;
    struct rule rule = compare_rule("io/y/event-loop", "io/y/thread-pool", 0.1);
    struct rule_sweep *sweep = &rule.pairs[0].sweep;
    const struct rules rules = {.rules = &rule, .count = 1};
    rule.pairs[0].kind = RULE_CROSSOVER;
    snprintf(sweep->key, sizeof sweep->key, "conc");
    for (size_t i = 0; i < 5; i++)
        snprintf(sweep->values[sweep->count++], sizeof sweep->values[0], "%u", conc[i]);
    rule.pairs[0].sweep_quick = *sweep;
    open_samples(&samples);
    for (size_t i = 0; i < 5; i++)
        for (unsigned block = 0; block < BLOCKS; block++) {
            char cell[64];
            snprintf(cell, sizeof cell, "native/io/y/event-loop/conc:%u", conc[i]);
            add(&samples, cell, block, 1000 * (1 + conc[i] / 320.0) * exp(0.01 * synthetic_normal(&random)),
                NAN, NAN);
            snprintf(cell, sizeof cell, "native/io/y/thread-pool/conc:%u", conc[i]);
            add(&samples, cell, block, 1000 * exp(0.01 * synthetic_normal(&random)), NAN, NAN);
        }
    judge(&samples, &rules, &verdicts);
    const struct verdict *verdict = &verdicts.verdicts[0];
    assert_int_equal(verdict->judgement, JUDGEMENT_HOLDS);
    assert_true(verdict->crossing_low == 16 && verdict->crossing_high == 64);
    assert_true(verdict->crossing > 16 && verdict->crossing < 64);
    verdicts_free(&verdicts);
    samples_free(&samples);
}

static void test_fact(void **state)
{
    (void)state;
    static const struct {
        unsigned n, lost; /* blocks; those in which the figure is above 0 */
        enum rule_expect expect;
        enum judgement judgement;
        const char *reason;
    } cases[] = {
        {12, 12, RULE_EXPECT_ABOVE, JUDGEMENT_HOLDS, ""},
        {12, 0, RULE_EXPECT_EQUAL, JUDGEMENT_HOLDS, ""},
        {12, 11, RULE_EXPECT_ABOVE, JUDGEMENT_INCONCLUSIVE, "true in 11 of 12 launches"},
        {12, 1, RULE_EXPECT_ABOVE, JUDGEMENT_DOES_NOT_HOLD, "true in 1 of 12 launches"},
        {12, 0, RULE_EXPECT_ABOVE, JUDGEMENT_DOES_NOT_HOLD, "true in 0 of 12 launches"},
        {4, 4, RULE_EXPECT_ABOVE, JUDGEMENT_INCONCLUSIVE, "underpowered: 4 of the 5 blocks needed"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct samples samples;
        struct verdicts verdicts;
        struct rule rule = compare_rule(A, A, 0);
        const struct rules rules = {.rules = &rule, .count = 1};
        rule.pairs[0].kind = RULE_FACT;
        rule.pairs[0].metric = COLUMN_VALUE;
        rule.pairs[0].expect = cases[k].expect;
        open_samples(&samples);
        for (unsigned i = 0; i < cases[k].n; i++)
            add(&samples, "native/" A, i, i < cases[k].lost ? 7 : 0, NAN, NAN);
        judge(&samples, &rules, &verdicts);
        const struct verdict *verdict = &verdicts.verdicts[0];
        if (verdict->judgement != cases[k].judgement || strcmp(verdict->reason, cases[k].reason) != 0)
            fail_msg("case %zu: %s (%s)", k, judgement_names[verdict->judgement], verdict->reason);
        assert_true(verdict->value == (2 * cases[k].lost > cases[k].n ? 7 : 0));
        verdicts_free(&verdicts);
        samples_free(&samples);
    }
}

/* Truths mixed and at the threshold, one arm shared by all: how many of `tables` hold a wrong verdict? At the
 * threshold is the limit of two truths, just below it, where "holds" is wrong, and just above, where "does
 * not hold" is: each rule has one wrong word. */
static unsigned count_wrong(unsigned rules_count, unsigned tables, struct synthetic *random)
{
    static const struct {
        double ratio;
        enum judgement wrong;
    } truths[] = {{1.05, JUDGEMENT_HOLDS},        {1, JUDGEMENT_HOLDS},    {1.05, JUDGEMENT_DOES_NOT_HOLD},
                  {1.2, JUDGEMENT_DOES_NOT_HOLD}, {1.05, JUDGEMENT_HOLDS}, {0.9, JUDGEMENT_HOLDS}};
    struct rule *list = calloc(rules_count, sizeof *list);
    const struct rules rules = {.rules = list, .count = rules_count};
    unsigned wrong = 0;
    assert_non_null(list);
    for (unsigned i = 0; i < rules_count; i++) {
        char better[64];
        snprintf(better, sizeof better, "x/y/serial/k:%u", i + 10);
        list[i] = compare_rule(better, B, 0.05);
        snprintf(list[i].id, sizeof list[i].id, "%u", i);
    }
    for (unsigned table = 0; table < tables; table++) {
        struct samples samples;
        struct verdicts verdicts;
        bool any = false;
        open_samples(&samples);
        for (unsigned block = 0; block < BLOCKS; block++) {
            add(&samples, "native/" B, block, 1000 * exp(0.02 * synthetic_normal(random)), NAN, NAN);
            for (unsigned i = 0; i < rules_count; i++) {
                char cell[64];
                snprintf(cell, sizeof cell, "native/x/y/serial/k:%u", i + 10);
                add(&samples, cell, block, 1000 * truths[i % 6].ratio * exp(0.02 * synthetic_normal(random)),
                    NAN, NAN);
            }
        }
        judge(&samples, &rules, &verdicts);
        for (size_t i = 0; i < verdicts.count; i++)
            any |= verdicts.verdicts[i].judgement == truths[i % 6].wrong;
        wrong += any;
        verdicts_free(&verdicts);
        samples_free(&samples);
    }
    free(list);
    return wrong;
}

static void test_family_wise_errors(void **state)
{
    (void)state;
    static const struct {
        unsigned rules, tables;
    } cases[] = {{9, 400}, {31, 200}, {62, 100}, {200, 40}};
    struct synthetic random = {.state = 2026};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned wrong = count_wrong(cases[i].rules, cases[i].tables, &random);
        /* 5 % and two standard deviations of so many tables. */
        double expected = 0.05 * cases[i].tables;
        if (wrong > expected + 2 * sqrt(0.95 * expected))
            fail_msg("%u rules: a wrong verdict in %u of %u tables", cases[i].rules, wrong, cases[i].tables);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_not_larger),
        cmocka_unit_test(test_total_times),
        cmocka_unit_test(test_generator_limit),
        cmocka_unit_test(test_generator_ceiling),
        cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_curved_crossing),
        cmocka_unit_test(test_fact),
        cmocka_unit_test(test_family_wise_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
