/* SPDX-License-Identifier: MIT */
/* Which cells there are, and which can run here. */
#include "cell_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "placement.h"
#include "resource_limits.h"

enum { TASKS_SPARE = 8 };
enum { LOOP_DESCRIPTORS = 4 }; /* a libuv 1.44 loop: epoll, eventfd, and a pipe for signals */

struct list {
    char text[400];
    size_t used;
};

static void list_add(struct list *list, const char *prefix, const char *name)
{
    if (list->used < sizeof list->text)
        list->used += (size_t)snprintf(list->text + list->used, sizeof list->text - list->used, "%s%s%s",
                                       list->used ? ", " : "", prefix, name);
}

int catalogue_check_model(const struct catalogue *catalogue, const char *name, struct error *error)
{
    if (catalogue_model(catalogue, name))
        return 0;
    struct list known = {0};
    for (size_t i = 0; catalogue->models[i]; i++)
        list_add(&known, "", catalogue->models[i]->name);
    return error_set(error, "no model '%s'; known: %s", name, known.text);
}

static bool is_choice(const char *choices, const char *value)
{
    size_t length = strlen(value);
    for (const char *choice = choices; *choice; choice += strcspn(choice, "|"), choice += *choice == '|')
        if (strcspn(choice, "|") == length && strncmp(choice, value, length) == 0)
            return true;
    return false;
}

static int check_value(const struct workload_param *param, const char *value, struct error *error)
{
    enum { DIGITS_MAX = 12 };
    if (param->choices)
        return is_choice(param->choices, value)
                   ? 0
                   : error_set(error, "%s:%s: no such choice; known: %s", param->key, value, param->choices);
    uint64_t least = param->zero ? 0 : param->value_min ? param->value_min : 1;
    bool plain = value[strspn(value, "0123456789")] == '\0' && strlen(value) <= DIGITS_MAX &&
                 (value[0] != '0' || value[1] == '\0');
    uint64_t number = strtoull(value, NULL, 10);
    if (plain && number >= least && (!param->value_max || number <= param->value_max))
        return 0;
    if (param->value_max)
        return error_set(error, "%s:%s is not a whole number from %llu to %llu", param->key, value,
                         (unsigned long long)least, (unsigned long long)param->value_max);
    if (least <= 1)
        return error_set(error, "%s:%s is not a whole number%s", param->key, value, least ? " above 0" : "");
    return error_set(error, "%s:%s is not a whole number from %llu on", param->key, value,
                     (unsigned long long)least);
}

static int check_workload(const struct catalogue *catalogue, const struct cell *cell, struct error *error)
{
    const struct workload *workload = catalogue_workload(catalogue, cell->family, cell->workload);
    struct list known = {0};
    if (!workload) {
        for (size_t i = 0; catalogue->workloads[i]; i++) {
            char family[32];
            snprintf(family, sizeof family, "%s/", catalogue->workloads[i]->family);
            list_add(&known, family, catalogue->workloads[i]->name);
        }
        return error_set(error, "no workload '%s/%s'; known: %s", cell->family, cell->workload, known.text);
    }
    for (size_t i = 0; i < cell->param_count; i++) {
        const char *key = cell->params[i].key, *value = cell->params[i].value;
        const struct workload_param *param = workload->params;
        while (param && param->key && strcmp(param->key, key) != 0)
            param++;
        if (!param || !param->key) {
            for (param = workload->params; param && param->key; param++)
                list_add(&known, "", param->key);
            return error_set(error, "%s/%s has no key '%s'; known: workers, conc, place%s%s", cell->family,
                             cell->workload, key, known.used ? ", " : "", known.text);
        }
        if (check_value(param, value, error))
            return -1;
    }
    return 0;
}

static int check_place(struct cell *cell, struct error *error)
{
    if (!cell->place[0])
        snprintf(cell->place, sizeof cell->place, "compact");
    if (placement_find(cell->place))
        return 0;
    struct list known = {0};
    for (size_t i = 0; i < placement_policy_count; i++)
        list_add(&known, "", placement_policies[i].name);
    return error_set(error, "no placement '%s'; known: %s", cell->place, known.text);
}

/* How many there are follows from the workload's keys: only loops, which can have several each, are named. */
static int check_roles(struct cell *cell, const struct model *model, unsigned roles, unsigned workers_max,
                       struct error *error)
{
    if (cell->conc && cell->conc != roles)
        return error_set(error, "%s/%s has %u tasks in flight, as its keys say; leave out conc", cell->family,
                         cell->workload, roles);
    cell->conc = 0;
    if (!model->loop || !model->carrier) {
        if (cell->workers > 1 && cell->workers != (model->loop ? 1 : roles))
            return error_set(error, "%s/%s under %s has %u workers, as its keys say; leave out workers",
                             cell->family, cell->workload, model->name, model->loop ? 1 : roles);
        cell->workers = 0;
        return 0;
    }
    if (cell->workers == 0)
        cell->workers = workers_max < roles ? workers_max : roles;
    if (cell->workers > roles)
        return error_set(error, "workers:%u leaves loops without a task; at most workers:%u", cell->workers,
                         roles);
    return 0;
}

/* A worker that blocks holds its task. Only in a pool may there be more tasks than workers: they wait for
 * one. */
static int check_blocking(struct cell *cell, const struct model *model, unsigned workers_max,
                          struct error *error)
{
    bool pool = model->gives & MODEL_LASTING;
    if (cell->conc && cell->workers && (cell->workers > cell->conc || (!pool && cell->workers < cell->conc)))
        return error_set(
            error, "a blocking worker holds its task: with conc:%u there are %s%u workers; name only conc",
            cell->conc, pool ? "at most " : "", cell->conc);
    if (!cell->conc && !cell->workers)
        cell->workers = workers_max;
    if (!pool && cell->conc)
        cell->workers = 0;
    return 0;
}

/* How many workers there are and how many tasks at once; loops have several of these each. */
static int check_counts(const struct catalogue *catalogue, struct cell *cell, unsigned workers_max,
                        struct error *error)
{
    const struct model *model = catalogue_model(catalogue, cell->model);
    const struct workload *workload = catalogue_workload(catalogue, cell->family, cell->workload);
    if (workload->roles)
        return check_roles(cell, model, workload->roles(cell), workers_max, error);
    if (!model->carrier && model->loop) {
        if (cell->workers > 1)
            return error_set(error,
                             "%s is one loop; for more take event-loop-threads or event-loop-processes",
                             model->name);
        cell->workers = 1;
        return 0;
    }
    if (model_is_reference(model)) {
        if (cell->workers > 1 || cell->conc > 1)
            return error_set(error, "%s has one worker and one task in flight", model->name);
        cell->workers = cell->conc = 0;
        return 0;
    }
    if (model_drives_loops(model, workload)) {
        if (cell->workers == 0)
            cell->workers = workers_max;
        if (model->loop && cell->conc && cell->conc < cell->workers)
            return error_set(error, "conc:%u leaves loops without a task; at least workers:%u", cell->conc,
                             cell->workers);
        return 0;
    }
    return check_blocking(cell, model, workers_max, error);
}

int cell_complete(const struct catalogue *catalogue, struct cell *cell, unsigned workers_max,
                  struct error *error)
{
    if (check_workload(catalogue, cell, error) || catalogue_check_model(catalogue, cell->model, error))
        return -1;
    cell_resolve(cell, workers_max);
    if (check_place(cell, error))
        return -1;
    return check_counts(catalogue, cell, workers_max, error);
}

void cell_counts(const struct catalogue *catalogue, const struct cell *cell, unsigned *workers,
                 unsigned *conc)
{
    const struct workload *workload =
        catalogue ? catalogue_workload(catalogue, cell->family, cell->workload) : NULL;
    bool loop = catalogue && model_drives_loops(catalogue_model(catalogue, cell->model), workload);
    if (workload && workload->roles) {
        *conc = workload->roles(cell);
        *workers = !loop ? *conc : cell->workers ? cell->workers : 1;
        return;
    }
    *workers = cell->workers ? cell->workers : cell->conc ? cell->conc : 1;
    *conc = !loop || cell->conc == 0 ? *workers : cell->conc;
}

uint64_t cell_items(const struct catalogue *catalogue, const struct cell *cell, uint64_t items,
                    uint64_t *granule)
{
    const struct workload *workload = catalogue_workload(catalogue, cell->family, cell->workload);
    unsigned workers, conc;
    cell_counts(catalogue, cell, &workers, &conc);
    if (conc < cell->conc)
        conc = cell->conc; /* some wait for a worker */
    uint64_t step = workload->items ? 0 : workload->waits ? conc : 1;
    uint64_t least = workload->items_least ? workload->items_least(cell) : 0;
    if (step > 0 && step < least)
        step *= (least + step - 1) / step;
    if (granule)
        *granule = step;
    if (step == 0)
        return workload->items;
    return items < conc ? (conc + step - 1) / step * step : (items + step - 1) / step * step;
}

int cell_runnable(const struct catalogue *catalogue, const struct cell *cell, const struct topology *topology,
                  struct error *error)
{
    size_t unit_count;
    topology_units(topology, &unit_count);
    const struct placement_policy *policy = placement_find(cell->place);
    if (unit_count < policy->units_min)
        return error_set(error,
                         "place:%s needs %zu processing units, %zu allowed; allow more (taskset, cpuset)",
                         policy->name, policy->units_min, unit_count);
    unsigned workers, conc;
    cell_counts(catalogue, cell, &workers, &conc);
    const struct model *model = catalogue_model(catalogue, cell->model);
    const struct workload *workload = catalogue_workload(catalogue, cell->family, cell->workload);
    char unfit[200];
    if (catalogue->fits(catalogue, model, workload, unfit, sizeof unfit))
        return error_set(error, "%s/%s: %s", cell->family, cell->workload, unfit);
    if (model->workers_max && workers > model->workers_max)
        return error_set(error, "%s, %u needed; take a smaller conc", model->workers_max_words, workers);
    struct limits limits;
    limits_read(&limits);
    bool sockets = workload->sockets;
    unsigned sources = workload->sources ? workload->sources : 1;
    bool many_loops = model->loop && model->carrier && model->carrier->private;
    unsigned pool = model->workers_max ? (workers > conc ? workers : conc) : 0; /* libuv's */
    unsigned carriers = model->carrier ? workers : pool;
    unsigned generator = sockets ? (unsigned)unit_count + 1 : 0;
    struct limits_need need = {
        .tasks = carriers + generator ? carriers + generator + TASKS_SPARE : 0,
        .descriptors = (sockets ? conc : 0) + (many_loops ? workers * LOOP_DESCRIPTORS : 0) + 64,
        .connections = sockets ? (conc + sources - 1) / sources : 0,
        .threads = model->carrier && !model->carrier->private ? 0 : carriers,
    };
    if (limits_check(&limits, &need, error))
        return -1;
    return workload->possible ? workload->possible(cell, workers, conc, error) : 0;
}
