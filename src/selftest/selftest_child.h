/* SPDX-License-Identifier: MIT */
/* Runs apart from selftest's own process, which meanwhile disturbs them; and the disturbers. */
#ifndef CROSSPOINT_SELFTEST_CHILD_H
#define CROSSPOINT_SELFTEST_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#include "error.h"
#include "selftest.h"

/* Called in a child of its own; 0, 1 when interrupted, -1 with error. */
typedef int selftest_apart(const struct selftest *selftest, const void *context, struct error *error);

/* -1 with error if there is no child. */
pid_t selftest_child_start(const struct selftest *selftest, selftest_apart *apart, const void *context,
                           struct error *error);
/* Hands an interrupt on to the child. What `apart` returned; the child has said its error already. */
int selftest_child_await(pid_t child, struct error *error);

/* A busy loop on each unit, in processes of their own that end with ours. Their number, or -1 with error. */
enum { HOGS_MAX = 1024 };
int selftest_hogs_start(pid_t hogs[HOGS_MAX], struct error *error);
void selftest_hogs_end(const pid_t *hogs, int count);

/* Removes the groups in `parent` that selftests made which no longer live. */
void selftest_quota_clear(const char *parent);
/* A control group with a CPU bandwidth, below ours, after those left behind are gone. -1 with errno if we may
 * not make one. */
int selftest_quota_make(double processors, char *directory, size_t directory_bytes);
int selftest_quota_enter(const char *directory);
void selftest_quota_remove(const char *directory);

/* The children of a process: at most `capacity` are stored; how many were. */
size_t selftest_children(pid_t parent, pid_t *children, size_t capacity);

#endif
