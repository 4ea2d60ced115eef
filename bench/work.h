/* SPDX-License-Identifier: MIT */
/* Work of a chosen length inside of a task, and what comes before it. */
#ifndef CROSSPOINT_WORK_H
#define CROSSPOINT_WORK_H

#include <stddef.h>
#include <stdint.h>

enum { WORK_STEPS_PER_US = 750 }; /* at 3 GHz: a step takes four cycles */

/* Each step waits for the one before: some nanosecond each, wherever the loop lies in memory. */
static inline uint64_t work_steps(uint64_t steps, uint64_t number)
{
    uint64_t factor = 3;
    __asm__ volatile("" : "+r"(factor));
    for (; steps > 0; steps--)
        number = number * factor + 1;
    __asm__ volatile("" : "+r"(number));
    return number;
}

/* What so many steps make of a number: number * factor + term, found by doubling. */
struct work_result {
    uint64_t factor, term;
};
static inline struct work_result work_result(uint64_t steps)
{
    struct work_result result = {1, 0}, power = {3, 1};
    for (; steps > 0; steps /= 2) {
        if (steps % 2)
            result =
                (struct work_result){result.factor * power.factor, result.term * power.factor + power.term};
        power = (struct work_result){power.factor * power.factor, power.term * power.factor + power.term};
    }
    return result;
}

/* For settle(): reads something of each page, which a process has to map before it works there. */
static inline void work_map_pages(const void *memory, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += 4096)
        (void)*((const volatile char *)memory + at);
}

#endif
