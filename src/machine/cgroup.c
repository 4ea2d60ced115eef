/* SPDX-License-Identifier: MIT */
#include "cgroup.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum version { VERSION_1, VERSION_2 };

/* Called for one directory of a hierarchy; 0, or -1 with errno to end the walk. */
typedef int (*visit_function)(const char *directory, enum version version, void *context);

/* Opens a file of a group. A file that is not there is no error: the hierarchy's root has none of them, and a
 * container may not see its own path. */
static int group_open(const char *directory, const char *name, FILE **file)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", directory, name) >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    *file = fopen(path, "re");
    return *file || errno == ENOENT || errno == ENOTDIR ? 0 : -1;
}

/* Reads the first line of a group's file; *text is empty if there is no such file. */
static int group_read(const char *directory, const char *name, char *text, int text_bytes)
{
    FILE *file;
    text[0] = '\0';
    if (group_open(directory, name, &file))
        return -1;
    if (!file)
        return 0;
    int result = fgets(text, text_bytes, file) || !ferror(file) ? 0 : -1;
    fclose(file);
    return result;
}

static int visit_quota(const char *directory, enum version version, void *context)
{
    double *smallest = context;
    char text[64];
    if (version == VERSION_2) {
        if (group_read(directory, "cpu.max", text, sizeof text))
            return -1;
    } else {
        char quota_text[32], period_text[32];
        if (group_read(directory, "cpu.cfs_quota_us", quota_text, sizeof quota_text) ||
            group_read(directory, "cpu.cfs_period_us", period_text, sizeof period_text))
            return -1;
        snprintf(text, sizeof text, "%s %s", quota_text, period_text);
    }
    double quota_us, period_us;
    if (sscanf(text, "%lf %lf", &quota_us, &period_us) != 2 || quota_us <= 0 || period_us <= 0)
        return 0; /* "max", -1, or no such file */
    double processors = quota_us / period_us;
    if (*smallest == 0 || processors < *smallest)
        *smallest = processors;
    return 0;
}

struct throttled {
    uint64_t ns;
    bool found;
};

static int visit_throttled(const char *directory, enum version version, void *context)
{
    struct throttled *throttled = context;
    FILE *file;
    if (group_open(directory, "cpu.stat", &file))
        return -1;
    if (!file)
        return 0;
    char line[128];
    while (fgets(line, sizeof line, file)) {
        uint64_t value;
        if (version == VERSION_2 && sscanf(line, "throttled_usec %" SCNu64, &value) == 1)
            value *= 1000;
        else if (version == VERSION_2 || sscanf(line, "throttled_time %" SCNu64, &value) != 1)
            continue;
        throttled->ns += value;
        throttled->found = true;
    }
    int result = ferror(file) ? -1 : 0;
    fclose(file);
    return result;
}

/* v1 and v2 write the same two files. */
static int visit_tasks(const char *directory, enum version version, void *context)
{
    (void)version;
    uint64_t *fewest = context;
    char text[64];
    uint64_t most, present = 0;
    if (group_read(directory, "pids.max", text, sizeof text))
        return -1;
    if (sscanf(text, "%" SCNu64, &most) != 1)
        return 0; /* "max", or no such file */
    if (group_read(directory, "pids.current", text, sizeof text))
        return -1;
    sscanf(text, "%" SCNu64, &present);
    uint64_t left = most > present ? most - present : 0;
    if (left < *fewest)
        *fewest = left;
    return 0;
}

static bool list_names(const char *list, const char *controller)
{
    for (; *list; list += list[0] == ',') {
        size_t length = strcspn(list, ",\n");
        if (length == strlen(controller) && !strncmp(list, controller, length))
            return true;
        list += length;
        if (*list == '\n')
            break;
    }
    return false;
}

/* Finds this process's group in /proc/self/cgroup: lines of "0::/path" (v2) and "ID:cpu,cpuacct:/path" (v1).
 */
static bool group_find(FILE *groups, const char *controller, enum version version, char *group,
                       size_t group_bytes)
{
    char line[PATH_MAX + 128];
    bool found = false;
    rewind(groups);
    while (!found && fgets(line, sizeof line, groups)) {
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        path[strcspn(path, "\n")] = '\0';
        found = version == VERSION_2 ? !strncmp(line, "0:", 2) && !controllers[1]
                                     : list_names(controllers + 1, controller);
        if (found)
            snprintf(group, group_bytes, "%s", path);
    }
    return found;
}

/* The group's path below a mount of its hierarchy, whose top is the group mount_root. A group outside of what
 * is mounted (a container that shares the host's names, a namespace entered from without) is looked for at
 * the top. */
static const char *group_below(const char *group, const char *mount_root)
{
    size_t length = strcmp(mount_root, "/") ? strlen(mount_root) : 0;
    bool inside = !strncmp(group, mount_root, length) && (group[length] == '/' || !group[length]);
    return inside && strncmp(group, "/..", 3) ? group + length : "";
}

/* Visits a group and its ancestors up to the mount point. */
static int group_climb(const char *root, const char *mount_point, const char *below, enum version version,
                       visit_function visit, void *context)
{
    char directory[PATH_MAX];
    size_t top = strlen(root) + strlen(mount_point);
    if ((size_t)snprintf(directory, sizeof directory, "%s%s%s", root, mount_point, below) >=
        sizeof directory) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (;;) {
        size_t length = strlen(directory);
        while (length > top && directory[length - 1] == '/')
            directory[--length] = '\0';
        if (visit(directory, version, context))
            return -1;
        if (length <= top)
            return 0;
        *strrchr(directory, '/') = '\0';
    }
}

/* Walks this process's group in the first mount of each hierarchy that has the controller. */
static int walk_mounts(const char *root, const char *controller, FILE *mounts, FILE *groups,
                       visit_function visit, void *context)
{
    char line[3 * PATH_MAX], mount_root[PATH_MAX], mount_point[PATH_MAX], type[32], options[PATH_MAX];
    char group[PATH_MAX];
    bool seen[] = {[VERSION_1] = false, [VERSION_2] = false};
    while (fgets(line, sizeof line, mounts)) {
        const char *tail = strstr(line, " - ");
        if (!tail || sscanf(line, "%*s %*s %*s %4095s %4095s", mount_root, mount_point) != 2 ||
            sscanf(tail, " - %31s %*s %4095s", type, options) != 2)
            continue;
        enum version version = strcmp(type, "cgroup2") ? VERSION_1 : VERSION_2;
        if (version == VERSION_1 && (strcmp(type, "cgroup") || !list_names(options, controller)))
            continue;
        if (seen[version] || !group_find(groups, controller, version, group, sizeof group))
            continue;
        seen[version] = true;
        if (group_climb(root, mount_point, group_below(group, mount_root), version, visit, context))
            return -1;
    }
    return ferror(mounts) || ferror(groups) ? -1 : 0;
}

static int groups_walk(const char *root, const char *controller, visit_function visit, void *context)
{
    FILE *mounts = NULL, *groups = NULL;
    int result = -1;
    if (group_open(root, "proc/self/cgroup", &groups) || group_open(root, "proc/self/mountinfo", &mounts))
        goto out;
    result = mounts && groups ? walk_mounts(root, controller, mounts, groups, visit, context) : 0;
out:
    if (groups)
        fclose(groups);
    if (mounts)
        fclose(mounts);
    return result;
}

int cgroup_quota(const char *root, double *processors)
{
    *processors = 0;
    return groups_walk(root, "cpu", visit_quota, processors);
}

int cgroup_throttled_ns(const char *root, uint64_t *ns)
{
    struct throttled throttled = {0};
    if (groups_walk(root, "cpu", visit_throttled, &throttled))
        return -1;
    if (!throttled.found) {
        errno = ENOENT;
        return -1;
    }
    *ns = throttled.ns;
    return 0;
}

int cgroup_tasks_left(const char *root, uint64_t *tasks)
{
    *tasks = UINT64_MAX;
    return groups_walk(root, "pids", visit_tasks, tasks);
}

void cgroup_unread(const char *root, char *text, size_t text_bytes)
{
    uint64_t ignored;
    size_t used = 0;
    text[0] = '\0';
    if (cgroup_tasks_left(root, &ignored))
        used =
            (size_t)snprintf(text, text_bytes,
                             "the task limit (pids.max) of this process's cgroup cannot be read (%s): a cell "
                             "that needs more tasks is not skipped, but fails",
                             strerror(errno));
    if (used < text_bytes && cgroup_throttled_ns(root, &ignored) && errno != ENOENT)
        snprintf(text + used, text_bytes - used,
                 "%show long it is throttled (cpu.stat) cannot be read (%s): the gate does not see it",
                 used ? "; " : "", strerror(errno));
}

struct limiting {
    char *directory;
    size_t bytes;
};

/* v1: any group of the hierarchy; v2: one that hands the controller on to its children. */
static int visit_limiting(const char *directory, enum version version, void *context)
{
    const struct limiting *limiting = context;
    char text[256];
    const char *file = version == VERSION_1 ? "cpu.cfs_quota_us" : "cgroup.subtree_control";
    if (limiting->directory[0])
        return 0;
    if (group_read(directory, file, text, sizeof text))
        return -1;
    for (char *space = text; (space = strchr(space, ' '));)
        *space = ',';
    bool limits = version == VERSION_1 ? text[0] != '\0' : list_names(text, "cpu");
    if (limits)
        snprintf(limiting->directory, limiting->bytes, "%s", directory);
    return 0;
}

int cgroup_find_limiting(const char *root, char *directory, size_t directory_bytes)
{
    struct limiting limiting = {directory, directory_bytes};
    directory[0] = '\0';
    if (groups_walk(root, "cpu", visit_limiting, &limiting))
        return -1;
    if (!directory[0])
        errno = ENOENT;
    return directory[0] ? 0 : -1;
}
