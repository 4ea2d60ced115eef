/* SPDX-License-Identifier: MIT */
/* Tasks that compute among tasks that wait: of the time that all of them would take one after the other, a
 * share is computing. The value is how long one really waited. What is computed is a number of steps and not
 * a time, so that all do the same work whatever shares their unit; short tasks compute and long ones wait, so
 * that a wait is long enough to be kept to and a thousand tasks at once are still soon done. */
#include <math.h>

#include "sums.h"
#include "wait.h"
#include "work.h"
#include "workload.h"

enum { SHARE_ALL = 100 };

static const struct workload_param params[] = {
    {.key = "cpu-us",
     .value_default = "100",
     .summary = "computing of a task that computes, in microseconds of 750 steps, as at 3 GHz"},
    {.key = "share",
     .value_default = "50",
     .summary = "computing, in percent of the tasks' time; the rest is waiting",
     .zero = true,
     .value_max = SHARE_ALL},
    WAIT_PARAM,
    {0},
};

struct mixed {
    uint64_t computing, all; /* of so many tasks in a row so many compute, evenly spread */
    uint64_t steps;
    struct waits *waits;
};

static struct mixed mix_of(const struct cell *cell)
{
    uint64_t share = workload_key_number(cell, "share"), cpu_us = workload_key_number(cell, "cpu-us"),
             wait_us = workload_key_number(cell, "wait-ms") * 1000, computing = share * wait_us;
    return (struct mixed){.computing = computing,
                          .all = computing + (SHARE_ALL - share) * cpu_us,
                          .steps = cpu_us * WORK_STEPS_PER_US};
}

/* One of the rarer kind is among them. */
static uint64_t items_least(const struct cell *cell)
{
    struct mixed mixed = mix_of(cell);
    uint64_t waiting = mixed.all - mixed.computing,
             rarer = mixed.computing < waiting ? mixed.computing : waiting;
    return rarer ? (mixed.all + rarer - 1) / rarer : 1;
}

static int prepare(struct run *run)
{
    struct mixed *mixed = run_allocate(run, sizeof *mixed);
    if (!mixed)
        return -1;
    *mixed = mix_of(run_cell(run));
    mixed->waits = waits_open(run);
    run_set_data(run, mixed);
    return mixed->waits ? 0 : -1;
}

/* How many of the first tasks compute. */
static uint64_t computing_below(const struct mixed *mixed, uint64_t tasks)
{
    return (uint64_t)((unsigned __int128)tasks * mixed->computing / mixed->all);
}

static bool computes(const struct mixed *mixed, uint64_t index)
{
    return computing_below(mixed, index + 1) > computing_below(mixed, index);
}

static uint64_t task(struct run *run, const struct task *task)
{
    const struct mixed *mixed = run_data(run);
    if (computes(mixed, task->index))
        return work_steps(mixed->steps, task->index);
    wait_blocking(run, mixed->waits);
    return task->index;
}

/* While one computes its loop does nothing else; then others have their turn. */
static void begin(struct run *run, struct task *task)
{
    const struct mixed *mixed = run_data(run);
    if (computes(mixed, task->index))
        wait_turn_in_loop(run, mixed->waits, task, work_steps(mixed->steps, task->index));
    else
        wait_in_loop(run, mixed->waits, task, task->index);
}

/* The index of the nth that computes, from 1 on. */
static uint64_t computing_nth(const struct mixed *mixed, uint64_t n)
{
    return (uint64_t)(((unsigned __int128)n * mixed->all + mixed->computing - 1) / mixed->computing) - 1;
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    const struct mixed *mixed = run_data(run);
    struct work_result each = work_result(mixed->steps);
    uint64_t count = computing_below(mixed, items), indices = 0;
    for (uint64_t n = 1; n <= count; n++)
        indices += computing_nth(mixed, n);
    account->checksum = sum_below(items) - indices + each.factor * indices + each.term * count;
    account->value = count < items ? wait_mean_ns(run, items - count) : NAN;
}

const struct workload workload_mixed_cpu_wait = {
    .family = "mixed",
    .name = "cpu-wait",
    .summary = "tasks that compute among tasks that wait: blocking, or libuv timers in loops",
    .value_unit = "wait_ns",
    .params = params,
    .cell_default = "conc:16",
    .waits = true,
    .parks = true,
    .items_least = items_least,
    .prepare = prepare,
    .task = task,
    .begin = begin,
    .account = account,
};
