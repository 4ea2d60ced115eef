/* SPDX-License-Identifier: MIT */
#include "busy.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"

enum { SHOWN = 3 };

/* "PID (NAME) STATE ...": the name may hold anything, brackets too. */
static bool read_process(const char *root, const char *pid, struct busy_process *process)
{
    char path[512], line[1024];
    snprintf(path, sizeof path, "%s/proc/%.20s/stat", root, pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    line[fread(line, 1, sizeof line - 1, file)] = '\0';
    fclose(file);
    char *begin = strchr(line, '('), *end = strrchr(line, ')');
    uint64_t user, system;
    if (!begin || !end || end < begin ||
        sscanf(end + 1,
               " %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64 " %" SCNu64
               " %*s %*s %*s %*s %*s %*s %" SCNu64,
               &user, &system, &process->started) != 3)
        return false;
    *end = '\0';
    snprintf(process->name, sizeof process->name, "%.31s", begin + 1);
    for (char *at = process->name; *at; at++)
        if (!isgraph((unsigned char)*at))
            *at = '?';
    process->pid = (pid_t)atoi(pid);
    process->ticks = user + system;
    return true;
}

void busy_read(const char *root, struct busy *busy)
{
    char path[512];
    size_t room = 0;
    struct busy_process process;
    busy_free(busy);
    busy->wall_ns = clock_now_ns();
    snprintf(path, sizeof path, "%s/proc", root);
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (!isdigit((unsigned char)entry->d_name[0]) || !read_process(root, entry->d_name, &process) ||
            process.pid == getpid())
            continue;
        if (busy->count == room) {
            room = room ? 2 * room : 256;
            struct busy_process *more = realloc(busy->processes, room * sizeof *more);
            if (!more)
                break;
            busy->processes = more;
        }
        busy->processes[busy->count++] = process;
    }
    if (folder)
        closedir(folder);
}

void busy_free(struct busy *busy)
{
    free(busy->processes);
    *busy = (struct busy){.count = 0};
}

/* One that began meanwhile used all of its time meanwhile. */
static uint64_t ticks_before(const struct busy *before, const struct busy_process *process)
{
    for (size_t i = 0; i < before->count; i++)
        if (before->processes[i].pid == process->pid && before->processes[i].started == process->started)
            return before->processes[i].ticks;
    return 0;
}

void busy_describe(const struct busy *before, const struct busy *after, char *text, size_t text_bytes)
{
    double wall_s = (double)(after->wall_ns - before->wall_ns) / 1e9, last = 1e300;
    size_t used = 0, last_index = 0;
    text[0] = '\0';
    for (int shown = 0; wall_s > 0 && shown < SHOWN; shown++) {
        const struct busy_process *most = NULL;
        double most_percent = 1;
        for (size_t i = 0; i < after->count; i++) {
            const struct busy_process *process = &after->processes[i];
            double ticks = (double)(process->ticks - ticks_before(before, process));
            double percent = 100 * ticks / (double)sysconf(_SC_CLK_TCK) / wall_s;
            bool left = percent < last || (percent == last && i > last_index);
            if (left && percent > most_percent) {
                most = process;
                most_percent = percent;
            }
        }
        if (!most || used >= text_bytes)
            break;
        last = most_percent;
        last_index = (size_t)(most - after->processes);
        used += (size_t)snprintf(text + used, text_bytes - used, "%s%s (pid %d) %.0f %%", used ? ", " : "",
                                 most->name, (int)most->pid, most_percent);
    }
}
