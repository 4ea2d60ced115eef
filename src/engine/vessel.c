/* SPDX-License-Identifier: MIT */
#include "vessel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "child.h"
#include "children.h"
#include "run.h"

/* What the crew of an earlier round left behind. */
static void forget_workers(struct run *run)
{
    struct run_shared *shared = run->shared;
    atomic_store(&shared->ready, 0);
    atomic_store(&shared->round, 0);
    atomic_store(&shared->arrived, 0);
    for (unsigned worker = 0; worker < run->workers; worker++) {
        atomic_store(&shared->workers[worker].idle, false);
        atomic_store(&shared->workers[worker].holding, 0);
        shared->workers[worker].usage = (struct usage){0};
    }
}

static _Noreturn void run_inside(struct run *run)
{
    forget_workers(run);
    arena_renew(run->arena);
    if (run->model->start(run) || run->model->run(run, run->shared->task_count))
        run_fail(run, "%s", run->error.text);
    run->model->stop(run);
    _exit(EXIT_SUCCESS);
}

/* What had begun and was not recorded went down with the vessel, and so did all that had not begun. */
static void lose_the_rest(struct run *run)
{
    struct run_shared *shared = run->shared;
    uint64_t recorded = atomic_load(&shared->checksum) >> RUN_RECORDED_SHIFT;
    atomic_store(&shared->tasks_lost, shared->task_count - recorded);
    atomic_store(&shared->tasks_done, shared->task_count);
    run_end_clock(run);
}

int vessel_run(struct run *run)
{
    struct children before;
    children_adopt();
    children_read(&before);
    pid_t vessel = child_fork();
    if (vessel == 0)
        run_inside(run);
    int status = vessel < 0 ? -1 : child_await(vessel);
    children_end_others(&before);
    if (status < 0)
        return error_set(&run->error, "the process of the round: %s", strerror(errno));
    /* run_fail() exits with EXIT_FAILURE; any other status is a task's doing, if there was one. */
    bool died = WIFSIGNALED(status) || WEXITSTATUS(status) > EXIT_FAILURE;
    if (died && !run->shared->clock_start_ns)
        return error_set(&run->error, "the process of the round died before its first task (status %#x)",
                         (unsigned)status);
    if (died)
        lose_the_rest(run);
    else if (atomic_load(&run->shared->tasks_done) < run->shared->task_count)
        return error_set(&run->error,
                         "the process of the round exited with status %d before its tasks were done",
                         WEXITSTATUS(status));
    return 0;
}
