/* SPDX-License-Identifier: MIT */
#include "workload.h"

#include <stdlib.h>
#include <string.h>

#include "run.h"

const struct workload *workload_find(const char *family, const char *name)
{
    for (size_t i = 0; workloads[i]; i++)
        if (strcmp(workloads[i]->family, family) == 0 && strcmp(workloads[i]->name, name) == 0)
            return workloads[i];
    return NULL;
}

const char *workload_param(const struct run *run, const char *key)
{
    const char *value = cell_param(run->cell, key);
    if (value)
        return value;
    for (const struct workload_param *param = run->workload->params; param && param->key; param++)
        if (strcmp(param->key, key) == 0)
            return param->value_default;
    return "";
}

uint64_t workload_param_count(const struct run *run, const char *key)
{
    return strtoull(workload_param(run, key), NULL, 10);
}

uint64_t workload_checksum_of_indices(const struct run *run, uint64_t items)
{
    (void)run;
    return items % 2 ? (items + 1) / 2 * items : items / 2 * (items + 1);
}
