/* SPDX-License-Identifier: MIT */
/* What the kernel lets us have. Checked before a cell starts, so that a limit is a `skipped` row that says
 * how to raise it, and never a wrong figure. */
#ifndef CROSSPOINT_RESOURCE_LIMITS_H
#define CROSSPOINT_RESOURCE_LIMITS_H

#include <stdint.h>
#include <sys/types.h>

#include "error.h"

/* 0 for "not known" in each. */
struct limits {
    uint64_t descriptors; /* RLIMIT_NOFILE, hard */
    uint64_t user_tasks;  /* RLIMIT_NPROC, soft, less those that the user has; at least 1 */
    uint64_t pid_max;     /* kernel.pid_max */
    uint64_t threads_max; /* kernel.threads-max */
    uint64_t group_tasks; /* cgroup pids.max less pids.current; at least 1 */
    uint64_t backlog;     /* net.core.somaxconn */
    uint64_t address_mib; /* RLIMIT_AS, soft, less what this process has; at least 1 */
    uint64_t stack_mib;   /* of a thread, as the C library makes it; always known */
    uint64_t ports;       /* size of net.ipv4.ip_local_port_range */
};

void limits_read(struct limits *limits);

/* Threads of all processes with this real user, as far as `proc` (/proc) tells. */
uint64_t limits_count_tasks(const char *proc, uid_t user);

/* What a cell needs at once. */
struct limits_need {
    uint64_t tasks;       /* threads and processes, ours */
    uint64_t descriptors; /* in one process */
    uint64_t connections; /* TCP, to one listening address */
    uint64_t threads;     /* of them in one process: each has a stack */
    uint64_t backlog;     /* connections that wait to be accepted */
};

/* 0, or -1 with error: the limit, its value, what is needed and how to raise it. */
int limits_check(const struct limits *limits, const struct limits_need *need, struct error *error);

/* The same for memory that is touched: `count` times bytes_each, of which three quarters of what is available
 * are taken at most. */
int limits_check_memory(uint64_t count, uint64_t bytes_each, struct error *error);

/* Raises the soft limit of descriptors to the hard one; harmless if it fails. */
void limits_raise_descriptors(void);

#endif
