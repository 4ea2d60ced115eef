/* SPDX-License-Identifier: MIT */
#include "statistics.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pair_sums.h"
#include "random.h"
#include "rank_null.h"

enum {
    SIGNED_RANK_EXACT_N_MAX = 400,   /* 64 million additions */
    RANK_SUM_EXACT_PAIRS_MAX = 2500, /* 50 and 50: 38 million additions, 3 MB */
    BOOTSTRAP_RESAMPLES = 2000,
    BOOTSTRAP_DRAWS_MAX = 1000,
};

/* An attainable level that misses the wanted one by rounding only is not rejected. */
static const double level_tolerance = 1e-12;

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static bool all_finite(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            return false;
    }
    return true;
}

static bool level_valid(double level)
{
    return level > 0 && level < 1;
}

static int invalid(void)
{
    errno = EINVAL;
    return -1;
}

static double *sorted_copy(const double *values, size_t n)
{
    double *copy = malloc(n * sizeof *copy);
    if (copy) {
        memcpy(copy, values, n * sizeof *copy);
        qsort(copy, n, sizeof *copy, compare_doubles);
    }
    return copy;
}

static double normal_quantile(double probability)
{
    double low = -40, high = 40;
    for (int i = 0; i < 64; i++) {
        double middle = (low + high) / 2;
        if (normal_cumulative(middle) < probability)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/* How many of the ordered pair values (Walsh averages, differences) lie outside the interval at each end: the
 * most that keep the wanted level, none if no interval has it. `null` is of untied ranks, `minimum` its least
 * statistic. The interval from the k-th value (from 0) to the k-th from the top has the level 1 - 2
 * P(statistic <= k). */
static size_t interval_depth(const struct null_distribution *null, size_t minimum, size_t pairs,
                             double wanted, double *level)
{
    if (!null->below) {
        double mean = (null->mean - (double)minimum) / 2, deviation = null->deviation / 2;
        double depth = fmax(0, floor(mean + deviation * normal_quantile((1 - wanted) / 2) - 0.5));
        *level = 1 - 2 * normal_cumulative((depth + 0.5 - mean) / deviation);
        return (size_t)depth;
    }
    size_t depth = 0;
    *level = fmax(0, 1 - 2 * null->below[minimum]);
    for (size_t k = 1; 2 * k < pairs; k++) {
        double next = 1 - 2 * null->below[minimum + 2 * k];
        if (next < wanted - level_tolerance)
            break;
        depth = k;
        *level = fmax(0, next);
    }
    return depth;
}

static int signed_rank_interval(const struct pair_sums *walsh, struct ranked *scratch, double wanted,
                                struct statistics_cache *cache, struct signed_rank *out)
{
    struct null_distribution null;
    rank_untied(scratch, out->n);
    if (null_distribution(cache, scratch, out->n, 0, out->exact, &null) < 0)
        return -1;
    size_t pairs = pair_sums_total(walsh);
    size_t depth = interval_depth(&null, 0, pairs, wanted, &out->level);
    null_release(&null);
    out->estimate = pair_sums_median(walsh) / 2;
    out->low = pair_sums_select(walsh, depth) / 2;
    out->high = pair_sums_select(walsh, pairs - 1 - depth) / 2;
    return 0;
}

/* How far off a difference is by rounding alone, of logarithms of this size or of ratios about 1. A delta of
 * 0 needs none: what is equal is equal. */
static double rounding(double largest, double delta)
{
    return delta == 0 ? 0 : 4 * DBL_EPSILON * fmax(1, fmax(largest, fabs(delta)));
}

static int signed_rank_test(const double *d, double delta, struct ranked *scratch,
                            struct statistics_cache *cache, struct signed_rank *out)
{
    size_t used = 0;
    for (size_t i = 0; i < out->n; i++) {
        double shifted = d[i] - delta;
        if (fabs(shifted) > rounding(fabs(d[i]), delta))
            scratch[used++] = (struct ranked){.value = fabs(shifted), .counted = shifted > 0};
    }
    rank_values(scratch, used, 0);
    struct null_distribution null;
    if (null_distribution(cache, scratch, used, 0, used <= SIGNED_RANK_EXACT_N_MAX, &null) < 0)
        return -1;
    null_tails(&null, rank_statistic(scratch, used), &out->p_greater, &out->p_less);
    null_release(&null);
    return 0;
}

int statistics_signed_rank_bounds(const double *d, size_t n, double bound, double level,
                                  struct statistics_cache *cache, struct signed_rank *lower,
                                  struct signed_rank *upper)
{
    if (n == 0 || !all_finite(d, n) || !isfinite(bound) || !level_valid(level))
        return invalid();

    int result = -1;
    *upper = (struct signed_rank){.n = n, .exact = n <= SIGNED_RANK_EXACT_N_MAX};
    double *sorted = sorted_copy(d, n);
    struct ranked *scratch = malloc(n * sizeof *scratch);
    if (!sorted || !scratch)
        goto done;
    struct pair_sums walsh = pair_sums_walsh(sorted, n);
    if (signed_rank_interval(&walsh, scratch, level, cache, upper))
        goto done;
    if (lower)
        *lower = *upper;
    result = signed_rank_test(sorted, bound, scratch, cache, upper);
    if (result == 0 && lower)
        result = signed_rank_test(sorted, -bound, scratch, cache, lower);
done:
    free(scratch);
    free(sorted);
    return result;
}

int statistics_signed_rank(const double *d, size_t n, double delta, double level, struct signed_rank *out)
{
    return statistics_signed_rank_bounds(d, n, delta, level, NULL, NULL, out);
}

static int rank_sum_interval(const struct pair_sums *differences, struct ranked *scratch, double wanted,
                             struct statistics_cache *cache, struct rank_sum *out)
{
    size_t drawn = out->n_x < out->n_y ? out->n_x : out->n_y;
    size_t pairs = pair_sums_total(differences);
    struct null_distribution null;
    rank_untied(scratch, out->n_x + out->n_y);
    if (null_distribution(cache, scratch, out->n_x + out->n_y, drawn, out->exact, &null) < 0)
        return -1;
    size_t depth = interval_depth(&null, drawn * (drawn + 1), pairs, wanted, &out->level);
    null_release(&null);
    out->estimate = pair_sums_median(differences);
    out->low = pair_sums_select(differences, depth);
    out->high = pair_sums_select(differences, pairs - 1 - depth);
    return 0;
}

/* The smaller sample is the one that is counted: its distribution is cheaper. Both ascend, for speed. */
static int rank_sum_test(const struct pair_sums *differences, double delta, struct ranked *scratch,
                         struct statistics_cache *cache, struct rank_sum *out)
{
    bool count_x = out->n_x <= out->n_y;
    size_t n = out->n_x + out->n_y;
    double largest = 0;
    for (size_t i = 0; i < out->n_x; i++)
        scratch[i] = (struct ranked){.value = differences->a[i] - delta, .counted = count_x};
    for (size_t i = 0; i < out->n_y; i++)
        scratch[n - 1 - i] = (struct ranked){.value = -differences->b[i], .counted = !count_x};
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(scratch[i].value));
    rank_values(scratch, n, rounding(largest, delta));

    struct null_distribution null;
    if (null_distribution(cache, scratch, n, count_x ? out->n_x : out->n_y, out->exact, &null) < 0)
        return -1;
    size_t statistic = rank_statistic(scratch, n);
    if (count_x)
        null_tails(&null, statistic, &out->p_greater, &out->p_less);
    else
        null_tails(&null, statistic, &out->p_less, &out->p_greater);
    null_release(&null);
    return 0;
}

int statistics_rank_sum_bounds(const double *x, size_t n_x, const double *y, size_t n_y, double bound,
                               double level, struct statistics_cache *cache, struct rank_sum *lower,
                               struct rank_sum *upper)
{
    if (n_x == 0 || n_y == 0 || !all_finite(x, n_x) || !all_finite(y, n_y) || !isfinite(bound) ||
        !level_valid(level))
        return invalid();

    int result = -1;
    *upper = (struct rank_sum){.n_x = n_x, .n_y = n_y, .exact = n_x <= RANK_SUM_EXACT_PAIRS_MAX / n_y};
    double *sorted_x = sorted_copy(x, n_x);
    double *negated_y = malloc(n_y * sizeof *negated_y);
    struct ranked *scratch = malloc((n_x + n_y) * sizeof *scratch);
    if (!sorted_x || !negated_y || !scratch)
        goto done;
    for (size_t i = 0; i < n_y; i++)
        negated_y[i] = -y[i];
    qsort(negated_y, n_y, sizeof *negated_y, compare_doubles);
    struct pair_sums differences = {.a = sorted_x, .b = negated_y, .n_a = n_x, .n_b = n_y};
    if (rank_sum_interval(&differences, scratch, level, cache, upper))
        goto done;
    if (lower)
        *lower = *upper;
    result = rank_sum_test(&differences, bound, scratch, cache, upper);
    if (result == 0 && lower)
        result = rank_sum_test(&differences, -bound, scratch, cache, lower);
done:
    free(scratch);
    free(negated_y);
    free(sorted_x);
    return result;
}

int statistics_rank_sum(const double *x, size_t n_x, const double *y, size_t n_y, double delta, double level,
                        struct rank_sum *out)
{
    return statistics_rank_sum_bounds(x, n_x, y, n_y, delta, level, NULL, NULL, out);
}

struct indexed {
    double value;
    size_t index;
};

static int compare_indexed(const void *a, const void *b)
{
    return compare_doubles(&((const struct indexed *)a)->value, &((const struct indexed *)b)->value);
}

int statistics_holm(const double *p, size_t n, double *adjusted)
{
    if (n == 0)
        return 0;
    struct indexed *order = malloc(n * sizeof *order);
    if (!order)
        return -1;
    for (size_t i = 0; i < n; i++)
        order[i] = (struct indexed){.value = isnan(p[i]) ? 1 : p[i], .index = i};
    qsort(order, n, sizeof *order, compare_indexed);
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fmin(1, fmax(largest, (double)(n - i) * order[i].value));
        adjusted[order[i].index] = largest;
    }
    free(order);
    return 0;
}

/* In logarithms: 2^-n is 0 beyond n = 1074. */
static double binomial_cumulative(size_t hits, size_t trials, double rate)
{
    double log_probability = (double)trials * log1p(-rate), log_odds = log(rate) - log1p(-rate), sum = 0;
    for (size_t k = 0; k <= hits; k++) {
        sum += exp(log_probability);
        log_probability += log((double)(trials - k) / (double)(k + 1)) + log_odds;
    }
    return fmin(sum, 1);
}

/* Order statistics outside the interval at each end, as interval_depth counts them. */
static size_t median_depth(size_t n, double wanted, double *level)
{
    size_t low = 0, high = (n - 1) / 2;
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        if (1 - 2 * binomial_cumulative(middle, n, 0.5) >= wanted - level_tolerance)
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
    if (!all_finite(x, n) || !level_valid(level))
        return invalid();
    double *sorted = sorted_copy(x, n);
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
    qsort(to, draws, sizeof *to, compare_doubles);
}

static void percentile_ends(double *estimates, double level, double *low, double *high)
{
    qsort(estimates, BOOTSTRAP_RESAMPLES, sizeof *estimates, compare_doubles);
    double place = round((BOOTSTRAP_RESAMPLES + 1) * (1 - level) / 2);
    size_t depth = (size_t)fmin(fmax(place, 1), BOOTSTRAP_RESAMPLES / 2) - 1;
    *low = estimates[depth];
    *high = estimates[BOOTSTRAP_RESAMPLES - 1 - depth];
}

int statistics_bootstrap(const double *d, size_t n, double level, uint64_t seed, double *low, double *high)
{
    if (n == 0 || n > UINT32_MAX || !all_finite(d, n) || !level_valid(level))
        return invalid();

    double *estimates = malloc((BOOTSTRAP_RESAMPLES + n) * sizeof *estimates);
    if (!estimates)
        return -1;
    double *drawn = estimates + BOOTSTRAP_RESAMPLES;
    for (size_t i = 0; i < BOOTSTRAP_RESAMPLES; i++) {
        resample(d, n, n, false, &seed, drawn);
        struct pair_sums walsh = pair_sums_walsh(drawn, n);
        estimates[i] = pair_sums_median(&walsh) / 2;
    }
    percentile_ends(estimates, level, low, high);
    free(estimates);
    return 0;
}

int statistics_bootstrap_shift(const double *x, size_t n_x, const double *y, size_t n_y, double level,
                               uint64_t seed, double *low, double *high)
{
    if (n_x == 0 || n_y == 0 || n_x > UINT32_MAX || n_y > UINT32_MAX || !all_finite(x, n_x) ||
        !all_finite(y, n_y) || !level_valid(level))
        return invalid();

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

/* Noether: n = (z_alpha + z_power)^2 / (3 (p - 1/2)^2), p the probability that a Walsh average lies above the
 * tested centre. Solved for p; the shift that yields p is read off the Walsh averages of d, as the mean of
 * both directions. */
double statistics_detectable_shift(const double *d, size_t n, double alpha, double power)
{
    if (n < 2 || !all_finite(d, n) || !level_valid(alpha) || !level_valid(power))
        return NAN;
    if (n < statistics_blocks_needed(1, alpha))
        return INFINITY;
    double *sorted = sorted_copy(d, n);
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

int statistics_crossing(const double *x, const double *y, size_t n, double level, double *crossing)
{
    size_t first_above = n;
    while (first_above > 0 && y[first_above - 1] > level)
        first_above--;
    if (first_above == 0 || first_above == n)
        return -1;
    size_t i = first_above - 1;
    double part = (level - y[i]) / (y[i + 1] - y[i]);
    double position = exp(log(x[i]) + part * (log(x[i + 1]) - log(x[i])));
    if (!isfinite(position))
        return -1;
    *crossing = position;
    return (int)i;
}
