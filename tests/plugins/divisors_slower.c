/* SPDX-License-Identifier: MIT */
/* The example as after a change for the worse. */
#include <crosspoint/workload.h>

static uint64_t task(struct run *run, const struct task *task)
{
    (void)run;
    for (volatile unsigned step = 0; step < 1000000; step++)
        continue;
    return task->index + 1;
}

CROSSPOINT_WORKLOAD = {.name = "divisors", .summary = "takes long", .task = task};
