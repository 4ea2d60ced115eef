/* SPDX-License-Identifier: MIT */
/* What does a worker hold that only waits? */
#include <uv.h>

#include "memory_reading.h"
#include "workload.h"

enum { NEVER_MS = 1 << 30 };

/* A task in a loop: a timer that will not expire. */
struct wait {
    uv_timer_t timer;
    struct run *run;
    struct task *task;
};

struct idle {
    struct memory_reading reading;
    struct wait waits[]; /* untouched where tasks block */
};

static int prepare(struct run *run)
{
    struct idle *idle = run_allocate(run, sizeof *idle + run_in_flight(run) * sizeof idle->waits[0]);
    if (!idle)
        return -1;
    run_set_data(run, idle);
    memory_reading_begin(&idle->reading, 0);
    return 0;
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct idle *idle = run_data(run);
    memory_reading_arrive(run, &idle->reading);
    run_arrive(run);
    return task->index + 1;
}

static void closed(uv_handle_t *handle)
{
    struct wait *wait = handle->data;
    wait->task->complete(wait->run, wait->task, wait->task->index + 1);
}

static void expired(uv_timer_t *timer)
{
    (void)timer;
}

static void begin(struct run *run, struct task *task)
{
    struct idle *idle = run_data(run);
    struct wait *wait = &idle->waits[task->slot];
    *wait = (struct wait){.run = run, .task = task};
    uv_timer_init(task->loop, &wait->timer);
    wait->timer.data = wait;
    uv_timer_start(&wait->timer, expired, NEVER_MS, 0);
    memory_reading_arrive(run, &idle->reading);
    if (!run_arrive_last(run))
        return;
    for (unsigned slot = 0; slot < run_in_flight(run); slot++)
        uv_close((uv_handle_t *)&idle->waits[slot].timer, closed);
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct idle *idle = run_data(run);
    (void)items;
    memory_reading_account(run, &idle->reading, account);
}

const struct workload workload_memory_idle = {
    .family = "memory",
    .name = "idle",
    .summary = "tasks that wait, and what their workers hold then; value: bytes for each",
    .item = "reading",
    .value_unit = "bytes_per_task",
    .cell_default = "conc:100/place:none",
    .needs = MODEL_CONCURRENT,
    .items = 1,
    .together = true,
    .parks = true,
    .memory = true,
    .prepare = prepare,
    .task = task,
    .begin = begin,
    .account = account,
};
