/* SPDX-License-Identifier: MIT */
/* Numbers that depend on a seed only: SplitMix64 (Steele, Lea and Flood 2014). */
#ifndef CROSSPOINT_RANDOM_H
#define CROSSPOINT_RANDOM_H

#include <stdint.h>

/* The bits of one number: also a hash of it. */
static inline uint64_t random_mix(uint64_t bits)
{
    bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
    return bits ^ bits >> 31;
}

/* The next one; *state is the seed, then what is left of it. */
static inline uint64_t random_next(uint64_t *state)
{
    return random_mix(*state += UINT64_C(0x9e3779b97f4a7c15));
}

/* From 0 to limit - 1, without the bias of a plain remainder. */
static inline uint64_t random_below(uint64_t *state, uint64_t limit)
{
    uint64_t reject = -limit % limit, number;
    do
        number = random_next(state);
    while (number < reject);
    return number % limit;
}

#endif
