/* SPDX-License-Identifier: MIT */
/* W tasks in flight that each wait for L: the rate must be W/L, L being how long the waits really were. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell_run.h"
#include "model.h"
#include "run_setup.h"
#include "samples.h"
#include "selftest.h"
#include "selftest_cells.h"

enum { IN_FLIGHT = 4, BLOCKS_MAX = 16 };

static const double tolerance = 0.02;

/* A per-task model makes a carrier for each wait: the wait is long enough to drown that. */
static void name_cell(const struct model *model, char name[CELL_NAME_BYTES])
{
    char flight[16] = "";
    if (!model_is_reference(model))
        snprintf(flight, sizeof flight, "/conc:%d", IN_FLIGHT);
    bool per_task = model->gives & MODEL_PER_TASK;
    snprintf(name, CELL_NAME_BYTES, "%s/%s%s/%s:%d", selftest_cells.waiting, model->name, flight,
             selftest_cells.waiting_key, per_task ? 100 : 20);
}

static int add_cells(const struct selftest *selftest, struct session *session, struct error *error)
{
    unsigned waits = selftest->quick ? 4 : 10;
    for (size_t m = 0; models[m]; m++) {
        char name[CELL_NAME_BYTES];
        name_cell(models[m], name);
        long added = selftest_add(session, name, error);
        if (added < 0)
            return -1;
        struct plan_cell *cell = &session->plan.cells[added];
        unsigned workers, conc;
        cell_counts(&catalogue_native, &cell->cell, &workers, &conc);
        cell->items = (uint64_t)conc * waits;
        cell->launch_s = (waits + 1) * atof(cell_param(&cell->cell, selftest_cells.waiting_key)) / 1e3;
        struct error reason;
        if (cell_runnable(&catalogue_native, &cell->cell, session->topology, &reason))
            snprintf(cell->skip, sizeof cell->skip, "%.255s", reason.text);
    }
    return 0;
}

/* How much of the reckoned rate each launch reached. */
static size_t collect(const struct samples *samples, const struct samples_cell *cell,
                      double shares[BLOCKS_MAX])
{
    size_t count = 0;
    for (size_t i = cell->first; i < cell->first + cell->count && count < BLOCKS_MAX; i++)
        if (samples->rows[i].status == STATUS_OK)
            shares[count++] = samples->figures[COLUMN_ITEMS_PER_SECOND][i] *
                              samples->figures[COLUMN_VALUE][i] / 1e9 / samples->figures[COLUMN_CONC][i];
    return count;
}

static const struct samples_cell *find_model(const struct samples *samples, const char *model)
{
    for (size_t i = 0; i < samples->cell_count; i++) {
        struct cell parsed;
        if (cell_parse(samples->cells[i].name, NULL, &parsed, NULL) == 0 && strcmp(parsed.model, model) == 0)
            return &samples->cells[i];
    }
    return NULL;
}

static const char *why_none(const struct samples_cell *cell)
{
    for (int status = STATUS_OK + 1; cell && status < STATUS_COUNT; status++)
        if (*cell->reasons[status])
            return cell->reasons[status];
    return "";
}

static int judge(struct selftest *selftest, const struct samples *samples, unsigned blocks,
                 struct error *error)
{
    for (size_t m = 0; models[m]; m++) {
        double shares[BLOCKS_MAX];
        const struct samples_cell *cell = find_model(samples, models[m]->name);
        size_t count = cell ? collect(samples, cell, shares) : 0;
        struct selftest_check *check = selftest_checks_add(&selftest->checks, "analytic", models[m]->name);
        if (!check)
            return error_set(error, "out of memory");
        selftest_judge_estimate(shares, count, blocks, 1, tolerance, check);
        if (count == 0)
            snprintf(check->detail, sizeof check->detail, "%.200s", why_none(cell));
    }
    return 0;
}

int selftest_analytic(struct selftest *selftest, struct error *error)
{
    const struct selftest_part part = {.name = "analytic",
                                       .builds = 1,
                                       .blocks = selftest->quick ? 3 : 5,
                                       .launch_ms = 1,
                                       .timeout_s = 30,
                                       .gate = true};
    struct session session;
    struct samples samples = {.cells = NULL};
    static const enum column metrics[] = {COLUMN_ITEMS_PER_SECOND, COLUMN_VALUE, COLUMN_CONC};
    selftest_announce(selftest, "waits whose rate can be reckoned");
    int result = selftest_open(selftest, &part, &session, error);
    if (result == 0)
        result = add_cells(selftest, &session, error);
    if (result == 0)
        result = selftest_measure(selftest, &part, &session, error);
    if (result == 0)
        result = samples_load(session.builds[0].folder, metrics, sizeof metrics / sizeof *metrics, &samples,
                              error);
    if (result == 0)
        result = judge(selftest, &samples, part.blocks, error);
    samples_free(&samples);
    run_setup_close(&session);
    return result;
}
