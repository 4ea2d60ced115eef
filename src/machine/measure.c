/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

uint64_t clock_step_ns(void)
{
    uint64_t smallest = UINT64_MAX;
    for (int i = 0; i < 100; i++) {
        uint64_t first = clock_now_ns(), next;
        do
            next = clock_now_ns();
        while (next == first);
        if (next - first < smallest)
            smallest = next - first;
    }
    return smallest;
}

static struct usage usage_of(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return (struct usage){
        .user_ns = usage.ru_utime.tv_sec * 1000000000 + usage.ru_utime.tv_usec * 1000,
        .system_ns = usage.ru_stime.tv_sec * 1000000000 + usage.ru_stime.tv_usec * 1000,
        .switches_voluntary = usage.ru_nvcsw,
        .switches_involuntary = usage.ru_nivcsw,
        .faults_minor = usage.ru_minflt,
        .faults_major = usage.ru_majflt,
    };
}

struct usage usage_self(void)
{
    return usage_of(RUSAGE_SELF);
}

struct usage usage_children(void)
{
    return usage_of(RUSAGE_CHILDREN);
}

struct usage usage_add(struct usage a, struct usage b)
{
    return (struct usage){
        .user_ns = a.user_ns + b.user_ns,
        .system_ns = a.system_ns + b.system_ns,
        .switches_voluntary = a.switches_voluntary + b.switches_voluntary,
        .switches_involuntary = a.switches_involuntary + b.switches_involuntary,
        .faults_minor = a.faults_minor + b.faults_minor,
        .faults_major = a.faults_major + b.faults_major,
    };
}

struct usage usage_subtract(struct usage a, struct usage b)
{
    struct usage negative = {-b.user_ns,      -b.system_ns,   -b.switches_voluntary, -b.switches_involuntary,
                             -b.faults_minor, -b.faults_major};
    return usage_add(a, negative);
}

int64_t migrations_self(void)
{
    static const char field[] = "\nse.nr_migrations";
    char text[2048]; /* it stands in the first lines */
    int file = open("/proc/thread-self/sched", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    text[count > 0 ? count : 0] = '\0';
    const char *found = strstr(text, field);
    found = found ? strchr(found + 1, ':') : NULL;
    return found ? strtoll(found + 1, NULL, 10) : -1;
}

/* Who reads may be one of those that are read: nothing is allocated, and little stack is used. */

static uint64_t field_bytes(const char *text, const char *field)
{
    const char *found = strstr(text, field);
    return found ? strtoull(found + strlen(field), NULL, 10) * 1024 : 0;
}

static uint64_t memory_of_process_bytes(pid_t process, enum memory memory)
{
    char path[64], text[2048];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    text[count > 0 ? count : 0] = '\0';
    return memory == MEMORY_ALL ? field_bytes(text, "\nPss:")
                                : field_bytes(text, "\nPss_Anon:") + field_bytes(text, "\nPss_Shmem:");
}

/* A process and its descendants but `left_out` and theirs. */
struct tree {
    pid_t left_out;
    void (*visit)(struct tree *, pid_t);
    enum memory memory;
    uint64_t memory_bytes;
    struct usage usage;
};

static void walk(struct tree *tree, pid_t process);

/* Numbers, each followed by a space. */
static void walk_children(struct tree *tree, pid_t process, const char *thread)
{
    char path[96], text[512];
    pid_t child = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/children", (int)process, thread);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    for (ssize_t count; (count = read(file, text, sizeof text)) > 0;)
        for (ssize_t i = 0; i < count; i++)
            if (isdigit((unsigned char)text[i])) {
                child = child * 10 + (text[i] - '0');
            } else {
                walk(tree, child);
                child = 0;
            }
    close(file);
}

static void for_each_thread(struct tree *tree, pid_t process,
                            void (*visit)(struct tree *, pid_t process, const char *thread))
{
    char path[64];
    alignas(struct dirent64) char entries[512];
    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    int threads = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (threads < 0)
        return;
    for (ssize_t count; (count = getdents64(threads, entries, sizeof entries)) > 0;)
        for (ssize_t at = 0; at < count;) {
            const struct dirent64 *entry = (const struct dirent64 *)(entries + at);
            if (isdigit((unsigned char)entry->d_name[0]))
                visit(tree, process, entry->d_name);
            at += entry->d_reclen;
        }
    close(threads);
}

static void walk(struct tree *tree, pid_t process)
{
    if (process == tree->left_out)
        return;
    tree->visit(tree, process);
    for_each_thread(tree, process, walk_children);
}

static void add_memory(struct tree *tree, pid_t process)
{
    tree->memory_bytes += memory_of_process_bytes(process, tree->memory);
}

uint64_t memory_of_tree_bytes(pid_t process, pid_t left_out, enum memory memory)
{
    struct tree tree = {.left_out = left_out, .visit = add_memory, .memory = memory};
    walk(&tree, process);
    return tree.memory_bytes;
}

/* The number behind a field of a status file. */
static int64_t count_in(const char *text, const char *field)
{
    const char *found = strstr(text, field);
    return found ? strtoll(found + strlen(field), NULL, 10) : 0;
}

static size_t read_proc(const char *path, char *text, size_t text_bytes)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = file < 0 ? -1 : read(file, text, text_bytes - 1);
    if (file >= 0)
        close(file);
    text[count > 0 ? count : 0] = '\0';
    return count > 0 ? (size_t)count : 0;
}

static void add_switches(struct tree *tree, pid_t process, const char *thread)
{
    char path[96], text[4096];
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/status", (int)process, thread);
    read_proc(path, text, sizeof text);
    tree->usage.switches_voluntary += count_in(text, "\nvoluntary_ctxt_switches:");
    tree->usage.switches_involuntary += count_in(text, "\nnonvoluntary_ctxt_switches:");
}

/* Of the process and of those of its children that have been awaited. */
static void add_usage(struct tree *tree, pid_t process)
{
    char path[64], text[1024];
    long long faults_minor, faults_minor_awaited, faults_major, faults_major_awaited, user, system,
        user_awaited, system_awaited;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    read_proc(path, text, sizeof text);
    const char *behind_name = strrchr(text, ')');
    if (!behind_name ||
        sscanf(behind_name, ") %*c %*d %*d %*d %*d %*d %*u %lld %lld %lld %lld %lld %lld %lld %lld",
               &faults_minor, &faults_minor_awaited, &faults_major, &faults_major_awaited, &user, &system,
               &user_awaited, &system_awaited) != 8)
        return;
    int64_t tick_ns = 1000000000 / sysconf(_SC_CLK_TCK);
    tree->usage.user_ns += (user + user_awaited) * tick_ns;
    tree->usage.system_ns += (system + system_awaited) * tick_ns;
    tree->usage.faults_minor += faults_minor + faults_minor_awaited;
    tree->usage.faults_major += faults_major + faults_major_awaited;
    for_each_thread(tree, process, add_switches);
}

struct usage usage_of_tree(pid_t process, pid_t left_out)
{
    struct tree tree = {.left_out = left_out, .visit = add_usage};
    walk(&tree, process);
    return tree.usage;
}

uint64_t mappings_self(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    uint64_t count = 0;
    for (int byte; maps && (byte = getc(maps)) != EOF;)
        count += byte == '\n';
    if (maps)
        fclose(maps);
    return count;
}
