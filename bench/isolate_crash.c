/* SPDX-License-Identifier: MIT */
/* Tasks of which some end their worker in the middle: what is lost with it? The first of them is the first
 * task, while each other worker is at one of its own, and who comes behind one waits until another has taken
 * the dead worker's place. So what is completed is no matter of chance: all others, or none where one
 * worker's death is the death of all. A latency is the time from a death until the successor begins a task:
 * the crew is whole again. */
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "histogram.h"
#include "measure.h"
#include "work.h"
#include "workload.h"

enum { TASKS = 100, HALF_STEPS = 500, EXIT_STATUS = 3, WAIT_NS = 20000, WAIT_NS_MAX = 5000000 };

static const struct workload_param params[] = {
    {.key = "deaths", .value_default = "1", .summary = "tasks that end their worker, of 100"},
    {.key = "how",
     .value_default = "segv",
     .summary = "a signal, or _exit()",
     .choices = "segv|abort|exit|kill"},
    {0},
};

struct crash {
    uint64_t deaths;
    int signal_number;       /* 0: _exit() */
    _Atomic uint64_t begun;  /* tasks */
    _Atomic uint64_t filled; /* places of dead workers */
    uint64_t died_ns[];      /* by worker, until its place is filled; else 0 */
};

static int signal_of(const struct run *run)
{
    return run_key_is(run, "how", "segv")    ? SIGSEGV
           : run_key_is(run, "how", "abort") ? SIGABRT
           : run_key_is(run, "how", "kill")  ? SIGKILL
                                             : 0;
}

static int prepare(struct run *run)
{
    struct crash *crash = run_allocate(run, sizeof *crash + run_workers(run) * sizeof crash->died_ns[0]);
    if (!crash)
        return -1;
    crash->deaths = run_key_number(run, "deaths");
    crash->signal_number = signal_of(run);
    run_set_data(run, crash);
    return 0;
}

/* Spread evenly over the tasks, from the first one on. */
static uint64_t deaths_before(const struct crash *crash, uint64_t index)
{
    uint64_t deaths = index ? (index - 1) * crash->deaths / TASKS + 1 : 0;
    return deaths < index ? deaths : index;
}

static bool is_deadly(const struct crash *crash, uint64_t index)
{
    return deaths_before(crash, index + 1) > deaths_before(crash, index);
}

/* One at a time: the next one to die waits for it. */
static void fill_place(struct run *run, struct crash *crash, unsigned worker)
{
    if (!crash->died_ns[worker])
        return;
    histogram_record(run_latency(run), clock_now_ns() - crash->died_ns[worker]);
    crash->died_ns[worker] = 0;
    atomic_fetch_add(&crash->filled, 1);
}

/* Longer each time: a hundred that look often keep those from the processors that they wait for. */
static void sleep_a_moment(long *ns)
{
    nanosleep(&(struct timespec){.tv_nsec = *ns}, NULL);
    *ns = *ns < WAIT_NS_MAX / 2 ? 2 * *ns : WAIT_NS_MAX;
}

/* Where none is left to begin no successor will come by; of what is one process, none does anyway. */
static void await_filled(const struct run *run, const struct crash *crash, uint64_t index)
{
    long ns = WAIT_NS;
    while (atomic_load(&crash->filled) < deaths_before(crash, index) &&
           (run_private(run) || atomic_load(&crash->begun) < TASKS))
        sleep_a_moment(&ns);
}

/* Each worker has a task in hand. */
static void await_begun(const struct run *run, const struct crash *crash)
{
    long ns = WAIT_NS;
    while (atomic_load(&crash->begun) < run_workers(run) && atomic_load(&crash->begun) < TASKS)
        sleep_a_moment(&ns);
}

static _Noreturn void end_worker(struct crash *crash, unsigned worker)
{
    prctl(PR_SET_DUMPABLE, 0); /* no core file */
    if (crash->signal_number)
        signal(crash->signal_number, SIG_DFL); /* a sanitizer's handler would make it an exit */
    crash->died_ns[worker] = clock_now_ns();
    if (crash->signal_number)
        raise(crash->signal_number);
    _exit(EXIT_STATUS);
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct crash *crash = run_data(run);
    fill_place(run, crash, task->worker);
    atomic_fetch_add(&crash->begun, 1);
    await_filled(run, crash, task->index);
    work_steps(HALF_STEPS, task->index);
    if (is_deadly(crash, task->index)) {
        await_begun(run, crash);
        end_worker(crash, task->worker);
    }
    work_steps(HALF_STEPS, task->index);
    return task->index + 1;
}

/* All tasks that are not deadly, or none. Also makes ready for the next round. */
static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct crash *crash = run_data(run);
    for (uint64_t index = 0; index < items && account->tasks_lost < items; index++)
        account->checksum += is_deadly(crash, index) ? 0 : index + 1;
    account->value = (double)(items - account->tasks_lost);
    atomic_store(&crash->begun, 0);
    atomic_store(&crash->filled, 0);
    for (unsigned worker = 0; worker < run_workers(run); worker++)
        crash->died_ns[worker] = 0;
}

const struct workload workload_isolate_crash = {
    .family = "isolate",
    .name = "crash",
    .summary = "100 tasks of which some end their worker; value: those that are completed all the same",
    .value_unit = "completed",
    .params = params,
    .items = TASKS,
    .latency = true,
    .mortal = true,
    .prepare = prepare,
    .task = task,
    .account = account,
};
