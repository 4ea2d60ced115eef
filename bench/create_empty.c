/* SPDX-License-Identifier: MIT */
/* Under a per-task model an item is a carrier created and awaited. Forking copies the parent's page tables,
 * so its resident memory is part of the question. */
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "workload.h"

static const struct workload_param params[] = {
    {.key = "resident-mib", .value_default = "1", .summary = "touched memory of the parent in MiB"},
    {0},
};

struct parent {
    uint64_t mappings;
    char resident[];
};

static int prepare(struct run *run)
{
    size_t bytes = run_key_number(run, "resident-mib") << 20;
    struct parent *parent = malloc(sizeof *parent + bytes);
    if (!parent)
        return run_error(run, "out of memory: resident-mib:%s", run_key(run, "resident-mib"));
    memset(parent->resident, 1, bytes);
    parent->mappings = mappings_self();
    run_set_data(run, parent);
    return 0;
}

static uint64_t task(struct run *run, const struct task *task)
{
    (void)run;
    return task->index + 1;
}

/* What a fork had to copy stands in the row: this, and the parent's memory. */
static void account(const struct run *run, uint64_t items, struct account *account)
{
    const struct parent *parent = run_data(run);
    account->checksum = workload_sum_of_indices(items);
    if (parent->mappings)
        account->value = (double)parent->mappings;
}

static void cleanup(struct run *run)
{
    free(run_data(run));
}

const struct workload workload_create_empty = {
    .family = "create",
    .name = "empty",
    .summary = "creating and awaiting a thread or a process; value: mappings of the parent",
    .item = "worker",
    .value_unit = "mappings",
    .params = params,
    .prepare = prepare,
    .task = task,
    .account = account,
    .cleanup = cleanup,
};
