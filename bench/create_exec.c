/* SPDX-License-Identifier: MIT */
/* A process is created and awaited, in each of the ways that there are to start one: a copy of its parent
 * (fork), a copy of a server that was forked while the parent was small (forkserver), or a fresh image, from
 * C (spawn) or through libuv (uv-spawn). The image is our own: what a program of this size and with these
 * libraries takes to begin; it ends before its main(). */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "child.h"
#include "workload.h"

#define IMAGE        "/proc/self/exe"
#define ENDS_AT_ONCE "crosspoint: ends at once" /* argv[0] */

static const struct workload_param params[] = {
    {.key = "resident-mib", .value_default = "1", .summary = "touched memory of the parent in MiB"},
    {.key = "start",
     .value_default = "fork",
     .summary = "how a process is created",
     .choices = "fork|forkserver|spawn|uv-spawn"},
    {0},
};

/* A worker's own. */
struct starter {
    int server;     /* forkserver: a request and an answer are a byte each */
    pid_t process;  /* forkserver: the server; uv-spawn: who made the loop; 0: nobody */
    uv_loop_t loop; /* uv-spawn */
};

struct exec {
    void *resident;
    void (*create)(struct run *run, struct starter *starter);
    struct starter starters[];
};

/* Of whatever program this is linked into. */
__attribute__((constructor)) static void end_at_once(int argc, char **argv)
{
    if (argc == 1 && strcmp(argv[0], ENDS_AT_ONCE) == 0)
        _exit(EXIT_SUCCESS);
}

static void await(const struct run *run, pid_t process)
{
    int status = process < 0 ? -1 : child_await(process);
    if (status < 0)
        run_fail(run, "start:%s: %s", run_key(run, "start"), strerror(errno));
    if (status != 0)
        run_fail(run, "start:%s: the process ended with status %#x", run_key(run, "start"), (unsigned)status);
}

static pid_t fork_empty(void)
{
    pid_t process = fork();
    if (process == 0)
        _exit(EXIT_SUCCESS);
    return process;
}

static void create_fork(struct run *run, struct starter *starter)
{
    (void)starter;
    await(run, fork_empty());
}

/* The server tells when the process has ended: it is the server's to await. */
static void create_forkserver(struct run *run, struct starter *starter)
{
    char byte = 0;
    if (send(starter->server, &byte, 1, MSG_NOSIGNAL) != 1 || read(starter->server, &byte, 1) != 1)
        run_fail(run, "start:forkserver: the server has ended");
}

static void create_spawn(struct run *run, struct starter *starter)
{
    char *const arguments[] = {(char *)ENDS_AT_ONCE, NULL};
    pid_t process;
    int problem = posix_spawn(&process, IMAGE, NULL, NULL, arguments, environ);
    (void)starter;
    if (problem)
        run_fail(run, "start:spawn: " IMAGE ": %s", strerror(problem));
    await(run, process);
}

static void exited(uv_process_t *process, int64_t status, int signal_number)
{
    *(int64_t *)process->data = status ? status : signal_number;
    uv_close((uv_handle_t *)process, NULL);
}

/* A carrier that was forked cannot go on with its parent's. */
static uv_loop_t *own_loop(struct run *run, struct starter *starter)
{
    if (starter->process != getpid()) {
        int problem = uv_loop_init(&starter->loop);
        if (problem)
            run_fail(run, "start:uv-spawn: uv_loop_init: %s", uv_strerror(problem));
        starter->process = getpid();
    }
    return &starter->loop;
}

static void create_uv_spawn(struct run *run, struct starter *starter)
{
    char *arguments[] = {(char *)ENDS_AT_ONCE, NULL};
    uv_loop_t *loop = own_loop(run, starter);
    uv_process_t process;
    int64_t status = -1;
    const uv_process_options_t options = {.file = IMAGE, .args = arguments, .exit_cb = exited};
    process.data = &status;
    int problem = uv_spawn(loop, &process, &options);
    if (problem)
        run_fail(run, "start:uv-spawn: " IMAGE ": %s", uv_strerror(problem));
    uv_run(loop, UV_RUN_DEFAULT);
    if (status)
        run_fail(run, "start:uv-spawn: the process ended with status %lld", (long long)status);
}

static const struct {
    const char *name;
    void (*create)(struct run *run, struct starter *starter);
} ways[] = {
    {"fork", create_fork},
    {"forkserver", create_forkserver},
    {"spawn", create_spawn},
    {"uv-spawn", create_uv_spawn},
};

/* The server: until nobody asks any more. */
static _Noreturn void serve(int requests)
{
    char byte;
    while (read(requests, &byte, 1) == 1) {
        pid_t process = fork_empty();
        if (process < 0 || child_await(process) != 0 || write(requests, &byte, 1) != 1)
            _exit(EXIT_FAILURE);
    }
    _exit(EXIT_SUCCESS);
}

/* One for each worker, and before the parent grows. */
static int start_servers(struct run *run, struct exec *exec)
{
    for (unsigned worker = 0; worker < run_workers(run); worker++) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
            return run_error(run, "start:forkserver: %s", strerror(errno));
        pid_t server = child_fork();
        if (server == 0) {
            close(ends[0]);
            serve(ends[1]);
        }
        close(ends[1]);
        if (server < 0)
            return run_error(run, "start:forkserver: %s", strerror(errno));
        exec->starters[worker].server = ends[0];
        exec->starters[worker].process = server;
    }
    return 0;
}

static int prepare(struct run *run)
{
    struct exec *exec = run_allocate(run, sizeof *exec + run_workers(run) * sizeof exec->starters[0]);
    size_t way = 0, bytes = run_key_number(run, "resident-mib") << 20;
    run_set_data(run, exec);
    if (!exec)
        return -1;
    while (!run_key_is(run, "start", ways[way].name))
        way++;
    exec->create = ways[way].create;
    if (exec->create == create_forkserver && start_servers(run, exec))
        return -1;
    exec->resident = malloc(bytes);
    if (!exec->resident)
        return run_error(run, "out of memory: resident-mib:%s", run_key(run, "resident-mib"));
    memset(exec->resident, 1, bytes);
    return 0;
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct exec *exec = run_data(run);
    exec->create(run, &exec->starters[task->worker]);
    return task->index + 1;
}

static void cleanup(struct run *run)
{
    struct exec *exec = run_data(run);
    for (unsigned worker = 0; worker < run_workers(run); worker++) {
        struct starter *starter = &exec->starters[worker];
        if (exec->create == create_forkserver) {
            close(starter->server);
            child_kill(starter->process);
        } else if (starter->process == getpid()) {
            uv_loop_close(&starter->loop);
        }
    }
    free(exec->resident);
}

const struct workload workload_create_exec = {
    .family = "create",
    .name = "exec",
    .summary = "creating and awaiting a process: a copy, or a fresh image",
    .item = "process",
    .params = params,
    .prepare = prepare,
    .task = task,
    .account = workload_account_indices,
    .cleanup = cleanup,
};
