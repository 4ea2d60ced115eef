/* SPDX-License-Identifier: MIT */
#include "rank_null.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "distributions.h"

enum { CACHE_NULLS_MAX = 32 }; /* at most 80 MB */

double rank_rounding(double value, double delta)
{
    return 4 * DBL_EPSILON * fmax(1, fmax(fabs(value), fabs(delta)));
}

void rank_values(struct ranked *items, size_t n, double delta)
{
    for (size_t first = 0, next; first < n; first = next) {
        double tolerance = rank_rounding(items[first].value, delta);
        for (next = first + 1; next < n && items[next].value - items[first].value <= tolerance;)
            next++;
        for (size_t i = first; i < next; i++)
            items[i].rank_doubled = first + next + 1;
    }
}

void rank_untied(struct ranked *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        items[i].rank_doubled = 2 * (i + 1);
}

size_t rank_statistic(const struct ranked *items, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += items[i].counted ? items[i].rank_doubled : 0;
    return sum;
}

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

/* Each rank enters with probability 1/2: a symmetric distribution, of which the lower half is counted out. */
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
    size_t reach = 0, half = (size_t)sum / 2;
    for (size_t i = 0; i < n; i++) {
        size_t rank = items[i].rank_doubled;
        reach = reach + rank < half ? reach + rank : half;
        for (size_t s = reach; s >= rank; s--)
            probability[s] = (probability[s] + probability[s - rank]) / 2;
        for (size_t s = 0; s < rank && s <= half; s++)
            probability[s] /= 2;
    }
    for (size_t s = 0; s <= half; s++)
        probability[(size_t)sum - s] = probability[s];
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

int null_distribution(struct statistics_cache *cache, const struct ranked *items, size_t n, size_t drawn,
                      bool exact, struct null_distribution *out)
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

void null_release(struct null_distribution *null)
{
    if (!null->kept)
        free(null->below);
}

void null_tails(const struct null_distribution *null, size_t statistic, double *p_greater, double *p_less)
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
