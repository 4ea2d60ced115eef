/* SPDX-License-Identifier: MIT */
/* Synthetic numbers for the tests of the statistics. Seeds and draws are not those of the code under test. */
#ifndef CROSSPOINT_TESTS_NUMBERS_H
#define CROSSPOINT_TESTS_NUMBERS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static inline void assert_near(double actual, double expected, double tolerance)
{
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.17g is not %.17g within %g", actual, expected, tolerance);
}

static inline double random_uniform(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint64_t mixed = (*state ^ *state >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return ((double)(mixed >> 11) + 0.5) / (double)(UINT64_C(1) << 53);
}

static inline double random_normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(random_uniform(state)));
    return radius * cos(2 * M_PI * random_uniform(state));
}

#endif
