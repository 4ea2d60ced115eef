/* SPDX-License-Identifier: MIT */
/* A pool of lasting workers fed by one bounded queue in shared memory: the same code for threads and
 * processes. */
#include "crew.h"
#include "run.h"
#include "task_queue.h"

enum { QUEUE_CAPACITY = 1024 };

/* Until the queue is found empty, completions are counted here only. 0: it is closed. */
static size_t next_tasks(struct run *run, unsigned worker, uint64_t *tasks, uint64_t done, uint64_t checksum)
{
    struct task_queue *queue = run->model_data;
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

/* One task, whose worker may die of it: what others do is recorded before. */
static uint64_t do_mortal_task(struct run *run, const struct task *task)
{
    run_hold(run, task->worker, 1);
    uint64_t checksum = run->workload->task(run, task);
    run_hold(run, task->worker, 0);
    run_record(run, 1, checksum);
    return 0;
}

static void work(struct run *run, unsigned worker, uint64_t argument)
{
    struct task_queue *queue = run->model_data;
    uint64_t tasks[TASK_QUEUE_BATCH_MAX], done = 0, checksum = 0;
    bool mortal = run->workload->mortal;
    (void)argument;
    run_worker_ready(run, worker);
    for (;;) {
        size_t count = task_queue_try_pop(queue, tasks);
        if (count == 0) {
            count = next_tasks(run, worker, tasks, done, checksum);
            done = checksum = 0;
        }
        if (count == 0)
            break;
        for (size_t i = 0; i < count; i++) {
            struct task task = {.index = tasks[i], .worker = worker, .slot = worker};
            checksum += mortal ? do_mortal_task(run, &task) : run->workload->task(run, &task);
        }
        done += mortal ? 0 : count;
    }
    run_worker_end(run, worker);
}

static int start(struct run *run)
{
    struct task_queue_options options = {
        .capacity = QUEUE_CAPACITY,
        .consumers = run->workers,
        .one_by_one = run->workload->mortal || run->workload->together,
        .private = run_private(run),
        .spin_rounds = run_distinct_units(run) >= run->workers ? TASK_QUEUE_SPIN_ROUNDS : 0,
    };
    run->model_data = task_queue_create(run->arena, &options);
    if (!run->model_data)
        return error_set(&run->error, "out of memory for the task queue");
    return crew_start(run, work);
}

static int run_tasks(struct run *run, uint64_t task_count)
{
    run_begin_clock(run);
    task_queue_push(run->model_data, 0, task_count);
    run_await_finished(run);
    run_await_idle(run);
    return 0;
}

static void stop(struct run *run)
{
    task_queue_close(run->model_data);
    crew_stop(run);
}

const struct model model_thread_pool = {
    .name = "thread-pool",
    .summary = "threads that take tasks from a queue",
    .carrier = &carrier_thread,
    .gives = MODEL_CONCURRENT | MODEL_CARRIERS | MODEL_LASTING,
    .start = start,
    .run = run_tasks,
    .stop = stop,
};

const struct model model_process_pool = {
    .name = "process-pool",
    .summary = "processes that take tasks from the same queue in shared memory",
    .carrier = &carrier_process,
    .gives = MODEL_CONCURRENT | MODEL_CARRIERS | MODEL_LASTING,
    .start = start,
    .run = run_tasks,
    .stop = stop,
};
