/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exit_codes.h"
#include "made_pair.h"

static double log_normal(struct synthetic *random)
{
    return 0.02 * synthetic_normal(random);
}

/* Two modes, 6 % apart. */
static double bimodal(struct synthetic *random)
{
    return (synthetic_normal(random) > 0.3 ? 0.06 : 0) + 0.008 * synthetic_normal(random);
}

/* One launch in ten takes up to three times as long. */
static double spiked(struct synthetic *random)
{
    double spike = synthetic_normal(random) > 1.28 ? fmin(fabs(synthetic_normal(random)), 1.1) : 0;
    return 0.01 * synthetic_normal(random) - spike;
}

static scatter *const scatters[] = {log_normal, bimodal, spiked};
enum { SCATTER_COUNT = sizeof scatters / sizeof *scatters };

/* What the verdicts are worth */

static void test_nothing_changed(void **state)
{
    (void)state;
    struct synthetic random = {.state = 1};
    for (int table = 0; table < 30; table++) {
        struct pair pair;
        pair_open(&pair, COLUMN_ITEMS_PER_SECOND);
        for (unsigned i = 0; i < 40; i++)
            pair_fill(&pair, i, table % 2 ? 20 : 12, scatters[table % SCATTER_COUNT], 1, &random);
        pair_compare(&pair, table % 5 ? COMPARE_PAIRED : COMPARE_UNPAIRED, 0.05);
        assert_int_equal(pair.compared.count, 40);
        assert_int_equal(pair.compared.verdicts[COMPARE_SLOWER] + pair.compared.verdicts[COMPARE_FASTER], 0);
        if (table % SCATTER_COUNT == 0 && table % 2)
            assert_true(pair.compared.verdicts[COMPARE_SAME] >= 30);
        pair_close(&pair);
    }
}

static void test_ten_percent(void **state)
{
    (void)state;
    static const struct {
        enum column metric;
        double factor;
        enum compare_verdict verdict;
    } cases[] = {{COLUMN_ITEMS_PER_SECOND, 1 / 1.1, COMPARE_SLOWER},
                 {COLUMN_ITEMS_PER_SECOND, 1.1, COMPARE_FASTER},
                 {COLUMN_LATENCY_P99_NS, 1.1, COMPARE_SLOWER},
                 {COLUMN_LATENCY_P99_NS, 1 / 1.1, COMPARE_FASTER}};
    struct synthetic random = {.state = 2};
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        struct pair pair;
        pair_open(&pair, cases[i / 2].metric);
        for (unsigned cell = 0; cell < 10; cell++)
            pair_fill(&pair, cell, 20, log_normal, cell == 3 ? cases[i / 2].factor : 1, &random);
        const struct compare_row *rows = pair_compare(&pair, i % 2 ? COMPARE_PAIRED : COMPARE_UNPAIRED, 0.05);
        for (unsigned cell = 0; cell < 10; cell++)
            if (cell != 3)
                assert_true(rows[cell].verdict == COMPARE_SAME || rows[cell].verdict == COMPARE_INCONCLUSIVE);
        assert_int_equal(rows[3].verdict, cases[i / 2].verdict);
        double expected = cases[i / 2].verdict == COMPARE_SLOWER ? 1 / 1.1 : 1.1;
        assert_true(fabs(rows[3].ratio / expected - 1) < 0.02);
        assert_true(rows[3].ci_low <= rows[3].ratio && rows[3].ratio <= rows[3].ci_high);
        assert_int_equal(compared_exit_code(&pair.compared),
                         cases[i / 2].verdict == COMPARE_SLOWER ? EXIT_REGRESSION : EXIT_FINE);
        pair_close(&pair);
    }
}

/* The machine gets 40 % slower meanwhile: blocks cancel it, separate samples drown in it. */
static void test_drift(void **state)
{
    (void)state;
    for (int pairing = COMPARE_UNPAIRED; pairing <= COMPARE_PAIRED; pairing++) {
        struct synthetic random = {.state = 3};
        struct pair pair;
        pair_open(&pair, COLUMN_ITEMS_PER_SECOND);
        for (unsigned i = 0; i < 4; i++)
            for (unsigned block = 0; block < 20; block++) {
                char cell[64];
                double drift = exp(-0.025 * block), factor = i == 2 ? 0.9 : 1;
                snprintf(cell, sizeof cell, "native/null/empty/serial/number:%u", i);
                pair_add(&pair.base, cell, block, drift * exp(log_normal(&random)));
                pair_add(&pair.new, cell, block, factor * drift * exp(log_normal(&random)));
            }
        const struct compare_row *rows = pair_compare(&pair, (enum compare_pairing)pairing, 0.05);
        for (unsigned i = 0; i < 4; i++) {
            enum compare_verdict paired = i == 2 ? COMPARE_SLOWER : COMPARE_SAME;
            assert_int_equal(rows[i].verdict, pairing == COMPARE_PAIRED ? paired : COMPARE_INCONCLUSIVE);
            assert_int_equal(rows[i].detectable > 0.05, pairing == COMPARE_UNPAIRED);
        }
        pair_close(&pair);
    }
}

static void test_coverage(void **state)
{
    (void)state;
    enum { CELLS = 3000 };
    static const unsigned sizes[] = {8, 20};
    for (int pairing = COMPARE_UNPAIRED; pairing <= COMPARE_PAIRED; pairing++)
        for (int kind = 0; kind < SCATTER_COUNT; kind++) {
            struct synthetic random = {.state = 5 + (uint64_t)kind};
            struct pair pair;
            unsigned covered = 0;
            pair_open(&pair, COLUMN_ITEMS_PER_SECOND);
            for (unsigned i = 0; i < CELLS; i++)
                pair_fill(&pair, i, sizes[pairing], scatters[kind], 0.93, &random);
            const struct compare_row *rows = pair_compare(&pair, (enum compare_pairing)pairing, 0.05);
            for (unsigned i = 0; i < CELLS; i++)
                covered += rows[i].ci_low <= 0.93 && 0.93 <= rows[i].ci_high;
            assert_in_range(covered, 93 * CELLS / 100, 97 * CELLS / 100);
            pair_close(&pair);
        }
}

/* A change that lies `detectable` beyond the effect is found about as often as said: detectable varies with
 * its sample, so its mean is taken. */
static void test_detectable(void **state)
{
    (void)state;
    enum { CELLS = 200 };
    for (int pairing = COMPARE_UNPAIRED; pairing <= COMPARE_PAIRED; pairing++) {
        struct synthetic random = {.state = 7};
        double detectable = 0;
        unsigned slower = 0;
        for (unsigned i = 0; i < 2 * CELLS; i++) {
            struct pair pair;
            pair_open(&pair, COLUMN_ITEMS_PER_SECOND);
            double factor = i < CELLS ? 1 : 1 / 1.05 / (1 + detectable / CELLS);
            pair_fill(&pair, 0, 20, log_normal, factor, &random);
            const struct compare_row *rows = pair_compare(&pair, (enum compare_pairing)pairing, 0.05);
            if (i < CELLS)
                detectable += rows[0].detectable;
            else
                slower += rows[0].p_slower < 0.05;
            pair_close(&pair);
        }
        assert_in_range(slower, 84 * CELLS / 100, 98 * CELLS / 100); /* few rows: up to 10 % more than 90 % */
    }
}

static void test_large(void **state)
{
    (void)state;
    struct synthetic random = {.state = 8};
    for (int pairing = COMPARE_UNPAIRED; pairing <= COMPARE_PAIRED; pairing++) {
        struct pair pair;
        pair_open(&pair, COLUMN_ITEMS_PER_SECOND);
        pair_fill(&pair, 0, 2000, spiked, 0.94, &random);
        const struct compare_row *rows = pair_compare(&pair, (enum compare_pairing)pairing, 0.05);
        assert_int_equal(rows[0].verdict, COMPARE_SLOWER);
        assert_false(rows[0].exact);
        assert_true(fabs(rows[0].ratio / 0.94 - 1) < 0.005);
        pair_close(&pair);
    }
}

/* What cannot be compared, and why */

static void test_reasons(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, COLUMN_ITEMS_PER_SECOND);
    for (unsigned block = 0; block < 10; block++) {
        pair_add(&pair.base, "a/base", block, 100);
        pair_add(&pair.new, "b/new", block, 100);
        pair_add(&pair.base, "c/zero", block, 100);
        pair_add(&pair.new, "c/zero", block, block ? 100 : 0);
        pair_add(&pair.base, "d/blocks", block, 100);
        pair_add(&pair.new, "d/blocks", block + 10, 100);
        pair_add(&pair.base, "e/missing", block, 100 + block);
        if (block > 5)
            pair_add(&pair.new, "e/missing", block, 100 - block);
        pair_add(&pair.base, "f/invalid", block, 100);
        pair_add_status(&pair.new, "f/invalid", 9 - block, STATUS_INVALID, block < 9 ? "later" : "steal 7 %");
        pair_add(&pair.base, "g/figure", block, NAN);
        pair_add(&pair.new, "g/figure", block, NAN);
        pair_add(&pair.base, "h/fine", block, 100);
        pair_add(&pair.new, "h/fine", block, 100);
    }
    static const struct {
        const char *reason;
        bool comparable;
    } expected[] = {
        {"one-sided: only in base", false},
        {"one-sided: only in new", false},
        {"no ratio: items_per_second is 0 or below in 1 rows", false},
        {"too few: no block in common", false},
        {"too few: 4 of the 6 blocks needed", true},
        {"environment: steal 7 %", false},
        {"no figure for items_per_second", false},
        {"", true},
    };
    const struct compare_row *rows = pair_compare(&pair, COMPARE_PAIRED, 0.05);
    assert_int_equal(pair.compared.count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < pair.compared.count; i++) {
        assert_string_equal(rows[i].reason, expected[i].reason);
        assert_int_equal(rows[i].comparable, expected[i].comparable);
    }
    assert_int_equal(rows[7].verdict, COMPARE_SAME);
    assert_int_equal(pair.compared.comparable, 2);
    assert_int_equal(pair.compared.too_little, 1);
    assert_int_equal(compared_exit_code(&pair.compared), EXIT_TOO_LITTLE_DATA);
    pair_close(&pair);
}

static void test_underpowered(void **state)
{
    (void)state;
    struct synthetic random = {.state = 9};
    struct pair pair;
    pair_open(&pair, COLUMN_ITEMS_PER_SECOND);
    pair_fill(&pair, 0, 8, spiked, 1, &random);
    const struct compare_row *rows = pair_compare(&pair, COMPARE_UNPAIRED, 0.005);
    assert_int_equal(rows[0].verdict, COMPARE_INCONCLUSIVE);
    assert_int_equal(strncmp(rows[0].reason, "underpowered: ", 14), 0);
    assert_int_equal(compared_exit_code(&pair.compared), EXIT_TOO_LITTLE_DATA);
    pair_close(&pair);
}

/* Nothing scatters: the second run is `factor` times the first. */
static void fill_constant(struct pair *pair, unsigned blocks, double factor)
{
    pair_open(pair, COLUMN_ITEMS_PER_SECOND);
    for (unsigned block = 0; block < blocks; block++) {
        pair_add(&pair->base, "a", block, 100);
        pair_add(&pair->new, "a", block, 100 * factor);
    }
}

static void test_at_the_effect(void **state)
{
    (void)state;
    static const struct {
        double factor, effect;
        const char *reason;
    } cases[] = {{1.05, 0.05, "underpowered: too close to +5 % to tell; not slower"},
                 {1 / 1.05, 0.05, "underpowered: too close to -4.76 % to tell"},
                 {1, 0, "no difference shown; an effect of 0 % leaves no room for `same`"}};
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        struct pair pair;
        fill_constant(&pair, 14, cases[i / 2].factor);
        const struct compare_row *rows =
            pair_compare(&pair, i % 2 ? COMPARE_PAIRED : COMPARE_UNPAIRED, cases[i / 2].effect);
        assert_int_equal(rows[0].verdict, COMPARE_INCONCLUSIVE);
        assert_string_equal(rows[0].reason, cases[i / 2].reason);
        pair_close(&pair);
    }
}

/* Five blocks carry an interval of 94 % at most. */
static void test_interval_of_few(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 6; n++) {
        struct pair pair;
        char figures[32];
        fill_constant(&pair, n, 0.5);
        pair_compare(&pair, COMPARE_PAIRED, 0.05);
        char *text = pair_write(&pair.compared, "text"), *csv = pair_write(&pair.compared, "csv");
        char *markdown = pair_write(&pair.compared, "markdown");
        char *json = pair_write(&pair.compared, "json");
        assert_int_equal(strstr(text, "0.500× (0.500–0.500)") != NULL, n > 5);
        assert_int_equal(strstr(markdown, "| 0.500× (0.500–0.500) |") != NULL, n > 5);
        assert_int_equal(strstr(markdown, "| 0.500× |") != NULL, n <= 5);
        snprintf(figures, sizeof figures, ",0.5,%s,", n > 5 ? "0.5,0.5" : ",");
        assert_non_null(strstr(csv, figures));
        assert_non_null(strstr(json, "\"interval\": [0.5, 0.5], \"level\": "));
        free(text);
        free(csv);
        free(markdown);
        free(json);
        pair_close(&pair);
    }
}

/* m cells of n_base rows against n_new that are a tenth of them all. */
static void fill_tenth(struct pair *pair, unsigned m, unsigned n_base, unsigned n_new)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    pair_open(pair, COLUMN_ITEMS_PER_SECOND);
    for (unsigned i = 0; i < m; i++) {
        for (unsigned block = 0; block < n_base; block++)
            pair_add(&pair->base, names[i], block, 100 + block);
        for (unsigned block = 0; block < n_new; block++)
            pair_add(&pair->new, names[i], block, 10 + 0.1 * block);
    }
}

/* A p of just alpha decides nothing: rows that reach no smaller one are too few. */
static void test_just_alpha(void **state)
{
    (void)state;
    static const struct {
        unsigned m, n_base, n_new;
        const char *reason;
        int code;
    } cases[] = {{1, 3, 3, "too few: 3 of the 4 rows a side needed", EXIT_TOO_LITTLE_DATA},
                 {6, 3, 7, "too few: 3 of the 5 rows a side needed", EXIT_TOO_LITTLE_DATA},
                 {1, 4, 4, "", EXIT_REGRESSION}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pair pair;
        fill_tenth(&pair, cases[i].m, cases[i].n_base, cases[i].n_new);
        const struct compare_row *rows = pair_compare(&pair, COMPARE_UNPAIRED, 0.05);
        assert_string_equal(rows[0].reason, cases[i].reason);
        assert_int_equal(compared_exit_code(&pair.compared), cases[i].code);
        assert_int_equal(isinf(rows[0].detectable) != 0, *cases[i].reason != 0);
        pair_close(&pair);
    }
}

/* Normal logarithms, sides of unequal size: nothing is skewed, and the second interval must take both sides
 * whole to see it. */
static void test_unequal_sides_are_no_skew(void **state)
{
    (void)state;
    struct synthetic random = {.state = 7};
    unsigned slower = 0, skew = 0;
    for (int table = 0; table < 100; table++) {
        struct pair pair;
        pair_open(&pair, COLUMN_ITEMS_PER_SECOND);
        for (unsigned block = 0; block < 100; block++)
            pair_add(&pair.base, "a", block, 1000 * exp(0.05 * synthetic_normal(&random)));
        for (unsigned block = 0; block < 10; block++)
            pair_add(&pair.new, "a", block, 920 * exp(0.05 * synthetic_normal(&random)));
        const struct compare_row *rows = pair_compare(&pair, COMPARE_UNPAIRED, 0.05);
        slower += rows[0].verdict == COMPARE_SLOWER;
        skew += strncmp(rows[0].reason, "skew", 4) == 0;
        pair_close(&pair);
    }
    assert_true(slower > 30);
    assert_true(10 * skew < slower);
}

/* Figures of the rows that have one, with a word on those that have none. */
static void test_absent_figures(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, COLUMN_LATENCY_P99_NS);
    for (unsigned block = 0; block < 14; block++) {
        pair_add(&pair.base, "a", block, 100);
        pair_add(&pair.new, "a", block, block < 10 ? 200 : NAN);
    }
    const struct compare_row *rows = pair_compare(&pair, COMPARE_PAIRED, 0.05);
    assert_int_equal(rows[0].verdict, COMPARE_SLOWER);
    assert_string_equal(rows[0].reason, "too few events in 4 of 28 rows");
    pair_close(&pair);
}

/* Four of ten differences lie a little under the effect, six far over it: the ranks decide, barely, while the
 * bootstrap's interval reaches under the effect. */
static void test_skew(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct pair pair;
        pair_open(&pair, COLUMN_ITEMS_PER_SECOND);
        for (unsigned block = 0; block < 10; block++) {
            double d = block < 6 ? 0.095 + 0.3 + 0.01 * block : 0.095 - 0.001 * (block + 1);
            pair_add(&pair.base, "a", block, 1000);
            pair_add(&pair.new, "a", block, 1000 * exp(sign * d));
        }
        const struct compare_row *rows = pair_compare(&pair, COMPARE_PAIRED, 0.1);
        assert_int_equal(rows[0].verdict, COMPARE_INCONCLUSIVE);
        assert_string_equal(rows[0].reason, "skew: two interval methods disagree");
        assert_true(rows[0].p_adjusted < 0.05);
        pair_close(&pair);
    }
}

/* Totals of different amounts of work say nothing; rates of them do. */
static void test_different_work(void **state)
{
    (void)state;
    static const enum column metrics[] = {COLUMN_WALL_NS, COLUMN_LATENCY_P50_NS};
    for (size_t i = 0; i < 2; i++) {
        struct pair pair;
        pair_open(&pair, metrics[i]);
        for (unsigned block = 0; block < 10; block++) {
            struct samples_input input = {.cell = "a", .reason = "", .block = block, .items = 100};
            pair_add_row(&pair.base, &input, 50);
            input.items = 200;
            pair_add_row(&pair.new, &input, 50);
        }
        const struct compare_row *rows = pair_compare(&pair, COMPARE_PAIRED, 0.05);
        assert_int_equal(rows[0].verdict, i ? COMPARE_SAME : COMPARE_INCONCLUSIVE);
        if (!i)
            assert_string_equal(rows[0].reason,
                                "different work: wall_ns is a total, and the launches had from 100 "
                                "to 200 items");
        pair_close(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_changed), cmocka_unit_test(test_ten_percent),
        cmocka_unit_test(test_drift),           cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_detectable),      cmocka_unit_test(test_large),
        cmocka_unit_test(test_reasons),         cmocka_unit_test(test_underpowered),
        cmocka_unit_test(test_at_the_effect),   cmocka_unit_test(test_interval_of_few),
        cmocka_unit_test(test_just_alpha),      cmocka_unit_test(test_unequal_sides_are_no_skew),
        cmocka_unit_test(test_absent_figures),  cmocka_unit_test(test_skew),
        cmocka_unit_test(test_different_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
