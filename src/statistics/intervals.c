/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "distributions.h"
#include "pair_sums.h"
#include "random.h"
#include "sample.h"
#include "statistics.h"

enum { BOOTSTRAP_RESAMPLES = 2000, BOOTSTRAP_DRAWS_OF_ONE = 400, BOOTSTRAP_DRAWS_MAX = 1000 };

static double hodges_lehmann(const double *sorted, size_t n)
{
    struct pair_sums walsh = pair_sums_walsh(sorted, n);
    return pair_sums_median(&walsh) / 2;
}

/* Order statistics outside the interval at each end, none if no interval has the wanted level. */
static size_t median_depth(size_t n, double wanted, double *level)
{
    size_t low = 0, high = (n - 1) / 2;
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        if (1 - 2 * binomial_cumulative(middle, n, 0.5) >= wanted - LEVEL_TOLERANCE)
            low = middle;
        else
            high = middle - 1;
    }
    *level = fmax(0, 1 - 2 * binomial_cumulative(low, n, 0.5));
    return low;
}

int statistics_median(const double *x, size_t n, double level, struct median_interval *out)
{
    *out = (struct median_interval){.median = NAN, .low = NAN, .high = NAN};
    if (n == 0)
        return 0;
    if (!sample_finite(x, n) || !sample_level_valid(level))
        return sample_invalid();
    double *sorted = sample_sorted(x, n);
    if (!sorted)
        return -1;
    size_t depth = median_depth(n, level, &out->level);
    out->median = n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    out->low = sorted[depth];
    out->high = sorted[n - 1 - depth];
    free(sorted);
    return 0;
}

/* Sorted; -1 times each value if negated. */
static void resample(const double *from, size_t n, size_t draws, bool negated, uint64_t *seed, double *to)
{
    for (size_t i = 0; i < draws; i++) {
        double value = from[(random_next(seed) >> 32) * n >> 32];
        to[i] = negated ? -value : value;
    }
    qsort(to, draws, sizeof *to, sample_compare);
}

static void percentile_ends(double *estimates, double level, double *low, double *high)
{
    qsort(estimates, BOOTSTRAP_RESAMPLES, sizeof *estimates, sample_compare);
    double place = round((BOOTSTRAP_RESAMPLES + 1) * (1 - level) / 2);
    size_t depth = (size_t)fmin(fmax(place, 1), BOOTSTRAP_RESAMPLES / 2) - 1;
    *low = estimates[depth];
    *high = estimates[BOOTSTRAP_RESAMPLES - 1 - depth];
}

/* Of more than BOOTSTRAP_DRAWS_OF_ONE values so many are drawn, and what that scatters more is taken back: m
 * out of n (Bickel, Goetze and van Zwet 1997). */
int statistics_bootstrap(const double *d, size_t n, double level, uint64_t seed, double *low, double *high)
{
    if (n == 0 || n > UINT32_MAX || !sample_finite(d, n) || !sample_level_valid(level))
        return sample_invalid();

    size_t draws = n < BOOTSTRAP_DRAWS_OF_ONE ? n : BOOTSTRAP_DRAWS_OF_ONE;
    double *sorted = sample_sorted(d, n);
    double *estimates = malloc((BOOTSTRAP_RESAMPLES + draws) * sizeof *estimates);
    int result = sorted && estimates ? 0 : -1;
    if (result == 0) {
        double *drawn = estimates + BOOTSTRAP_RESAMPLES;
        for (size_t i = 0; i < BOOTSTRAP_RESAMPLES; i++) {
            resample(d, n, draws, false, &seed, drawn);
            estimates[i] = hodges_lehmann(drawn, draws);
        }
        percentile_ends(estimates, level, low, high);
    }
    if (result == 0 && draws < n) {
        double centre = hodges_lehmann(sorted, n), shrink = sqrt((double)draws / (double)n);
        *low = centre + shrink * (*low - centre);
        *high = centre + shrink * (*high - centre);
    }
    free(estimates);
    free(sorted);
    return result;
}

int statistics_bootstrap_shift(const double *x, size_t n_x, const double *y, size_t n_y, double level,
                               uint64_t seed, double *low, double *high)
{
    if (n_x == 0 || n_y == 0 || n_x > UINT32_MAX || n_y > UINT32_MAX || !sample_finite(x, n_x) ||
        !sample_finite(y, n_y) || !sample_level_valid(level))
        return sample_invalid();

    size_t draws_x = n_x < BOOTSTRAP_DRAWS_MAX ? n_x : BOOTSTRAP_DRAWS_MAX;
    size_t draws_y = n_y < BOOTSTRAP_DRAWS_MAX ? n_y : BOOTSTRAP_DRAWS_MAX;
    double *estimates = malloc((BOOTSTRAP_RESAMPLES + draws_x + draws_y) * sizeof *estimates);
    if (!estimates)
        return -1;
    double *drawn_x = estimates + BOOTSTRAP_RESAMPLES, *negated_y = drawn_x + draws_x;
    for (size_t i = 0; i < BOOTSTRAP_RESAMPLES; i++) {
        resample(x, n_x, draws_x, false, &seed, drawn_x);
        resample(y, n_y, draws_y, true, &seed, negated_y);
        estimates[i] = pair_sums_median(
            &(struct pair_sums){.a = drawn_x, .b = negated_y, .n_a = draws_x, .n_b = draws_y});
    }
    percentile_ends(estimates, level, low, high);
    free(estimates);
    return 0;
}

double statistics_rate_upper(size_t hits, size_t trials, double level)
{
    if (hits >= trials)
        return 1;
    double low = 0, high = 1;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (binomial_cumulative(hits, trials, middle) > 1 - level)
            low = middle;
        else
            high = middle;
    }
    return high;
}
