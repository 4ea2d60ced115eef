/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

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

static uint64_t memory_of_process_bytes(pid_t process)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)process);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    unsigned long long kib = 0;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "Pss: %llu kB", &kib) == 1)
            break;
    fclose(file);
    return kib * 1024;
}

static uint64_t memory_of_children_bytes(pid_t process, const char *thread, pid_t left_out)
{
    char path[320];
    snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)process, thread);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    uint64_t bytes = 0;
    int child;
    while (fscanf(file, "%d", &child) == 1)
        bytes += memory_of_tree_bytes(child, left_out);
    fclose(file);
    return bytes;
}

uint64_t memory_of_tree_bytes(pid_t process, pid_t left_out)
{
    if (process == left_out)
        return 0;
    uint64_t bytes = memory_of_process_bytes(process);
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    DIR *threads = opendir(path);
    if (!threads)
        return bytes;
    for (struct dirent *entry; (entry = readdir(threads));)
        if (isdigit((unsigned char)entry->d_name[0]))
            bytes += memory_of_children_bytes(process, entry->d_name, left_out);
    closedir(threads);
    return bytes;
}
