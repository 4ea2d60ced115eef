/* SPDX-License-Identifier: MIT */
/* Waits as if for a slow peer, blocking or as libuv timers in loops: key wait-ms. Timer slack and libuv's
 * whole milliseconds make them longer than asked; how long they really were is added up with run_add(). */
#ifndef CROSSPOINT_WAIT_H
#define CROSSPOINT_WAIT_H

#include "workload.h"

#define WAIT_PARAM                                                                                           \
    {                                                                                                        \
        .key = "wait-ms", .value_default = "10", .summary = "length of a wait in milliseconds"               \
    }

struct waits;

/* In prepare(). NULL: run_error() has said why. */
struct waits *waits_open(struct run *run);
void wait_blocking(struct run *run, const struct waits *waits);
/* In begin(): returns at once; completes the task with its checksum when the wait is over. */
void wait_in_loop(struct run *run, struct waits *waits, struct task *task, uint64_t checksum);
/* The same for a task that has nothing to wait for: completed in the loop's next turn. */
void wait_turn_in_loop(struct run *run, struct waits *waits, struct task *task, uint64_t checksum);
/* The mean of the round's waits, each item one. */
double wait_mean_ns(const struct run *run, uint64_t items);

#endif
