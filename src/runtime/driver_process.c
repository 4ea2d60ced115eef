/* SPDX-License-Identifier: MIT */
#include "driver_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "measure.h"
#include "paths.h"
#include "utf8.h"

extern char **environ;

/* What people set for their own work would change what is measured; how an interpreter finds its library, and
 * whether it has a lock, is its own. */
static void clean_environment(void)
{
    static const char *const kept[] = {"PYTHONHOME=", "PYTHON_GIL="};
    char name[256];
    for (char **variable = environ; *variable;) {
        size_t length = strcspn(*variable, "=");
        bool ours = strncmp(*variable, "PYTHON", 6) == 0 && length < sizeof name;
        for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
            ours &= strncmp(*variable, kept[i], strlen(kept[i])) != 0;
        if (!ours) {
            variable++;
            continue;
        }
        snprintf(name, sizeof name, "%.*s", (int)length, *variable);
        unsetenv(name);
        variable = environ;
    }
    setenv("PYTHONHASHSEED", "0", 1);
}

static _Noreturn void become(const char *interpreter, char *const arguments[], int in, int out,
                             int complaints)
{
    setpgid(0, 0);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(complaints, STDERR_FILENO);
    clean_environment();
    execv(interpreter, arguments);
    dprintf(STDERR_FILENO, "%s\n", strerror(errno));
    _exit(127);
}

int driver_process_start(struct driver_process *process, const char *name, const char *interpreter,
                         const char *const *options, const char *option, struct error *error)
{
    char program[PATH_BYTES], *arguments[DRIVER_ARGUMENTS_MAX + 4] = {(char *)interpreter};
    int to[2] = {-1, -1}, from[2] = {-1, -1};
    size_t count = 1;
    *process = (struct driver_process){.name = name, .process = -1, .to = -1, .from = -1, .complaints = -1};
    if (paths_data("cpython", program, error))
        return -1;
    strncat(program, "/driver.py", sizeof program - strlen(program) - 1);
    for (; options && *options && count <= DRIVER_ARGUMENTS_MAX; options++)
        arguments[count++] = (char *)*options;
    arguments[count++] = program;
    arguments[count] = (char *)option;
    process->text = malloc(DRIVER_LINE_BYTES);
    process->complaints = memfd_create("complaints", MFD_CLOEXEC);
    if (!process->text || process->complaints < 0 || pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC)) {
        error_set(error, "%s: %s", name, strerror(errno));
    } else {
        process->process = child_fork();
        if (process->process == 0)
            become(interpreter, arguments, to[0], from[1], process->complaints);
        if (process->process < 0)
            error_set(error, "%s: %s", name, strerror(errno));
    }
    close(to[0]);
    close(from[1]);
    process->to = to[1];
    process->from = from[0];
    if (process->process > 0)
        setpgid(process->process, process->process);
    return process->process > 0 ? 0 : -1;
}

int driver_process_tell(struct driver_process *process, const char *line, struct error *error)
{
    size_t left = strlen(line);
    signal(SIGPIPE, SIG_IGN);
    while (left) {
        ssize_t written = write(process->to, line, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) /* it has ended: hear() and end() say why */
            return errno == EPIPE ? 0 : error_set(error, "%s: %s", process->name, strerror(errno));
        line += written;
        left -= (size_t)written;
    }
    return 0;
}

/* What a traceback ends with is what it is about. */
static void last_complaint(const struct driver_process *process, char *text, size_t text_bytes)
{
    char all[4096];
    off_t bytes = lseek(process->complaints, 0, SEEK_END), from = bytes > 4000 ? bytes - 4000 : 0;
    ssize_t got = pread(process->complaints, all, sizeof all - 1, from);
    *text = '\0';
    all[got > 0 ? got : 0] = '\0';
    char *rest = all;
    for (char *line; (line = strsep(&rest, "\n"));)
        if (line[strspn(line, " \t\r")])
            snprintf(text, text_bytes, "%s", line + strspn(line, " \t\r"));
    utf8_repair(text);
}

/* Of one that has ended. */
static int word_ending(struct driver_process *process, int status, struct error *error)
{
    char complaint[300];
    last_complaint(process, complaint, sizeof complaint);
    if (WIFSIGNALED(status))
        return error_set(error, "%s was killed by signal %d (%s)", process->name, WTERMSIG(status),
                         strsignal(WTERMSIG(status)));
    if (*complaint)
        return error_set(error, "%s: %s", process->name, complaint);
    if (WEXITSTATUS(status))
        return error_set(error, "%s exited with status %d", process->name, WEXITSTATUS(status));
    return error_set(error, "%s ended without an answer", process->name);
}

/* One that has closed its output may hang all the same. */
static int await(struct driver_process *process)
{
    enum { NAP_MS = 5 };
    int status, waited_ms = 0;
    while (process->timeout_s > 0 && waited_ms < process->timeout_s * 1e3 &&
           waitpid(process->process, &status, WNOHANG | WNOWAIT) == 0) {
        nanosleep(&(struct timespec){.tv_nsec = NAP_MS * 1000000}, NULL);
        waited_ms += NAP_MS;
    }
    if (process->timeout_s > 0)
        kill(process->process, SIGKILL);
    status = child_await(process->process);
    kill(-process->process, SIGKILL); /* what it has left */
    process->process = -1;
    return status;
}

enum ending { LINE, ENDED, TOO_LONG, TIME_UP };

/* It stays a zombie. */
static bool has_ended(const struct driver_process *process)
{
    siginfo_t info = {.si_pid = 0};
    return waitid(P_PID, (id_t)process->process, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid;
}

/* What it has started may hold its output open when it has ended. */
static enum ending read_some(struct driver_process *process, double deadline_s)
{
    enum { LOOK_MS = 100 };
    struct pollfd poll_from = {.fd = process->from, .events = POLLIN};
    bool ended = has_ended(process);
    if (process->used == DRIVER_LINE_BYTES - 1)
        return TOO_LONG;
    if (process->timeout_s > 0 && clock_now_s() >= deadline_s)
        return TIME_UP;
    if (poll(&poll_from, 1, ended ? 0 : LOOK_MS) <= 0)
        return ended ? ENDED : LINE; /* LINE: it is looked at again */
    ssize_t got = read(process->from, process->text + process->used, DRIVER_LINE_BYTES - 1 - process->used);
    if (got <= 0)
        return got < 0 && errno == EINTR ? LINE : ENDED;
    process->used += (size_t)got;
    return LINE;
}

static enum ending next_line(struct driver_process *process, char **line)
{
    double deadline_s = clock_now_s() + process->timeout_s;
    memmove(process->text, process->text + process->taken, process->used - process->taken);
    process->used -= process->taken;
    process->taken = 0;
    for (enum ending ending = LINE; ending == LINE; ending = read_some(process, deadline_s)) {
        char *end = memchr(process->text, '\n', process->used);
        if (end) {
            *end = '\0';
            process->taken = (size_t)(end + 1 - process->text);
            *line = process->text;
            return LINE;
        }
        if (process->used == DRIVER_LINE_BYTES - 1)
            return TOO_LONG;
    }
    return process->timeout_s > 0 && clock_now_s() >= deadline_s ? TIME_UP : ENDED;
}

char *driver_process_hear(struct driver_process *process, struct error *error)
{
    char *line;
    switch (next_line(process, &line)) {
    case LINE:
        return line;
    case TOO_LONG:
        error_set(error, "%s printed a line without an end", process->name);
        break;
    case TIME_UP:
        error_set(error, "%s said nothing for %g s", process->name, process->timeout_s);
        break;
    case ENDED:
        word_ending(process, await(process), error);
    }
    return NULL;
}

int driver_process_end(struct driver_process *process, struct error *error)
{
    char *line = "";
    close(process->to);
    process->to = -1;
    switch (next_line(process, &line)) {
    case LINE:
    case TOO_LONG:
        return error_set(error, "%s goes on after its result: '%.60s'", process->name, line);
    case TIME_UP:
        return error_set(error, "%s does not end", process->name);
    case ENDED:
        break;
    }
    int status = await(process);
    return status ? word_ending(process, status, error) : 0;
}

void driver_process_free(struct driver_process *process)
{
    int *files[] = {&process->to, &process->from, &process->complaints};
    if (process->process > 0) {
        kill(-process->process, SIGKILL);
        child_kill(process->process);
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (*files[i] >= 0)
            close(*files[i]);
    free(process->text);
}
