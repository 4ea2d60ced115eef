/* SPDX-License-Identifier: MIT */
/* A pool of lasting workers fed by one bounded queue in shared memory: the same code for threads and
 * processes. */
#include <stdlib.h>

#include "run.h"
#include "task_queue.h"

enum {
    QUEUE_CAPACITY = 1024,
    SPIN_ROUNDS = 300, /* some 20 us: less than a wake-up across processing units costs */
};
#define STOP UINT64_MAX

struct pool {
    struct task_queue *queue;
    unsigned created;
    struct carrier_handle handles[];
};

/* Until the queue is found empty, completions are counted here only. */
static size_t next_tasks(struct run *run, unsigned worker, uint64_t *tasks, uint64_t done, uint64_t checksum)
{
    struct task_queue *queue = ((struct pool *)run->model_data)->queue;
    run_record(run, done, checksum);
    size_t count = task_queue_spin_pop(queue, tasks);
    if (count)
        return count;
    if (done) /* else the caller may be reading it */
        run_worker_usage(run, worker);
    run_worker_idle(run, worker);
    count = task_queue_pop(queue, tasks);
    run_worker_busy(run, worker);
    return count;
}

static void work(struct run *run, unsigned worker, uint64_t argument)
{
    (void)argument;
    struct task_queue *queue = ((struct pool *)run->model_data)->queue;
    uint64_t tasks[TASK_QUEUE_BATCH_MAX], done = 0, checksum = 0;
    run_worker_ready(run, worker);
    for (;;) {
        size_t count = task_queue_try_pop(queue, tasks);
        if (count == 0) {
            count = next_tasks(run, worker, tasks, done, checksum);
            done = checksum = 0;
        }
        for (size_t i = 0; i < count; i++) {
            if (tasks[i] == STOP) {
                run_worker_end(run, worker);
                return;
            }
            struct task task = {.index = tasks[i], .worker = worker, .slot = worker};
            checksum += run->workload->task(run, &task);
        }
        done += count;
    }
}

static int start(struct run *run)
{
    struct pool *pool = arena_allocate(run->arena, sizeof *pool + run->workers * sizeof pool->handles[0]);
    struct task_queue_options options = {
        .capacity = QUEUE_CAPACITY,
        .consumers = run->workers,
        .private = run_private(run),
        .spin_rounds = run_distinct_units(run) >= run->workers ? SPIN_ROUNDS : 0,
    };
    run->model_data = pool;
    if (!pool || !(pool->queue = task_queue_create(run->arena, &options)))
        return error_set(&run->error, "out of memory for the task queue");
    if (!run_private(run))
        carrier_watch_processes();
    for (unsigned worker = 0; worker < run->workers; worker++) {
        struct carrier_handle *handle = &pool->handles[worker];
        *handle = (struct carrier_handle){.run = run, .body = work, .worker = worker};
        if (run->model->carrier->create(handle))
            return -1;
        pool->created++;
    }
    run_await_ready(run);
    return 0;
}

static int run_tasks(struct run *run, uint64_t task_count)
{
    struct pool *pool = run->model_data;
    run_begin_clock(run);
    task_queue_push(pool->queue, 0, task_count);
    run_await_finished(run);
    run_await_idle(run);
    return 0;
}

static void stop(struct run *run)
{
    struct pool *pool = run->model_data;
    if (!run_private(run))
        carrier_unwatch_processes();
    for (unsigned worker = 0; worker < pool->created; worker++)
        task_queue_push(pool->queue, STOP, 1);
    for (unsigned worker = 0; worker < pool->created; worker++)
        if (run->model->carrier->await(&pool->handles[worker]))
            run_fail(run, "%s", run->error.text);
}

const struct model model_thread_pool = {
    .name = "thread-pool",
    .summary = "threads that take tasks from a queue",
    .carrier = &carrier_thread,
    .start = start,
    .run = run_tasks,
    .stop = stop,
};

const struct model model_process_pool = {
    .name = "process-pool",
    .summary = "processes that take tasks from the same queue in shared memory",
    .carrier = &carrier_process,
    .start = start,
    .run = run_tasks,
    .stop = stop,
};
