/* SPDX-License-Identifier: MIT */
#include "selftest_child.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "child.h"
#include "exit_codes.h"
#include "launch.h"

static void nap_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static pid_t fork_flushed(struct error *error)
{
    fflush(NULL);
    pid_t child = child_fork();
    return child < 0 ? error_set(error, "fork: %s", strerror(errno)) : child;
}

pid_t selftest_child_start(const struct selftest *selftest, selftest_apart *apart, const void *context,
                           struct error *error)
{
    pid_t child = fork_flushed(error);
    if (child != 0)
        return child;
    struct error problem = {""};
    int result = apart(selftest, context, &problem);
    _exit(result == 0 ? EXIT_FINE : result > 0 ? EXIT_INTERRUPTED : error_tell(&problem));
}

int selftest_child_await(pid_t child, struct error *error)
{
    int status;
    pid_t ended;
    bool told = false;
    while ((ended = waitpid(child, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        if (launch_interrupted() && !told) {
            kill(child, SIGTERM);
            told = true;
        }
        nap_ms(10);
    }
    if (ended == child && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FINE)
        return told;
    if (told || (ended == child && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_INTERRUPTED))
        return 1;
    return error_set(error, "the disturbed run could not be carried out");
}

/* Hogs */

static _Noreturn void hog(int unit)
{
    enum { SECONDS_MAX = 300 };
    sigset_t none;
    cpu_set_t units;
    CPU_ZERO(&units);
    CPU_SET(unit, &units);
    sched_setaffinity(0, sizeof units, &units);
    sigemptyset(&none);
    signal(SIGINT, SIG_IGN);
    sigprocmask(SIG_SETMASK, &none, NULL);
    alarm(SECONDS_MAX);
    for (volatile unsigned long turns = 0;; turns++)
        continue;
}

int selftest_hogs_start(pid_t hogs[HOGS_MAX], struct error *error)
{
    cpu_set_t units;
    int count = 0;
    if (sched_getaffinity(0, sizeof units, &units))
        return error_set(error, "sched_getaffinity: %s", strerror(errno));
    for (int unit = 0; unit < CPU_SETSIZE && count < HOGS_MAX; unit++) {
        if (!CPU_ISSET(unit, &units))
            continue;
        hogs[count] = fork_flushed(error);
        if (hogs[count] == 0)
            hog(unit);
        if (hogs[count] < 0) {
            selftest_hogs_end(hogs, count);
            return -1;
        }
        count++;
    }
    return count;
}

void selftest_hogs_end(const pid_t *hogs, int count)
{
    for (int i = 0; i < count; i++)
        kill(hogs[i], SIGKILL);
    for (int i = 0; i < count; i++)
        child_await(hogs[i]);
}

/* A quota */

static int write_file(const char *directory, const char *name, const char *text)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    ssize_t length = (ssize_t)strlen(text), written = write(file, text, (size_t)length);
    int problem = errno;
    close(file);
    errno = problem;
    return written == length ? 0 : -1;
}

#define GROUP_PREFIX "crosspoint-selftest-"

void selftest_quota_clear(const char *parent)
{
    char path[PATH_MAX];
    DIR *groups = opendir(parent);
    for (struct dirent *entry; groups && (entry = readdir(groups));) {
        int pid, length = 0;
        if (sscanf(entry->d_name, GROUP_PREFIX "%d%n", &pid, &length) != 1 || entry->d_name[length] ||
            pid <= 0)
            continue;
        if (kill(pid, 0) == 0 || errno != ESRCH)
            continue;
        snprintf(path, sizeof path, "%s/%s", parent, entry->d_name);
        rmdir(path);
    }
    if (groups)
        closedir(groups);
}

int selftest_quota_make(double processors, char *directory, size_t directory_bytes)
{
    enum { PERIOD_US = 100000 };
    char parent[PATH_MAX], quota[64];
    int quota_us = (int)(processors * PERIOD_US);
    if (cgroup_find_limiting("", parent, sizeof parent))
        return -1;
    selftest_quota_clear(parent);
    snprintf(directory, directory_bytes, "%s/" GROUP_PREFIX "%d", parent, (int)getpid());
    if (mkdir(directory, 0755))
        return -1;
    snprintf(quota, sizeof quota, "%d", quota_us);
    if (write_file(directory, "cpu.cfs_period_us", "100000") == 0 &&
        write_file(directory, "cpu.cfs_quota_us", quota) == 0)
        return 0;
    snprintf(quota, sizeof quota, "%d %d", quota_us, PERIOD_US);
    if (write_file(directory, "cpu.max", quota) == 0)
        return 0;
    int problem = errno;
    rmdir(directory);
    errno = problem;
    return -1;
}

int selftest_quota_enter(const char *directory)
{
    return write_file(directory, "cgroup.procs", "0");
}

/* The kernel lets go of ended processes a moment later. */
void selftest_quota_remove(const char *directory)
{
    for (int attempt = 0; attempt < 100 && rmdir(directory) && errno == EBUSY; attempt++)
        nap_ms(10);
}

/* Processes */

static pid_t parent_of(const char *process)
{
    char path[64], text[512];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%.20s/stat", process);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    const char *behind_name = strrchr(text, ')'); /* "PID (NAME) STATE PARENT ..." */
    return behind_name && sscanf(behind_name + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

size_t selftest_children(pid_t parent, pid_t *children, size_t capacity)
{
    DIR *processes = opendir("/proc");
    size_t count = 0;
    for (struct dirent *entry; processes && count < capacity && (entry = readdir(processes));)
        if (isdigit((unsigned char)entry->d_name[0]) && parent_of(entry->d_name) == parent)
            children[count++] = (pid_t)atoi(entry->d_name);
    if (processes)
        closedir(processes);
    return count;
}
