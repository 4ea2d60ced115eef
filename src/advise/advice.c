/* SPDX-License-Identifier: MIT */
#include "advice.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carrier.h"
#include "own_command.h"
#include "runtime.h"
#include "topology.h"
#include "utf8.h"

static void note(char (*notes)[256], size_t *count, const char *format, va_list arguments)
{
    if (*count == ADVICE_NOTES_MAX)
        return;
    vsnprintf(notes[*count], sizeof *notes, format, arguments);
    utf8_repair(notes[(*count)++]); /* JSON takes no character that was cut */
}

void advice_note_change(struct advice *advice, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(advice->change, &advice->change_count, format, arguments);
    va_end(arguments);
}

void advice_note_untold(struct advice *advice, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(advice->untold, &advice->untold_count, format, arguments);
    va_end(arguments);
}

/* A launch's limit follows from --seconds: there is no --timeout here to raise. */
void advice_note_problem(struct advice_candidate *candidate, const char *reason)
{
    double limit_s;
    if (sscanf(reason, "timeout: still running after %lf s", &limit_s) == 1)
        snprintf(candidate->problem, sizeof candidate->problem,
                 "%.3g s were too short for its least work; --seconds takes more", limit_s);
    else
        snprintf(candidate->problem, sizeof candidate->problem, "%s", reason);
    utf8_repair(candidate->problem);
}

void advice_note_found(struct advice *advice, const char *reason)
{
    for (const char *next; *reason; reason = next) {
        next = strstr(reason, "; ");
        int length = next ? (int)(next - reason) : (int)strlen(reason);
        advice_note_untold(advice, "how far the task can be judged: %.*s", length, reason);
        next = next ? next + strlen("; ") : reason + length;
    }
}

/* "process-pool, 2 workers"; of a loop "event-loop, 64 in flight". */
static void label(struct advice_candidate *candidate)
{
    const struct cell *cell = &candidate->cell;
    size_t bytes = sizeof candidate->label;
    int used = snprintf(candidate->label, bytes, "%s", cell->model);
    if (cell->workers && (cell->workers > 1 || !cell->conc))
        used += snprintf(candidate->label + used, bytes - (size_t)used, ", %u worker%s", cell->workers,
                         cell->workers == 1 ? "" : "s");
    if (cell->conc)
        snprintf(candidate->label + used, bytes - (size_t)used, ", %u in flight", cell->conc);
}

size_t advice_add(struct advice *advice, const struct cell *cell, struct error *error)
{
    struct advice_candidate *candidate = &advice->candidates[advice->count];
    char name[CELL_NAME_BYTES];
    cell_format(cell, name);
    for (size_t i = 0; i < advice->count; i++)
        if (strcmp(advice->candidates[i].name, name) == 0)
            return i;
    if (advice->count == ADVICE_CANDIDATES_MAX) {
        error_set(error, "more than %d candidates", ADVICE_CANDIDATES_MAX);
        return SIZE_MAX;
    }
    *candidate = (struct advice_candidate){.cell = *cell,
                                           .in_flight = cell->conc      ? cell->conc
                                                        : cell->workers ? cell->workers
                                                                        : 1,
                                           .rate = NAN,
                                           .cpu_ns_per_item = NAN,
                                           .median = NAN,
                                           .low = NAN,
                                           .high = NAN,
                                           .memory_bytes = NAN,
                                           .ratio = NAN,
                                           .ratio_low = NAN,
                                           .ratio_high = NAN,
                                           .p = NAN};
    memcpy(candidate->name, name, sizeof name);
    label(candidate);
    return advice->count++;
}

/* Candidates */

struct adding {
    struct advice *advice;
    const struct runtime *runtime;
    const struct workload *workload;
    const struct topology *topology;
    unsigned in_flight_max;
    struct error *error;
};

/* What cannot be, or not here, is no candidate. */
static int add(const struct adding *adding, const struct model *model, unsigned workers, unsigned conc)
{
    const struct catalogue *catalogue = adding->runtime->catalogue;
    struct cell cell = {.workers = workers, .conc = conc, .place = "none"};
    char words[200];
    unsigned most = conc > workers ? conc : workers;
    if (adding->in_flight_max && most > adding->in_flight_max)
        return 0;
    memcpy(cell.runtime, adding->runtime->name, sizeof cell.runtime);
    snprintf(cell.family, sizeof cell.family, "%s", adding->workload->family);
    snprintf(cell.workload, sizeof cell.workload, "%s", adding->workload->name);
    snprintf(cell.model, sizeof cell.model, "%s", model->name);
    if (catalogue->fits(catalogue, model, adding->workload, words, sizeof words) ||
        runtime_complete(&cell, adding->advice->units, NULL) ||
        runtime_runnable(&cell, adding->topology, NULL))
        return 0;
    return advice_add(adding->advice, &cell, adding->error) == SIZE_MAX ? -1 : 0;
}

static bool is_native(const struct adding *adding)
{
    return !adding->runtime->driver;
}

/* Tasks that block a loop are as good as one after the other; a loop pays for those that it can begin. */
static bool loops_help(const struct adding *adding, const struct model *model)
{
    if (!is_native(adding))
        return true;
    if (model->coroutines)
        return adding->workload->parks;
    return adding->workload->begin != NULL;
}

/* Whoever starts a command: it is a process of its own. */
static bool is_command(const struct workload *workload)
{
    return workload->task == workload_of_command->task;
}

enum { LEVELS_MAX = 16, COUNTS = 6 }; /* COUNTS: that a scaling fit takes */

/* Tasks in flight that are worth a try: of work that waits many more than there are units. */
static size_t list_levels(const struct advice *advice, const struct workload *workload,
                          unsigned in_flight_max, unsigned levels[LEVELS_MAX])
{
    unsigned units = advice->units;
    size_t count = 0;
    bool waits = advice->class.waiting > 0.5;
    if (!waits || is_command(workload))
        levels[count++] = units;
    levels[count++] = 2 * units;
    if (waits || is_command(workload))
        levels[count++] = 4 * units;
    if (advice->class.waiting > 0.2 && !is_command(workload)) {
        levels[count++] = 8 * units;
        levels[count++] = 32 * units;
    }
    if (in_flight_max)
        levels[count++] = in_flight_max;
    return count;
}

static int add_model(const struct adding *adding, const struct model *model)
{
    unsigned levels[LEVELS_MAX], units = adding->advice->units;
    size_t count = list_levels(adding->advice, adding->workload, adding->in_flight_max, levels);
    bool per_task = model->gives & MODEL_PER_TASK;
    int result = 0;
    if (model_is_reference(model))
        return add(adding, model, 0, 0);
    if (model_drives_loops(model, adding->workload)) {
        bool many = model->carrier != NULL;
        if (is_command(adding->workload) && many)
            return 0;
        for (size_t i = 0; i < count && !result && loops_help(adding, model); i++)
            if (!many || i + 1 == count)
                result = add(adding, model, many ? units : 1, levels[i]);
        return result;
    }
    if (!model->carrier || model->offloads) /* libuv's pool is a pool of threads */
        return 0;
    if (is_command(adding->workload) && (!model->carrier->private || per_task))
        return 0;
    if (units > 1 && !per_task && adding->advice->class.waiting <= 0.5)
        result = add(adding, model, 1, 0);
    for (unsigned i = 1; i + 1 < COUNTS && !per_task && units >= COUNTS && !result; i++)
        result = add(adding, model, 1 + (units - 1) * i / (COUNTS - 1), 0);
    /* A process a task is dear: many at once are no better than few. */
    for (size_t i = 0; i < count && !result; i++)
        if (!per_task || i == 0 || (i + 1 == count && model->carrier->private))
            result = add(adding, model, levels[i], 0);
    return result;
}

int advice_add_candidates(struct advice *advice, const struct runtime *runtime,
                          const struct workload *workload, const struct topology *topology,
                          unsigned in_flight_max, struct error *error)
{
    const struct adding adding = {advice, runtime, workload, topology, in_flight_max, error};
    for (const struct model *const *model = runtime->catalogue->models; *model; model++)
        if (add_model(&adding, *model))
            return -1;
    return 0;
}

const char *advice_tree_model(const struct rules *rules, double share, unsigned conc, char model[32])
{
    const struct rule *rule = NULL;
    char x[24], y[24];
    struct cell cell;
    for (size_t i = 0; i < rules->count && !rule; i++)
        if (rules->rules[i].pairs->kind == RULE_MAP &&
            strcmp(rules->rules[i].pairs->sweep.key, "conc") == 0 &&
            strcmp(rules->rules[i].pairs->sweep_y.key, "share") == 0)
            rule = &rules->rules[i];
    snprintf(x, sizeof x, "%u", conc);
    snprintf(y, sizeof y, "%.0f", share);
    const struct rule_model *pick = rule ? rule_map_pick(rule, x, y) : NULL;
    if (!pick || cell_parse(pick->cell, "native", &cell, NULL))
        return NULL;
    snprintf(model, 32, "%s", cell.model);
    return model;
}

/* Time in which it neither ran nor waited of its own accord was others': it gave up the processor too seldom.
 */
static bool is_held_up(const struct row *row, double wall_ns, double items)
{
    static const double wait_least_ns = 5e6;
    double switches = row_number(row, COLUMN_SWITCHES_VOLUNTARY);
    return switches < items / 2 && switches < wall_ns / wait_least_ns;
}

void advice_classify(struct advice *advice, const struct row *row)
{
    struct advice_class *class = &advice->class;
    double wall_ns = row_number(row, COLUMN_WALL_NS), items = row_number(row, COLUMN_ITEMS),
           user_ns = row_number(row, COLUMN_CPU_USER_NS), system_ns = row_number(row, COLUMN_CPU_SYSTEM_NS),
           whole_ns = fmax(is_held_up(row, wall_ns, items) ? 0 : wall_ns, user_ns + system_ns);
    class->computing = user_ns > 0 ? user_ns / whole_ns : 0;
    class->kernel = system_ns > 0 ? system_ns / whole_ns : 0;
    class->waiting = fmax(1 - class->computing - class->kernel, 0);
    class->item_s = wall_ns / items / 1e9;
    class->cpu_growth = class->lock = NAN;
    class->word = class->waiting >= 0.8     ? "waiting"
                  : class->kernel >= 0.5    ? "in the kernel"
                  : class->waiting >= 0.2   ? "computing and waiting"
                  : class->computing >= 0.5 ? "computing"
                                            : "computing, half of it in the kernel";
}

static int compare_rates(const void *a, const void *b)
{
    const struct advice_candidate *left = *(struct advice_candidate *const *)a,
                                  *right = *(struct advice_candidate *const *)b;
    double x = isnan(left->rate) ? -1 : left->rate, y = isnan(right->rate) ? -1 : right->rate;
    return (x < y) - (x > y);
}

void advice_choose_finalists(struct advice *advice, size_t most)
{
    struct advice_candidate *order[ADVICE_CANDIDATES_MAX];
    const size_t fixed[] = {advice->serial, advice->tree};
    advice->finalists = 0;
    for (size_t i = 0; i < advice->count; i++)
        order[i] = &advice->candidates[i];
    qsort(order, advice->count, sizeof order[0], compare_rates);
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        struct advice_candidate *candidate = fixed[i] == SIZE_MAX ? NULL : &advice->candidates[fixed[i]];
        if (!candidate || isnan(candidate->rate) || candidate->finalist)
            continue;
        candidate->finalist = true;
        advice->finalists++;
    }
    for (size_t i = 0; i < advice->count && advice->finalists < most; i++)
        if (!order[i]->finalist && order[i]->rate > 0) {
            order[i]->finalist = true;
            advice->finalists++;
        }
}
