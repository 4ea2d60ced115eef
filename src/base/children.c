/* SPDX-License-Identifier: MIT */
#include "children.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "child.h"

void children_adopt(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static void add(struct children *children, pid_t process)
{
    if (children->count < CHILDREN_MAX)
        children->processes[children->count] = process;
    if (children->count <= CHILDREN_MAX)
        children->count++;
}

void children_read(struct children *children)
{
    children->count = 0;
    DIR *threads = opendir("/proc/self/task");
    for (struct dirent *entry; threads && (entry = readdir(threads));) {
        char path[64];
        int process;
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%.20s/children", entry->d_name);
        FILE *file = fopen(path, "re");
        while (file && fscanf(file, "%d", &process) == 1)
            add(children, process);
        if (file)
            fclose(file);
    }
    if (threads)
        closedir(threads);
}

static bool holds(const struct children *children, pid_t process)
{
    for (size_t i = 0; i < children->count; i++)
        if (children->processes[i] == process)
            return true;
    return false;
}

/* All are ended before any is awaited: one of them may be what another waits for. */
void children_end_others(const struct children *kept)
{
    size_t ended;
    if (kept->count > CHILDREN_MAX)
        return;
    do {
        struct children now;
        children_read(&now);
        size_t count = now.count < CHILDREN_MAX ? now.count : CHILDREN_MAX;
        ended = 0;
        for (size_t i = 0; i < count; i++)
            if (!holds(kept, now.processes[i]) && kill(now.processes[i], SIGKILL) == 0)
                now.processes[ended++] = now.processes[i];
        for (size_t i = 0; i < ended; i++)
            child_await(now.processes[i]); /* fails where SIGCHLD is ignored, when it has ended */
    } while (ended > 0);
}
