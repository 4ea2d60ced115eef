/* SPDX-License-Identifier: MIT */
#include "resource_limits.h"

#include <inttypes.h>
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

/* 0 stands for "not known": none left is told as 1, which is too few for any cell. */
static uint64_t read_group_tasks(void)
{
    uint64_t tasks;
    if (cgroup_tasks_left("", &tasks) || tasks == UINT64_MAX)
        return 0;
    return tasks ? tasks : 1;
}

void limits_read(struct limits *limits)
{
    const char *range = "/proc/sys/net/ipv4/ip_local_port_range";
    uint64_t first = read_number(range, 0), last = read_number(range, 1);
    *limits = (struct limits){
        .descriptors = read_limit(RLIMIT_NOFILE),
        .processes = geteuid() == 0 ? 0 : read_limit(RLIMIT_NPROC),
        .pid_max = read_number("/proc/sys/kernel/pid_max", 0),
        .threads_max = read_number("/proc/sys/kernel/threads-max", 0),
        .group_tasks = read_group_tasks(),
        .backlog = read_number("/proc/sys/net/core/somaxconn", 0),
        .ports = last > first ? last - first + 1 : 0,
    };
}

int limits_check(const struct limits *limits, const struct limits_need *need, struct error *error)
{
    const struct {
        uint64_t limit, need;
        const char *name, *fix;
    } checks[] = {
        {limits->descriptors, need->descriptors, "RLIMIT_NOFILE (descriptors a process)",
         "raise the hard limit: ulimit -Hn, or nofile in /etc/security/limits.conf"},
        {limits->processes, need->tasks, "RLIMIT_NPROC (threads and processes a user)",
         "raise it: ulimit -Hu, or nproc in /etc/security/limits.conf"},
        {limits->pid_max, need->tasks, "kernel.pid_max", "raise it: sysctl -w kernel.pid_max=N"},
        {limits->threads_max, need->tasks, "kernel.threads-max", "raise it: sysctl -w kernel.threads-max=N"},
        {limits->group_tasks, need->tasks, "pids.max of the control group, less those in it,",
         "raise it: TasksMax= of the systemd unit, --pids-limit of the container, or echo N > pids.max"},
        {limits->backlog, need->connections, "net.core.somaxconn (listen backlog)",
         "raise it: sysctl -w net.core.somaxconn=N"},
        {limits->ports, need->connections, "net.ipv4.ip_local_port_range (ports)",
         "widen it: sysctl -w net.ipv4.ip_local_port_range='1024 65535'"},
    };
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (checks[i].limit && checks[i].need > checks[i].limit)
            return error_set(error, "%s is %" PRIu64 ", %" PRIu64 " needed; %s", checks[i].name,
                             checks[i].limit, checks[i].need, checks[i].fix);
    return 0;
}

void limits_raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}
