/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "futex.h"

bool run_private(const struct run *run)
{
    return !run->model->carrier || run->model->carrier->private;
}

unsigned run_distinct_units(const struct run *run)
{
    return (unsigned)run->main_unit_count;
}

int run_no_carrier(struct run *run, unsigned worker, int problem)
{
    return error_set(&run->error, "%s %u of %u could not be created: %s%s", run->model->carrier->name,
                     worker + 1, run->workers, strerror(problem),
                     problem == EAGAIN ? "; " RUN_RAISE_TASKS : "");
}

void run_fail(const struct run *run, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* Where a process died, what it was connected to fails first: its end is the reason to tell. */
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    dprintf(STDERR_FILENO, "%s/%s: %s\n", run->cell->workload, run->cell->model, text);
    _exit(EXIT_FAILURE);
}

void run_bind_main(struct run *run)
{
    struct error error;
    if (run->bound && topology_bind_self(run->topology, run->main_units, run->main_unit_count, &error))
        run_fail(run, "%s", error.text);
}

/* What was asked for is what must be read back; unbound workers may sit wherever this process may. */
static void read_back(struct run *run, unsigned worker)
{
    struct run_worker *own = &run->shared->workers[worker];
    unsigned units[RUN_UNITS_MAX];
    struct error error;
    int count = topology_read_binding_self(run->topology, units, RUN_UNITS_MAX, &error);
    if (count < 0)
        run_fail(run, "%s", error.text);
    if (run->bound && (count != 1 || units[0] != run->worker_units[worker]))
        run_fail(run, "worker %u was bound to processing unit %u but reads back %d units, the first is %u",
                 worker, run->worker_units[worker], count, count ? units[0] : 0);
    for (int i = 0; i < count && i < RUN_UNITS_MAX; i++)
        if (units[i] < RUN_UNITS_MAX)
            own->observed[units[i] / 64] |= UINT64_C(1) << units[i] % 64;
    atomic_store_explicit(&own->bound, true, memory_order_release);
}

void run_bind_worker(struct run *run, unsigned worker)
{
    /* A single unit is inherited from the caller, which sits there: setting it again would only cost. */
    bool inherited = run->main_unit_count == 1 && run->model->carrier;
    struct error error;
    if (run->bound && !inherited && topology_bind_self(run->topology, &run->worker_units[worker], 1, &error))
        run_fail(run, "%s", error.text);
    if (!atomic_load_explicit(&run->shared->workers[worker].bound, memory_order_acquire))
        read_back(run, worker);
}

void run_begin_clock(struct run *run)
{
    run->shared->clock_start_ns = clock_now_ns();
}

void run_record(struct run *run, uint64_t tasks, uint64_t checksum)
{
    struct run_shared *shared = run->shared;
    if (tasks == 0)
        return;
    uint64_t task_count = shared->task_count; /* read before the round may end */
    atomic_fetch_add_explicit(&shared->checksum, checksum, memory_order_relaxed);
    uint64_t done = atomic_fetch_add(&shared->tasks_done, tasks) + tasks;
    if (done < task_count)
        return;
    if (!run->self_timed)
        shared->clock_stop_ns = clock_now_ns();
    atomic_store(&shared->finished, 1);
    futex_wake(&shared->finished, 1, run_private(run));
}

void run_await_finished(struct run *run)
{
    while (atomic_load(&run->shared->finished) == 0)
        futex_wait(&run->shared->finished, 0, run_private(run));
}

static void touch_stack(void)
{
    volatile char stack[32768];
    for (size_t i = 0; i < sizeof stack; i += 4096)
        stack[i] = 1;
    (void)stack[0];
}

void run_worker_usage(struct run *run, unsigned worker)
{
    if (!run_private(run))
        run->shared->workers[worker].usage = usage_self();
}

void run_worker_ready(struct run *run, unsigned worker)
{
    run_bind_worker(run, worker);
    touch_stack();
    run->shared->workers[worker].migrations = -migrations_self();
    run_worker_usage(run, worker);
    atomic_fetch_add(&run->shared->ready, 1);
    futex_wake(&run->shared->ready, INT_MAX, run_private(run));
}

void run_worker_idle(struct run *run, unsigned worker)
{
    atomic_store_explicit(&run->shared->workers[worker].idle, true, memory_order_release);
}

void run_worker_busy(struct run *run, unsigned worker)
{
    atomic_store_explicit(&run->shared->workers[worker].idle, false, memory_order_release);
}

void run_worker_end(struct run *run, unsigned worker)
{
    struct run_worker *own = &run->shared->workers[worker];
    int64_t now = migrations_self();
    own->migrations = now < 0 || own->migrations > 0 ? -1 : own->migrations + now;
}

void run_await_ready(struct run *run)
{
    uint32_t ready;
    while ((ready = atomic_load(&run->shared->ready)) < run->workers)
        futex_wait(&run->shared->ready, ready, run_private(run));
}

void run_await_idle(struct run *run)
{
    struct timespec moment = {.tv_nsec = 20000};
    for (unsigned worker = 0; worker < run->workers; worker++)
        while (!atomic_load_explicit(&run->shared->workers[worker].idle, memory_order_acquire))
            nanosleep(&moment, NULL);
}
