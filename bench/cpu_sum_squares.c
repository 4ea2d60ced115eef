/* SPDX-License-Identifier: MIT */
/* Task i sums the squares of `terms` numbers from i * terms on. */
#include "run.h"
#include "workloads.h"

static const struct workload_param params[] = {
    {"terms", "100000", "squares a task, some 0.5 ns each"},
    {0},
};

static int prepare(struct run *run)
{
    uint64_t *terms = arena_allocate(run->arena, sizeof *terms);
    if (!terms)
        return error_set(&run->error, "out of memory");
    *terms = workload_param_count(run, "terms");
    run->workload_data = terms;
    return 0;
}

static uint64_t task(struct run *run, const struct task *task)
{
    uint64_t terms = *(const uint64_t *)run->workload_data, sum = 0;
    for (uint64_t number = task->index * terms, end = number + terms; number < end; number++) {
        uint64_t factor = number;
        __asm__ volatile("" : "+r"(factor)); /* or the compiler finds the closed form */
        sum += factor * factor;
    }
    return sum;
}

/* All tasks together sum the squares below n = items * terms: (n - 1) n (2n - 1) / 6. */
static uint64_t checksum(const struct run *run, uint64_t items)
{
    unsigned __int128 n = (unsigned __int128)items * *(const uint64_t *)run->workload_data;
    unsigned __int128 pair = n % 2 ? (n - 1) / 2 * n : n / 2 * (n - 1); /* (n - 1) n / 2 */
    unsigned __int128 last = 2 * n - 1;
    return (uint64_t)(pair % 3 ? pair * (last / 3) : pair / 3 * last);
}

const struct workload workload_cpu_sum_squares = {
    .family = "cpu",
    .name = "sum-squares",
    .summary = "integer arithmetic in registers",
    .params = params,
    .prepare = prepare,
    .task = task,
    .checksum = checksum,
};
