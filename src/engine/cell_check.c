/* SPDX-License-Identifier: MIT */
/* Which cells there are, and which can run here. */
#include "cell_run.h"

#include <stdio.h>
#include <string.h>

#include "resource_limits.h"
#include "placement.h"

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

static int check_model(const struct cell *cell, struct error *error)
{
    if (model_find(cell->model))
        return 0;
    struct list known = {0};
    for (size_t i = 0; models[i]; i++)
        list_add(&known, "", models[i]->name);
    return error_set(error, "no model '%s'; known: %s", cell->model, known.text);
}

static int check_workload(const struct cell *cell, struct error *error)
{
    const struct workload *workload = workload_find(cell->family, cell->workload);
    struct list known = {0};
    if (!workload) {
        for (size_t i = 0; workloads[i]; i++) {
            char family[32];
            snprintf(family, sizeof family, "%s/", workloads[i]->family);
            list_add(&known, family, workloads[i]->name);
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
        if (strspn(value, "0123456789") != strlen(value) || value[0] == '0' || strlen(value) > 12)
            return error_set(error, "%s:%s is not a whole number above 0", key, value);
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

/* A task in flight needs a worker of its own, but for loops: then one of the two numbers follows from the
 * other. */
static int check_counts(struct cell *cell, const struct model *model, unsigned workers_max,
                        struct error *error)
{
    if (!model->carrier && model->loop) {
        if (cell->workers > 1)
            return error_set(error,
                             "%s is one loop; for more take event-loop-threads or event-loop-processes",
                             model->name);
        cell->workers = 1;
        return 0;
    }
    if (!model->carrier) {
        if (cell->workers > 1 || cell->conc > 1)
            return error_set(error, "%s has one worker and one task in flight", model->name);
        cell->workers = cell->conc = 0;
        return 0;
    }
    if (model->loop) {
        if (cell->workers == 0)
            cell->workers = workers_max;
        if (cell->conc && cell->conc < cell->workers)
            return error_set(error, "conc:%u leaves loops without a task; at least workers:%u", cell->conc,
                             cell->workers);
        return 0;
    }
    if (cell->conc && cell->workers && cell->conc != cell->workers)
        return error_set(
            error, "a blocking worker holds its task: with conc:%u there are %u workers; name only conc",
            cell->conc, cell->conc);
    if (cell->conc)
        cell->workers = 0;
    else if (cell->workers == 0)
        cell->workers = workers_max;
    return 0;
}

int cell_complete(struct cell *cell, unsigned workers_max, struct error *error)
{
    if (strcmp(cell->runtime, "native") != 0)
        return error_set(error, "no runtime '%s'; known: native", cell->runtime);
    if (check_workload(cell, error) || check_model(cell, error))
        return -1;
    cell_resolve(cell, workers_max);
    if (check_place(cell, error))
        return -1;
    return check_counts(cell, model_find(cell->model), workers_max, error);
}

void cell_counts(const struct cell *cell, unsigned *workers, unsigned *conc)
{
    bool loop = model_find(cell->model)->loop;
    *workers = cell->workers ? cell->workers : cell->conc ? cell->conc : 1;
    *conc = !loop || cell->conc == 0 ? *workers : cell->conc;
}

int cell_runnable(const struct cell *cell, const struct topology *topology, struct error *error)
{
    size_t unit_count;
    topology_units(topology, &unit_count);
    const struct placement_policy *policy = placement_find(cell->place);
    if (unit_count < policy->units_min)
        return error_set(error,
                         "place:%s needs %zu processing units, %zu allowed; allow more (taskset, cpuset)",
                         policy->name, policy->units_min, unit_count);
    unsigned workers, conc;
    cell_counts(cell, &workers, &conc);
    const struct model *model = model_find(cell->model);
    if (model == &model_event_loop_offload && workers > 1024)
        return error_set(error, "libuv's pool has at most 1024 threads, %u needed; take a smaller conc",
                         workers);
    struct limits limits;
    limits_read(&limits);
    bool connects = workload_find(cell->family, cell->workload)->connects;
    bool many_loops = model->loop && model->carrier && model->carrier->private;
    struct limits_need need = {
        .tasks = (model->carrier ? workers : 0) + 64,
        .descriptors = (connects ? conc : 0) + (many_loops ? workers * LOOP_DESCRIPTORS : 0) + 64,
        .connections = connects ? conc : 0,
    };
    return limits_check(&limits, &need, error);
}
