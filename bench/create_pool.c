/* SPDX-License-Identifier: MIT */
/* A pool made for one batch, as programs do: threads are made, tasks are handed in, each with a callback that
 * says it is done, and the end is awaited. Under a model that has workers of its own each has such pools of
 * its own. */
#include <errno.h>
#include <string.h>

#include "pool.h"
#include "workload.h"

static const struct workload_param params[] = {
    {.key = "burst", .value_default = "64", .summary = "empty tasks of a batch"},
    {.key = "by",
     .value_default = "submit",
     .summary = "how they are handed in: one by one, with a callback each, or as a map over them",
     .choices = "submit|map"},
    {.key = "threads", .value_default = "2", .summary = "threads of the pool", .value_max = 1024},
    {0},
};

struct batch {
    _Atomic uint64_t done;
};

static int do_nothing(void *context)
{
    (void)context;
    return 0;
}

static void count_done(void *context)
{
    struct batch *batch = context;
    atomic_fetch_add_explicit(&batch->done, 1, memory_order_relaxed);
}

static int count_index(void *context, size_t index)
{
    (void)index;
    count_done(context);
    return 0;
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct batch batch = {0};
    struct error error;
    uint64_t burst = run_key_number(run, "burst");
    struct pool *pool = pool_create((unsigned)run_key_number(run, "threads"), burst, &error);
    int problem = 0;
    (void)task;
    if (!pool)
        run_fail(run, "%s", error.text);
    if (run_key_is(run, "by", "map"))
        problem = pool_map(pool, count_index, &batch, burst, 0);
    else
        for (uint64_t i = 0; i < burst && problem == 0; i++)
            problem = pool_submit(pool, do_nothing, &batch, count_done, NULL) ? errno : 0;
    pool_join(pool);
    if (problem)
        run_fail(run, "a task of a pool: %s", strerror(problem));
    return batch.done;
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    account->checksum = items * run_key_number(run, "burst");
}

const struct workload workload_create_pool = {
    .family = "create",
    .name = "pool",
    .summary = "a pool of threads made for one batch of tasks, each with a callback, and ended",
    .item = "batch",
    .params = params,
    .task = task,
    .account = account,
};
