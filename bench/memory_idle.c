/* SPDX-License-Identifier: MIT */
/* What does a worker hold that only waits? When all tasks have arrived, the last of them reads the
 * proportional set size of all processes, but for the pages of files; what there was before the workers is
 * taken away. Reading costs its worker some two pages of stack. */
#include <stdatomic.h>
#include <unistd.h>
#include <uv.h>

#include "measure.h"
#include "workload.h"

enum { NEVER_MS = 1 << 30 };

/* A task in a loop: a timer that will not expire. */
struct wait {
    uv_timer_t timer;
    struct run *run;
    struct task *task;
};

struct idle {
    uint64_t before_bytes, bytes;
    pid_t process;
    _Atomic uint32_t arrived;
    struct wait waits[]; /* untouched where tasks block */
};

static int prepare(struct run *run)
{
    struct idle *idle = run_allocate(run, sizeof *idle + run_in_flight(run) * sizeof idle->waits[0]);
    if (!idle)
        return -1;
    run_set_data(run, idle);
    idle->process = getpid();
    for (int reading = 0; reading < 2; reading++) /* the first touches what reading needs */
        idle->before_bytes = memory_of_tree_bytes(idle->process, 0, MEMORY_ANONYMOUS);
    return 0;
}

static void read_if_last(struct run *run)
{
    struct idle *idle = run_data(run);
    if (atomic_fetch_add(&idle->arrived, 1) + 1 < run_in_flight(run))
        return;
    uint64_t bytes = memory_of_tree_bytes(idle->process, 0, MEMORY_ANONYMOUS);
    idle->bytes = bytes > idle->before_bytes ? bytes - idle->before_bytes : 0;
    run_set_memory(run, idle->bytes);
}

static uint64_t task(struct run *run, const struct task *task)
{
    read_if_last(run);
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
    read_if_last(run);
    if (!run_arrive_last(run))
        return;
    for (unsigned slot = 0; slot < run_in_flight(run); slot++)
        uv_close((uv_handle_t *)&idle->waits[slot].timer, closed);
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct idle *idle = run_data(run);
    (void)items;
    account->checksum = workload_sum_of_indices(run_in_flight(run));
    if (idle->bytes)
        account->value = (double)idle->bytes / run_in_flight(run);
    atomic_store(&idle->arrived, 0);
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
