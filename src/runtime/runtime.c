/* SPDX-License-Identifier: MIT */
#include "runtime.h"

#include <stdio.h>
#include <string.h>

const struct runtime *const runtimes[] = {&runtime_native, NULL};

const struct runtime *runtime_of(const struct cell *cell)
{
    for (size_t i = 0; runtimes[i]; i++)
        if (strcmp(runtimes[i]->name, cell->runtime) == 0)
            return runtimes[i];
    return NULL;
}

int runtime_complete(struct cell *cell, unsigned workers_max, struct error *error)
{
    const struct runtime *runtime = runtime_of(cell);
    if (runtime)
        return runtime->complete(cell, workers_max, error);
    char known[128] = "";
    size_t used = 0;
    for (size_t i = 0; runtimes[i] && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", runtimes[i]->name);
    return error_set(error, "no runtime '%s'; known: %s", cell->runtime, known);
}
