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

enum { STEPS_MAX = 10, TRIES_MAX = 3, LAUNCHES_LONG = 3, GROWTH_MAX = 1000 };

/* How long a cell's work takes, as far as launches have shown. */
struct timing {
    double ns_per_item;          /* the least of the long launches; 0: it could not be measured */
    uint64_t items;              /* of the next launch */
    int launches, launches_long; /* long: a tenth of launch_ms, or all the work there is */
};

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
    return (uint64_t)(items * (growth > GROWTH_MAX ? GROWTH_MAX : growth)) + 1;
}

/* One launch more. Of a cell that fails, or cannot run, it is the last: what shorter ones have shown holds,
 * so that it fails again, with a row, when it is measured. -1: interrupted. */
static int time_once(const struct session *session, struct plan_cell *cell, struct timing *timing)
{
    struct row_buffer row;
    uint64_t granule;
    double enough_ns = session->launch_ms * 1e6 / 10, begin_s = clock_now_s();
    if (launch_tried(session, cell, timing->items, &row))
        return -1;
    double wall_ns = row_number(&row.row, COLUMN_WALL_NS), done = row_number(&row.row, COLUMN_ITEMS);
    if (strcmp(row.row.text[COLUMN_STATUS], status_names[STATUS_SKIPPED]) == 0)
        snprintf(cell->skip, sizeof cell->skip, "%s", row.row.text[COLUMN_REASON]);
    timing->launches++;
    if (!(wall_ns > 0)) {
        timing->launches = STEPS_MAX;
        return 0;
    }
    cell->launch_s = clock_now_s() - begin_s - wall_ns / 1e9; /* all but the work */
    runtime_items(&cell->cell, 1, &granule);
    bool enough = wall_ns >= enough_ns || granule == 0;
    if (timing->launches_long == 0 || !enough || wall_ns / done < timing->ns_per_item)
        timing->ns_per_item = wall_ns / done;
    timing->launches_long = !enough ? 0 : granule == 0 ? LAUNCHES_LONG : timing->launches_long + 1;
    if (!enough)
        timing->items = grow(done, wall_ns, enough_ns);
    return 0;
}

/* What the first launch does: what each will have to do at least, or a good part of what was long for another
 * of the group, which may be much faster. */
static uint64_t items_to_begin(const struct plan *plan, const struct plan_cell *cell,
                               const struct timing *timings)
{
    enum { PART = 30 };
    uint64_t items = cell->items_min;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->cells[i].group == cell->group && timings[i].items / PART > items)
            items = timings[i].items / PART;
    return runtime_items(&cell->cell, items, NULL);
}

/* Launches until that many were long. -1: interrupted. */
static int time_cell(const struct session *session, struct plan_cell *cell, struct timing *timing,
                     int launches_long)
{
    int interrupted = 0;
    while (!interrupted && timing->launches < STEPS_MAX && timing->launches_long < launches_long)
        interrupted = time_once(session, cell, timing);
    return interrupted;
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

/* The least that each of a group can do, and of which its work is a multiple. */
static uint64_t group_items_min(const struct plan *plan, size_t group, uint64_t *whole)
{
    uint64_t items = 1;
    *whole = 1;
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_cell *cell = &plan->cells[i];
        uint64_t granule;
        if (cell->group != group)
            continue;
        uint64_t least = runtime_items(&cell->cell, cell->items_min, &granule);
        items = items < least ? least : items;
        *whole = granule ? join_granules(*whole, granule) : *whole;
    }
    return items;
}

/* The slowest cell of the group, of those with a load if so asked; NULL: none could be measured. */
static const struct timing *group_slowest(const struct plan *plan, size_t group, bool loaded,
                                          const struct timing *timings)
{
    const struct timing *slowest = NULL;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->cells[i].group == group && (!loaded || cell_load_percent(&plan->cells[i].cell)) &&
            timings[i].ns_per_item > (slowest ? slowest->ns_per_item : 0))
            slowest = &timings[i];
    return slowest;
}

static uint64_t group_items(const struct session *session, size_t group, const struct timing *timings)
{
    uint64_t whole, items = group_items_min(&session->plan, group, &whole);
    const struct timing *slowest = group_slowest(&session->plan, group, false, timings);
    double slowest_ns = slowest ? slowest->ns_per_item : 0;
    if (slowest_ns > 0 && (double)items * slowest_ns < session->launch_ms * 1e6)
        items = (uint64_t)ceil(session->launch_ms * 1e6 / slowest_ns);
    return (items + whole - 1) / whole * whole;
}

/* What is offered is a share of what the slowest of the group can do in a closed loop, so that all have the
 * same; what is laid down for one of them with that load holds for all. 0: not known. */
static double cell_rate_planned(const struct session *session, const struct plan_cell *cell,
                                const struct timing *timings)
{
    const struct plan *plan = &session->plan;
    unsigned percent = cell_load_percent(&cell->cell);
    for (size_t i = 0; i < plan->count; i++)
        if (plan->cells[i].group == cell->group && plan->cells[i].rate > 0 &&
            cell_load_percent(&plan->cells[i].cell) == percent)
            return plan->cells[i].rate;
    const struct timing *slowest = group_slowest(plan, cell->group, true, timings);
    return slowest ? fmax(1, round(1e9 / slowest->ns_per_item * percent / 100)) : 0;
}

static void plan_rate(const struct session *session, struct plan_cell *cell, const struct timing *timings)
{
    cell->rate = cell_rate_planned(session, cell, timings);
    if (cell->rate > 0)
        cell->launch_s += (double)cell->items / cell->rate;
    else if (!cell->skip[0])
        snprintf(cell->skip, sizeof cell->skip,
                 "what is %u %% of its capacity is not known: no cell of its group could be calibrated",
                 cell_load_percent(&cell->cell));
}

/* What is laid down for a cell holds; the rest of its group does the same work, as far as it can. */
static uint64_t cell_items_planned(const struct session *session, const struct plan_cell *cell,
                                   const struct timing *timings)
{
    uint64_t most = items_laid_down(&session->plan, cell->group);
    if (cell->items > 0)
        return cell->items;
    return runtime_items(&cell->cell, most > 0 ? most : group_items(session, cell->group, timings), NULL);
}

/* What cannot run here gets its reason, and is not launched; where the least work is done there is nothing to
 * find out but the capacity that a load is a part of. */
static bool needs_timing(struct session *session, struct plan_cell *cell)
{
    struct error error;
    if (session->unbound.text[0] && strcmp(cell->cell.place, "none") != 0)
        snprintf(cell->skip, sizeof cell->skip, "%s", session->unbound.text);
    else if (runtime_runnable(&cell->cell, session->topology, &error))
        snprintf(cell->skip, sizeof cell->skip, "%s", error.text);
    else if (!session->launch_ms && !cell_load_percent(&cell->cell))
        cell->launch_s = UNCALIBRATED_S;
    else
        return true;
    return false;
}

/* The least that the group can do, if that is many, takes more than launch_ms by so much that no disturbance
 * explains it. */
static bool least_is_plenty(const struct session *session, size_t group, double slowest_ns)
{
    enum { PLENTY = 4 };
    uint64_t whole, items = group_items_min(&session->plan, group, &whole);
    return items > 1 && (double)items * slowest_ns >= PLENTY * session->launch_ms * 1e6;
}

/* Where blocks are gated a launch that was disturbed does not decide: whichever of a group is slowest, and so
 * decides how much work all do, is launched again, until it is slowest by the least of a few long launches.
 */
static int ask_again(struct session *session, size_t group, bool loaded, struct timing *timings)
{
    int interrupted = 0;
    for (bool settled = !session->gate; !settled && !interrupted;) {
        const struct timing *slowest = group_slowest(&session->plan, group, loaded, timings);
        settled = !slowest || slowest->launches_long >= LAUNCHES_LONG || slowest->launches >= STEPS_MAX ||
                  (!loaded && least_is_plenty(session, group, slowest->ns_per_item));
        if (!settled) {
            size_t index = (size_t)(slowest - timings);
            progress_calibrating(session->quiet || !session->launch_ms, session->plan.count - 1,
                                 session->plan.count, session->plan.cells[index].name);
            interrupted = time_cell(session, &session->plan.cells[index], &timings[index], LAUNCHES_LONG);
        }
    }
    return interrupted;
}

int session_calibrate(struct session *session)
{
    struct plan *plan = &session->plan;
    struct timing *timings = calloc(plan->count + 1, sizeof *timings);
    int interrupted = timings ? 0 : -1;
    for (size_t i = 0; i < plan->count && !interrupted; i++) {
        progress_calibrating(session->quiet || !session->launch_ms, i, plan->count, plan->cells[i].name);
        if (!needs_timing(session, &plan->cells[i]))
            continue;
        timings[i].items = items_to_begin(plan, &plan->cells[i], timings);
        interrupted = time_cell(session, &plan->cells[i], &timings[i], 1);
    }
    for (size_t i = 0; i < plan->count && !interrupted; i++) /* a group has the number of one of its cells */
        if (plan->cells[i].group == i)
            interrupted = ask_again(session, i, false, timings) || ask_again(session, i, true, timings);
    progress_clear(session->quiet);
    for (size_t i = 0; i < plan->count && !interrupted; i++) {
        plan->cells[i].items = cell_items_planned(session, &plan->cells[i], timings);
        if (cell_load_percent(&plan->cells[i].cell))
            plan_rate(session, &plan->cells[i], timings);
        else
            plan->cells[i].launch_s += (double)plan->cells[i].items * timings[i].ns_per_item / 1e9;
    }
    free(timings);
    return interrupted ? -1 : 0;
}
