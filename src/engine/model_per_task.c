/* SPDX-License-Identifier: MIT */
/* One carrier per task; at most `workers` at a time. The one that ends first makes room for the next task:
 * where one unit is slower than another, waiting for the oldest would let the faster one idle. */
#include <stdlib.h>

#include "run.h"
#include "task_queue.h"

struct per_task {
    struct task_queue
        *ended; /* workers whose carrier has done its task; NULL if there is only one to wait for */
    struct carrier_handle handles[];
};

static int start(struct run *run)
{
    size_t capacity = 2 * TASK_QUEUE_BATCH_MAX;
    struct per_task *per_task =
        arena_allocate(run->arena, sizeof *per_task + run->workers * sizeof per_task->handles[0]);
    run->model_data = per_task;
    while (capacity < run->workers)
        capacity *= 2;
    struct task_queue_options options = {
        .capacity = capacity, .consumers = run->workers, .private = run_private(run)};
    if (!per_task || (run->workers > 1 && !(per_task->ended = task_queue_create(run->arena, &options))))
        return error_set(&run->error, "out of memory for %u carriers", run->workers);
    if (!run_private(run))
        carrier_watch_processes();
    return 0;
}

static void do_task(struct run *run, unsigned worker, uint64_t index)
{
    const struct per_task *per_task = run->model_data;
    run_bind_worker(run, worker);
    struct task task = {.index = index, .worker = worker, .slot = worker};
    run_record(run, 1, run->workload->task(run, &task));
    if (per_task->ended)
        task_queue_push(per_task->ended, worker, 1);
}

static int create(struct run *run, uint64_t worker, uint64_t index)
{
    struct carrier_handle *handle = &((struct per_task *)run->model_data)->handles[worker];
    *handle =
        (struct carrier_handle){.run = run, .body = do_task, .worker = (unsigned)worker, .argument = index};
    return run->model->carrier->create(handle);
}

/* Awaits carriers until all tasks are done; each that ends is followed by the next task. */
static int await_all(struct run *run, uint64_t next, uint64_t task_count)
{
    struct per_task *per_task = run->model_data;
    uint64_t workers[TASK_QUEUE_BATCH_MAX] = {0};
    for (uint64_t ended = 0; ended < task_count;) {
        size_t count = per_task->ended ? task_queue_pop(per_task->ended, workers) : 1;
        for (size_t i = 0; i < count; i++) {
            if (run->model->carrier->await(&per_task->handles[workers[i]]))
                return -1;
            if (next < task_count && create(run, workers[i], next++))
                return -1;
        }
        ended += count;
    }
    return 0;
}

static int run_tasks(struct run *run, uint64_t task_count)
{
    uint64_t next = 0;
    run_begin_clock(run);
    for (; next < run->workers && next < task_count; next++)
        if (create(run, next, next))
            return -1;
    if (await_all(run, next, task_count))
        return -1;
    /* A carrier is done with when it has been awaited, not when its task is. */
    if (!run->self_timed)
        run->shared->clock_stop_ns = clock_now_ns();
    return 0;
}

static void stop(struct run *run)
{
    if (!run_private(run))
        carrier_unwatch_processes();
}

const struct model model_thread_per_task = {
    .name = "thread-per-task",
    .summary = "a new thread for each task",
    .carrier = &carrier_thread,
    .start = start,
    .run = run_tasks,
    .stop = stop,
};

const struct model model_process_per_task = {
    .name = "process-per-task",
    .summary = "a new process (fork) for each task",
    .carrier = &carrier_process,
    .start = start,
    .run = run_tasks,
    .stop = stop,
};
