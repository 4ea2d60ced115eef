/* SPDX-License-Identifier: MIT */
#include "run.h"

static int start(struct run *run)
{
    run_worker_ready(run, 0);
    return 0;
}

static int run_tasks(struct run *run, uint64_t task_count)
{
    uint64_t checksum = 0;
    run_begin_clock(run);
    for (uint64_t index = 0; index < task_count; index++)
        checksum += run->workload->task(run, &(struct task){.index = index});
    run_record(run, task_count, checksum);
    return 0;
}

static void stop(struct run *run)
{
    run_worker_end(run, 0);
}

const struct model model_serial = {
    .name = "serial",
    .summary = "one task after another in the calling thread",
    .start = start,
    .run = run_tasks,
    .stop = stop,
};
