/* SPDX-License-Identifier: MIT */
/* Sleeping until a word changes. private: all users are threads of one process; a private futex is cheaper,
 * and is what a lock loses when processes must share it. */
#ifndef CROSSPOINT_FUTEX_H
#define CROSSPOINT_FUTEX_H

#include <errno.h>
#include <linux/futex.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Sleeps while *word is `seen`. May return early: check the condition again. */
static inline void futex_wait(_Atomic uint32_t *word, uint32_t seen, bool private)
{
    syscall(SYS_futex, word, private ? FUTEX_WAIT_PRIVATE : FUTEX_WAIT, seen, NULL, NULL, 0);
}

/* The same, for `milliseconds` at most. */
static inline void futex_wait_for(_Atomic uint32_t *word, uint32_t seen, bool private, long milliseconds)
{
    const struct timespec limit = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    syscall(SYS_futex, word, private ? FUTEX_WAIT_PRIVATE : FUTEX_WAIT, seen, &limit, NULL, 0);
}

/* Wakes at most `count` sleepers. */
static inline void futex_wake(_Atomic uint32_t *word, int count, bool private)
{
    syscall(SYS_futex, word, private ? FUTEX_WAKE_PRIVATE : FUTEX_WAKE, count, NULL, NULL, 0);
}

#endif
