/* SPDX-License-Identifier: MIT */
/* A task waits as if for a slow peer; the value is how long it really was. */
#include "wait.h"
#include "workload.h"

static const struct workload_param params[] = {WAIT_PARAM, {0}};

static int prepare(struct run *run)
{
    run_set_data(run, waits_open(run));
    return run_data(run) ? 0 : -1;
}

static uint64_t task(struct run *run, const struct task *task)
{
    wait_blocking(run, run_data(run));
    return task->index + 1;
}

static void begin(struct run *run, struct task *task)
{
    wait_in_loop(run, run_data(run), task, task->index + 1);
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    account->checksum = workload_sum_of_indices(items);
    account->value = wait_mean_ns(run, items);
}

const struct workload workload_io_sleep = {
    .family = "io",
    .name = "sleep",
    .summary = "a wait of 10 ms: blocking, or a libuv timer in loops",
    .item = "wait",
    .value_unit = "wait_ns",
    .params = params,
    .cell_default = "conc:64",
    .waits = true,
    .parks = true,
    .prepare = prepare,
    .task = task,
    .begin = begin,
    .account = account,
};
