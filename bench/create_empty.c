/* SPDX-License-Identifier: MIT */
/* Under a per-task model an item is a carrier created and awaited. Forking copies the parent's page tables,
 * so its resident memory is part of the question. */
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "workloads.h"

static const struct workload_param params[] = {
    {"resident-mib", "1", "touched memory of the parent in MiB"},
    {0},
};

static int prepare(struct run *run)
{
    size_t bytes = workload_param_count(run, "resident-mib") << 20;
    run->workload_data = malloc(bytes);
    if (!run->workload_data)
        return error_set(&run->error, "out of memory: resident-mib:%s", workload_param(run, "resident-mib"));
    memset(run->workload_data, 1, bytes);
    return 0;
}

static uint64_t task(struct run *run, const struct task *task)
{
    (void)run;
    return task->index + 1;
}

static void cleanup(struct run *run)
{
    free(run->workload_data);
}

const struct workload workload_create_empty = {
    .family = "create",
    .name = "empty",
    .summary = "creating and awaiting a thread or a process",
    .params = params,
    .prepare = prepare,
    .task = task,
    .checksum = workload_checksum_of_indices,
    .cleanup = cleanup,
};
