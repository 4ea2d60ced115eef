/* SPDX-License-Identifier: MIT */
/* A workload that a stranger wrote is looked at before it is believed. */
#include <stdio.h>
#include <string.h>

#include "cell.h"
#include "workload_table.h"

static struct workload own[WORKLOADS_OWN_MAX];
static size_t own_count;

const struct workload *workload_find(const char *family, const char *name)
{
    for (size_t i = 0; workloads[i]; i++)
        if (strcmp(workloads[i]->family, family) == 0 && strcmp(workloads[i]->name, name) == 0)
            return workloads[i];
    return NULL;
}

bool workload_is_own(const struct workload *workload)
{
    for (size_t i = 0; i < own_count; i++)
        if (workload == &own[i])
            return true;
    return false;
}

static int check_params(const struct workload *workload, struct error *error)
{
    struct cell cell = {.workers = 0};
    const char *before = "";
    size_t count = 0;
    for (const struct workload_param *param = workload->params; param && param->key; param++) {
        if (!param->value_default || !param->summary)
            return error_set(error, "key '%s' has no default, or no summary", param->key);
        if (++count > CELL_PARAMS_MAX || cell_set(&cell, param->key, param->value_default, error))
            return count > CELL_PARAMS_MAX ? error_set(error, "more than %d keys", CELL_PARAMS_MAX) : -1;
        if (strcmp(before, param->key) >= 0)
            return error_set(error, "keys are not in alphabetical order: '%s' after '%s'", param->key,
                             before);
        before = param->key;
    }
    return 0;
}

/* That its cells have names that can be read. */
static int check_names(const struct workload *workload, struct error *error)
{
    char name[CELL_NAME_BYTES];
    struct cell cell;
    const char *keys = workload->cell_default ? workload->cell_default : "";
    if ((size_t)snprintf(name, sizeof name, "native/%s/%s/serial%s%s", workload->family, workload->name,
                         *keys ? "/" : "", keys) >= sizeof name)
        return error_set(error, "its family, name and cell_default are too long");
    return cell_parse(name, NULL, &cell, error);
}

int workload_add_own(const struct workload *workload, struct error *error)
{
    struct workload copy = *workload;
    size_t count = 0;
    copy.family = copy.family ? copy.family : "own";
    copy.account = copy.account ? copy.account : workload_account_indices;
    if (!copy.name || !copy.summary || !copy.task)
        return error_set(error, "a workload needs a name, a summary and a task");
    if (check_names(&copy, error) || check_params(&copy, error))
        return -1;
    if (workload_find(copy.family, copy.name))
        return error_set(error, "there is a workload %s/%s already; take another name", copy.family,
                         copy.name);
    if (own_count == WORKLOADS_OWN_MAX)
        return error_set(error, "more than %d workloads of one's own", WORKLOADS_OWN_MAX);
    while (workloads[count])
        count++;
    own[own_count] = copy;
    workloads[count] = &own[own_count++];
    return 0;
}
