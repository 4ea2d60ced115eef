/* SPDX-License-Identifier: MIT */
#include "test_workloads.h"

#include <signal.h>
#include <unistd.h>

#include "../bench/workloads.h"
#include "run.h"

enum { ONCE_MAX = 1 << 16 };

static int prepare_once(struct run *run)
{
    run->workload_data = arena_allocate(run->arena, ONCE_MAX * sizeof(_Atomic uint64_t));
    return run->workload_data ? 0 : error_set(&run->error, "out of memory");
}

/* Each round every index is met once more; which round it is, is known by how often it was met before. */
static uint64_t task_once(struct run *run, const struct task *task)
{
    _Atomic uint64_t *met = run->workload_data;
    if (task->index >= ONCE_MAX || task->index >= run->shared->task_count || task->worker >= run->workers ||
        task->slot >= run->conc)
        run_fail(run, "task %llu of worker %u is out of range", (unsigned long long)task->index,
                 task->worker);
    atomic_fetch_add(&met[task->index], 1);
    return 1;
}

/* All met equally often, or the one before never less than the one after: rounds differ in length, so the
 * counts fall with the index. */
static uint64_t checksum_once(const struct run *run, uint64_t items)
{
    _Atomic uint64_t *met = run->workload_data;
    for (uint64_t i = 1; i < items; i++)
        if (atomic_load(&met[i]) > atomic_load(&met[i - 1]))
            return 0;
    return atomic_load(&met[items - 1]) > 0 && atomic_load(&met[0]) <= 3 ? items : 0;
}

const struct workload workload_test_once = {.family = "test",
                                            .name = "once",
                                            .summary = "counts",
                                            .prepare = prepare_once,
                                            .task = task_once,
                                            .checksum = checksum_once};

static uint64_t task_crash(struct run *run, const struct task *task)
{
    (void)run;
    if (task->index == 3)
        raise(SIGSEGV);
    return task->index + 1;
}

const struct workload workload_fault_crash = {.family = "fault",
                                              .name = "crash",
                                              .summary = "crashes",
                                              .task = task_crash,
                                              .checksum = workload_checksum_of_indices};

static uint64_t task_exit(struct run *run, const struct task *task)
{
    (void)run;
    if (task->index == 3)
        _exit(3);
    return task->index + 1;
}

const struct workload workload_fault_exit = {.family = "fault",
                                             .name = "exit",
                                             .summary = "exits",
                                             .task = task_exit,
                                             .checksum = workload_checksum_of_indices};

static uint64_t task_hang(struct run *run, const struct task *task)
{
    while (task->index + 1 == run->shared->task_count)
        pause();
    return task->index + 1;
}

const struct workload workload_fault_hang = {.family = "fault",
                                             .name = "hang",
                                             .summary = "hangs",
                                             .task = task_hang,
                                             .checksum = workload_checksum_of_indices};

static uint64_t task_kill(struct run *run, const struct task *task)
{
    (void)run;
    if (task->index == 3)
        kill(getpid(), SIGKILL);
    return task->index + 1;
}

const struct workload workload_fault_kill = {.family = "fault",
                                             .name = "kill",
                                             .summary = "is killed",
                                             .task = task_kill,
                                             .checksum = workload_checksum_of_indices};

static uint64_t task_checksum(struct run *run, const struct task *task)
{
    (void)run;
    return task->index == 3 ? 0 : task->index + 1;
}

const struct workload workload_fault_checksum = {.family = "fault",
                                                 .name = "checksum",
                                                 .summary = "is wrong",
                                                 .task = task_checksum,
                                                 .checksum = workload_checksum_of_indices};

static int prepare_never(struct run *run)
{
    return error_set(&run->error, "nothing to prepare with");
}

const struct workload workload_fault_prepare = {.family = "fault",
                                                .name = "prepare",
                                                .summary = "cannot",
                                                .prepare = prepare_never,
                                                .task = task_checksum,
                                                .checksum = workload_checksum_of_indices};

const struct workload *const workloads[] = {
    WORKLOAD_TABLE,           &workload_test_once,     &workload_fault_crash,
    &workload_fault_exit,     &workload_fault_hang,    &workload_fault_kill,
    &workload_fault_checksum, &workload_fault_prepare, NULL,
};
