/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "distributions.h"
#include "pair_sums.h"
#include "rank_null.h"
#include "sample.h"
#include "statistics.h"

enum {
    SIGNED_RANK_EXACT_N_MAX = 400,   /* 64 million additions */
    RANK_SUM_EXACT_PAIRS_MAX = 2500, /* 50 and 50: 38 million additions, 3 MB */
};

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
        if (next < wanted - LEVEL_TOLERANCE)
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

/* d ascends: |d - delta| is largest at one of its ends. What is left ascends in scratch from the index
 * returned to n. */
static size_t order_by_distance(const double *d, size_t n, double delta, struct ranked *scratch)
{
    size_t low = 0, high = n, first = n;
    while (low < high) {
        bool from_top = fabs(d[high - 1] - delta) >= fabs(d[low] - delta);
        double value = from_top ? d[--high] : d[low++], shifted = value - delta;
        if (fabs(shifted) > rank_rounding(value, delta))
            scratch[--first] = (struct ranked){.value = fabs(shifted), .counted = shifted > 0};
    }
    return first;
}

static int signed_rank_test(const double *sorted, double delta, struct ranked *scratch,
                            struct statistics_cache *cache, struct signed_rank *out)
{
    size_t first = order_by_distance(sorted, out->n, delta, scratch), used = out->n - first;
    struct ranked *ranked = scratch + first;
    rank_values(ranked, used, delta);
    struct null_distribution null;
    if (null_distribution(cache, ranked, used, 0, used <= SIGNED_RANK_EXACT_N_MAX, &null) < 0)
        return -1;
    null_tails(&null, rank_statistic(ranked, used), &out->p_greater, &out->p_less);
    null_release(&null);
    return 0;
}

int statistics_signed_rank_bounds(const double *d, size_t n, double bound, double level,
                                  struct statistics_cache *cache, struct signed_rank *lower,
                                  struct signed_rank *upper)
{
    if (n == 0 || !sample_finite(d, n) || !isfinite(bound) || !sample_level_valid(level))
        return sample_invalid();

    int result = -1;
    *upper = (struct signed_rank){.n = n, .exact = n <= SIGNED_RANK_EXACT_N_MAX};
    double *sorted = sample_sorted(d, n);
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

/* The smaller sample is the one that is counted: its distribution is cheaper. Both ascend: they are merged.
 */
static int rank_sum_test(const struct pair_sums *differences, double delta, struct ranked *scratch,
                         struct statistics_cache *cache, struct rank_sum *out)
{
    bool count_x = out->n_x <= out->n_y;
    size_t n = out->n_x + out->n_y;
    for (size_t i = 0, x = 0, y = out->n_y; i < n; i++) {
        double next_x = x < out->n_x ? differences->a[x] - delta : INFINITY;
        double next_y = y > 0 ? -differences->b[y - 1] : INFINITY;
        bool is_x = next_x <= next_y;
        scratch[i] = (struct ranked){.value = is_x ? next_x : next_y, .counted = is_x == count_x};
        x += is_x;
        y -= !is_x;
    }
    rank_values(scratch, n, delta);

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
    if (n_x == 0 || n_y == 0 || !sample_finite(x, n_x) || !sample_finite(y, n_y) || !isfinite(bound) ||
        !sample_level_valid(level))
        return sample_invalid();

    int result = -1;
    *upper = (struct rank_sum){.n_x = n_x, .n_y = n_y, .exact = n_x <= RANK_SUM_EXACT_PAIRS_MAX / n_y};
    double *sorted_x = sample_sorted(x, n_x);
    double *negated_y = malloc(n_y * sizeof *negated_y);
    struct ranked *scratch = malloc((n_x + n_y) * sizeof *scratch);
    if (!sorted_x || !negated_y || !scratch)
        goto done;
    for (size_t i = 0; i < n_y; i++)
        negated_y[i] = -y[i];
    qsort(negated_y, n_y, sizeof *negated_y, sample_compare);
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
