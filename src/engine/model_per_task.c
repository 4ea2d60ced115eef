/* SPDX-License-Identifier: MIT */
/* One carrier per task; at most `workers` at a time. The one that ends first makes room for the next task:
 * where one unit is slower than another, waiting for the oldest would let the faster one idle. */
#include "run.h"
#include "task_queue.h"

struct per_task {
    struct task_queue
        *ended;    /* workers whose carrier has done its task; NULL if there is only one to wait for */
    bool *working; /* mortal workloads whose carriers can die alone: who has not been awaited; else NULL */
    struct carrier_handle handles[];
};

static int start(struct run *run)
{
    size_t capacity = 2 * TASK_QUEUE_BATCH_MAX;
    bool die_alone = run->workload->mortal && run->model->carrier->has_died;
    struct per_task *per_task =
        run_allocate(run, sizeof *per_task + run->workers * sizeof per_task->handles[0]);
    run->model_data = per_task;
    while (capacity < run->workers)
        capacity *= 2;
    struct task_queue_options options = {
        .capacity = capacity, .consumers = run->workers, .private = run_private(run)};
    if (!per_task || (die_alone && !(per_task->working = run_allocate(run, run->workers))) ||
        (run->workers > 1 && !die_alone && !(per_task->ended = task_queue_create(run->arena, &options))))
        return error_set(&run->error, "out of memory for %u carriers", run->workers);
    if (!run_private(run) && per_task->ended) /* a single one is awaited itself */
        carrier_watch_processes(NULL);
    return 0;
}

static void do_task(struct run *run, unsigned worker, uint64_t index)
{
    const struct per_task *per_task = run->model_data;
    run_bind_worker(run, worker);
    struct task task = {.index = index, .worker = worker, .slot = worker};
    run_hold(run, worker, 1);
    uint64_t checksum = run->workload->task(run, &task);
    run_hold(run, worker, 0);
    run_record(run, 1, checksum);
    run_read_back_late(run, worker);
    if (per_task->ended)
        task_queue_push(per_task->ended, worker, 1);
}

static int create(struct run *run, uint64_t worker, uint64_t index)
{
    struct per_task *per_task = run->model_data;
    per_task->handles[worker] =
        (struct carrier_handle){.run = run, .body = do_task, .worker = (unsigned)worker, .argument = index};
    if (per_task->working)
        per_task->working[worker] = true;
    return run->model->carrier->create(&per_task->handles[worker]);
}

/* Each by its end, however it comes to it: a worker that died does not tell of its own. */
static size_t await_dead(struct run *run, uint64_t workers[TASK_QUEUE_BATCH_MAX])
{
    struct per_task *per_task = run->model_data;
    const struct carrier *carrier = run->model->carrier;
    size_t count = 0;
    for (;;) {
        for (unsigned worker = 0; worker < run->workers && count < TASK_QUEUE_BATCH_MAX; worker++)
            if (per_task->working[worker] && carrier->has_died(&per_task->handles[worker])) {
                per_task->working[worker] = false;
                run_lose(run, worker);
                workers[count++] = worker;
            }
        if (count > 0)
            return count;
        carrier->await_death();
    }
}

/* Which carriers have ended, one at least. -1: run->error. */
static int await_some(struct run *run, uint64_t workers[TASK_QUEUE_BATCH_MAX])
{
    struct per_task *per_task = run->model_data;
    if (per_task->working)
        return (int)await_dead(run, workers);
    workers[0] = 0;
    size_t count = per_task->ended ? task_queue_pop(per_task->ended, workers) : 1;
    for (size_t i = 0; i < count; i++)
        if (run->model->carrier->await(&per_task->handles[workers[i]]))
            return -1;
    return (int)count;
}

/* Until all tasks are done; each carrier that ends is followed by the next task. */
static int await_all(struct run *run, uint64_t next, uint64_t task_count)
{
    uint64_t workers[TASK_QUEUE_BATCH_MAX];
    for (uint64_t ended = 0; ended < task_count;) {
        int count = await_some(run, workers);
        if (count < 0)
            return -1;
        for (int i = 0; i < count && next < task_count; i++)
            if (create(run, workers[i], next++))
                return -1;
        ended += (uint64_t)count;
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
    if (!run->workload->together)
        run_end_clock(run);
    return 0;
}

static void stop(struct run *run)
{
    const struct per_task *per_task = run->model_data;
    if (!run_private(run) && per_task->ended)
        carrier_unwatch_processes();
}

const struct model model_thread_per_task = {
    .name = "thread-per-task",
    .summary = "a new thread for each task",
    .carrier = &carrier_thread,
    .gives = MODEL_CONCURRENT | MODEL_CARRIERS | MODEL_PER_TASK,
    .start = start,
    .run = run_tasks,
    .stop = stop,
};

const struct model model_process_per_task = {
    .name = "process-per-task",
    .summary = "a new process (fork) for each task",
    .carrier = &carrier_process,
    .gives = MODEL_CONCURRENT | MODEL_CARRIERS | MODEL_PER_TASK,
    .start = start,
    .run = run_tasks,
    .stop = stop,
};
