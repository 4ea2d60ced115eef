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
    FILE *file = fopen("/proc/thread-self/sched", "re");
    if (!file)
        return -1;
    char line[256];
    long long migrations = -1;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "se.nr_migrations : %lld", &migrations) == 1)
            break;
    fclose(file);
    return migrations;
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

/* Numbers, each followed by a space. */
static uint64_t memory_of_children_bytes(pid_t process, const char *thread, pid_t left_out,
                                         enum memory memory)
{
    char path[96], text[512];
    uint64_t bytes = 0;
    pid_t child = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/children", (int)process, thread);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    for (ssize_t count; (count = read(file, text, sizeof text)) > 0;)
        for (ssize_t i = 0; i < count; i++)
            if (isdigit((unsigned char)text[i])) {
                child = child * 10 + (text[i] - '0');
            } else {
                bytes += memory_of_tree_bytes(child, left_out, memory);
                child = 0;
            }
    close(file);
    return bytes;
}

uint64_t memory_of_tree_bytes(pid_t process, pid_t left_out, enum memory memory)
{
    if (process == left_out)
        return 0;
    uint64_t bytes = memory_of_process_bytes(process, memory);
    char path[64];
    alignas(struct dirent64) char entries[512];
    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    int threads = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (threads < 0)
        return bytes;
    for (ssize_t count; (count = getdents64(threads, entries, sizeof entries)) > 0;)
        for (ssize_t at = 0; at < count;) {
            const struct dirent64 *entry = (const struct dirent64 *)(entries + at);
            if (isdigit((unsigned char)entry->d_name[0]))
                bytes += memory_of_children_bytes(process, entry->d_name, left_out, memory);
            at += entry->d_reclen;
        }
    close(threads);
    return bytes;
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
