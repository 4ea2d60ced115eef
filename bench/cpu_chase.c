/* SPDX-License-Identifier: MIT */
/* A task goes on, so many steps, along a cycle through all cache lines of the worker's own memory. Each line
 * tells which is next, in an order that no prefetcher knows: a step is the latency of where the line lies,
 * and beyond the reach of the TLB that of a look into the page table too. */
#include "random.h"
#include "working_set.h"

enum { STEPS = 10000 };

static const struct workload_param params[] = {WORKING_SET_PARAM, {0}};

struct line {
    uint64_t next;
    uint64_t rank; /* steps from line 0 to this one; the tasks do not look at it */
    uint64_t unused[6];
};

/* One cycle through all, each as likely as any other (Sattolo 1986); the lines are then counted along it. */
static void make(const struct working_set *set, uint64_t bytes)
{
    struct line *lines = set->memory;
    uint64_t count = bytes / sizeof *lines, state = 1, at = 0;
    for (uint64_t i = 0; i < count; i++)
        lines[i].next = i;
    for (uint64_t i = count - 1; i > 0; i--) {
        uint64_t other = random_below(&state, i), next = lines[i].next;
        lines[i].next = lines[other].next;
        lines[other].next = next;
    }
    for (uint64_t rank = 0; rank < count; rank++, at = lines[at].next)
        lines[at].rank = rank;
}

static void settle(struct run *run, unsigned worker)
{
    working_set_of(run, worker, make);
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct working_set *set = working_set_of(run, task->worker, make);
    const struct line *lines = set->memory;
    uint64_t position = set->position;
    for (unsigned step = 0; step < STEPS; step++)
        position = lines[position].next;
    set->position = position;
    set->tasks++;
    return task->index + 1;
}

static bool check(const struct working_set *set, uint64_t bytes)
{
    const struct line *lines = set->memory;
    return lines[set->position].rank == set->tasks * STEPS % (bytes / sizeof *lines);
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    working_set_account(run, items, check, account);
}

const struct workload workload_cpu_chase = {
    .family = "cpu",
    .name = "chase",
    .summary = "10,000 steps from line to line in random order through memory of the worker's own: latency",
    .params = params,
    .computes = true,
    .possible = working_set_possible,
    .prepare = working_set_prepare,
    .settle = settle,
    .task = task,
    .account = account,
};
