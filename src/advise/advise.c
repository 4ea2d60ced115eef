/* SPDX-License-Identifier: MIT */
/* One launch says what a task takes; a first look at all candidates, each a few times and in random order,
 * who can be best; then blocks of these few, as many as the time is for, decide. Nothing of the first look is
 * judged. */
#include "advise.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "paths.h"
#include "progress.h"
#include "runtime.h"
#include "statistics.h"
#include "topology.h"
#include "utf8.h"
#include "words.h"

enum { LOOKS = 2, BLOCKS_MAX = 60, BLOCKS_MIN = 6, GROWTH_MAX = 100, CANDIDATES_LEAST = 4 };

/* Shares of the time: until the last look, and until the end. */
static const double looks_share = 0.4, end_share = 0.95, late_share = 1.1;

struct advising {
    const struct advise *advise;
    struct session *session;
    struct advice *advice;
    const struct runtime *runtime;
    const struct workload *workload;
    double start_s; /* of a launch, beside its work */
};

static double spent_s(const struct advising *advising)
{
    return clock_now_s() - advising->session->started_s;
}

/* The one that the command line named. */
static int find_work(struct advising *advising, struct error *error)
{
    size_t count;
    const struct runtime *const *runtimes = runtimes_all(&count);
    for (size_t i = 0; i < count; i++)
        for (size_t w = 0; runtimes[i]->catalogue && runtimes[i]->catalogue->workloads[w]; w++) {
            if (!own_work_has(runtimes[i]->catalogue->workloads[w]))
                continue;
            if (advising->workload)
                return error_set(error, "one task at a time: %s/%s, or %s/%s", advising->workload->family,
                                 advising->workload->name, runtimes[i]->catalogue->workloads[w]->family,
                                 runtimes[i]->catalogue->workloads[w]->name);
            advising->runtime = runtimes[i];
            advising->workload = runtimes[i]->catalogue->workloads[w];
        }
    for (size_t i = 0; i < count && !advising->workload; i++)
        if (runtimes[i]->absent.text[0])
            return error_set(error, "%s", runtimes[i]->absent.text);
    return advising->workload ? 0 : error_set(error, "name a task");
}

static bool is_status(const struct row_buffer *row, enum status status)
{
    return strcmp(row->row.text[COLUMN_STATUS], status_names[status]) == 0;
}

/* The plan's cell stays until another is set. */
static struct plan_cell *plan_one(struct session *session, const struct cell *cell)
{
    plan_free(&session->plan);
    return plan_add(&session->plan, cell) < 0 ? NULL : &session->plan.cells[0];
}

static int fail_work(const struct advising *advising, const char *reason, struct error *error)
{
    const struct workload *workload = advising->workload;
    if (strncmp(reason, "timeout", strlen("timeout")) == 0)
        error_set(
            error,
            "%s/%s: a task has not ended after %g s: it hangs, or takes longer than --seconds %g allows",
            workload->family, workload->name, advising->session->timeout_s, advising->advise->seconds);
    else
        error_set(error, "%s/%s: %s", workload->family, workload->name, reason);
    return 2;
}

static bool has_check(const struct workload *workload)
{
    for (const struct workload_param *param = workload->params; param && param->key; param++)
        if (strcmp(param->key, "check") == 0)
            return true;
    return false;
}

/* A callable is looked at by itself: what it leaves behind, and what its calls cost beside its work. */
static int check_once(struct advising *advising, const struct cell *cell, struct error *error)
{
    struct cell checked = *cell;
    struct advice *advice = advising->advice;
    struct row_buffer row;
    advice->pickling_s = advice->import_s = NAN;
    if (!advising->runtime->driver || !has_check(advising->workload))
        return 0;
    if (cell_set(&checked, "check", "yes", error))
        return -1;
    struct plan_cell *planned = plan_one(advising->session, &checked);
    if (!planned)
        return error_set(error, "out of memory");
    if (session_launch(advising->session, planned, 1, 0, 0, &row))
        return 1;
    if (is_status(&row, STATUS_INVALID))
        advice_note_found(advice, row.row.text[COLUMN_REASON]);
    else if (!is_status(&row, STATUS_OK))
        return fail_work(advising, row.row.text[COLUMN_REASON], error);
    advice->pickling_s = row_number(&row.row, COLUMN_VALUE) / 1e9;
    advice->import_s = row_number(&row.row, COLUMN_STARTUP_NS) / 1e9;
    return 0;
}

/* How one task after the other goes, which most else follows from. A work that only loops can do has a
 * loop's. */
static int probe(struct advising *advising, struct error *error)
{
    struct advice *advice = advising->advice;
    struct session *session = advising->session;
    const struct catalogue *catalogue = advising->runtime->catalogue;
    struct row_buffer row;
    char words[200];
    const struct model *const *model = catalogue->models;
    while (*model && catalogue->fits(catalogue, *model, advising->workload, words, sizeof words))
        model++;
    if (!*model)
        return error_set(error, "no model can run it: %s", words);
    struct cell cell = {.workers = model_is_reference(*model) ? 0 : 1, .place = "none"};
    memcpy(cell.runtime, advising->runtime->name, sizeof cell.runtime);
    snprintf(cell.family, sizeof cell.family, "%s", advising->workload->family);
    snprintf(cell.workload, sizeof cell.workload, "%s", advising->workload->name);
    snprintf(cell.model, sizeof cell.model, "%s", (*model)->name);
    if (runtime_complete(&cell, advice->units, error) || runtime_runnable(&cell, session->topology, error))
        return -1;
    advice->serial = advice_add(advice, &cell, error);
    int checked = check_once(advising, &cell, error);
    if (checked)
        return checked;
    struct plan_cell *planned = plan_one(session, &cell);
    if (!planned)
        return error_set(error, "out of memory");
    uint64_t items = 1;
    /* Short tasks are told apart from what a launch is about only if there are many. */
    for (int tries = 0; tries < 6; tries++) {
        double begin_s = clock_now_s();
        if (session_launch(session, planned, items, 0, 0, &row))
            return 1;
        if (!is_status(&row, STATUS_OK))
            return fail_work(advising, row.row.text[COLUMN_REASON], error);
        double wall_ns = row_number(&row.row, COLUMN_WALL_NS), done = row_number(&row.row, COLUMN_ITEMS);
        advising->start_s = clock_now_s() - begin_s - wall_ns / 1e9;
        if (wall_ns >= session->launch_ms * 1e6 / 2)
            break;
        double more = session->launch_ms * 1e6 / wall_ns;
        items = (uint64_t)ceil(done * fmin(more, 1000));
    }
    advice_classify(advice, &row.row);
    return 0;
}

/* Launch by launch: as far as can be told from one task after the other, what a candidate takes. */
static double launch_guess_s(const struct advising *advising, const struct advice_candidate *candidate)
{
    const struct advice *advice = advising->advice;
    double side_by_side =
        advice->class.waiting > 0.5 ? candidate->in_flight : fmin(candidate->in_flight, advice->units);
    double round_s = advice->class.item_s * candidate->in_flight / fmax(side_by_side, 1);
    return advising->start_s + 2 * fmax(round_s, advising->session->launch_ms / 2e3);
}

static bool is_needed(const struct advice *advice, size_t index)
{
    return index == advice->serial || index == advice->tree;
}

/* One look is a figure. */
static bool is_needed_yet(const struct advice *advice, size_t index)
{
    return is_needed(advice, index) && isnan(advice->candidates[index].rate);
}

/* Work that computes gains little by more workers than units, work that waits little by few. */
static size_t least_promising(const struct advice *advice)
{
    bool waits = advice->class.waiting > 0.5;
    size_t found = SIZE_MAX;
    for (size_t i = advice->count; i-- > 0;) {
        unsigned in_flight = advice->candidates[i].in_flight;
        if (is_needed(advice, i))
            continue;
        if (found == SIZE_MAX || (waits ? in_flight < advice->candidates[found].in_flight
                                        : in_flight > advice->candidates[found].in_flight))
            found = i;
    }
    return found;
}

static void leave_out(struct advising *advising)
{
    struct advice *advice = advising->advice;
    double left_s = looks_share * advising->advise->seconds - spent_s(advising), sum_s = 0;
    size_t before = advice->count;
    for (size_t i = 0; i < advice->count; i++)
        sum_s += (LOOKS + 1) * launch_guess_s(advising, &advice->candidates[i]);
    while (sum_s > left_s && advice->count > CANDIDATES_LEAST) {
        size_t out = least_promising(advice);
        sum_s -= (LOOKS + 1) * launch_guess_s(advising, &advice->candidates[out]);
        memmove(&advice->candidates[out], &advice->candidates[out + 1],
                (advice->count - out - 1) * sizeof advice->candidates[0]);
        advice->count--;
        advice->serial -= advice->serial != SIZE_MAX && advice->serial > out;
        advice->tree -= advice->tree != SIZE_MAX && advice->tree > out;
    }
    if (advice->count < before)
        advice_note_untold(advice, "%zu of %zu candidates, for lack of time; --seconds takes more",
                           before - advice->count, before);
}

static int plan_candidates(struct advising *advising, bool finals, struct error *error)
{
    struct plan *plan = &advising->session->plan;
    uint64_t seed = plan->seed;
    unsigned blocks = plan->blocks;
    plan_free(plan);
    plan->seed = seed;
    plan->blocks = blocks;
    for (size_t i = 0; i < advising->advice->count; i++) {
        const struct advice_candidate *candidate = &advising->advice->candidates[i];
        if (finals && !candidate->finalist)
            continue;
        long added = plan_add(plan, &candidate->cell);
        if (added < 0)
            return error_set(error, "out of memory");
        /* The first and the last round, in which not all are busy, are a small part. */
        plan->cells[added].items_min = candidate->in_flight > 1 ? 4 * candidate->in_flight : 1;
        if (advising->advice->class.item_s * candidate->in_flight > 1)
            plan->cells[added].items_min = candidate->in_flight;
    }
    return 0;
}

static struct advice_candidate *find_candidate(struct advice *advice, const char *name)
{
    for (size_t i = 0; i < advice->count; i++)
        if (strcmp(advice->candidates[i].name, name) == 0)
            return &advice->candidates[i];
    return NULL;
}

/* One launch of a candidate; the work of the next is so chosen that it takes launch_ms. */
static void take_look(struct advising *advising, struct plan_cell *cell, unsigned round,
                      const struct row_buffer *row)
{
    struct advice_candidate *candidate = find_candidate(advising->advice, cell->name);
    double wall_ns = row_number(&row->row, COLUMN_WALL_NS), done = row_number(&row->row, COLUMN_ITEMS),
           cpu_ns = row_number(&row->row, COLUMN_CPU_USER_NS) + row_number(&row->row, COLUMN_CPU_SYSTEM_NS);
    if (!is_status(row, STATUS_OK) || !(wall_ns > 0)) {
        advice_note_problem(candidate, row->row.text[COLUMN_REASON]);
        candidate->rate = NAN; /* one that fails now and then is no finalist */
        cell->items = 0;
        return;
    }
    if (round > 0) {
        double rate = done / wall_ns * 1e9;
        candidate->rate = round == 1 ? rate : (candidate->rate * (round - 1) + rate) / round;
        candidate->cpu_ns_per_item = cpu_ns / done;
    }
    double growth = fmin(advising->session->launch_ms * 1e6 / wall_ns, GROWTH_MAX);
    uint64_t items = (uint64_t)ceil(done * growth);
    cell->items = runtime_items(&cell->cell, items > cell->items_min ? items : cell->items_min, NULL);
}

/* A tenth of what is wanted, so that it is known what a launch of so many takes. Making a worker for each
 * task may take far longer than the task. */
static uint64_t first_items(const struct advising *advising, const struct plan_cell *cell)
{
    enum { PER_TASK = 32 };
    const struct advice_candidate *candidate = find_candidate(advising->advice, cell->name);
    double items = advising->session->launch_ms / 1e3 / 10 / advising->advice->class.item_s;
    uint64_t least = candidate->in_flight, most = PER_TASK > least ? PER_TASK : least,
             wanted = items < (double)least ? least : (uint64_t)items;
    bool per_task = runtime_model(&cell->cell)->gives & MODEL_PER_TASK;
    return runtime_items(&cell->cell, per_task && wanted > most ? most : wanted, NULL);
}

/* 0, 1 when interrupted. */
static int look_once(struct advising *advising, unsigned round, const size_t *order)
{
    struct session *session = advising->session;
    struct plan *plan = &session->plan;
    for (size_t slot = 0; slot < plan->count; slot++) {
        struct plan_cell *cell = &plan->cells[order[slot]];
        struct row_buffer row;
        double begin_s = clock_now_s();
        size_t index = (size_t)(find_candidate(advising->advice, cell->name) - advising->advice->candidates);
        double share = round ? looks_share : 2 * looks_share; /* without the first there is no figure */
        bool late = spent_s(advising) > share * advising->advise->seconds;
        progress_launch(session->quiet, round * plan->count + slot, (LOOKS + 1) * plan->count, 0, cell->name);
        if (cell->items == 0 || (late && !is_needed_yet(advising->advice, index)))
            continue; /* it failed, or there is no time: those that have no figure are told */
        if (session_launch(session, cell, cell->items, cell->rate, 0, &row))
            return 1;
        cell->launch_s = clock_now_s() - begin_s;
        take_look(advising, cell, round, &row);
    }
    return 0;
}

/* Nothing was decided of those that there was no time for. */
static void tell_late(struct advice *advice)
{
    size_t late = 0;
    const char *first = NULL;
    for (size_t i = 0; i < advice->count; i++)
        if (isnan(advice->candidates[i].rate) && !advice->candidates[i].problem[0]) {
            first = first ? first : advice->candidates[i].label;
            late++;
        }
    if (late)
        advice_note_untold(advice, "%s%s: there was no time for %s; --seconds takes more", first,
                           late > 1 ? " and others" : "", late > 1 ? "them" : "it");
}

static int look(struct advising *advising, struct error *error)
{
    struct plan *plan = &advising->session->plan;
    if (plan_candidates(advising, false, error))
        return -1;
    size_t *order = calloc(plan->count, sizeof *order);
    int result = order ? 0 : error_set(error, "out of memory");
    for (size_t i = 0; i < plan->count && !result; i++)
        plan->cells[i].items = first_items(advising, &plan->cells[i]);
    /* What takes this long for its least work is not the best. */
    double timeout_s = advising->session->timeout_s;
    advising->session->timeout_s =
        fmin(fmax(fmax(advising->advise->seconds / 10, 2), 6 * advising->advice->class.item_s), timeout_s);
    for (unsigned round = 0; round <= LOOKS && !result; round++) {
        plan_order(plan, UINT_MAX - round, order); /* the numbers of the finals' blocks are theirs */
        result = look_once(advising, round, order);
    }
    advising->session->timeout_s = timeout_s;
    progress_clear(advising->session->quiet);
    tell_late(advising->advice);
    free(order);
    return result;
}

/* The tree's cell among the candidates: workers a unit where it computes, else as many in flight as were
 * tried. */
static void find_tree(struct advising *advising)
{
    struct advice *advice = advising->advice;
    struct rules rules = {0};
    char path[PATH_BYTES], model[32];
    unsigned most = 1;
    advice->tree = SIZE_MAX;
    for (size_t i = 0; i < advice->count; i++)
        most = advice->candidates[i].in_flight > most ? advice->candidates[i].in_flight : most;
    double share = 100 * (advice->class.computing + advice->class.kernel);
    bool known = paths_data("rules", path, NULL) == 0 && rules_load(path, &rules, NULL) == 0 &&
                 advice_tree_model(&rules, share, most, model);
    rules_free(&rules);
    if (!known)
        return;
    for (size_t i = 0; i < advice->count; i++) {
        const struct advice_candidate *candidate = &advice->candidates[i];
        bool wanted = share >= 50 ? candidate->in_flight == advice->units : candidate->in_flight == most;
        if (wanted && strcmp(candidate->cell.model, model) == 0)
            advice->tree = i;
    }
    if (advice->tree == SIZE_MAX)
        advice_note_untold(advice, "the documents' decision tree picks %s, under which this task cannot run",
                           model);
}

/* As many blocks as there is time for, laid down before the first. */
static int plan_finals(struct advising *advising, struct error *error)
{
    struct advice *advice = advising->advice;
    struct plan looked = advising->session->plan, *plan = &advising->session->plan;
    double left_s = end_share * advising->advise->seconds - spent_s(advising), block_s;
    int result = 0;
    *plan = (struct plan){.seed = looked.seed};
    for (size_t most = ADVICE_FINALISTS_MAX; most >= 2 && !result; most--) {
        for (size_t i = 0; i < advice->count; i++)
            advice->candidates[i].finalist = false;
        advice_choose_finalists(advice, most);
        result = plan_candidates(advising, true, error);
        block_s = 0.05;
        for (size_t i = 0; i < plan->count && !result; i++) {
            long found = plan_find(&looked, plan->cells[i].name, 0);
            plan->cells[i].items = looked.cells[found].items;
            plan->cells[i].launch_s = looked.cells[found].launch_s;
            block_s += looked.cells[found].launch_s;
        }
        double blocks = floor(left_s / block_s);
        size_t tests = advice->finalists * (advice->finalists - 1) / 2;
        plan->blocks = blocks < BLOCKS_MIN ? BLOCKS_MIN : blocks > BLOCKS_MAX ? BLOCKS_MAX : (unsigned)blocks;
        if (plan->blocks >= statistics_blocks_needed(tests ? tests : 1, 0.05) + 1)
            break;
    }
    plan_free(&looked);
    return result;
}

static int measure_finals(struct advising *advising, struct error *error)
{
    struct session *session = advising->session;
    const struct run_options *run = &advising->advise->run;
    enum column metrics[] = {COLUMN_ITEMS_PER_SECOND, COLUMN_MEMORY_BYTES, COLUMN_FOREIGN_CPU_FRACTION,
                             COLUMN_STEAL_FRACTION};
    struct samples samples;
    if (plan_finals(advising, error) || run_setup_folder(session, run->out, "-advice", error))
        return -1;
    run_setup_describe(session, run);
    session->deadline_s = session->started_s + late_share * advising->advise->seconds;
    int result = session_create(session, error) ? -1 : session_measure(session, error);
    if (result)
        return result;
    result =
        samples_load(session->builds[0].folder, metrics, sizeof metrics / sizeof metrics[0], &samples, error);
    if (!result && advice_judge(advising->advice, &samples, error))
        result = 2;
    samples_free(&samples);
    advising->advice->blocks = session->plan.blocks;
    advising->advice->blocks_needed = (unsigned)statistics_blocks_needed(
        advising->advice->comparisons ? advising->advice->comparisons : 1, 0.05);
    return result;
}

/* Three candidates, each as often as a verdict takes. */
static int check_time(const struct advising *advising, struct error *error)
{
    double least_s = 3 * BLOCKS_MIN * advising->advice->class.item_s;
    if (least_s <= advising->advise->seconds)
        return 0;
    error_set(error, "a task takes %.3g s: too long for --seconds %g; %.0f would do",
              advising->advice->class.item_s, advising->advise->seconds, ceil(least_s / 10) * 10);
    return 2;
}

static void set_up(struct advising *advising)
{
    struct session *session = advising->session;
    double seconds = advising->advise->seconds;
    session->quiet = advising->advise->run.quiet;
    session->launch_ms = fmin(fmax(seconds * 3, 20), 200);
    session->timeout_s = fmax(seconds / 3, 5);
    session->plan.seed = advising->advise->run.seed;
    advising->advice->units = (unsigned)topology_max(session->topology);
    snprintf(advising->advice->work, sizeof advising->advice->work, "%s/%s", advising->workload->family,
             advising->workload->name);
    snprintf(advising->advice->runtime, sizeof advising->advice->runtime, "%s", advising->runtime->name);
}

int advise_measure(const struct advise *advise, struct session *session, struct advice *advice,
                   struct error *error)
{
    struct advising advising = {.advise = advise, .session = session, .advice = advice};
    *advice = (struct advice){
        .serial = SIZE_MAX, .fastest = SIZE_MAX, .chosen = SIZE_MAX, .second = SIZE_MAX, .tree = SIZE_MAX};
    if (find_work(&advising, error))
        return -1;
    set_up(&advising);
    int result = probe(&advising, error);
    session->plan.seed = advise->run.seed;
    result = result ? result : check_time(&advising, error);
    if (!result && advice_add_candidates(advice, advising.runtime, advising.workload, session->topology,
                                         advise->in_flight_max, error))
        result = -1;
    if (!result) {
        find_tree(&advising);
        leave_out(&advising);
        result = look(&advising, error);
    }
    result = result ? result : measure_finals(&advising, error);
    advice->spent_s = spent_s(&advising);
    return result;
}
