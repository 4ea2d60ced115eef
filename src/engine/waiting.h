/* SPDX-License-Identifier: MIT */
/* How a task waits where that does not block its thread: what run_until_readable() and its kin call. */
#ifndef CROSSPOINT_WAITING_H
#define CROSSPOINT_WAITING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct run;

struct waiting {
    /* Until it is ready; false: limit_ns have gone before (0: no limit). */
    bool (*file)(struct run *, int file, bool to_write, uint64_t limit_ns);
    void (*closes)(struct run *, int file); /* its number will be another's */
    void (*time)(struct run *, uint64_t ns);
    void (*word)(struct run *, _Atomic uint32_t *word, uint32_t seen); /* as futex_wait */
    void (*wake)(struct run *, _Atomic uint32_t *word, int count);
};

#endif
