/* SPDX-License-Identifier: MIT */
#include "statistics.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIGNED_RANK_EXACT_N_MAX = 400,   /* 64 million additions */
    RANK_SUM_EXACT_PAIRS_MAX = 2500, /* 50 and 50: 38 million additions, 3 MB */
    BOOTSTRAP_RESAMPLES = 2000,
    SCALING_WORKER_COUNTS_MIN = 6,
    CACHE_NULLS_MAX = 32, /* at most 80 MB */
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

static double normal_cumulative(double z)
{
    return 0.5 * erfc(-z / sqrt(2));
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

/* All sums a[i] + b[j] of two ascending arrays, never written out: an order statistic takes some log(n)
 * passes over the arrays, so that large samples need no n^2 memory. Symmetric: a is b, and each unordered
 * pair counts once; half of such a sum is a Walsh average. */
struct sums {
    const double *a, *b;
    size_t n_a, n_b;
    bool symmetric;
};

static size_t sums_total(const struct sums *sums)
{
    return sums->symmetric ? sums->n_a * (sums->n_a + 1) / 2 : sums->n_a * sums->n_b;
}

/* How many sums are at most limit, and the sums next to it on both sides. Rounding is monotone, so the
 * rounded sums ascend in i and j as the true ones do, and the count is exact for them. */
static size_t sums_up_to(const struct sums *sums, double limit, double *last, double *next)
{
    size_t pairs = 0, diagonal = 0, j = sums->n_b;
    *last = -INFINITY;
    *next = INFINITY;
    for (size_t i = 0; i < sums->n_a; i++) {
        while (j > 0 && sums->a[i] + sums->b[j - 1] > limit)
            j--;
        if (j > 0 && sums->a[i] + sums->b[j - 1] > *last)
            *last = sums->a[i] + sums->b[j - 1];
        if (j < sums->n_b && sums->a[i] + sums->b[j] < *next)
            *next = sums->a[i] + sums->b[j];
        pairs += j;
        diagonal += j > i;
    }
    return sums->symmetric ? (pairs + diagonal) / 2 : pairs;
}

/* Bit patterns of doubles in the order of the numbers. */
static uint64_t double_to_key(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double key_to_double(uint64_t key)
{
    uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Between low and high at the share of the way where the sum should lie; every other pass halves the values,
 * or now and then the bit patterns: at most 256 passes whatever the values. */
static double next_limit(double low, double high, double share, size_t pass)
{
    uint64_t low_key = double_to_key(low), high_key = double_to_key(high);
    double limit = pass % 4 == 3 ? key_to_double(low_key + (high_key - low_key) / 2)
                                 : low + (high - low) * (pass % 2 ? 0.5 : share);
    return limit >= low && limit < high ? limit : low;
}

/* The sum with `below` others before it in ascending order. */
static double sums_select(const struct sums *sums, size_t below)
{
    size_t before = 0, up_to = sums_total(sums); /* sums below low; up to high */
    assert(below < up_to);
    double low = sums->a[0] + sums->b[0], high = sums->a[sums->n_a - 1] + sums->b[sums->n_b - 1], last, next;
    for (size_t pass = 0; low < high; pass++) {
        double share = ((double)(below - before) + 0.5) / (double)(up_to - before);
        size_t count = sums_up_to(sums, next_limit(low, high, share, pass), &last, &next);
        if (count > below) {
            high = last;
            up_to = count;
        } else {
            low = next;
            before = count;
        }
    }
    return low + 0.0; /* -0 becomes 0 */
}

static double sums_median(const struct sums *sums)
{
    size_t total = sums_total(sums);
    double upper = sums_select(sums, total / 2);
    return total % 2 ? upper : (sums_select(sums, total / 2 - 1) + upper) / 2;
}

static struct sums walsh_sums(const double *sorted, size_t n)
{
    return (struct sums){.a = sorted, .b = sorted, .n_a = n, .n_b = n, .symmetric = true};
}

/* Mid-ranks are halves of integers: doubled, they index an array. */
struct ranked {
    double value;
    size_t rank_doubled;
    bool counted; /* its rank enters the statistic: d > delta, or drawn from the smaller sample */
};

static int compare_ranked(const void *a, const void *b)
{
    return compare_doubles(&((const struct ranked *)a)->value, &((const struct ranked *)b)->value);
}

/* Values tie when they are equal as doubles. */
static void rank_values(struct ranked *items, size_t n)
{
    qsort(items, n, sizeof *items, compare_ranked);
    for (size_t first = 0, next; first < n; first = next) {
        for (next = first + 1; next < n && items[next].value == items[first].value;)
            next++;
        for (size_t i = first; i < next; i++)
            items[i].rank_doubled = first + next + 1;
    }
}

static void rank_untied(struct ranked *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        items[i].rank_doubled = 2 * (i + 1);
}

static size_t rank_statistic(const struct ranked *items, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += items[i].counted ? items[i].rank_doubled : 0;
    return sum;
}

/* The distribution of a doubled rank statistic under the null hypothesis: either P(statistic <= i) and
 * P(statistic >= i) for i = 0 .. size - 1, owned unless kept by a cache, or NULL and the moments of the
 * normal approximation. */
struct null_distribution {
    double *below, *above; /* one allocation */
    size_t size;
    double mean, deviation;
    bool kept;
};

/* Turns probability[size] into both tails and takes it over; probability has room for twice the size. */
static void set_tails(struct null_distribution *null, double *probability)
{
    size_t size = null->size;
    null->below = probability;
    null->above = probability + size;
    memcpy(null->above, null->below, size * sizeof *probability);
    for (size_t i = 1; i < size; i++)
        null->below[i] += null->below[i - 1];
    for (size_t i = size - 1; i-- > 0;)
        null->above[i] += null->above[i + 1];
}

/* Each rank enters with probability 1/2. */
static int signed_rank_distribution(const struct ranked *items, size_t n, bool exact,
                                    struct null_distribution *out)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        double rank = (double)items[i].rank_doubled;
        sum += rank;
        squares += rank * rank;
    }
    *out =
        (struct null_distribution){.size = (size_t)sum + 1, .mean = sum / 2, .deviation = sqrt(squares) / 2};
    if (!exact)
        return 0;

    double *probability = calloc(2 * out->size, sizeof *probability);
    if (!probability)
        return -1;
    probability[0] = 1;
    size_t reach = 0;
    for (size_t i = 0; i < n; i++) {
        size_t rank = items[i].rank_doubled;
        reach += rank;
        for (size_t s = reach; s >= rank; s--)
            probability[s] = (probability[s] + probability[s - rank]) / 2;
        for (size_t s = 0; s < rank; s++)
            probability[s] /= 2;
    }
    set_tails(out, probability);
    return 0;
}

/* Fills counts[drawn][sum]: in how many ways `drawn` of the ranks have that sum; rows are `width` long. */
static void count_draws(const struct ranked *items, size_t n, size_t drawn_max, double *counts, size_t width)
{
    counts[0] = 1;
    for (size_t i = 0; i < n; i++) {
        size_t rank = items[i].rank_doubled;
        for (size_t drawn = i + 1 < drawn_max ? i + 1 : drawn_max; drawn > 0; drawn--) {
            double *row = counts + drawn * width;
            const double *before = row - width;
            for (size_t sum = rank; sum < width; sum++)
                row[sum] += before[sum - rank];
        }
    }
}

/* Every choice of `drawn` of the n ascending ranks is equally likely. */
static int rank_sum_distribution(const struct ranked *items, size_t n, size_t drawn, bool exact,
                                 struct null_distribution *out)
{
    double mean_rank = (double)n + 1, squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += pow((double)items[i].rank_doubled - mean_rank, 2);
    double draws = (double)drawn, total = (double)n;
    size_t size = 1;
    for (size_t i = n - drawn; i < n; i++)
        size += items[i].rank_doubled;
    *out = (struct null_distribution){
        .size = size,
        .mean = draws * mean_rank,
        .deviation = sqrt(draws * (total - draws) / (total * (total - 1)) * squares),
    };
    if (!exact)
        return 0;

    double *counts = calloc((drawn + 1) * size, sizeof *counts);
    double *probability = malloc(2 * size * sizeof *probability);
    if (!counts || !probability) {
        free(counts);
        free(probability);
        return -1;
    }
    count_draws(items, n, drawn, counts, size);
    const double *row = counts + drawn * size;
    double ways = 0;
    for (size_t i = 0; i < size; i++)
        ways += row[i];
    for (size_t i = 0; i < size; i++)
        probability[i] = row[i] / ways;
    free(counts);
    set_tails(out, probability);
    return 0;
}

struct statistics_null {
    size_t n, drawn;
    struct null_distribution null;
};

void statistics_cache_free(struct statistics_cache *cache)
{
    for (size_t i = 0; i < cache->count; i++)
        free(cache->nulls[i].null.below);
    free(cache->nulls);
    *cache = (struct statistics_cache){0};
}

/* The oldest makes room. A cache that cannot grow is no error: the distribution stays the caller's. */
static void keep_null(struct statistics_cache *cache, size_t n, size_t drawn, struct null_distribution *null)
{
    if (!cache->nulls)
        cache->nulls = malloc(CACHE_NULLS_MAX * sizeof *cache->nulls);
    if (!cache->nulls)
        return;
    struct statistics_null *place = &cache->nulls[cache->next];
    if (cache->count == CACHE_NULLS_MAX)
        free(place->null.below);
    else
        cache->count++;
    cache->next = (cache->next + 1) % CACHE_NULLS_MAX;
    null->kept = true;
    *place = (struct statistics_null){n, drawn, *null};
}

static bool is_untied(const struct ranked *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (items[i].rank_doubled != 2 * (i + 1))
            return false;
    return true;
}

/* drawn: of the rank-sum test; 0 for the signed-rank test. */
static int null_distribution(struct statistics_cache *cache, const struct ranked *items, size_t n,
                             size_t drawn, bool exact, struct null_distribution *out)
{
    bool cached = cache && exact && is_untied(items, n);
    for (size_t i = 0; cached && i < cache->count; i++)
        if (cache->nulls[i].n == n && cache->nulls[i].drawn == drawn) {
            *out = cache->nulls[i].null;
            return 0;
        }
    if (drawn ? rank_sum_distribution(items, n, drawn, exact, out)
              : signed_rank_distribution(items, n, exact, out))
        return -1;
    if (cached)
        keep_null(cache, n, drawn, out);
    return 0;
}

static void null_release(struct null_distribution *null)
{
    if (!null->kept)
        free(null->below);
}

static void null_tails(const struct null_distribution *null, size_t statistic, double *p_greater,
                       double *p_less)
{
    if (null->below) {
        *p_less = null->below[statistic];
        *p_greater = null->above[statistic];
    } else if (null->deviation > 0) {
        double distance = (double)statistic - null->mean;
        *p_greater = normal_cumulative((1 - distance) / null->deviation);
        *p_less = normal_cumulative((1 + distance) / null->deviation);
    } else {
        *p_greater = *p_less = 1;
    }
    *p_greater = fmin(*p_greater, 1);
    *p_less = fmin(*p_less, 1);
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

static int signed_rank_interval(const struct sums *walsh, struct ranked *scratch, double wanted,
                                struct statistics_cache *cache, struct signed_rank *out)
{
    struct null_distribution null;
    rank_untied(scratch, out->n);
    if (null_distribution(cache, scratch, out->n, 0, out->exact, &null) < 0)
        return -1;
    size_t pairs = sums_total(walsh);
    size_t depth = interval_depth(&null, 0, pairs, wanted, &out->level);
    null_release(&null);
    out->estimate = sums_median(walsh) / 2;
    out->low = sums_select(walsh, depth) / 2;
    out->high = sums_select(walsh, pairs - 1 - depth) / 2;
    return 0;
}

static int signed_rank_test(const double *d, double delta, struct ranked *scratch,
                            struct statistics_cache *cache, struct signed_rank *out)
{
    size_t used = 0;
    for (size_t i = 0; i < out->n; i++) {
        double shifted = d[i] - delta;
        if (shifted != 0)
            scratch[used++] = (struct ranked){.value = fabs(shifted), .counted = shifted > 0};
    }
    rank_values(scratch, used);
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
    struct sums walsh = walsh_sums(sorted, n);
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

static int rank_sum_interval(const struct sums *differences, struct ranked *scratch, double wanted,
                             struct statistics_cache *cache, struct rank_sum *out)
{
    size_t drawn = out->n_x < out->n_y ? out->n_x : out->n_y;
    size_t pairs = sums_total(differences);
    struct null_distribution null;
    rank_untied(scratch, out->n_x + out->n_y);
    if (null_distribution(cache, scratch, out->n_x + out->n_y, drawn, out->exact, &null) < 0)
        return -1;
    size_t depth = interval_depth(&null, drawn * (drawn + 1), pairs, wanted, &out->level);
    null_release(&null);
    out->estimate = sums_median(differences);
    out->low = sums_select(differences, depth);
    out->high = sums_select(differences, pairs - 1 - depth);
    return 0;
}

/* The smaller sample is the one that is counted: its distribution is cheaper. Both ascend, for speed. */
static int rank_sum_test(const struct sums *differences, double delta, struct ranked *scratch,
                         struct statistics_cache *cache, struct rank_sum *out)
{
    bool count_x = out->n_x <= out->n_y;
    size_t n = out->n_x + out->n_y;
    for (size_t i = 0; i < out->n_x; i++)
        scratch[i] = (struct ranked){.value = differences->a[i] - delta, .counted = count_x};
    for (size_t i = 0; i < out->n_y; i++)
        scratch[n - 1 - i] = (struct ranked){.value = -differences->b[i], .counted = !count_x};
    rank_values(scratch, n);

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
    struct sums differences = {.a = sorted_x, .b = negated_y, .n_a = n_x, .n_b = n_y};
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

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int statistics_bootstrap(const double *d, size_t n, double level, uint64_t seed, double *low, double *high)
{
    if (n == 0 || n > UINT32_MAX || !all_finite(d, n) || !level_valid(level))
        return invalid();

    int result = -1;
    double *estimates = malloc(BOOTSTRAP_RESAMPLES * sizeof *estimates);
    double *resample = malloc(n * sizeof *resample);
    if (!estimates || !resample)
        goto done;
    for (size_t i = 0; i < BOOTSTRAP_RESAMPLES; i++) {
        for (size_t j = 0; j < n; j++)
            resample[j] = d[(random_next(&seed) >> 32) * n >> 32];
        qsort(resample, n, sizeof *resample, compare_doubles);
        struct sums walsh = walsh_sums(resample, n);
        estimates[i] = sums_median(&walsh) / 2;
    }
    qsort(estimates, BOOTSTRAP_RESAMPLES, sizeof *estimates, compare_doubles);
    double place = round((BOOTSTRAP_RESAMPLES + 1) * (1 - level) / 2);
    size_t depth = (size_t)fmin(fmax(place, 1), BOOTSTRAP_RESAMPLES / 2) - 1;
    *low = estimates[depth];
    *high = estimates[BOOTSTRAP_RESAMPLES - 1 - depth];
    result = 0;
done:
    free(resample);
    free(estimates);
    return result;
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
    struct sums walsh = walsh_sums(sorted, n);
    size_t total = sums_total(&walsh);
    double excess = (normal_quantile(1 - alpha) + normal_quantile(power)) / sqrt(3 * (double)n);
    double probability = fmin(fmax(0.5 + excess, 0.5), 1);
    size_t rank = (size_t)ceil(probability * (double)total);
    double shift = (sums_select(&walsh, rank - 1) - sums_select(&walsh, total - rank)) / 4;
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

static bool scaling_valid(const double *workers, const double *speedup, size_t n)
{
    size_t distinct = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(workers[i]) || !isfinite(speedup[i]) || workers[i] < 1 || speedup[i] <= 0)
            return false;
        size_t earlier = 0;
        while (earlier < i && workers[earlier] != workers[i])
            earlier++;
        distinct += earlier == i;
    }
    return distinct >= SCALING_WORKER_COUNTS_MIN;
}

/* The normal equations of y = sigma a + kappa b, with y = n/speedup - 1, a = n - 1, b = n (n - 1). */
struct normal_equations {
    double aa, ab, bb, ay, by;
};

static struct normal_equations normal_equations(const double *workers, const double *speedup, size_t n)
{
    struct normal_equations sums = {0};
    for (size_t i = 0; i < n; i++) {
        double a = workers[i] - 1, b = workers[i] * a, y = workers[i] / speedup[i] - 1;
        sums.aa += a * a;
        sums.ab += a * b;
        sums.bb += b * b;
        sums.ay += a * y;
        sums.by += b * y;
    }
    return sums;
}

static void scaling_finish(const double *workers, const double *speedup, size_t n, struct scaling_fit *fit)
{
    if (fit->sigma >= 1)
        fit->peak = 1;
    else
        fit->peak = fit->kappa > 0 ? fmax(1, sqrt((1 - fit->sigma) / fit->kappa)) : INFINITY;
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        double a = workers[i] - 1;
        double fitted = workers[i] / (1 + fit->sigma * a + fit->kappa * workers[i] * a);
        squares += pow(speedup[i] - fitted, 2);
    }
    fit->residual = sqrt(squares / (double)n);
}

int statistics_fit_usl(const double *workers, const double *speedup, size_t n, struct scaling_fit *out)
{
    if (!scaling_valid(workers, speedup, n))
        return invalid();
    struct normal_equations e = normal_equations(workers, speedup, n);
    double determinant = e.aa * e.bb - e.ab * e.ab;
    double sigma = (e.ay * e.bb - e.by * e.ab) / determinant;
    double kappa = (e.by * e.aa - e.ay * e.ab) / determinant;
    if (sigma < 0 || kappa < 0) {
        /* The constrained optimum is on an edge; alone, a coefficient lowers the sum of squares by gain. */
        double sigma_alone = fmax(0, e.ay / e.aa), kappa_alone = fmax(0, e.by / e.bb);
        bool sigma_gains_more = sigma_alone * e.ay >= kappa_alone * e.by;
        sigma = sigma_gains_more ? sigma_alone : 0;
        kappa = sigma_gains_more ? 0 : kappa_alone;
    }
    *out = (struct scaling_fit){.sigma = sigma, .kappa = kappa};
    scaling_finish(workers, speedup, n, out);
    return 0;
}

int statistics_fit_amdahl(const double *workers, const double *speedup, size_t n, struct scaling_fit *out)
{
    if (!scaling_valid(workers, speedup, n))
        return invalid();
    struct normal_equations e = normal_equations(workers, speedup, n);
    *out = (struct scaling_fit){.sigma = fmax(0, e.ay / e.aa)};
    scaling_finish(workers, speedup, n, out);
    return 0;
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
