/* SPDX-License-Identifier: MIT */
#include "run.h"

static int start(struct run *run)
{
    run_worker_ready(run, 0);
    return 0;
}

static int run_tasks(struct run *run, uint64_t task_count)
{
    bool mortal = run->workload->mortal; /* what was done before is recorded before */
    uint64_t checksum = 0;
    run_begin_clock(run);
    for (uint64_t index = 0; index < task_count; index++) {
        uint64_t one = run->workload->task(run, &(struct task){.index = index});
        if (mortal)
            run_record(run, 1, one);
        else
            checksum += one;
    }
    run_record(run, mortal ? 0 : task_count, checksum);
    return 0;
}

static void stop(struct run *run)
{
    run_worker_end(run, 0);
}

const struct model model_serial = {
    .name = "serial",
    .summary = "one task after another in the calling thread",
    .gives = MODEL_LASTING,
    .start = start,
    .run = run_tasks,
    .stop = stop,
};
