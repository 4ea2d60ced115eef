/* SPDX-License-Identifier: MIT */
/* What do tasks hold that only wait? When all have arrived, the last of them reads the proportional set size
 * of all processes, but for the pages of files; what there was before the workers is taken away. Reading
 * costs its worker some two pages of stack. */
#ifndef CROSSPOINT_MEMORY_READING_H
#define CROSSPOINT_MEMORY_READING_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "workload.h"

struct memory_reading {
    uint64_t before_bytes, bytes;
    pid_t process, left_out;
    _Atomic uint32_t arrived;
};

/* In prepare(), last. left_out: a process that is no worker; 0: none. */
void memory_reading_begin(struct memory_reading *reading, pid_t left_out);
/* By each task when it is about to wait. */
void memory_reading_arrive(struct run *run, struct memory_reading *reading);
/* account() of tasks that return index + 1; the value is the bytes of each. */
void memory_reading_account(const struct run *run, struct memory_reading *reading, struct account *account);

#endif
