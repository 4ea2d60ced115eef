/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crew.h"
#include "futex.h"
#include "generator.h"

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

void run_bind_main(struct run *run)
{
    struct error error;
    if (run->bound && topology_bind_self(run->topology, run->main_units, run->main_unit_count, &error))
        run_fail(run, "%s", error.text);
}

/* RUN_UNITS_MAX: none. */
static unsigned first_unit(const uint64_t bits[RUN_UNITS_MAX / 64])
{
    unsigned unit = 0;
    while (unit < RUN_UNITS_MAX && !(bits[unit / 64] >> unit % 64 & 1))
        unit++;
    return unit;
}

/* What was asked for is what must be read back; unbound workers may sit wherever this process may. */
static void read_back(struct run *run, unsigned worker)
{
    struct run_worker *own = &run->shared->workers[worker];
    uint64_t observed[RUN_UNITS_MAX / 64];
    struct error error;
    int count = topology_read_binding_self(run->topology, observed, RUN_UNITS_MAX / 64, &error);
    if (count < 0)
        run_fail(run, "%s", error.text);
    unsigned first = first_unit(observed);
    if (run->bound && (count != 1 || first != run->worker_units[worker]))
        run_fail(run, "worker %u was bound to processing unit %u but reads back %d units, the first is %u",
                 worker, run->worker_units[worker], count, first);
    for (size_t i = 0; i < RUN_UNITS_MAX / 64; i++)
        own->observed[i] |= observed[i];
    atomic_store_explicit(&own->bound, true, memory_order_release);
}

static void read_back_once(struct run *run, unsigned worker)
{
    if (!atomic_load_explicit(&run->shared->workers[worker].bound, memory_order_acquire))
        read_back(run, worker);
}

/* It costs a process three pages: where memory is measured, it comes after the work. libuv's threads have no
 * such moment. */
static bool reads_back_late(const struct run *run)
{
    return run->workload->memory && (run->crew || run->model->gives & MODEL_PER_TASK);
}

void run_read_back_late(struct run *run, unsigned worker)
{
    if (reads_back_late(run))
        read_back_once(run, worker);
}

void run_bind_worker(struct run *run, unsigned worker)
{
    /* A single unit is inherited from the caller, which sits there: setting it again would only cost. */
    bool inherited = run->main_unit_count == 1 && run->model->carrier;
    struct error error;
    if (run->bound && !inherited && topology_bind_self(run->topology, &run->worker_units[worker], 1, &error))
        run_fail(run, "%s", error.text);
    if (!reads_back_late(run))
        read_back_once(run, worker);
}

void run_begin_clock(struct run *run)
{
    if (!run->workload->together && !run->workload->sets_clock)
        run->shared->clock_start_ns = clock_now_ns();
}

void run_end_clock(struct run *run)
{
    if (!run->workload->sets_clock)
        run->shared->clock_stop_ns = clock_now_ns();
}

static void count_tasks(struct run *run, uint64_t tasks)
{
    struct run_shared *shared = run->shared;
    uint64_t task_count = shared->task_count; /* read before the round may end */
    if (atomic_fetch_add(&shared->tasks_done, tasks) + tasks < task_count)
        return;
    run_end_clock(run);
    atomic_fetch_or(&shared->finished, 1);
    futex_wake(&shared->finished, 1, run_private(run));
}

void run_record(struct run *run, uint64_t tasks, uint64_t checksum)
{
    if (tasks == 0)
        return;
    if (run->workload->mortal)
        checksum += tasks << RUN_RECORDED_SHIFT;
    atomic_fetch_add_explicit(&run->shared->checksum, checksum, memory_order_relaxed);
    count_tasks(run, tasks);
}

void run_lose(struct run *run, unsigned worker)
{
    uint32_t tasks = atomic_exchange(&run->shared->workers[worker].holding, 0);
    atomic_fetch_add(&run->shared->tasks_lost, tasks);
    if (tasks > 0)
        count_tasks(run, tasks);
}

void run_await_finished(struct run *run)
{
    uint32_t seen;
    while (!((seen = atomic_load(&run->shared->finished)) & 1))
        if (run->workload->mortal && run->crew) {
            crew_replace_dead(run);
            /* A death's signal ends the wait; where it comes late (ThreadSanitizer keeps it back) the clock
             * does. */
            futex_wait_for(&run->shared->finished, seen, run_private(run), 100);
        } else {
            futex_wait(&run->shared->finished, seen, run_private(run));
        }
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
    if (!run->workload->memory) {
        touch_stack();
        run->shared->workers[worker].migrations = -migrations_self();
    }
    if (run->workload->settle)
        run->workload->settle(run, worker);
    run_worker_usage(run, worker);
    if (atomic_fetch_add(&run->shared->ready, 1) + 1 == run->workers) /* nobody waits for fewer */
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
    run_read_back_late(run, worker);
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

struct generator_place run_generator_place(const struct run *run)
{
    return (struct generator_place){
        .threads = (unsigned)run->generator_count,
        .topology = run->topology,
        .units = run->generator_bound ? run->generator_units : NULL,
    };
}

void run_set_generator(struct run *run, pid_t process)
{
    run->generator = process;
}
