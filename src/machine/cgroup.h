/* SPDX-License-Identifier: MIT */
/* What the kernel's control groups (v1, v2 or both) take from this process. */
#ifndef CROSSPOINT_CGROUP_H
#define CROSSPOINT_CGROUP_H

#include <stddef.h>
#include <stdint.h>

/* root stands in front of every path that is read: "" on a machine, the top of a fake tree in tests. */

/* The CPU bandwidth in processors: the smallest of v2 cpu.max and v1 cpu.cfs_quota_us / cpu.cfs_period_us of
 * this process's group and its visible ancestors; 0 if there is none. 0, or -1 with errno. */
int cgroup_quota(const char *root, double *processors);

/* How long this process's group and its visible ancestors have been throttled since they were made, summed
 * over processors (v2 throttled_usec, v1 throttled_time). 0, or -1 with errno: ENOENT where no group says. */
int cgroup_throttled_ns(const char *root, uint64_t *ns);

/* How many more threads and processes may be started: the smallest of pids.max less pids.current of this
 * process's group and its visible ancestors; UINT64_MAX if there is no limit. 0, or -1 with errno. */
int cgroup_tasks_left(const char *root, uint64_t *tasks);

/* What else the groups hold that cannot be read, and what follows: "" if all can, or is not there. */
void cgroup_unread(const char *root, char *text, size_t text_bytes);

/* The nearest group, this process's or an ancestor, in which a child group can be given a CPU bandwidth. 0,
 * or -1 with errno: ENOENT where there is none. */
int cgroup_find_limiting(const char *root, char *directory, size_t directory_bytes);

#endif
