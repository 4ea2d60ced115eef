/* SPDX-License-Identifier: MIT */
#include "test_workloads.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include <uv.h>

#include "run.h"

enum { ONCE_MAX = 1 << 16 };

static int prepare_once(struct run *run)
{
    size_t settled = run_workers(run);
    run_set_data(run, run_allocate(run, (ONCE_MAX + settled) * sizeof(_Atomic uint64_t)));
    return run_data(run) ? 0 : -1;
}

static void settle_once(struct run *run, unsigned worker)
{
    _Atomic uint64_t *settled = (_Atomic uint64_t *)run_data(run) + ONCE_MAX;
    atomic_fetch_add(&settled[worker], 1);
}

/* Each round every index is met once more; which round it is, is known by how often it was met before. */
static uint64_t task_once(struct run *run, const struct task *task)
{
    _Atomic uint64_t *met = run_data(run);
    if (task->index >= ONCE_MAX || task->index >= run->shared->task_count || task->worker >= run->workers ||
        task->slot >= run->conc)
        run_fail(run, "task %llu of worker %u is out of range", (unsigned long long)task->index,
                 task->worker);
    if (atomic_load(&met[ONCE_MAX + task->worker]) != (run->model->gives & MODEL_LASTING ? 1 : 0))
        run_fail(run, "worker %u has not settled once before its tasks, as those do that last", task->worker);
    atomic_fetch_add(&met[task->index], 1);
    return 1;
}

/* All met equally often, or the one before never less than the one after: rounds differ in length, so the
 * counts fall with the index. */
static void account_once(const struct run *run, uint64_t items, struct account *account)
{
    _Atomic uint64_t *met = run_data(run);
    bool right = atomic_load(&met[items - 1]) > 0 && atomic_load(&met[0]) <= 3;
    for (uint64_t i = 1; i < items; i++)
        right = right && atomic_load(&met[i]) <= atomic_load(&met[i - 1]);
    account->checksum = right ? items : 0;
}

const struct workload workload_test_once = {.family = "test",
                                            .name = "once",
                                            .summary = "counts",
                                            .prepare = prepare_once,
                                            .settle = settle_once,
                                            .task = task_once,
                                            .account = account_once};

/* One for each slot. */
struct handed {
    uv_work_t work;
    uv_idle_t idle;
    struct run *run;
    struct task *task;
    pthread_t loop;
    bool elsewhere;
};

static int prepare_handed(struct run *run)
{
    run_set_data(run, run_allocate(run, run_in_flight(run) * sizeof(struct handed)));
    return run_data(run) ? 0 : -1;
}

static uint64_t task_handed(struct run *run, const struct task *task)
{
    if (run_in_loops(run))
        run_fail(run, "task() is called in a loop");
    return task->index + 1;
}

static void do_handed(uv_work_t *work)
{
    struct handed *handed = work->data;
    handed->elsewhere = !pthread_equal(pthread_self(), handed->loop);
}

static void after_handed(uv_work_t *work, int status)
{
    struct handed *handed = work->data;
    (void)status;
    handed->task->complete(handed->run, handed->task, handed->elsewhere ? handed->task->index + 1 : 0);
}

static void idle_closed(uv_handle_t *handle)
{
    struct handed *handed = handle->data;
    handed->task->complete(handed->run, handed->task, handed->task->index + 1);
}

static void idle_over(uv_idle_t *idle)
{
    uv_close((uv_handle_t *)idle, idle_closed);
}

static void begin_handed(struct run *run, struct task *task)
{
    struct handed *handed = (struct handed *)run_data(run) + task->slot;
    *handed = (struct handed){.run = run, .task = task, .loop = pthread_self()};
    handed->work.data = handed->idle.data = handed;
    if (run_offloads(run) && task->index % 2) {
        uv_queue_work(task->loop, &handed->work, do_handed, after_handed);
    } else {
        uv_idle_init(task->loop, &handed->idle);
        uv_idle_start(&handed->idle, idle_over);
    }
}

const struct workload workload_test_handed = {.family = "test",
                                              .name = "handed",
                                              .summary = "hands half of its tasks to the loop's pool",
                                              .offloads = true,
                                              .prepare = prepare_handed,
                                              .task = task_handed,
                                              .begin = begin_handed,
                                              .account = workload_account_indices};

/* Some task of every round, however few a slow machine's benchmark does: the fourth, else the last. */
static bool is_fatal(const struct run *run, const struct task *task)
{
    uint64_t last = run->shared->task_count - 1;
    return task->index == (last < 3 ? last : 3);
}

static uint64_t task_crash(struct run *run, const struct task *task)
{
    if (is_fatal(run, task))
        raise(SIGSEGV);
    return task->index + 1;
}

const struct workload workload_fault_crash = {.family = "fault",
                                              .name = "crash",
                                              .summary = "crashes",
                                              .task = task_crash,
                                              .account = workload_account_indices};

static uint64_t task_exit(struct run *run, const struct task *task)
{
    if (is_fatal(run, task))
        _exit(3);
    return task->index + 1;
}

const struct workload workload_fault_exit = {.family = "fault",
                                             .name = "exit",
                                             .summary = "exits",
                                             .task = task_exit,
                                             .account = workload_account_indices};

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
                                             .account = workload_account_indices};

static uint64_t task_daemon(struct run *run, const struct task *task)
{
    (void)run;
    if (task->index != 3)
        return task->index + 1;
    if (fork() == 0) {
        setsid();
        for (;;)
            pause();
    }
    raise(SIGKILL);
    return 0;
}

const struct workload workload_fault_daemon = {.family = "fault",
                                               .name = "daemon",
                                               .summary = "leaves a daemon and dies",
                                               .task = task_daemon,
                                               .account = workload_account_indices};

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
                                             .account = workload_account_indices};

static uint64_t task_checksum(struct run *run, const struct task *task)
{
    (void)run;
    return task->index == 0 ? 0 : task->index + 1;
}

const struct workload workload_fault_checksum = {.family = "fault",
                                                 .name = "checksum",
                                                 .summary = "is wrong",
                                                 .task = task_checksum,
                                                 .account = workload_account_indices};

static int prepare_never(struct run *run)
{
    return run_error(run, "nothing to prepare with");
}

const struct workload workload_fault_prepare = {.family = "fault",
                                                .name = "prepare",
                                                .summary = "cannot",
                                                .prepare = prepare_never,
                                                .task = task_checksum,
                                                .account = workload_account_indices};

/* Three tasks end their worker, each in another way. */
static const uint64_t deadly[] = {5, 11, 17};

static uint64_t task_mortal(struct run *run, const struct task *task)
{
    (void)run;
    if (task->index == deadly[0]) {
        signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would make it an exit */
        raise(SIGSEGV);
    }
    if (task->index == deadly[1])
        _exit(3);
    if (task->index == deadly[2])
        kill(getpid(), SIGKILL);
    return 1;
}

/* Each survivor counts one: what was lost is known by what is left. */
static void account_mortal(const struct run *run, uint64_t items, struct account *account)
{
    (void)run;
    account->checksum = items - account->tasks_lost;
    account->value = (double)account->tasks_lost;
}

const struct workload workload_test_mortal = {.family = "test",
                                              .name = "mortal",
                                              .summary = "dies",
                                              .value_unit = "tasks lost",
                                              .items = 40,
                                              .mortal = true,
                                              .task = task_mortal,
                                              .account = account_mortal};
