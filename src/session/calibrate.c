/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "progress.h"
#include "runtime.h"
#include "session.h"

#define UNCALIBRATED_S 0.1 /* a guess, for the time left */

enum { STEPS_MAX = 10, TRIES_MAX = 3, LAUNCHES_LONG = 3 };

/* A launch that failed is tried again, but for one that ran into its time limit: it would do so again. */
static int launch_tried(const struct session *session, const struct plan_cell *cell, uint64_t items,
                        struct row_buffer *row)
{
    for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
        double begin_s = clock_now_s();
        if (session_launch(session, cell, items, 0, 0, row))
            return -1;
        if (strcmp(row->row.text[COLUMN_STATUS], status_names[STATUS_FAILED]) != 0 ||
            clock_now_s() - begin_s >= session->timeout_s)
            return 0;
    }
    return 0;
}

static uint64_t grow(double items, double wall_ns, double enough_ns)
{
    double growth = 2 * enough_ns / wall_ns;
    return (uint64_t)(items * (growth > 100 ? 100 : growth)) + 1;
}

/* Wall time of a launch, in ns a unit of work; grows the work until the launch takes a tenth of launch_ms,
 * and where blocks are gated takes the least of a few such launches: one that was disturbed does not decide.
 * A cell that fails here gets 0 and fails again, with a row, when it is measured. */
static int time_cell(struct session *session, struct plan_cell *cell, double *ns_per_item)
{
    double enough_ns = session->launch_ms * 1e6 / 10;
    uint64_t items = runtime_items(&cell->cell, 1, NULL), granule;
    int launches_long = 0, wanted = session->gate ? LAUNCHES_LONG : 1;
    *ns_per_item = 0;
    if (!session->launch_ms && !cell_load_percent(&cell->cell)) {
        cell->launch_s = UNCALIBRATED_S;
        return 0;
    }
    for (int step = 0; step < STEPS_MAX && launches_long < wanted; step++) {
        struct row_buffer row;
        double begin_s = clock_now_s();
        if (launch_tried(session, cell, items, &row))
            return -1;
        double wall_ns = row_number(&row.row, COLUMN_WALL_NS), done = row_number(&row.row, COLUMN_ITEMS);
        if (strcmp(row.row.text[COLUMN_STATUS], status_names[STATUS_SKIPPED]) == 0)
            snprintf(cell->skip, sizeof cell->skip, "%s", row.row.text[COLUMN_REASON]);
        if (!(wall_ns > 0))
            return 0;
        cell->launch_s = clock_now_s() - begin_s - wall_ns / 1e9; /* all but the work */
        runtime_items(&cell->cell, 1, &granule);
        bool enough = wall_ns >= enough_ns || granule == 0;
        if (launches_long == 0 || !enough || wall_ns / done < *ns_per_item)
            *ns_per_item = wall_ns / done;
        launches_long = enough ? launches_long + 1 : 0;
        if (!enough)
            items = grow(done, wall_ns, enough_ns);
    }
    return 0;
}

/* The most that --like or an earlier part of an A/B run laid down for a cell of the group; 0: nothing. */
static uint64_t items_laid_down(const struct plan *plan, size_t group)
{
    uint64_t most = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->cells[i].group == group && plan->cells[i].items > most)
            most = plan->cells[i].items;
    return most;
}

static uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
    return b ? greatest_divisor(b, a % b) : a;
}

/* Of which the work of all members is a whole multiple: of all their granules, or if that is too much of the
 * largest. */
static uint64_t join_granules(uint64_t a, uint64_t b)
{
    enum { FACTOR_MAX = 4 };
    uint64_t larger = a > b ? a : b, common = a / greatest_divisor(a, b) * b;
    return common <= FACTOR_MAX * larger ? common : larger;
}

static uint64_t group_items(const struct session *session, size_t group, const double *ns_per_item)
{
    const struct plan *plan = &session->plan;
    uint64_t items = 1, whole = 1;
    double slowest_ns = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_cell *cell = &plan->cells[i];
        uint64_t granule;
        if (cell->group != group)
            continue;
        uint64_t least = runtime_items(&cell->cell, cell->items_min, &granule);
        items = items < least ? least : items;
        whole = granule ? join_granules(whole, granule) : whole;
        slowest_ns = slowest_ns < ns_per_item[i] ? ns_per_item[i] : slowest_ns;
    }
    if (slowest_ns > 0 && (double)items * slowest_ns < session->launch_ms * 1e6)
        items = (uint64_t)ceil(session->launch_ms * 1e6 / slowest_ns);
    return (items + whole - 1) / whole * whole;
}

/* What is offered is a share of what the slowest of the group can do in a closed loop, so that all have the
 * same; what is laid down for one of them with that load holds for all. 0: not known. */
static double cell_rate_planned(const struct session *session, const struct plan_cell *cell,
                                const double *ns_per_item)
{
    const struct plan *plan = &session->plan;
    unsigned percent = cell_load_percent(&cell->cell);
    double slowest_ns = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_cell *other = &plan->cells[i];
        if (other->group != cell->group || !cell_load_percent(&other->cell))
            continue;
        if (other->rate > 0 && cell_load_percent(&other->cell) == percent)
            return other->rate;
        slowest_ns = slowest_ns < ns_per_item[i] ? ns_per_item[i] : slowest_ns;
    }
    return slowest_ns > 0 ? fmax(1, round(1e9 / slowest_ns * percent / 100)) : 0;
}

static void plan_rate(const struct session *session, struct plan_cell *cell, const double *ns_per_item)
{
    cell->rate = cell_rate_planned(session, cell, ns_per_item);
    if (cell->rate > 0)
        cell->launch_s += (double)cell->items / cell->rate;
    else if (!cell->skip[0])
        snprintf(cell->skip, sizeof cell->skip,
                 "what is %u %% of its capacity is not known: no cell of its group could be calibrated",
                 cell_load_percent(&cell->cell));
}

/* What is laid down for a cell holds; the rest of its group does the same work, as far as it can. */
static uint64_t cell_items_planned(const struct session *session, const struct plan_cell *cell,
                                   const double *ns_per_item)
{
    uint64_t most = items_laid_down(&session->plan, cell->group);
    if (cell->items > 0)
        return cell->items;
    return runtime_items(&cell->cell, most > 0 ? most : group_items(session, cell->group, ns_per_item), NULL);
}

int session_calibrate(struct session *session)
{
    struct plan *plan = &session->plan;
    double *ns_per_item = calloc(plan->count + 1, sizeof *ns_per_item);
    int interrupted = ns_per_item ? 0 : -1;
    for (size_t i = 0; i < plan->count && !interrupted; i++) {
        struct error error;
        progress_calibrating(session->quiet || !session->launch_ms, i, plan->count, plan->cells[i].name);
        if (session->unbound.text[0] && strcmp(plan->cells[i].cell.place, "none") != 0)
            snprintf(plan->cells[i].skip, sizeof plan->cells[i].skip, "%s", session->unbound.text);
        else if (runtime_runnable(&plan->cells[i].cell, session->topology, &error))
            snprintf(plan->cells[i].skip, sizeof plan->cells[i].skip, "%s", error.text);
        else
            interrupted = time_cell(session, &plan->cells[i], &ns_per_item[i]);
    }
    progress_clear(session->quiet);
    for (size_t i = 0; i < plan->count && !interrupted; i++) {
        plan->cells[i].items = cell_items_planned(session, &plan->cells[i], ns_per_item);
        if (cell_load_percent(&plan->cells[i].cell))
            plan_rate(session, &plan->cells[i], ns_per_item);
        else
            plan->cells[i].launch_s += (double)plan->cells[i].items * ns_per_item[i] / 1e9;
    }
    free(ns_per_item);
    return interrupted;
}
