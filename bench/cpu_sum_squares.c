/* SPDX-License-Identifier: MIT */
/* Task i sums the squares of `terms` numbers from i * terms on.
 *
 * The sum passes through a multiplication by one that the compiler cannot see through, so that each square
 * waits for the one before it: a term costs the latency of a multiplication and an addition, wherever the
 * loop lies in memory. Without it the loop is bound by issue, a core settles into one of several patterns of
 * ports for milliseconds at a time, and launches of one program scatter several times as much
 * (docs/measurement.md). */
#include "sums.h"
#include "workload.h"

static const struct workload_param params[] = {
    {.key = "terms", .value_default = "100000", .summary = "squares a task, some 1.2 ns each"},
    {0},
};

static int prepare(struct run *run)
{
    uint64_t *terms = run_allocate(run, sizeof *terms);
    if (!terms)
        return -1;
    *terms = run_key_number(run, "terms");
    run_set_data(run, terms);
    return 0;
}

static uint64_t task(struct run *run, const struct task *task)
{
    uint64_t terms = *(const uint64_t *)run_data(run), sum = 0, one = 1;
    __asm__ volatile("" : "+r"(one));
    for (uint64_t number = task->index * terms, end = number + terms; number < end; number++)
        sum = sum * one + number * number;
    return sum;
}

/* All tasks together sum the squares below items * terms. */
static void account(const struct run *run, uint64_t items, struct account *account)
{
    account->checksum = sum_of_squares_below((unsigned __int128)items * *(const uint64_t *)run_data(run));
}

const struct workload workload_cpu_sum_squares = {
    .family = "cpu",
    .name = "sum-squares",
    .summary = "integer arithmetic in registers, one step after the other",
    .params = params,
    .computes = true,
    .prepare = prepare,
    .task = task,
    .account = account,
};
