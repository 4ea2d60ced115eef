/* SPDX-License-Identifier: MIT */
#include "runtime.h"

#include <string.h>

#include "nearest.h"

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
    struct nearest nearest;
    if (runtime)
        return runtime->complete(cell, workers_max, error);
    nearest_begin(&nearest, cell->runtime, strlen(cell->runtime), "");
    for (size_t i = 0; runtimes[i]; i++)
        nearest_offer(&nearest, runtimes[i]->name);
    return error_set(error, "no runtime '%s'; %s", cell->runtime, nearest_tell(&nearest));
}
