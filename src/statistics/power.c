/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "distributions.h"
#include "pair_sums.h"
#include "sample.h"
#include "statistics.h"

enum { BLOCKS_EXACT_MAX = 100 }; /* half a million additions */

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

/* Of centred differences e that lie about 0 as d does about its centre: how a shift of all of them shows in
 * the signed-rank statistic. */
struct shifted {
    double positive;       /* P(e + shift > 0) */
    double pair_positive;  /* P(the sum of two of them > 0), which moves the statistic's mean */
    double pairs_positive; /* P(the sums of one with two others > 0), which widens it */
};

/* values[count] ascend: each difference with both signs, as the test takes them to be symmetric. */
static struct shifted measure_shifted(const double *values, size_t count, double shift)
{
    struct shifted shifted = {0};
    size_t partners = 0; /* how many, with values[i], come to more than 0 */
    for (size_t i = 0; i < count; i++) {
        while (partners < count && values[i] + values[count - 1 - partners] > -2 * shift)
            partners++;
        /* So is the sum with itself; that with its mirror image always is: neither is of two differences. */
        bool positive = values[i] > -shift;
        double share = (double)(partners - positive - 1) / (double)(count - 2);
        shifted.positive += positive;
        shifted.pair_positive += share;
        shifted.pairs_positive += share * share;
    }
    shifted.positive /= (double)count;
    shifted.pair_positive /= (double)count;
    shifted.pairs_positive /= (double)count;
    return shifted;
}

/* P(statistic >= critical) by the mean and variance that it has under the shift (Lehmann 1975, 4.2). */
static double power_of(const struct shifted *shifted, double n, double critical)
{
    double one = shifted->positive, two = shifted->pair_positive;
    double mean = n * one + n * (n - 1) / 2 * two;
    double variance = n * one * (1 - one) +
                      n * (n - 1) / 2 * (2 * (one - two) * (one - two) + 3 * two * (1 - two)) +
                      n * (n - 1) * (n - 2) * fmax(0, shifted->pairs_positive - two * two);
    double distance = mean - critical + 0.5;
    return variance > 0 ? normal_cumulative(distance / sqrt(variance)) : distance >= 0;
}

/* For n so large that only the leading terms of mean and variance count: enough above BLOCKS_EXACT_MAX, a
 * first guess below. */
static double blocks_large(const struct shifted *shifted, double alpha, double power)
{
    double two = shifted->pair_positive;
    double null_deviation = 1 / sqrt(3), deviation = 2 * sqrt(fmax(0, shifted->pairs_positive - two * two));
    double reach = normal_quantile(1 - alpha) * null_deviation + normal_quantile(power) * deviation;
    return two > 0.5 ? ceil(pow(fmax(0, reach) / (two - 0.5), 2)) : INFINITY;
}

/* From the exact critical values; 0: it takes more than BLOCKS_EXACT_MAX. null[s]: P(statistic = s), to
 * which each n adds its rank. */
static size_t blocks_exact(const struct shifted *shifted, double alpha, double power)
{
    double null[BLOCKS_EXACT_MAX * (BLOCKS_EXACT_MAX + 1) / 2 + 1] = {1};
    size_t size = 1;
    for (size_t n = 1; n <= BLOCKS_EXACT_MAX; n++) {
        size += n;
        for (size_t s = size; s-- > 0;)
            null[s] = (null[s] + (s >= n ? null[s - n] : 0)) / 2;
        double tail = 0;
        size_t critical = size;
        while (critical > 0 && tail + null[critical - 1] <= alpha)
            tail += null[--critical];
        if (critical < size && power_of(shifted, (double)n, (double)critical) >= power)
            return n;
    }
    return 0;
}

double statistics_blocks_for(const double *d, size_t n, double shift, double alpha, double power)
{
    if (n < 2 || !sample_finite(d, n) || !(shift > 0) || !sample_level_valid(alpha) ||
        !sample_level_valid(power))
        return NAN;
    double *sorted = sample_sorted(d, n), *both = malloc(2 * n * sizeof *both), blocks = NAN;
    if (sorted && both) {
        struct pair_sums walsh = pair_sums_walsh(sorted, n);
        /* Values scatter less about their own centre than about the true one. */
        double centre = pair_sums_median(&walsh) / 2, widen = sqrt((double)n / (double)(n - 1));
        for (size_t i = 0; i < n; i++) {
            both[i] = widen * (sorted[i] - centre);
            both[n + i] = -both[i];
        }
        qsort(both, 2 * n, sizeof *both, sample_compare);
        struct shifted shifted = measure_shifted(both, 2 * n, shift);
        blocks = fmax(blocks_large(&shifted, alpha, power), (double)statistics_blocks_needed(1, alpha));
        size_t few = blocks <= 2 * BLOCKS_EXACT_MAX ? blocks_exact(&shifted, alpha, power) : 0;
        blocks = few ? (double)few : fmax(blocks, BLOCKS_EXACT_MAX + 1);
    }
    free(both);
    free(sorted);
    return blocks;
}
