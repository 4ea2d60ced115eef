/* SPDX-License-Identifier: MIT */
#include "wait.h"

#include <uv.h>

#include "measure.h"

struct wait {
    uv_timer_t timer;
    struct run *run;
    struct task *task;
    uint64_t checksum, begin_ns;
};

struct waits {
    uint64_t wait_ms;
    struct wait waits[]; /* one for each task in flight; untouched where tasks block */
};

struct waits *waits_open(struct run *run)
{
    struct waits *waits = run_allocate(run, sizeof *waits + run_in_flight(run) * sizeof waits->waits[0]);
    if (waits)
        waits->wait_ms = run_key_number(run, "wait-ms");
    return waits;
}

void wait_blocking(struct run *run, const struct waits *waits)
{
    uint64_t begin_ns = clock_now_ns();
    run_sleep(run, waits->wait_ms * 1000000);
    run_add(run, clock_now_ns() - begin_ns);
}

static void closed(uv_handle_t *handle)
{
    struct wait *wait = handle->data;
    wait->task->complete(wait->run, wait->task, wait->checksum);
}

static void expired(uv_timer_t *timer)
{
    struct wait *wait = timer->data;
    run_add(wait->run, clock_now_ns() - wait->begin_ns);
    uv_close((uv_handle_t *)timer, closed);
}

static struct wait *open_timer(struct run *run, struct waits *waits, struct task *task, uint64_t checksum)
{
    struct wait *wait = &waits->waits[task->slot];
    *wait = (struct wait){.run = run, .task = task, .checksum = checksum};
    uv_timer_init(task->loop, &wait->timer);
    wait->timer.data = wait;
    return wait;
}

void wait_in_loop(struct run *run, struct waits *waits, struct task *task, uint64_t checksum)
{
    struct wait *wait = open_timer(run, waits, task, checksum);
    wait->begin_ns = clock_now_ns();
    uv_update_time(task->loop);
    uv_timer_start(&wait->timer, expired, waits->wait_ms, 0);
}

/* A handle that is closed is called back in the loop's next turn. */
void wait_turn_in_loop(struct run *run, struct waits *waits, struct task *task, uint64_t checksum)
{
    uv_close((uv_handle_t *)&open_timer(run, waits, task, checksum)->timer, closed);
}

double wait_mean_ns(const struct run *run, uint64_t items)
{
    return (double)run_sum(run) / (double)items;
}
