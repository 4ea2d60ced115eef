/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_CHILD_H
#define CROSSPOINT_CHILD_H

#include <sys/types.h>

/* fork() of a child that does not outlive its parent, however that ends. As fork: 0 in the child, -1 with
 * errno. Async-signal-safe as far as fork is. */
pid_t child_fork(void);

/* Awaits a child, whatever signals come. Its status as of waitpid, or -1 with errno. */
int child_await(pid_t child);

/* Ends a child at once and awaits it. */
void child_kill(pid_t child);

#endif
