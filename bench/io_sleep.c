/* SPDX-License-Identifier: MIT */
/* A task waits as if for a slow peer. Timer slack and libuv's whole milliseconds make it wait longer than
 * asked; the value is how long it really was. */
#include <time.h>
#include <uv.h>

#include "run.h"
#include "workloads.h"

static const struct workload_param params[] = {
    {"wait-ms", "10", "length of a wait in milliseconds"},
    {0},
};

struct wait {
    uv_timer_t timer;
    struct run *run;
    struct task *task;
    uint64_t begin_ns;
};

struct sleep_data {
    uint64_t wait_ms;
    struct wait waits[]; /* one for each task in flight */
};

static int prepare(struct run *run)
{
    struct sleep_data *data = arena_allocate(run->arena, sizeof *data + run->conc * sizeof data->waits[0]);
    if (!data)
        return error_set(&run->error, "out of memory");
    data->wait_ms = workload_param_count(run, "wait-ms");
    run->workload_data = data;
    run->value_unit = "wait_ns";
    return 0;
}

static void record_wait(struct run *run, uint64_t begin_ns)
{
    atomic_fetch_add_explicit(&run->shared->value_sum, clock_now_ns() - begin_ns, memory_order_relaxed);
}

static uint64_t task(struct run *run, const struct task *task)
{
    uint64_t wait_ms = ((const struct sleep_data *)run->workload_data)->wait_ms, begin_ns = clock_now_ns();
    struct timespec wait = {.tv_sec = (time_t)(wait_ms / 1000), .tv_nsec = (long)(wait_ms % 1000) * 1000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, &wait))
        continue;
    record_wait(run, begin_ns);
    return task->index + 1;
}

static void closed(uv_handle_t *handle)
{
    struct wait *wait = handle->data;
    wait->task->complete(wait->run, wait->task, wait->task->index + 1);
}

static void expired(uv_timer_t *timer)
{
    struct wait *wait = timer->data;
    record_wait(wait->run, wait->begin_ns);
    uv_close((uv_handle_t *)timer, closed);
}

static void begin(struct run *run, struct task *task)
{
    struct sleep_data *data = run->workload_data;
    struct wait *wait = &data->waits[task->slot];
    *wait = (struct wait){.run = run, .task = task, .begin_ns = clock_now_ns()};
    uv_timer_init(task->loop, &wait->timer);
    wait->timer.data = wait;
    uv_update_time(task->loop);
    uv_timer_start(&wait->timer, expired, data->wait_ms, 0);
}

const struct workload workload_io_sleep = {
    .family = "io",
    .name = "sleep",
    .summary = "a wait of 10 ms: blocking, or a libuv timer in loops",
    .params = params,
    .cell_default = "conc:64",
    .prepare = prepare,
    .task = task,
    .begin = begin,
    .checksum = workload_checksum_of_indices,
};
