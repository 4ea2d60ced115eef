/* SPDX-License-Identifier: MIT */
/* A/A: every model against itself under two labels, through the full pipeline. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "run_setup.h"
#include "selftest.h"
#include "selftest_cells.h"

enum { MODELS_MAX = 32 };

static const double false_rate_max = 0.02;

struct tallies {
    struct selftest_tally total, models[MODELS_MAX];
};

static int add_cells(const struct selftest *selftest, struct session *session, struct error *error)
{
    for (size_t family = 0; selftest_cells.families[family].workload; family++) {
        if (selftest->quick && !selftest_cells.families[family].quick)
            continue;
        for (size_t m = 0; models[m]; m++) {
            char name[CELL_NAME_BYTES];
            snprintf(name, sizeof name, "native/%s/%s%s", selftest_cells.families[family].workload,
                     models[m]->name,
                     model_is_reference(models[m]) ? selftest_cells.families[family].keys_one
                                                   : selftest_cells.families[family].keys);
            if (selftest_add(session, name, error) < 0)
                return -1;
        }
    }
    return 0;
}

/* The work of the first suite is that of all. */
static int take_plan(const struct plan *from, struct plan *plan, struct error *error)
{
    plan->cells = malloc(from->count * sizeof *plan->cells);
    if (!plan->cells)
        return error_set(error, "out of memory");
    memcpy(plan->cells, from->cells, from->count * sizeof *plan->cells);
    plan->count = from->count;
    return 0;
}

static int measure_suite(const struct selftest *selftest, const struct selftest_part *part,
                         struct plan *calibrated, struct error *error)
{
    struct session session;
    int result = selftest_open(selftest, part, &session, error);
    if (result == 0 && calibrated->count)
        result = take_plan(calibrated, &session.plan, error);
    else if (result == 0 && (result = add_cells(selftest, &session, error)) == 0)
        result = selftest_calibrate(&session, error);
    if (result == 0 && !calibrated->count)
        result = take_plan(&session.plan, calibrated, error);
    if (result == 0)
        result = selftest_measure(selftest, part, &session, error);
    run_setup_close(&session);
    return result;
}

static size_t model_of(const char *cell_name)
{
    struct cell cell;
    size_t m = 0;
    cell_parse(cell_name, NULL, &cell, NULL);
    while (models[m] && strcmp(models[m]->name, cell.model) != 0)
        m++;
    return m < MODELS_MAX ? m : MODELS_MAX - 1;
}

static int judge_suite(struct selftest *selftest, const char *part, const char *subject,
                       struct tallies *tallies, struct error *error)
{
    struct compare_runs of;
    struct selftest_tally tally = {.trials = 0};
    int result = selftest_compare(selftest, part, &of, error);
    for (size_t i = 0; i < of.compared.count && result == 0; i++) {
        const struct compare_row *row = &of.compared.rows[i];
        selftest_tally_add(&tally, &of.compared, row);
        selftest_tally_add(&tallies->total, &of.compared, row);
        selftest_tally_add(&tallies->models[model_of(row->cell)], &of.compared, row);
    }
    compare_runs_free(&of);
    struct selftest_check *check = result ? NULL : selftest_checks_add(&selftest->checks, "A/A", subject);
    if (!check)
        return result ? -1 : error_set(error, "out of memory");
    selftest_judge_false(&tally, false_rate_max, false, check);
    return 0;
}

static int judge_all(struct selftest *selftest, const struct tallies *tallies, struct error *error)
{
    struct selftest_check *check = selftest_checks_add(&selftest->checks, "A/A", "all suites");
    if (!check)
        return error_set(error, "out of memory");
    selftest_judge_false(&tallies->total, false_rate_max, !selftest->quick, check);
    for (size_t m = 0; models[m] && m < MODELS_MAX; m++) {
        check = selftest_checks_add(&selftest->checks, "A/A", models[m]->name);
        if (!check)
            return error_set(error, "out of memory");
        selftest_judge_false(&tallies->models[m], false_rate_max, false, check);
    }
    return 0;
}

int selftest_aa(struct selftest *selftest, struct error *error)
{
    unsigned suites = selftest->quick ? 1 : 4;
    struct tallies tallies = {.total.trials = 0};
    struct plan calibrated = {.cells = NULL};
    int result = 0;
    for (unsigned suite = 1; suite <= suites && result == 0; suite++) {
        char name[16], subject[32];
        snprintf(name, sizeof name, "aa-%u", suite);
        snprintf(subject, sizeof subject, "suite %u of %u", suite, suites);
        const struct selftest_part part = {.name = name,
                                           .builds = 2,
                                           .blocks = 12,
                                           .launch_ms = selftest->quick ? 8 : 12,
                                           .timeout_s = 30,
                                           .gate = true};
        selftest_announce(selftest, "A/A: every model against itself, %s", subject);
        result = measure_suite(selftest, &part, &calibrated, error);
        if (result == 0)
            result = judge_suite(selftest, name, subject, &tallies, error);
    }
    plan_free(&calibrated);
    return result ? result : judge_all(selftest, &tallies, error);
}
