/* SPDX-License-Identifier: MIT */
/* Closed forms, modulo 2^64: what account() knows without doing the work. */
#ifndef CROSSPOINT_SUMS_H
#define CROSSPOINT_SUMS_H

#include <stdint.h>

/* 0 + 1 + ... + (n - 1) */
static inline uint64_t sum_below(uint64_t n)
{
    return n % 2 ? (n - 1) / 2 * n : n / 2 * (n - 1);
}

/* 0 + 1 + 4 + ... + (n - 1)^2 = (n - 1) n (2n - 1) / 6 */
static inline uint64_t sum_of_squares_below(unsigned __int128 n)
{
    unsigned __int128 pair = n % 2 ? (n - 1) / 2 * n : n / 2 * (n - 1); /* (n - 1) n / 2 */
    unsigned __int128 last = 2 * n - 1;
    return (uint64_t)(pair % 3 ? pair * (last / 3) : pair / 3 * last);
}

#endif
