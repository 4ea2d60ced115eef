/* SPDX-License-Identifier: MIT */
/* Tasks that leave a process behind each. Who looks after a round sees to it that none outlives it, whatever
 * dies; what is left all the same is counted. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "workload.h"

enum { TASKS = 20 };

static const struct workload_param params[] = {
    {.key = "how",
     .value_default = "daemon",
     .summary = "a daemon, a child that has ended and is not awaited, or a child whose parent dies",
     .choices = "daemon|zombie|orphan"},
    {0},
};

struct orphans {
    _Atomic pid_t left[TASKS]; /* what each task has left behind */
};

static int prepare(struct run *run)
{
    run_set_data(run, run_allocate(run, sizeof(struct orphans)));
    return run_data(run) ? 0 : -1;
}

static pid_t start(const struct run *run)
{
    pid_t child = fork();
    if (child < 0)
        run_fail(run, "fork: %s", strerror(errno));
    return child;
}

static _Noreturn void stay(void)
{
    for (;;)
        pause();
}

/* Forked twice, and the leader of a session that the one in between began: whoever started it has no child.
 */
static void leave_daemon(const struct run *run, _Atomic pid_t *left)
{
    pid_t between = start(run);
    if (between == 0) {
        setsid();
        pid_t daemon = fork();
        if (daemon == 0)
            stay();
        atomic_store(left, daemon);
        _exit(daemon < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
    }
    if (child_await(between) != 0)
        run_fail(run, "a daemon could not be started");
}

static void leave_child(const struct run *run, _Atomic pid_t *left, bool ended)
{
    pid_t child = start(run);
    if (child == 0 && ended)
        _exit(EXIT_SUCCESS);
    if (child == 0)
        stay();
    atomic_store(left, child);
}

/* Of orphans' parents the first dies in its task, the others when the round ends. Where that is the death of
 * all, none of them gets so far as to be done. */
static void die(const struct run *run, const struct task *task)
{
    if (task->index == 0)
        raise(SIGKILL);
    while (run_private(run))
        pause();
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct orphans *orphans = run_data(run);
    _Atomic pid_t *left = &orphans->left[task->index];
    if (run_key_is(run, "how", "daemon"))
        leave_daemon(run, left);
    else
        leave_child(run, left, run_key_is(run, "how", "zombie"));
    if (run_key_is(run, "how", "orphan"))
        die(run, task);
    return task->index + 1;
}

/* Also makes ready for the next round. */
static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct orphans *orphans = run_data(run);
    bool orphan = run_key_is(run, "how", "orphan");
    unsigned left = 0;
    for (uint64_t index = 0; index < items; index++) {
        pid_t process = atomic_exchange(&orphans->left[index], 0);
        left += process > 0 && kill(process, 0) == 0;
    }
    account->value = left;
    if (account->tasks_lost < items)
        account->checksum = workload_sum_of_indices(items) - orphan;
}

const struct workload workload_isolate_orphans = {
    .family = "isolate",
    .name = "orphans",
    .summary = "20 tasks that leave a process behind each; value: those that outlive the round",
    .value_unit = "left",
    .params = params,
    .items = TASKS,
    .mortal = true,
    .prepare = prepare,
    .task = task,
    .account = account,
};
