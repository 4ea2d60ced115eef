/* SPDX-License-Identifier: MIT */
/* One carrier per task; at most `workers` at a time, the oldest is awaited first. */
#include <stdlib.h>

#include "run.h"

static int start(struct run *run)
{
    run->model_data = calloc(run->workers, sizeof(struct carrier_handle));
    if (!run->model_data)
        return error_set(&run->error, "out of memory");
    return 0;
}

static void do_task(struct run *run, unsigned worker, uint64_t index)
{
    run_bind_worker(run, worker);
    struct task task = {.index = index, .worker = worker, .slot = worker};
    run_record(run, 1, run->workload->task(run, &task));
}

static int run_tasks(struct run *run, uint64_t task_count)
{
    const struct carrier *carrier = run->model->carrier;
    struct carrier_handle *handles = run->model_data;
    run_begin_clock(run);
    for (uint64_t index = 0; index < task_count + run->workers; index++) {
        struct carrier_handle *handle = &handles[index % run->workers];
        if (index >= run->workers && carrier->await(handle))
            return -1;
        if (index >= task_count)
            continue;
        *handle = (struct carrier_handle){
            .run = run, .body = do_task, .worker = (unsigned)(index % run->workers), .argument = index};
        if (carrier->create(handle))
            return -1;
    }
    /* A carrier is done with when it has been awaited, not when its task is. */
    if (!run->self_timed)
        run->shared->clock_stop_ns = clock_now_ns();
    return 0;
}

static void stop(struct run *run)
{
    free(run->model_data);
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
