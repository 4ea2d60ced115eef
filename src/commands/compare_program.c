/* SPDX-License-Identifier: MIT */
#include "compare_program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"

extern char **environ;

enum { ANSWER_MS_MAX = 10000 };

int compare_program_find(const char *name, char path[PATH_BYTES], struct error *error)
{
    struct stat status;
    const char *problem = NULL;
    if (!realpath(name, path) || stat(path, &status))
        problem = strerror(errno);
    else if (!S_ISREG(status.st_mode))
        problem = strerror(S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
    if (problem)
        return error_set(error, "%s: %s; name two builds of crosspoint", name, problem);
    if (access(path, X_OK))
        return error_set(error, "%s is not executable; name two builds of crosspoint", name);
    return 0;
}

/* 0, or what is wrong as errno has it. */
static int start(const char *path, int out, pid_t *process)
{
    char *arguments[] = {(char *)path, "--version", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int problem = posix_spawn(process, path, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return problem;
}

/* The first line it prints, or what there is of it when its time is up. */
static void read_line(int from, char *line, size_t line_bytes)
{
    struct pollfd poll_from = {.fd = from, .events = POLLIN};
    size_t used = 0;
    while (used < line_bytes - 1 && poll(&poll_from, 1, ANSWER_MS_MAX) == 1) {
        ssize_t got = read(from, line + used, line_bytes - 1 - used);
        if (got <= 0)
            break;
        used += (size_t)got;
        if (memchr(line, '\n', used))
            break;
    }
    line[used] = '\0';
    line[strcspn(line, "\n")] = '\0';
}

static bool is_ours(const char *line)
{
    static const char name[] = "crosspoint ";
    return strncmp(line, name, strlen(name)) == 0;
}

/* A build of ours ends by itself, and a script round it with what it started. */
static void end(pid_t process, bool by_itself)
{
    enum { NAP_MS = 5 };
    for (int waited_ms = 0; by_itself && waited_ms < ANSWER_MS_MAX; waited_ms += NAP_MS) {
        if (waitpid(process, NULL, WNOHANG) == process)
            return;
        nanosleep(&(struct timespec){.tv_nsec = NAP_MS * 1000000}, NULL);
    }
    kill(process, SIGKILL);
    child_await(process);
}

int compare_program_check(const char *name, const char *path, struct error *error)
{
    int ends[2];
    char line[64] = "";
    pid_t process;
    if (pipe2(ends, O_CLOEXEC))
        return error_set(error, "pipe: %s", strerror(errno));
    int problem = start(path, ends[1], &process);
    close(ends[1]);
    if (!problem)
        read_line(ends[0], line, sizeof line);
    close(ends[0]);
    if (!problem)
        end(process, is_ours(line));
    if (problem)
        return error_set(error, "%s is no build of crosspoint: %s", name, strerror(problem));
    if (!is_ours(line))
        return error_set(error, "%s is no build of crosspoint: asked for its --version it says %s%s%s", name,
                         *line ? "'" : "", *line ? line : "nothing", *line ? "'" : "");
    return 0;
}
