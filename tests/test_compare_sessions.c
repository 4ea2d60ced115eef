/* SPDX-License-Identifier: MIT */
/* One new run against several of the base. */
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

enum { CELLS = 40, RUNS_MAX = 12 };

struct history {
    struct pair pair;
    struct samples runs[RUNS_MAX];
    size_t count;
};

/* Rows scatter by 1 %, and each cell's centre by `between` from run to run. */
static void fill(struct samples *run, unsigned cells, unsigned rows, double between, double factor,
                 struct synthetic *random)
{
    for (unsigned i = 0; i < cells; i++) {
        char cell[64];
        double centre = 1000 * factor * exp(between * synthetic_normal(random));
        snprintf(cell, sizeof cell, "native/null/empty/serial/number:%u", i);
        for (unsigned block = 0; block < rows; block++)
            pair_add(run, cell, block, centre * exp(0.01 * synthetic_normal(random)));
    }
}

/* base_runs in all, BASE among them. */
static void open_history(struct history *history, size_t base_runs, unsigned cells, double between,
                         double factor, struct synthetic *random)
{
    enum column metric = COLUMN_ITEMS_PER_SECOND;
    struct error error;
    pair_open(&history->pair, metric);
    history->count = base_runs - 1;
    fill(&history->pair.base, cells, 12, between, 1, random);
    fill(&history->pair.new, cells, 12, between, factor, random);
    for (size_t i = 0; i < history->count; i++) {
        samples_init(&history->runs[i], &metric, 1);
        fill(&history->runs[i], cells, 12, between, 1, random);
        assert_int_equal(samples_finish(&history->runs[i], &error), 0);
    }
    assert_int_equal(samples_finish(&history->pair.base, &error), 0);
    assert_int_equal(samples_finish(&history->pair.new, &error), 0);
}

static const struct compared *judge(struct history *history, enum compare_pairing pairing)
{
    const struct compare_options options = {
        .effect = 0.05, .pairing = pairing, .history = history->runs, .history_count = history->count};
    struct error error;
    compared_free(&history->pair.compared);
    assert_int_equal(compare_tables(&history->pair.base, &history->pair.new, history->pair.metric, &options,
                                    &history->pair.compared, &error),
                     0);
    return &history->pair.compared;
}

static void close_history(struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        samples_free(&history->runs[i]);
    pair_close(&history->pair);
}

/* Sessions that differ by 4 %: two of them are told apart, which is no fault of the program; with seven runs
 * of the base they hardly ever are. */
static void sessions_that_differ(void **state)
{
    (void)state;
    struct synthetic random = {.state = 11};
    size_t wrong_alone = 0, wrong = 0;
    for (int table = 0; table < 40; table++) {
        struct history history;
        open_history(&history, 7, CELLS, 0.04, 1, &random);
        wrong_alone += judge(&history, COMPARE_UNPAIRED)->verdicts[COMPARE_SLOWER] > 0;
        wrong += judge(&history, COMPARE_SESSIONS)->verdicts[COMPARE_SLOWER] > 0;
        close_history(&history);
    }
    assert_true(wrong_alone >= 30);
    assert_true(wrong <= 4); /* 5 % of 40 are 2; more than 4 has a probability of 5 % */
}

/* What is further off than sessions are is found. */
static void what_is_far_off(void **state)
{
    (void)state;
    struct synthetic random = {.state = 12};
    struct history history;
    open_history(&history, 10, 1, 0.01, 0.8, &random);
    const struct compared *compared = judge(&history, COMPARE_SESSIONS);
    const struct compare_row *row = compared->rows;
    assert_int_equal(row->verdict, COMPARE_SLOWER);
    assert_int_equal(row->n_base, 10);
    assert_int_equal(row->n_new, 1);
    assert_true(row->ci_low < 0.8 && row->ci_high > 0.8);
    assert_true(row->between > 0.003 && row->between < 0.03);
    assert_int_equal(compared_exit_code(compared), EXIT_REGRESSION);
    close_history(&history);
}

/* The interval of a prediction, by hand: base medians 100, 110, 121 and a new one of 100. */
static void figures_by_hand(void **state)
{
    (void)state;
    static const double medians[] = {100, 110, 121};
    enum column metric = COLUMN_ITEMS_PER_SECOND;
    struct history history = {.count = 2};
    struct error error;
    pair_open(&history.pair, metric);
    struct samples *runs[] = {&history.pair.base, &history.runs[0], &history.runs[1], &history.pair.new};
    for (size_t i = 0; i < 4; i++) {
        if (i == 1 || i == 2)
            samples_init(runs[i], &metric, 1);
        for (unsigned block = 0; block < 6; block++)
            pair_add(runs[i], "conc:1", block, i < 3 ? medians[i] : 100);
        assert_int_equal(samples_finish(runs[i], &error), 0);
    }
    const struct compare_row *row = judge(&history, COMPARE_SESSIONS)->rows;
    /* s = ln 1.1; t(0.975, 2) = 4.302653; half = t s √(4/3) */
    double half = 4.302652729911275 * log(1.1) * sqrt(4.0 / 3);
    assert_true(fabs(row->base - 110) < 1e-9);
    assert_true(fabs(row->ratio - 1 / 1.1) < 1e-12);
    assert_true(fabs(log(row->ci_low) - (-log(1.1) - half)) < 1e-9);
    assert_true(fabs(log(row->ci_high) - (-log(1.1) + half)) < 1e-9);
    assert_int_equal(row->verdict, COMPARE_INCONCLUSIVE);
    assert_string_equal(row->reason, "base runs scatter by 9.5 % from session to session");
    char *text = pair_write(&history.pair.compared, "text");
    assert_non_null(strstr(text, "3 base runs against one"));
    free(text);
    close_history(&history);
}

/* A run whose cell did other work, or has none, is no run of the base; of two nothing is judged. */
static void too_few_runs(void **state)
{
    (void)state;
    struct synthetic random = {.state = 13};
    struct history history;
    open_history(&history, 2, 2, 0.01, 0.5, &random);
    const struct compared *compared = judge(&history, COMPARE_SESSIONS);
    for (size_t i = 0; i < compared->count; i++) {
        assert_int_equal(compared->rows[i].verdict, COMPARE_INCONCLUSIVE);
        assert_string_equal(compared->rows[i].reason, "too few: 2 of the 3 base runs needed");
        assert_false(compared->rows[i].judged);
    }
    assert_int_equal(compared_exit_code(compared), EXIT_TOO_LITTLE_DATA);
    close_history(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_that_differ),
        cmocka_unit_test(what_is_far_off),
        cmocka_unit_test(figures_by_hand),
        cmocka_unit_test(too_few_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
