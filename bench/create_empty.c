/* SPDX-License-Identifier: MIT */
/* Under a per-task model an item is a carrier created and awaited. Forking copies the parent's page tables,
 * so its resident memory is part of the question. */
#include <stdlib.h>
#include <string.h>

#include "workload.h"

static const struct workload_param params[] = {
    {.key = "resident-mib", .value_default = "1", .summary = "touched memory of the parent in MiB"},
    {0},
};

static int prepare(struct run *run)
{
    size_t bytes = run_key_number(run, "resident-mib") << 20;
    void *resident = malloc(bytes);
    if (!resident)
        return run_error(run, "out of memory: resident-mib:%s", run_key(run, "resident-mib"));
    memset(resident, 1, bytes);
    run_set_data(run, resident);
    return 0;
}

static uint64_t task(struct run *run, const struct task *task)
{
    (void)run;
    return task->index + 1;
}

static void cleanup(struct run *run)
{
    free(run_data(run));
}

const struct workload workload_create_empty = {
    .family = "create",
    .name = "empty",
    .summary = "creating and awaiting a thread or a process",
    .item = "worker",
    .params = params,
    .prepare = prepare,
    .task = task,
    .account = workload_account_indices,
    .cleanup = cleanup,
};
