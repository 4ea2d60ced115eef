/* SPDX-License-Identifier: MIT */
/* A task waits as if for a slow peer. Timer slack and libuv's whole milliseconds make it wait longer than
 * asked; the value is how long it really was. */
#include <time.h>
#include <uv.h>

#include "measure.h"
#include "workload.h"

static const struct workload_param params[] = {
    {.key = "wait-ms", .value_default = "10", .summary = "length of a wait in milliseconds"},
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
    struct sleep_data *data = run_allocate(run, sizeof *data + run_in_flight(run) * sizeof data->waits[0]);
    if (!data)
        return -1;
    data->wait_ms = run_key_number(run, "wait-ms");
    run_set_data(run, data);
    return 0;
}

static uint64_t task(struct run *run, const struct task *task)
{
    uint64_t wait_ms = ((const struct sleep_data *)run_data(run))->wait_ms, begin_ns = clock_now_ns();
    struct timespec wait = {.tv_sec = (time_t)(wait_ms / 1000), .tv_nsec = (long)(wait_ms % 1000) * 1000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, &wait))
        continue;
    run_add(run, clock_now_ns() - begin_ns);
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
    run_add(wait->run, clock_now_ns() - wait->begin_ns);
    uv_close((uv_handle_t *)timer, closed);
}

static void begin(struct run *run, struct task *task)
{
    struct sleep_data *data = run_data(run);
    struct wait *wait = &data->waits[task->slot];
    *wait = (struct wait){.run = run, .task = task, .begin_ns = clock_now_ns()};
    uv_timer_init(task->loop, &wait->timer);
    wait->timer.data = wait;
    uv_update_time(task->loop);
    uv_timer_start(&wait->timer, expired, data->wait_ms, 0);
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    account->checksum = workload_sum_of_indices(items);
    account->value = (double)run_sum(run) / (double)items;
}

const struct workload workload_io_sleep = {
    .family = "io",
    .name = "sleep",
    .summary = "a wait of 10 ms: blocking, or a libuv timer in loops",
    .item = "wait",
    .value_unit = "wait_ns",
    .params = params,
    .cell_default = "conc:64",
    .waits = true,
    .prepare = prepare,
    .task = task,
    .begin = begin,
    .account = account,
};
