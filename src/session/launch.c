/* SPDX-License-Identifier: MIT */
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "children.h"
#include "measure.h"
#include "runtime.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    interrupted = signal_number;
}

static const int interrupts[] = {SIGINT, SIGTERM, SIGHUP};

/* how: SIG_BLOCK or SIG_UNBLOCK. What we were started to ignore (nohup) stays ignored. */
static void handle_interrupts(void (*handler)(int), int how)
{
    struct sigaction action = {.sa_handler = handler}, before;
    sigset_t mask;
    sigemptyset(&mask);
    for (size_t i = 0; i < sizeof interrupts / sizeof interrupts[0]; i++) {
        if (sigaction(interrupts[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN)
            continue;
        sigaction(interrupts[i], &action, NULL);
        sigaddset(&mask, interrupts[i]);
    }
    sigprocmask(how, &mask, NULL);
}

void launch_set_up(void)
{
    children_adopt();
    /* Delivered only while ppoll waits: no race between looking at the flag and going to sleep. */
    handle_interrupts(on_interrupt, SIG_BLOCK);
}

void launch_tear_down(void)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_UNBLOCK, &child, NULL);
    signal(SIGCHLD, SIG_DFL);
    handle_interrupts(SIG_DFL, SIG_UNBLOCK);
}

int launch_interrupted(void)
{
    sigset_t pending;
    sigpending(&pending);
    return interrupted || sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
           sigismember(&pending, SIGHUP);
}

/* What comes out of a child, as far as it fits. */
struct capture {
    int pipe;
    char text[8192];
    size_t used;
};

/* Some pipefuls at most: who writes without end does not keep us from the clock. */
static void capture_read(struct capture *capture)
{
    enum { READS_MAX = 64 };
    char rest[4096];
    for (int reads = 0; reads < READS_MAX; reads++) {
        size_t room = sizeof capture->text - 1 - capture->used;
        ssize_t got =
            read(capture->pipe, room ? capture->text + capture->used : rest, room ? room : sizeof rest);
        if (got <= 0)
            break;
        if (room)
            capture->used += (size_t)got;
    }
    capture->text[capture->used] = '\0';
}

static _Noreturn void become_launch(const struct launch *launch, int out, int err)
{
    char padding[4096];
    sigset_t none;
    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int in = open("/dev/null", O_RDONLY);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    size_t length = launch->padding_bytes < sizeof padding ? launch->padding_bytes : sizeof padding - 1;
    memset(padding, '.', length);
    padding[length] = '\0';
    setenv("CROSSPOINT_PADDING", padding, 1);
    runtime_become_launch(&(struct runtime_launch){.program = launch->program,
                                                   .plugin = launch->plugin,
                                                   .cell = launch->cell,
                                                   .items = launch->items,
                                                   .rate = launch->rate,
                                                   .topology = launch->topology});
    dprintf(STDERR_FILENO, "%s: %s\n", launch->program->path, strerror(errno));
    _exit(EXIT_FAILURE);
}

/* Ends whatever is left of the launch's process group and awaits it; orphans come to us, who are their
 * subreaper. The leader is still a zombie here, so the group's number cannot have been given to anyone else.
 * Only the group: whoever started us by exec may have left us children that do not end. */
static int end_group(pid_t leader)
{
    int status = 0, one;
    pid_t ended;
    kill(-leader, SIGKILL);
    while ((ended = waitpid(-leader, &one, 0)) > 0 || errno == EINTR)
        if (ended == leader)
            status = one;
    return status;
}

static void on_child(int signal_number)
{
    (void)signal_number;
}

/* Blocked but while ppoll waits, which it then ends: not pidfd_open, which old container runtimes forbid.
 * Each time anew: whoever launches need not have called launch_set_up. */
static void heed_children(void)
{
    const struct sigaction action = {.sa_handler = on_child};
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigaction(SIGCHLD, &action, NULL);
    sigprocmask(SIG_BLOCK, &mask, NULL);
}

/* It stays a zombie. */
static bool has_ended(pid_t leader)
{
    siginfo_t info = {.si_pid = 0};
    return waitid(P_PID, (id_t)leader, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == leader;
}

enum ending { ENDED, TIMED_OUT, INTERRUPTED };

/* Until the launch exits, its time is up, or we are interrupted. */
static enum ending attend(pid_t leader, struct capture *out, struct capture *err, double timeout_s)
{
    struct pollfd polls[] = {{.fd = out->pipe, .events = POLLIN}, {.fd = err->pipe, .events = POLLIN}};
    uint64_t deadline_ns = clock_now_ns() + (uint64_t)(timeout_s * 1e9);
    sigset_t none;
    sigemptyset(&none);
    for (;;) {
        uint64_t now_ns = clock_now_ns();
        if (now_ns >= deadline_ns)
            return TIMED_OUT;
        uint64_t left_ns = deadline_ns - now_ns;
        struct timespec left = {.tv_sec = (time_t)(left_ns / 1000000000),
                                .tv_nsec = (long)(left_ns % 1000000000)};
        int ready = ppoll(polls, 2, &left, &none);
        if (interrupted)
            return INTERRUPTED;
        if (has_ended(leader))
            return ENDED;
        if (ready <= 0)
            continue;
        capture_read(out);
        capture_read(err);
        for (int i = 0; i < 2; i++)
            if (polls[i].revents & POLLHUP)
                polls[i].fd = -1;
    }
}

static void fail_row(struct row_buffer *row, const struct launch *launch, const char *reason)
{
    row_reset(row);
    runtime_fill_row(launch->cell, row);
    row_set(row, COLUMN_STATUS, "failed");
    row_set(row, COLUMN_REASON, "%.400s", reason);
}

static void fill_row(const struct launch *launch, enum ending ending, int status, struct capture *out,
                     struct capture *err, struct row_buffer *row)
{
    char reason[512];
    err->text[strcspn(err->text, "\n")] = '\0';
    if (ending == TIMED_OUT)
        snprintf(reason, sizeof reason, "timeout: still running after %g s; raise --timeout",
                 launch->timeout_s);
    else if (WIFSIGNALED(status))
        snprintf(reason, sizeof reason, "the launch was killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) && err->text[0])
        snprintf(reason, sizeof reason, "%.400s", err->text);
    else if (WEXITSTATUS(status))
        snprintf(reason, sizeof reason, "the launch exited with status %d", WEXITSTATUS(status));
    else if (runtime_read_row(out->text, row) == 0)
        return;
    else
        snprintf(reason, sizeof reason, "the launch printed no row");
    fail_row(row, launch, reason);
}

int launch_run(const struct launch *launch, struct row_buffer *row)
{
    int out_pipe[2], err_pipe[2];
    row_reset(row);
    if (launch_interrupted())
        return -1;
    if (pipe2(out_pipe, O_CLOEXEC)) {
        fail_row(row, launch, strerror(errno));
        return 0;
    }
    if (pipe2(err_pipe, O_CLOEXEC)) {
        fail_row(row, launch, strerror(errno));
        close(out_pipe[0]);
        close(out_pipe[1]);
        return 0;
    }
    struct children before;
    children_read(&before);
    heed_children();
    pid_t leader = child_fork();
    if (leader == 0)
        become_launch(launch, out_pipe[1], err_pipe[1]);
    close(out_pipe[1]);
    close(err_pipe[1]);
    if (leader < 0) {
        fail_row(row, launch, strerror(errno));
        close(out_pipe[0]);
        close(err_pipe[0]);
        return 0;
    }
    setpgid(leader, leader);
    struct capture out = {.pipe = out_pipe[0]}, err = {.pipe = err_pipe[0]};
    fcntl(out.pipe, F_SETFL, O_NONBLOCK);
    fcntl(err.pipe, F_SETFL, O_NONBLOCK);
    enum ending ending = attend(leader, &out, &err, launch->timeout_s);
    int status = end_group(leader);
    children_end_others(&before); /* of a session of their own: daemons */
    capture_read(&out);
    capture_read(&err);
    close(out.pipe);
    close(err.pipe);
    if (ending == INTERRUPTED)
        return -1;
    fill_row(launch, ending, status, &out, &err, row);
    return 0;
}
