/* SPDX-License-Identifier: MIT */
#include "carrier.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "futex.h"
#include "run.h"

static int create(struct carrier_handle *handle)
{
    /* What the child reads comes with its stack: a page of the arena is one more that it has to be given. */
    const struct carrier_handle own = *handle;
    /* A worker does not outlive its launch, however that ends. */
    pid_t process = child_fork();
    if (process < 0)
        return run_no_carrier(handle->run, handle->worker, errno);
    if (process > 0) {
        handle->id.process = process;
        return 0;
    }
    signal(SIGCHLD, SIG_DFL); /* what a task starts is no worker */
    own.body(own.run, own.worker, own.argument);
    _exit(EXIT_SUCCESS);
}

static bool ended_badly(const siginfo_t *child)
{
    return child->si_code == CLD_EXITED ? child->si_status != 0
                                        : child->si_code == CLD_KILLED || child->si_code == CLD_DUMPED;
}

/* A signal that is pending already takes no second one's news: on_child may never hear of a worker that died
 * while another ended well. It stays a zombie, found here at the latest when all others are awaited. */
static int check_others(struct error *error)
{
    siginfo_t child = {.si_pid = 0};
    if (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) || child.si_pid == 0 || !ended_badly(&child))
        return 0;
    return error_set(error, "process %d %s %d", (int)child.si_pid,
                     child.si_code == CLD_EXITED ? "exited with status" : "was killed by signal",
                     child.si_status);
}

static int await(struct carrier_handle *handle)
{
    int status = child_await(handle->id.process);
    if (status < 0)
        return error_set(&handle->run->error, "process %u could not be awaited: %s", handle->worker,
                         strerror(errno));
    if (WIFSIGNALED(status))
        return error_set(&handle->run->error, "worker %u (process %d) was killed by signal %d (%s)",
                         handle->worker, (int)handle->id.process, WTERMSIG(status),
                         strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status))
        return error_set(&handle->run->error, "worker %u (process %d) exited with status %d", handle->worker,
                         (int)handle->id.process, WEXITSTATUS(status));
    return handle->run->workers > 1 ? check_others(&handle->run->error) : 0;
}

/* Runs in a signal handler: only async-signal-safe calls. */
static size_t append_text(char *line, size_t used, const char *text)
{
    while (*text)
        line[used++] = *text++;
    return used;
}

static size_t append_number(char *line, size_t used, int number)
{
    char digits[12];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (count > 0)
        line[used++] = digits[--count];
    return used;
}

/* A signal handler is given no argument. */
static _Atomic uint32_t *deaths;

static void on_child(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number;
    (void)context;
    if (!ended_badly(info))
        return;
    if (deaths) {
        atomic_fetch_add(deaths, 2);
        futex_wake(deaths, 1, false);
        return;
    }
    char line[96];
    size_t used = append_text(line, 0, "process ");
    used = append_number(line, used, info->si_pid);
    used = append_text(line, used,
                       info->si_code == CLD_EXITED ? " exited with status " : " was killed by signal ");
    used = append_number(line, used, info->si_status);
    line[used++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, used);
    (void)written;
    _exit(EXIT_FAILURE);
}

void carrier_watch_processes(_Atomic uint32_t *count)
{
    deaths = count;
    struct sigaction action = {.sa_sigaction = on_child, .sa_flags = SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP};
    sigaction(SIGCHLD, &action, NULL);
}

void carrier_unwatch_processes(void)
{
    signal(SIGCHLD, SIG_DFL);
}

static bool has_died(struct carrier_handle *handle)
{
    return waitpid(handle->id.process, NULL, WNOHANG) == handle->id.process;
}

static void await_death(void)
{
    siginfo_t child;
    waitid(P_ALL, 0, &child, WEXITED | WNOWAIT);
}

const struct carrier carrier_process = {
    .name = "process",
    .private = false,
    .create = create,
    .await = await,
    .has_died = has_died,
    .await_death = await_death,
};
