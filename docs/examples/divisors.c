/* SPDX-License-Identifier: MIT */
/* A task of one's own, measured under every model:
 *
 *     cc -O2 -shared -fPIC $(pkg-config --cflags crosspoint) divisors.c -o divisors.so
 *     crosspoint run --plugin ./divisors.so
 */
#include <crosspoint/workload.h>

static const struct workload_param params[] = {
    {.key = "numbers", .value_default = "100", .summary = "numbers a task, some 2 us each"},
    {0},
};

static uint64_t task(struct run *run, const struct task *task)
{
    uint64_t numbers = run_key_number(run, "numbers"), first = 1 + task->index % 16 * numbers, primes = 0;
    for (uint64_t number = first; number < first + numbers; number++) {
        uint64_t divisor = 2;
        while (divisor < number && number % divisor)
            divisor++;
        primes += divisor == number;
    }
    if (primes > numbers)
        run_fail(run, "more primes than numbers");
    return task->index + 1;
}

CROSSPOINT_WORKLOAD = {
    .name = "divisors",
    .summary = "looks for the least divisor of each number",
    .params = params,
    .computes = true,
    .task = task,
};
