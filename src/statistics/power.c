/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "distributions.h"
#include "pair_sums.h"
#include "sample.h"
#include "statistics.h"

/* Noether: n = (z_alpha + z_power)^2 / (3 (p - 1/2)^2), p the probability that a Walsh average lies above the
 * tested centre. Solved for p; the shift that yields p is read off the Walsh averages of d, as the mean of
 * both directions. */
double statistics_detectable_shift(const double *d, size_t n, double alpha, double power)
{
    if (n < 2 || !sample_finite(d, n) || !sample_level_valid(alpha) || !sample_level_valid(power))
        return NAN;
    if (n < statistics_blocks_needed(1, alpha))
        return INFINITY;
    double *sorted = sample_sorted(d, n);
    if (!sorted)
        return NAN;
    struct pair_sums walsh = pair_sums_walsh(sorted, n);
    size_t total = pair_sums_total(&walsh);
    double excess = (normal_quantile(1 - alpha) + normal_quantile(power)) / sqrt(3 * (double)n);
    double probability = fmin(fmax(0.5 + excess, 0.5), 1);
    size_t rank = (size_t)ceil(probability * (double)total);
    double shift = (pair_sums_select(&walsh, rank - 1) - pair_sums_select(&walsh, total - rank)) / 4;
    free(sorted);
    return fmax(shift, 0);
}

size_t statistics_blocks_needed(size_t tests, double alpha)
{
    int blocks = 0;
    while (ldexp((double)tests, -blocks) > alpha)
        blocks++;
    return (size_t)blocks;
}
