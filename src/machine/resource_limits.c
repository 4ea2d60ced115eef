/* SPDX-License-Identifier: MIT */
#include "resource_limits.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cgroup.h"

static uint64_t read_number(const char *path, unsigned which)
{
    unsigned long long numbers[2] = {0, 0};
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    int read = fscanf(file, "%llu %llu", &numbers[0], &numbers[1]);
    fclose(file);
    return read > (int)which ? numbers[which] : 0;
}

static uint64_t read_limit(__rlimit_resource_t resource)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) || limit.rlim_max == RLIM_INFINITY)
        return 0;
    return limit.rlim_max;
}

/* Of /proc/PID/status: "Threads:\t3", "Uid:\treal\teffective\t..." */
static uint64_t read_tasks_of(const char *path, uid_t user)
{
    char line[256];
    unsigned owner = 0, threads = 0;
    bool owned = false;
    FILE *file = fopen(path, "re");
    if (!file)
        return 0; /* has ended */
    while (fgets(line, sizeof line, file) && sscanf(line, "Threads: %u", &threads) != 1)
        if (sscanf(line, "Uid: %u", &owner) == 1)
            owned = owner == user;
    fclose(file);
    return owned ? threads : 0;
}

uint64_t limits_count_tasks(const char *proc, uid_t user)
{
    char path[512];
    uint64_t sum = 0;
    DIR *processes = opendir(proc);
    for (struct dirent *entry; processes && (entry = readdir(processes));) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(path, sizeof path, "%s/%.20s/status", proc, entry->d_name);
        sum += read_tasks_of(path, user);
    }
    if (processes)
        closedir(processes);
    return sum;
}

/* The kernel holds neither root nor those to the limit who may raise it. */
static bool tasks_unlimited(void)
{
    char line[256];
    unsigned long long effective = 0;
    FILE *file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof line, file) && sscanf(line, "CapEff: %llx", &effective) != 1)
        continue;
    if (file)
        fclose(file);
    return getuid() == 0 || effective >> CAP_SYS_RESOURCE & 1 || effective >> CAP_SYS_ADMIN & 1;
}

static uint64_t read_user_tasks(void)
{
    struct rlimit limit;
    if (tasks_unlimited() || getrlimit(RLIMIT_NPROC, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return 0;
    uint64_t present = limits_count_tasks("/proc", getuid());
    return limit.rlim_cur > present ? limit.rlim_cur - present : 1;
}

/* 0 stands for "not known": none left is told as 1, which is too few for any cell. */
static uint64_t read_group_tasks(void)
{
    uint64_t tasks;
    if (cgroup_tasks_left("", &tasks) || tasks == UINT64_MAX)
        return 0;
    return tasks ? tasks : 1;
}

enum { MIB = 1 << 20 };

static uint64_t read_address_space(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return 0;
    uint64_t present = read_number("/proc/self/statm", 0) * (uint64_t)sysconf(_SC_PAGESIZE);
    return limit.rlim_cur >= present + MIB ? (limit.rlim_cur - present) / MIB : 1;
}

/* pthread_attr_init(3): RLIMIT_STACK, or 8 MiB where that is unlimited (2 on some architectures). */
static uint64_t read_stack(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return 8;
    return limit.rlim_cur < MIB ? 1 : limit.rlim_cur / MIB;
}

void limits_read(struct limits *limits)
{
    const char *range = "/proc/sys/net/ipv4/ip_local_port_range";
    uint64_t first = read_number(range, 0), last = read_number(range, 1);
    *limits = (struct limits){
        .descriptors = read_limit(RLIMIT_NOFILE),
        .user_tasks = read_user_tasks(),
        .pid_max = read_number("/proc/sys/kernel/pid_max", 0),
        .threads_max = read_number("/proc/sys/kernel/threads-max", 0),
        .group_tasks = read_group_tasks(),
        .backlog = read_number("/proc/sys/net/core/somaxconn", 0),
        .address_mib = read_address_space(),
        .stack_mib = read_stack(),
        .ports = last > first ? last - first + 1 : 0,
    };
}

enum { OWN_MIB = 16 }; /* beside the stacks */

int limits_check(const struct limits *limits, const struct limits_need *need, struct error *error)
{
    const struct {
        uint64_t limit, need;
        const char *name, *fix;
    } checks[] = {
        {limits->descriptors, need->descriptors, "RLIMIT_NOFILE (descriptors a process)",
         "raise the hard limit: ulimit -Hn, or nofile in /etc/security/limits.conf"},
        {limits->user_tasks, need->tasks, "RLIMIT_NPROC (threads and processes a user), less those that run,",
         "raise it: ulimit -u, or nproc in /etc/security/limits.conf"},
        {limits->pid_max, need->tasks, "kernel.pid_max", "raise it: sysctl -w kernel.pid_max=N"},
        {limits->threads_max, need->tasks, "kernel.threads-max", "raise it: sysctl -w kernel.threads-max=N"},
        {limits->group_tasks, need->tasks, "pids.max of the control group, less those in it,",
         "raise it: TasksMax= of the systemd unit, --pids-limit of the container, or echo N > pids.max"},
        {limits->address_mib, need->threads ? need->threads * limits->stack_mib + OWN_MIB : 0,
         "RLIMIT_AS (address space, MiB), less what is used,",
         "raise it: ulimit -v, or take smaller stacks: ulimit -s"},
        {limits->ports, need->connections, "net.ipv4.ip_local_port_range (ports)",
         "widen it: sysctl -w net.ipv4.ip_local_port_range='1024 65535'"},
        {limits->backlog, need->backlog, "net.core.somaxconn (connections that wait to be accepted)",
         "raise it: sysctl -w net.core.somaxconn=N"},
    };
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (checks[i].limit && checks[i].need > checks[i].limit)
            return error_set(error, "%s is %" PRIu64 ", %" PRIu64 " needed; %s", checks[i].name,
                             checks[i].limit, checks[i].need, checks[i].fix);
    return 0;
}

int limits_check_memory(uint64_t count, uint64_t bytes_each, struct error *error)
{
    char line[256];
    unsigned long long available_kib = 0;
    FILE *file = fopen("/proc/meminfo", "re");
    while (file && fgets(line, sizeof line, file) && sscanf(line, "MemAvailable: %llu", &available_kib) != 1)
        continue;
    if (file)
        fclose(file);
    uint64_t most = available_kib * 1024 / 4 * 3;
    if (available_kib == 0 || count == 0 || bytes_each <= most / count)
        return 0;
    return error_set(error,
                     "three quarters of the memory available are %" PRIu64 " MiB, %" PRIu64 " times %" PRIu64
                     " KiB needed; take less for each, or fewer workers",
                     most / MIB, count, (bytes_each + 1023) / 1024);
}

void limits_raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}
