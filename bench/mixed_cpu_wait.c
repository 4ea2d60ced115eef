/* SPDX-License-Identifier: MIT */
/* A task computes, then waits: the value is how long it really waited. What is computed is a number of steps
 * and not a time, so that all do the same work whatever shares their unit. */
#include "sums.h"
#include "wait.h"
#include "work.h"
#include "workload.h"

static const struct workload_param params[] = {
    {.key = "cpu-us",
     .value_default = "100",
     .summary = "computing in microseconds of 750 steps, as at 3 GHz",
     .zero = true},
    WAIT_PARAM,
    {0},
};

struct mixed {
    uint64_t steps;
    struct waits *waits;
};

static int prepare(struct run *run)
{
    struct mixed *mixed = run_allocate(run, sizeof *mixed);
    if (!mixed)
        return -1;
    mixed->steps = run_key_number(run, "cpu-us") * WORK_STEPS_PER_US;
    mixed->waits = waits_open(run);
    run_set_data(run, mixed);
    return mixed->waits ? 0 : -1;
}

static uint64_t task(struct run *run, const struct task *task)
{
    const struct mixed *mixed = run_data(run);
    uint64_t checksum = work_steps(mixed->steps, task->index);
    wait_blocking(run, mixed->waits);
    return checksum;
}

/* While one computes its loop does nothing else. */
static void begin(struct run *run, struct task *task)
{
    const struct mixed *mixed = run_data(run);
    wait_in_loop(run, mixed->waits, task, work_steps(mixed->steps, task->index));
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct work_result each = work_result(((const struct mixed *)run_data(run))->steps);
    account->checksum = each.factor * sum_below(items) + each.term * items;
    account->value = wait_mean_ns(run, items);
}

const struct workload workload_mixed_cpu_wait = {
    .family = "mixed",
    .name = "cpu-wait",
    .summary = "computing, then a wait: blocking, or a libuv timer in loops",
    .value_unit = "wait_ns",
    .params = params,
    .cell_default = "conc:16",
    .waits = true,
    .parks = true,
    .prepare = prepare,
    .task = task,
    .begin = begin,
    .account = account,
};
