/* SPDX-License-Identifier: MIT */
/* What messages hold: words whose sum is known without reading them. */
#ifndef CROSSPOINT_MESSAGE_H
#define CROSSPOINT_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "workload.h"

enum { MESSAGE_WORD_BYTES = 8, MESSAGE_BYTES_MAX = 1 << 30 };

/* In prepare(): the key `payload`; 0: run_error(). */
static inline size_t message_bytes(struct run *run)
{
    uint64_t bytes = run_key_number(run, "payload");
    if (bytes <= MESSAGE_BYTES_MAX)
        return bytes;
    run_error(run, "payload:%s is more than %d bytes", run_key(run, "payload"), MESSAGE_BYTES_MAX);
    return 0;
}

/* The sum of words is the word of the sum of their places. */
static inline uint64_t message_word(uint64_t place)
{
    return place * UINT64_C(0x9e3779b97f4a7c15);
}

static inline void message_fill(uint64_t *message, size_t words)
{
    for (size_t i = 0; i < words; i++)
        message[i] = message_word(i);
}

#endif
