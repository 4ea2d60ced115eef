/* SPDX-License-Identifier: MIT */
#include "selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "nearest.h"
#include "own_work.h"
#include "placement.h"

const struct profile profiles[] = {
    {"smoke", "everything once, the least of it; decides nothing", 1, 0, 1, 5, 20, RULE_VALUES_QUICK, true,
     false, false},
    {"quick", "decides the rules: C in some three minutes, with CPython in ten to fifteen", 12, 40, 30, 50,
     30, RULE_VALUES_QUICK, false, true, true},
    {"full", "longer launches, whole sweeps", 13, 100, 60, 100, 120, RULE_VALUES_FULL, false, true, true},
};
const size_t profile_count = sizeof profiles / sizeof profiles[0];

const struct profile *profile_find(const char *name)
{
    for (size_t i = 0; i < profile_count; i++)
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    return NULL;
}

/* A quantile needs 100 events beyond it (and a few to spare). */
static uint64_t items_for_metric(enum column metric)
{
    switch (metric) {
    case COLUMN_LATENCY_P50_NS:
        return 202;
    case COLUMN_LATENCY_P90_NS:
        return 1010;
    case COLUMN_LATENCY_P99_NS:
        return 10100;
    case COLUMN_LATENCY_P999_NS:
        return 101000;
    default:
        return 0;
    }
}

static long add_rule_cell(struct plan *plan, const struct comparison *comparison, const struct cell *named,
                          unsigned workers_max, uint64_t items_min, struct error *error)
{
    struct cell cell = *named;
    char written[CELL_NAME_BYTES], canonical[CELL_NAME_BYTES];
    cell_format(named, written);
    if (runtime_complete_named(&cell, workers_max, error))
        return error_prefix(error, "rule %s", comparison->rule->id);
    cell_format(&cell, canonical);
    if (strcmp(written, canonical) != 0)
        return error_set(error, "rule %s: write '%s' as '%s'", comparison->rule->id, written, canonical);
    long index = plan_add(plan, &cell);
    if (index < 0)
        return error_set(error, "out of memory");
    if (plan->cells[index].items_min < items_min)
        plan->cells[index].items_min = items_min;
    return index;
}

static int add_comparison(const struct selection *selection, const struct comparison *comparison,
                          unsigned workers_max, struct plan *plan, struct error *error)
{
    uint64_t items_min = selection->profile->tails ? items_for_metric(comparison->pair->metric) : 0;
    long better = add_rule_cell(plan, comparison, &comparison->better, workers_max, items_min, error);
    long worse =
        better < 0 ? -1 : add_rule_cell(plan, comparison, &comparison->worse, workers_max, items_min, error);
    if (worse < 0)
        return -1;
    plan_join(plan, (size_t)better, (size_t)worse);
    return 0;
}

bool selection_has_runtime(const struct selection *selection, const struct runtime *runtime)
{
    return !selection->runtime_kind || strcmp(runtime->kind, selection->runtime_kind) == 0;
}

static int add_rule(const struct selection *selection, const struct rule *rule, unsigned workers_max,
                    struct comparison *comparisons, struct plan *plan, struct error *error)
{
    size_t runtime_count;
    const struct runtime *const *runtimes = runtimes_all(&runtime_count);
    for (size_t runtime = 0; runtime < runtime_count; runtime++) {
        if (!selection_has_runtime(selection, runtimes[runtime]))
            continue;
        int count = rule_comparisons(rule, runtimes[runtime]->name, selection->profile->values, workers_max,
                                     comparisons, RULE_COMPARISONS_MAX, error);
        if (count < 0)
            return -1;
        for (int i = 0; i < count; i++)
            if (add_comparison(selection, &comparisons[i], workers_max, plan, error))
                return -1;
    }
    return 0;
}

/* They would not fit the message. */
static int fail_rule(const struct selection *selection, const char *id, struct error *error)
{
    struct nearest nearest;
    nearest_begin(&nearest, id, strlen(id), "");
    for (size_t i = 0; i < selection->rules->count; i++)
        nearest_offer(&nearest, selection->rules->rules[i].id);
    return error_set(error, "no rule '%s'; %s", id,
                     *nearest.name          ? nearest_tell(&nearest)
                     : selection->own_rules ? "`crosspoint list rules --rules FILE|DIR` names them"
                                            : "`crosspoint list rules` names them");
}

static int add_rules(const struct selection *selection, unsigned workers_max, struct comparison *comparisons,
                     struct plan *plan, struct error *error)
{
    for (size_t i = 0; i < selection->rule_count; i++) {
        const struct rule *rule = rules_find(selection->rules, selection->rule_ids[i]);
        if (rule) {
            if (add_rule(selection, rule, workers_max, comparisons, plan, error))
                return -1;
            continue;
        }
        return fail_rule(selection, selection->rule_ids[i], error);
    }
    for (size_t i = 0; i < selection->rules->count && selection->rule_count == 0; i++)
        if (add_rule(selection, &selection->rules->rules[i], workers_max, comparisons, plan, error))
            return -1;
    return 0;
}

/* The grid */

/* A value for each axis of the selection. */
struct choice {
    const struct selection *selection;
    size_t value[SELECTION_AXES_MAX];
};

/* NULL: it is no axis. */
static const char *chosen(const struct choice *choice, const char *key)
{
    for (size_t i = 0; i < choice->selection->axis_count; i++)
        if (strcmp(choice->selection->axes[i].key, key) == 0)
            return choice->selection->axes[i].values[choice->value[i]];
    return NULL;
}

/* The next one, the last axis first; false after the last. */
static bool choose_next(struct choice *choice)
{
    for (size_t i = choice->selection->axis_count; i-- > 0;) {
        if (++choice->value[i] < choice->selection->axes[i].count)
            return true;
        choice->value[i] = 0;
    }
    return false;
}

static bool is_own_key(const char *key)
{
    return strcmp(key, "workers") != 0 && strcmp(key, "conc") != 0 && strcmp(key, "place") != 0;
}

static bool has_key(const struct workload *workload, const char *key)
{
    for (const struct workload_param *param = workload->params; param && param->key; param++)
        if (strcmp(param->key, key) == 0)
            return true;
    return false;
}

/* Of an axis that is a key of some workloads the grid has only these; of work of one's own, only that. */
static bool has_axes(const struct workload *workload, const struct selection *selection)
{
    if (selection->own_work && !own_work_has(workload))
        return false;
    for (size_t i = 0; i < selection->axis_count; i++)
        if (is_own_key(selection->axes[i].key) && !has_key(workload, selection->axes[i].key))
            return false;
    return true;
}

/* A run of everything once has the grid of native cells; what others have besides the rules' cells is asked
 * for. */
static bool has_grid(const struct selection *selection, const struct runtime *runtime)
{
    bool asked = selection->axis_count || selection->filter || selection->runtime_kind || selection->own_work;
    return runtime->catalogue && selection_has_runtime(selection, runtime) &&
           (asked || strcmp(runtime->kind, "native") == 0);
}

static int check_axes(const struct selection *selection, struct error *error)
{
    size_t runtime_count;
    const struct runtime *const *runtimes = runtimes_all(&runtime_count);
    for (size_t i = 0; i < runtime_count; i++)
        for (size_t w = 0; has_grid(selection, runtimes[i]) && runtimes[i]->catalogue->workloads[w]; w++)
            if (has_axes(runtimes[i]->catalogue->workloads[w], selection))
                return 0;
    const char *key = "";
    for (size_t i = 0; i < selection->axis_count; i++)
        if (is_own_key(selection->axes[i].key))
            key = selection->axes[i].key;
    return error_set(error, "no workload has a key '%s'%s; `crosspoint list workloads` names them", key,
                     selection->axis_count > 1 ? " with the others" : "");
}

/* Why the first combination that is asked for cannot be: told if nothing else matches. */
struct refusal {
    const regex_t *filter; /* NULL: none */
    struct error why;
};

static void note_refusal(struct refusal *refusal, const struct cell *cell, const char *why)
{
    char name[CELL_NAME_BYTES];
    cell_format(cell, name);
    if (!refusal->why.text[0] && (!refusal->filter || regexec(refusal->filter, name, 0, NULL, 0) == 0))
        error_set(&refusal->why, "%s", why);
}

/* The workload's own keys of a grid cell, as far as this model can have them. */
static int set_default_keys(const struct workload *workload, const struct model *model, struct cell *cell,
                            struct error *error)
{
    char copy[CELL_NAME_BYTES];
    snprintf(copy, sizeof copy, "%s", workload->cell_default ? workload->cell_default : "");
    char *rest = copy;
    for (char *part; (part = strsep(&rest, "/")) && *part;) {
        char *colon = strchr(part, ':');
        *colon = '\0';
        if (strcmp(part, "conc") == 0 && model_is_reference(model))
            continue;
        if (cell_set(cell, part, colon + 1, error))
            return -1;
    }
    return 0;
}

/* A combination that no model can have (serial with conc:64) is left out. */
static int add_grid_cell(const struct runtime *runtime, const struct workload *workload,
                         const struct model *model, const struct choice *choice, unsigned workers_max,
                         struct refusal *refusal, struct plan *plan, struct error *error)
{
    struct cell cell = {.workers = 0};
    memcpy(cell.runtime, runtime->name, sizeof cell.runtime);
    snprintf(cell.family, sizeof cell.family, "%s", workload->family);
    snprintf(cell.workload, sizeof cell.workload, "%s", workload->name);
    snprintf(cell.model, sizeof cell.model, "%s", model->name);
    if (set_default_keys(workload, model, &cell, error))
        return -1;
    if (chosen(choice, "workers") && !chosen(choice, "conc") && !model_drives_loops(model, workload))
        cell.conc = 0;
    for (size_t i = 0; i < choice->selection->axis_count; i++) {
        const struct selection_axis *axis = &choice->selection->axes[i];
        if (cell_set(&cell, axis->key, axis->values[choice->value[i]], error))
            return -1;
    }
    if (chosen(choice, "place") && !placement_find(cell.place))
        return runtime_complete(&cell, workers_max, error);
    struct error unfit;
    char words[200];
    const struct cell asked = cell;
    if (runtime_complete(&cell, workers_max, &unfit)) { /* of a value that is wrong under every model, that */
        note_refusal(refusal, &asked, unfit.text);
        return 0;
    }
    if (runtime->catalogue->fits(runtime->catalogue, model, workload, words, sizeof words)) {
        note_refusal(refusal, &asked, words);
        return 0;
    }
    return plan_add(plan, &cell) < 0 ? error_set(error, "out of memory") : 0;
}

static int add_workload(const struct selection *selection, const struct runtime *runtime,
                        const struct workload *workload, unsigned workers_max, struct refusal *refusal,
                        struct plan *plan, struct error *error)
{
    for (const struct model *const *model = runtime->catalogue->models; *model; model++) {
        struct choice choice = {.selection = selection};
        do {
            if (add_grid_cell(runtime, workload, *model, &choice, workers_max, refusal, plan, error))
                return -1;
        } while (choose_next(&choice));
    }
    return 0;
}

static int add_grid(const struct selection *selection, unsigned workers_max, struct refusal *refusal,
                    struct plan *plan, struct error *error)
{
    size_t runtime_count;
    const struct runtime *const *runtimes = runtimes_all(&runtime_count);
    for (size_t i = 0; i < runtime_count; i++) {
        if (!has_grid(selection, runtimes[i]))
            continue;
        for (const struct workload *const *workload = runtimes[i]->catalogue->workloads; *workload;
             workload++)
            if (has_axes(*workload, selection) &&
                add_workload(selection, runtimes[i], *workload, workers_max, refusal, plan, error))
                return -1;
    }
    return 0;
}

static int apply_filter(const char *text, const struct refusal *refusal, struct plan *plan,
                        struct error *error)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (regexec(refusal->filter, plan->cells[i].name, 0, NULL, 0) == 0)
            plan->cells[kept++] = plan->cells[i];
    plan->count = kept;
    if (kept)
        return 0;
    if (refusal->why.text[0])
        return error_set(error, "no cell matches '%s': %s", text, refusal->why.text);
    return error_set(error, "no cell matches '%s'; `crosspoint list cells` names them", text);
}

static int join_rule(const struct rule *rule, unsigned workers_max, struct comparison *comparisons,
                     struct plan *plan, struct error *error)
{
    size_t runtime_count;
    const struct runtime *const *runtimes = runtimes_all(&runtime_count);
    for (size_t i = 0; i < runtime_count; i++) {
        int count = rule_comparisons(rule, runtimes[i]->name, RULE_VALUES_ANY, workers_max, comparisons,
                                     RULE_COMPARISONS_MAX, error);
        if (count < 0)
            return -1;
        for (int k = 0; k < count; k++) {
            char better[CELL_NAME_BYTES], worse[CELL_NAME_BYTES];
            cell_format(&comparisons[k].better, better);
            cell_format(&comparisons[k].worse, worse);
            long a = plan_find(plan, better, 0), b = plan_find(plan, worse, 0);
            if (a >= 0 && b >= 0)
                plan_join(plan, (size_t)a, (size_t)b);
        }
    }
    return 0;
}

/* Cells that a rule compares do the same work however they came into the plan. */
static int join_compared(const struct rules *rules, unsigned workers_max, struct comparison *comparisons,
                         struct plan *plan, struct error *error)
{
    for (size_t i = 0; i < rules->count; i++)
        if (join_rule(&rules->rules[i], workers_max, comparisons, plan, error))
            return -1;
    return 0;
}

static bool is_reference(const struct cell *cell)
{
    const struct model *model = runtime_model(cell);
    return model && model_is_reference(model);
}

/* So do the points of a scaling curve: one model over several workers, and the calling thread alone. */
static bool on_one_curve(const struct cell *a, const struct cell *b)
{
    const struct workload *workload = runtime_workload(a);
    struct cell left = *a, right = *b;
    char left_name[CELL_NAME_BYTES], right_name[CELL_NAME_BYTES];
    bool reference = is_reference(a) || is_reference(b);
    if (!workload || !workload->computes || a->conc || b->conc ||
        (!reference && (a->workers == 0 || b->workers == 0)))
        return false;
    left.workers = right.workers = 0;
    if (reference)
        memcpy(right.model, left.model, sizeof right.model);
    cell_format(&left, left_name);
    cell_format(&right, right_name);
    return strcmp(left_name, right_name) == 0;
}

static void join_scaling(struct plan *plan)
{
    for (size_t a = 0; a < plan->count; a++)
        for (size_t b = a + 1; b < plan->count; b++)
            if (on_one_curve(&plan->cells[a].cell, &plan->cells[b].cell))
                plan_join(plan, a, b);
}

static bool has_same_params(const struct cell *a, const struct cell *b)
{
    char left[CELL_NAME_BYTES], right[CELL_NAME_BYTES];
    cell_format_params(a, left, sizeof left);
    cell_format_params(b, right, sizeof right);
    return strcmp(left, right) == 0;
}

/* And what is one's own: it is there to be compared. */
static void join_own(struct plan *plan)
{
    for (size_t a = 0; a < plan->count; a++)
        for (size_t b = a + 1; b < plan->count; b++) {
            const struct cell *left = &plan->cells[a].cell, *right = &plan->cells[b].cell;
            const struct workload *workload = runtime_workload(left);
            if (workload && own_work_has(workload) && workload == runtime_workload(right) &&
                has_same_params(left, right))
                plan_join(plan, a, b);
        }
}

static void part_cells(enum column metric, struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        plan->cells[i].group = i;
        plan->cells[i].items_min = items_for_metric(metric);
    }
}

static int build(const struct selection *selection, unsigned workers_max, struct comparison *comparisons,
                 struct refusal *refusal, struct plan *plan, struct error *error)
{
    bool axes = selection->axis_count > 0;
    bool own = selection->own_work && !selection->own_rules,
         all = (selection->profile->grid || own) && !selection->own_rules;
    bool grid = axes || ((all || selection->filter) && !selection->rule_count);
    if (axes && selection->rule_count)
        return error_set(error,
                         "--rule names its cells; leave out --workers, --conc, --place and --key, or choose "
                         "with --filter");
    if (axes && check_axes(selection, error))
        return -1;
    if (!axes && (!own || selection->rule_count) &&
        add_rules(selection, workers_max, comparisons, plan, error))
        return -1;
    if (grid && add_grid(selection, workers_max, refusal, plan, error))
        return -1;
    if (selection->filter && apply_filter(selection->filter, refusal, plan, error))
        return -1;
    if (selection->ab_metric) {
        part_cells(*selection->ab_metric, plan);
    } else {
        join_scaling(plan);
        join_own(plan);
        if (join_compared(selection->rules, workers_max, comparisons, plan, error))
            return -1;
    }
    if (plan->count)
        return 0;
    if (refusal->why.text[0])
        return error_set(error, "no cell fits these values: %s", refusal->why.text);
    return error_set(error, "no cell fits these values; `crosspoint list cells` names some");
}

int selection_build(const struct selection *selection, unsigned workers_max, struct plan *plan,
                    struct error *error)
{
    struct refusal refusal = {.filter = NULL};
    regex_t filter;
    if (selection->filter && filter_compile(selection->filter, &filter, error))
        return -1;
    refusal.filter = selection->filter ? &filter : NULL;
    struct comparison *comparisons = calloc(RULE_COMPARISONS_MAX, sizeof *comparisons);
    int result = comparisons ? build(selection, workers_max, comparisons, &refusal, plan, error)
                             : error_set(error, "out of memory");
    free(comparisons);
    if (refusal.filter)
        regfree(&filter);
    return result;
}
