/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare.h"
#include "compare_origin.h"
#include "exit_codes.h"
#include "synthetic.h"

/* Made-up tables: a column of the first run, one of the second, block by block. */

typedef double scatter(struct synthetic *random); /* ln of a factor about 1 */

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

static void add_row(struct samples *samples, struct samples_input *input, double value)
{
    struct error error;
    double figures[COLUMN_COUNT];
    for (int column = 0; column < COLUMN_COUNT; column++)
        figures[column] = value;
    input->by_column = figures;
    input->generator_busy = NAN;
    input->line = samples->row_count;
    assert_int_equal(samples_add(samples, input, &error), 0);
}

static void add(struct samples *samples, const char *cell, unsigned block, double value)
{
    struct samples_input input = {.cell = cell, .reason = "", .block = block, .items = NAN};
    add_row(samples, &input, value);
}

static void add_status(struct samples *samples, const char *cell, unsigned block, enum status status,
                       const char *reason)
{
    struct samples_input input = {
        .cell = cell, .reason = reason, .block = block, .status = status, .items = NAN};
    add_row(samples, &input, NAN);
}

struct pair {
    struct samples base, new;
    enum column metric;
    struct compared compared;
};

static void pair_open(struct pair *pair, enum column metric)
{
    pair->metric = metric;
    samples_init(&pair->base, &metric, 1);
    samples_init(&pair->new, &metric, 1);
    memset(&pair->compared, 0, sizeof pair->compared);
}

static void pair_close(struct pair *pair)
{
    compared_free(&pair->compared);
    samples_free(&pair->base);
    samples_free(&pair->new);
}

/* Cell number i, `factor` times the value in the second run. */
static void pair_fill(struct pair *pair, unsigned i, unsigned n, scatter *draw, double factor,
                      struct synthetic *random)
{
    char cell[64];
    snprintf(cell, sizeof cell, "native/null/empty/serial/number:%u", i);
    for (unsigned block = 0; block < n; block++) {
        add(&pair->base, cell, block, 1000 * exp(draw(random)));
        add(&pair->new, cell, block, factor * 1000 * exp(draw(random)));
    }
}

static const struct compare_row *pair_compare(struct pair *pair, enum compare_pairing pairing, double effect)
{
    struct compare_options options = {.effect = effect, .pairing = pairing};
    struct error error;
    assert_int_equal(samples_finish(&pair->base, &error), 0);
    assert_int_equal(samples_finish(&pair->new, &error), 0);
    assert_int_equal(compare_tables(&pair->base, &pair->new, pair->metric, &options, &pair->compared, &error),
                     0);
    return pair->compared.rows;
}

static char *write_format(const struct compared *compared, const char *format)
{
    char *text;
    size_t bytes;
    struct error error;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    assert_int_equal(compared_write(compared, format, 0, 0, out, &error), 0);
    fclose(out);
    return text;
}

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
                add(&pair.base, cell, block, drift * exp(log_normal(&random)));
                add(&pair.new, cell, block, factor * drift * exp(log_normal(&random)));
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
        add(&pair.base, "a/base", block, 100);
        add(&pair.new, "b/new", block, 100);
        add(&pair.base, "c/zero", block, 100);
        add(&pair.new, "c/zero", block, block ? 100 : 0);
        add(&pair.base, "d/blocks", block, 100);
        add(&pair.new, "d/blocks", block + 10, 100);
        add(&pair.base, "e/missing", block, 100 + block);
        if (block > 5)
            add(&pair.new, "e/missing", block, 100 - block);
        add(&pair.base, "f/invalid", block, 100);
        add_status(&pair.new, "f/invalid", 9 - block, STATUS_INVALID, block < 9 ? "later" : "steal 7 %");
        add(&pair.base, "g/figure", block, NAN);
        add(&pair.new, "g/figure", block, NAN);
        add(&pair.base, "h/fine", block, 100);
        add(&pair.new, "h/fine", block, 100);
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
    assert_int_equal(compared_exit_code(&pair.compared), EXIT_FINE);
    pair_close(&pair);
}

/* A cell of 14 launches a side, of which the last ones failed. */
static void fill_failed(struct pair *pair, const char *cell, unsigned failed_base, unsigned failed_new)
{
    for (unsigned block = 0; block < 14; block++) {
        if (block < 14 - failed_base)
            add(&pair->base, cell, block, 100);
        else
            add_status(&pair->base, cell, block, STATUS_FAILED, "timeout");
        if (block < 14 - failed_new)
            add(&pair->new, cell, block, 100);
        else
            add_status(&pair->new, cell, block, STATUS_FAILED, "killed by signal 11");
    }
}

static void test_failed(void **state)
{
    (void)state;
    static const struct {
        unsigned failed_base, failed_new;
        bool broken;
        enum compare_verdict verdict;
        const char *reason;
    } cases[] = {
        {0, 14, true, COMPARE_INCONCLUSIVE, "failed in new: killed by signal 11"},
        {0, 9, true, COMPARE_INCONCLUSIVE, "failed in new (9 of 14 launches): killed by signal 11"},
        {0, 7, false, COMPARE_SAME, "failed in new (7 of 14 launches): killed by signal 11"},
        {14, 0, false, COMPARE_INCONCLUSIVE, "failed in base: timeout"},
        {1, 14, true, COMPARE_INCONCLUSIVE,
         "failed in base (1 of 14 launches) and in new: killed by signal 11"},
        {8, 14, false, COMPARE_INCONCLUSIVE,
         "failed in base (8 of 14 launches) and in new: killed by signal 11"},
        {12, 0, false, COMPARE_INCONCLUSIVE,
         "failed in base (12 of 14 launches), 2 of the 5 blocks needed are left: timeout"},
        {0, 0, false, COMPARE_SAME, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pair pair;
        pair_open(&pair, COLUMN_ITEMS_PER_SECOND);
        fill_failed(&pair, "a", cases[i].failed_base, cases[i].failed_new);
        const struct compare_row *rows = pair_compare(&pair, COMPARE_PAIRED, 0.05);
        assert_string_equal(rows[0].reason, cases[i].reason);
        assert_int_equal(rows[0].verdict, cases[i].verdict);
        assert_int_equal(rows[0].broken, cases[i].broken);
        assert_int_equal(compared_exit_code(&pair.compared) == EXIT_REGRESSION, cases[i].broken);
        pair_close(&pair);
    }
}

/* A regression that no ratio shows is named, whatever else there is. */
static void test_failed_is_told(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, COLUMN_ITEMS_PER_SECOND);
    fill_failed(&pair, "a", 0, 9);
    fill_failed(&pair, "b", 0, 2);
    fill_failed(&pair, "c", 0, 0);
    pair_compare(&pair, COMPARE_UNPAIRED, 0.05);
    assert_int_equal(compared_exit_code(&pair.compared), EXIT_REGRESSION);
    char *text = write_format(&pair.compared, "text"), *csv = write_format(&pair.compared, "csv");
    char *json = write_format(&pair.compared, "json"), *named;
    assert_non_null(strstr(text, "0 slower, 0 faster, 2 same, 1 inconclusive: "));
    assert_non_null(strstr(text, "\nFailed launches: 0 in base, 11 in new.\n"));
    assert_non_null(strstr(text, "\nRegression: 1 cell fails in new, in base not or far less often.\n"));
    assert_non_null(
        strstr(csv, ",same,unpaired; failed in new (2 of 14 launches): killed by signal 11\nc,14,"));
    assert_non_null(strstr(json, "\"failed_base\": 0, \"failed_new\": 11, \"broken\": 1,"));
    assert_non_null(strstr(json, "\"exit_code\": 1,"));
    size_t bytes;
    FILE *out = open_memstream(&named, &bytes);
    assert_non_null(out);
    compared_name_broken(&pair.compared, out);
    fclose(out);
    assert_string_equal(named, "regression: a, failed in new (9 of 14 launches): killed by signal 11\n");
    free(text);
    free(csv);
    free(json);
    free(named);
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
        add(&pair->base, "a", block, 100);
        add(&pair->new, "a", block, 100 * factor);
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
        char *text = write_format(&pair.compared, "text"), *csv = write_format(&pair.compared, "csv");
        char *markdown = write_format(&pair.compared, "markdown");
        char *json = write_format(&pair.compared, "json");
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
            add(&pair->base, names[i], block, 100 + block);
        for (unsigned block = 0; block < n_new; block++)
            add(&pair->new, names[i], block, 10 + 0.1 * block);
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
            add(&pair.base, "a", block, 1000 * exp(0.05 * synthetic_normal(&random)));
        for (unsigned block = 0; block < 10; block++)
            add(&pair.new, "a", block, 920 * exp(0.05 * synthetic_normal(&random)));
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
        add(&pair.base, "a", block, 100);
        add(&pair.new, "a", block, block < 10 ? 200 : NAN);
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
            add(&pair.base, "a", block, 1000);
            add(&pair.new, "a", block, 1000 * exp(sign * d));
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
            add_row(&pair.base, &input, 50);
            input.items = 200;
            add_row(&pair.new, &input, 50);
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

static void test_exit_codes(void **state)
{
    (void)state;
    static const struct {
        size_t slower, comparable, too_little;
        int code;
    } cases[] = {
        {0, 10, 0, EXIT_FINE}, {1, 10, 9, EXIT_REGRESSION},      {0, 0, 0, EXIT_NOTHING_COMPARABLE},
        {0, 10, 5, EXIT_FINE}, {0, 10, 6, EXIT_TOO_LITTLE_DATA}, {0, 1, 1, EXIT_TOO_LITTLE_DATA},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct compared compared = {.comparable = cases[i].comparable, .too_little = cases[i].too_little};
        compared.verdicts[COMPARE_SLOWER] = cases[i].slower;
        assert_int_equal(compared_exit_code(&compared), cases[i].code);
    }
}

/* A second round: five cells that were slower in the first and one that was not. */
static void fill_rounds(struct pair *first, struct pair *again)
{
    static const char *const cells[] = {"a", "b", "c", "d", "e", "f"};
    pair_open(first, COLUMN_ITEMS_PER_SECOND);
    pair_open(again, COLUMN_ITEMS_PER_SECOND);
    for (unsigned block = 0; block < 8; block++) {
        for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
            add(&first->base, cells[i], block, 100);
            add(&first->new, cells[i], block, i == 2 ? 100 : 50);
            if (i != 2)
                add(&again->base, cells[i], block, 100);
        }
        add(&again->new, "a", block, 50);
        add(&again->new, "b", block, 100);
        add_status(&again->new, "d", block, STATUS_INVALID, "steal 7 %");
        if (block < 3)
            add(&again->new, "e", block, 50);
        else
            add_status(&again->new, "e", block, STATUS_INVALID, "steal 7 %");
        add_status(&again->new, "f", block, STATUS_FAILED, "killed by signal 11");
    }
    pair_compare(first, COMPARE_PAIRED, 0.05);
    pair_compare(again, COMPARE_PAIRED, 0.05);
    assert_int_equal(first->compared.verdicts[COMPARE_SLOWER], 5);
}

static void test_confirm(void **state)
{
    (void)state;
    static const struct {
        enum compare_verdict verdict;
        const char *reason;
    } expected[] = {
        {COMPARE_SLOWER, ""},
        {COMPARE_INCONCLUSIVE, "not confirmed: 1.00× (1.00–1.00) in the second round"},
        {COMPARE_SAME, ""},
        {COMPARE_INCONCLUSIVE, "not judged in the second round: environment: steal 7 %"},
        {COMPARE_INCONCLUSIVE,
         "not judged in the second round: environment: 3 of the 6 blocks needed are left: steal 7 %"},
        {COMPARE_INCONCLUSIVE, "failed in new: killed by signal 11"},
    };
    struct pair first, again;
    fill_rounds(&first, &again);
    struct compared *compared = &first.compared;
    compared_confirm(compared, &again.compared);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(compared->rows[i].verdict, expected[i].verdict);
        assert_string_equal(compared->rows[i].reason, expected[i].reason);
    }
    assert_int_equal(compared->verdicts[COMPARE_SLOWER], 1);
    assert_int_equal(compared->verdicts[COMPARE_INCONCLUSIVE], 4);
    assert_int_equal(compared->confirmed, 1);
    assert_int_equal(compared->unjudged, 2);
    assert_int_equal(compared->failed_new, 8);
    assert_int_equal(compared_exit_code(compared), EXIT_REGRESSION);
    compared->verdicts[COMPARE_SLOWER] = 0;
    assert_int_equal(compared_exit_code(compared), EXIT_REGRESSION);
    compared->broken = 0;
    assert_int_equal(compared_exit_code(compared), EXIT_TOO_LITTLE_DATA);
    compared->again_void = true;
    assert_int_equal(compared_exit_code(compared), EXIT_NOTHING_COMPARABLE);
    compared->unjudged = 0;
    assert_int_equal(compared_exit_code(compared), EXIT_FINE);
    pair_close(&first);
    pair_close(&again);
}

/* One that failed has to fail, or be slower, again. */
static void test_confirm_broken(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c", "d"};
    struct pair first, again;
    pair_open(&first, COLUMN_ITEMS_PER_SECOND);
    pair_open(&again, COLUMN_ITEMS_PER_SECOND);
    for (size_t i = 0; i < 4; i++)
        fill_failed(&first, names[i], 0, 9);
    fill_failed(&again, "a", 0, 9);
    fill_failed(&again, "b", 0, 0);
    for (unsigned block = 0; block < 14; block++) {
        add_status(&again.base, "c", block, STATUS_INVALID, "steal 7 %");
        add_status(&again.new, "c", block, STATUS_INVALID, "steal 7 %");
        add(&again.base, "d", block, 100);
        add(&again.new, "d", block, 50);
    }
    pair_compare(&first, COMPARE_PAIRED, 0.05);
    pair_compare(&again, COMPARE_PAIRED, 0.05);
    struct compared *compared = &first.compared;
    assert_int_equal(compared->broken, 4);
    compared_confirm(compared, &again.compared);
    assert_string_equal(compared->rows[0].reason, "failed in new (9 of 14 launches): killed by signal 11");
    assert_string_equal(compared->rows[1].reason, "not confirmed: failed in the first round only");
    assert_string_equal(compared->rows[2].reason, "not judged in the second round: environment: steal 7 %");
    assert_true(compared->rows[3].broken);
    assert_int_equal(compared->broken, 2);
    assert_int_equal(compared->confirmed, 2);
    assert_int_equal(compared->unjudged, 1);
    assert_int_equal(compared->verdicts[COMPARE_INCONCLUSIVE], 4);
    assert_int_equal(compared_exit_code(compared), EXIT_REGRESSION);
    pair_close(&first);
    pair_close(&again);
}

static void test_interrupted(void **state)
{
    (void)state;
    struct pair first, again;
    fill_rounds(&first, &again);
    first.compared.rows[2].broken = true;
    first.compared.broken = 1;
    compared_interrupt(&first.compared);
    assert_int_equal(first.compared.broken, 0);
    assert_string_equal(first.compared.rows[2].reason, first.compared.rows[0].reason);
    assert_int_equal(first.compared.verdicts[COMPARE_SLOWER], 5);
    assert_string_equal(first.compared.rows[0].reason, "not confirmed: the second round was interrupted");
    char *json = write_format(&first.compared, "json");
    assert_non_null(strstr(json, "\"exit_code\": 130,"));
    free(json);
    pair_close(&first);
    pair_close(&again);
}

/* Formats */

static void fill_golden(struct pair *pair)
{
    pair_open(pair, COLUMN_ITEMS_PER_SECOND);
    for (unsigned block = 0; block < 8; block++) {
        add(&pair->base, "conc:16", block, 100);
        add(&pair->new, "conc:16", block, 50);
        add(&pair->base, "conc:4", block, 64);
        add(&pair->new, "conc:4", block, 64);
        add(&pair->base, "x, \"y\" | z", block, 3);
    }
    pair_compare(pair, COMPARE_PAIRED, 0.05);
}

static void check_golden(const char *format, const char *expected)
{
    struct pair pair;
    fill_golden(&pair);
    char *text = write_format(&pair.compared, format);
    assert_string_equal(text, expected);
    free(text);
    pair_close(&pair);
}

static void test_csv(void **state)
{
    (void)state;
    check_golden("csv",
                 "cell,n,base,new,metric,ratio,ci_low,ci_high,p_adjusted,verdict,reason\n"
                 "conc:4,8,64,64,items_per_second,1,1,1,0.0078125,same,\n"
                 "conc:16,8,100,50,items_per_second,0.5,0.5,0.5,0.0078125,slower,\n"
                 "\"x, \"\"y\"\" | z\",0,3,,items_per_second,,,,,inconclusive,one-sided: only in base\n");
}

static void test_markdown(void **state)
{
    (void)state;
    check_golden(
        "markdown",
        "| cell | n | base | new | ratio (95 % interval) | detectable | verdict |\n"
        "|---|--:|--:|--:|---|--:|---|\n"
        "| conc:4 | 8 | 64.0/s | 64.0/s | 1.00× (1.00–1.00) | 0 % | **same** |\n"
        "| conc:16 | 8 | 100/s | 50.0/s | 0.500× (0.500–0.500) | 0 % | **slower** |\n"
        "| x, \"y\" \\| z | 8/0 | 3.00/s | | | | **inconclusive**<br>one-sided: only in base |\n\n"
        "1 slower, 0 faster, 1 same, 1 inconclusive (1 of them not comparable): work per second, effect 5 "
        "%.\n"
        "Paired by block, signed-rank test; 2 tests, Holm-adjusted, 5 %.\n"
        "Geometric mean of the ratios (above 1: new is faster): 0.7071× (0.00865–57.8) over 2 cells.\n"
        "Detectable: what lies that far beyond 5 % is shown with a probability of 90 %.\n");
}

static void test_json(void **state)
{
    (void)state;
    struct pair pair;
    json_error_t where;
    fill_golden(&pair);
    char *text = write_format(&pair.compared, "json");
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &where);
    assert_non_null(root);
    const char *test, *verdict, *reason;
    int slower, code, tests, n_new;
    double ratio, low, high, mean;
    assert_int_equal(json_unpack(root, "{s:s, s:i, s:i, s:i, s:F}", "test", &test, "tests", &tests, "slower",
                                 &slower, "exit_code", &code, "geometric_mean", &mean),
                     0);
    assert_string_equal(test, "signed-rank");
    assert_int_equal(tests, 2);
    assert_int_equal(slower, 1);
    assert_int_equal(code, EXIT_REGRESSION);
    assert_true(fabs(mean - sqrt(0.5)) < 1e-12);
    json_t *cells = json_object_get(root, "cells");
    assert_int_equal(json_array_size(cells), 3);
    assert_int_equal(json_unpack(json_array_get(cells, 1), "{s:s, s:F, s:[F, F]}", "verdict", &verdict,
                                 "ratio", &ratio, "interval", &low, &high),
                     0);
    assert_string_equal(verdict, "slower");
    assert_true(ratio == 0.5 && low == 0.5 && high == 0.5);
    assert_int_equal(json_unpack(json_array_get(cells, 2), "{s:s, s:i, s:n, s:n}", "reason", &reason, "n_new",
                                 &n_new, "ratio", "detectable"),
                     0);
    assert_string_equal(reason, "one-sided: only in base");
    json_decref(root);
    free(text);
    pair_close(&pair);
}

static void test_text(void **state)
{
    (void)state;
    struct pair pair;
    struct error error;
    fill_golden(&pair);
    char *text = write_format(&pair.compared, "text");
    assert_non_null(
        strstr(text, "\nconc:16       8   100/s  50.0/s  0.500× (0.500–0.500)          0 %  slower\n"));
    assert_int_equal(compared_write(&pair.compared, "xml", 0, 0, stdout, &error), -1);
    assert_string_equal(error.text, "unknown format 'xml'; known: text, csv, json, markdown");
    free(text);
    pair_close(&pair);
}

/* Files */

static const enum column metric = COLUMN_ITEMS_PER_SECOND;

static void read_folder(const char *folder, struct samples *table)
{
    struct error error;
    assert_int_equal(samples_load(folder, &metric, 1, table, &error), 0);
}

/* Copies samples.csv with its rows in another order. */
static void shuffle_rows(const struct synthetic *from, struct synthetic *to)
{
    enum { LINES_MAX = 2000, LINE_BYTES = 512 };
    char path[128], *lines[LINES_MAX];
    size_t count = 0, room = 0;
    snprintf(path, sizeof path, "%s/samples.csv", from->folder);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    for (lines[0] = NULL; count < LINES_MAX && getline(&lines[count], &room, file) > 0; room = 0)
        if (++count < LINES_MAX)
            lines[count] = NULL;
    assert_true(count < LINES_MAX);
    free(lines[count]);
    fclose(file);
    for (size_t left = count; left > 1; left--) { /* 7 and the count have no common factor: every row once */
        static const size_t step = 7;
        size_t pick = 1 + (count - left) * step % (count - 1);
        fputs(lines[pick], to->file);
    }
    for (size_t i = 0; i < count; i++)
        free(lines[i]);
}

static void test_order(void **state)
{
    (void)state;
    static const char *const formats[] = {"text", "csv", "json", "markdown"};
    struct synthetic base, new, shuffled;
    struct compare_options options = {.effect = 0.05, .pairing = COMPARE_PAIRED};
    struct error error;
    synthetic_open(&base);
    synthetic_open(&new);
    synthetic_open(&shuffled);
    synthetic_suite(&base, 12);
    new.state = 77;
    synthetic_suite(&new, 12);
    synthetic_row(&new, "native/io/sleep/serial/place:compact", 13, "failed", "one", COLUMN_COUNT, 0);
    synthetic_row(&new, "native/io/sleep/serial/place:compact", 13, "failed", "another", COLUMN_COUNT, 0);
    synthetic_close(&base);
    synthetic_close(&new);
    shuffle_rows(&new, &shuffled);
    synthetic_close(&shuffled);
    for (int pairing = COMPARE_UNPAIRED; pairing <= COMPARE_PAIRED; pairing++)
        for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
            char *text[2];
            options.pairing = (enum compare_pairing)pairing;
            for (int run = 0; run < 2; run++) {
                struct samples tables[2];
                struct compared compared;
                read_folder(base.folder, &tables[0]);
                read_folder(run ? shuffled.folder : new.folder, &tables[1]);
                assert_int_equal(compare_tables(&tables[0], &tables[1], COLUMN_ITEMS_PER_SECOND, &options,
                                                &compared, &error),
                                 0);
                assert_int_equal(compared.comparable, compared.count);
                text[run] = write_format(&compared, formats[i]);
                compared_free(&compared);
                samples_free(&tables[0]);
                samples_free(&tables[1]);
            }
            assert_string_equal(text[0], text[1]);
            free(text[0]);
            free(text[1]);
        }
    synthetic_remove(&base);
    synthetic_remove(&new);
    synthetic_remove(&shuffled);
}

static void load_fails(const char *path, const char *reason)
{
    struct samples table;
    struct error error = {""};
    assert_int_equal(samples_load(path, &metric, 1, &table, &error), -1);
    assert_non_null(strstr(error.text, path));
    assert_non_null(strstr(error.text, reason));
    samples_free(&table);
}

static void test_malformed(void **state)
{
    (void)state;
    struct synthetic synthetic;
    struct samples table;
    struct compare_options options = {.effect = 0.05};
    struct compared compared;
    struct error error;
    char path[128];
    synthetic_open(&synthetic);
    snprintf(path, sizeof path, "%s/samples.csv", synthetic.folder);
    fflush(synthetic.file);
    read_folder(synthetic.folder, &table);
    assert_int_equal(table.cell_count, 0);
    assert_int_equal(compare_tables(&table, &table, COLUMN_ITEMS_PER_SECOND, &options, &compared, &error), 0);
    assert_int_equal(compared_exit_code(&compared), EXIT_NOTHING_COMPARABLE);
    free(write_format(&compared, "text"));
    compared_free(&compared);
    samples_free(&table);

    synthetic_row(&synthetic, "native/null/empty/serial", 3, "ok", "", COLUMN_ITEMS_PER_SECOND, 5);
    synthetic_row(&synthetic, "native/null/empty/serial", 3, "invalid", "", COLUMN_ITEMS_PER_SECOND, 5);
    fflush(synthetic.file);
    read_folder(synthetic.folder, &table);
    assert_int_equal(table.cells[0].rows[STATUS_OK], 1);
    samples_free(&table);
    synthetic_row(&synthetic, "native/null/empty/serial", 3, "ok", "", COLUMN_ITEMS_PER_SECOND, 6);
    fflush(synthetic.file);
    load_fails(path,
               ": line 4: a second ok row of native/null/empty/serial in block 3; the first is in line 2");
    synthetic_row(&synthetic, "native/null/empty/serial", 4, "fine", "", COLUMN_COUNT, 0);
    synthetic_close(&synthetic);
    load_fails(path, ": line 5: status 'fine' is none of ");
    synthetic_text(path, "");
    load_fails(path, "line 1: empty");
    synthetic_text(path, "run_id,block\n");
    load_fails(path, "no column 'slot'");
    synthetic_remove(&synthetic);
    load_fails(path, "No such file");
}

static void write_run(const char *folder, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/run.json", folder);
    synthetic_text(path, text);
}

static void test_origin(void **state)
{
    (void)state;
    struct synthetic folders[2];
    struct compare_origin base, new;
    struct error error = {""};
    char warning[256];
    synthetic_open(&folders[0]);
    synthetic_open(&folders[1]);
    write_run(folders[0].folder, "{\"session\": \"s1\", \"machine\": {\"hostname\": \"a\", \"fingerprint\": "
                                 "{\"cpu_model\": \"X\", \"units_max\": 2, \"kernel\": \"6.1\"}}}");
    write_run(folders[1].folder,
              "{\"session\": \"s1\", \"machine\": {\"hostname\": \"b\", \"fingerprint\": "
              "{\"kernel\": \"6.1\", \"cpu_model\": \"Y\", \"units_max\": 4, \"hypervisor\": 1}}}");
    assert_int_equal(compare_origin_load(folders[0].folder, &base, &error), 0);
    assert_int_equal(compare_origin_load(folders[1].folder, &new, &error), 0);
    assert_int_equal(compare_origin_pairing(&base, &new), COMPARE_PAIRED);
    compare_origin_warning(&base, &new, warning, sizeof warning);
    assert_string_equal(warning,
                        "measured on different machines: cpu_model 'X' against 'Y', units_max '2' against "
                        "'4', hypervisor nothing against '1'");
    compare_origin_warning(&base, &base, warning, sizeof warning);
    assert_string_equal(warning, "");
    compare_origin_free(&new);

    write_run(folders[1].folder, "{}");
    assert_int_equal(compare_origin_load(folders[1].folder, &new, &error), 0);
    assert_int_equal(compare_origin_pairing(&base, &new), COMPARE_UNPAIRED);
    assert_int_equal(compare_origin_pairing(&new, &new), COMPARE_UNPAIRED);
    compare_origin_warning(&base, &new, warning, sizeof warning);
    assert_string_equal(warning, "NEW does not tell which machine it was measured on");
    compare_origin_free(&base);
    compare_origin_free(&new);

    write_run(folders[1].folder, "{\"session\":\n");
    assert_int_equal(compare_origin_load(folders[1].folder, &new, &error), -1);
    assert_non_null(strstr(error.text, "run.json: line "));
    compare_origin_free(&new);
    for (int i = 0; i < 2; i++) {
        synthetic_close(&folders[i]);
        synthetic_remove(&folders[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_changed),
        cmocka_unit_test(test_ten_percent),
        cmocka_unit_test(test_drift),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_detectable),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_failed),
        cmocka_unit_test(test_failed_is_told),
        cmocka_unit_test(test_underpowered),
        cmocka_unit_test(test_at_the_effect),
        cmocka_unit_test(test_interval_of_few),
        cmocka_unit_test(test_just_alpha),
        cmocka_unit_test(test_unequal_sides_are_no_skew),
        cmocka_unit_test(test_absent_figures),
        cmocka_unit_test(test_skew),
        cmocka_unit_test(test_different_work),
        cmocka_unit_test(test_exit_codes),
        cmocka_unit_test(test_confirm),
        cmocka_unit_test(test_confirm_broken),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_origin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
