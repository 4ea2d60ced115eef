/* SPDX-License-Identifier: MIT */
/* Ranks, and how their sums are distributed where nothing differs. */
#ifndef CROSSPOINT_RANK_NULL_H
#define CROSSPOINT_RANK_NULL_H

#include <stdbool.h>
#include <stddef.h>

#include "statistics.h"

/* Mid-ranks are halves of integers: doubled, they index an array. */
struct ranked {
    double value;
    size_t rank_doubled;
    bool counted; /* its rank enters the statistic: d > delta, or drawn from the smaller sample */
};

/* How far off a value is by rounding alone that was shifted by delta: 4 epsilon of the larger of both and 1,
 * as befits logarithms, whose arguments are ratios about 1. */
double rank_rounding(double value, double delta);
/* Of ascending values; those tie that rounding alone keeps from the least of them. */
void rank_values(struct ranked *items, size_t n, double delta);
/* Ranks 1 ... n, whatever the values. */
void rank_untied(struct ranked *items, size_t n);
/* The doubled sum of the ranks that are counted. */
size_t rank_statistic(const struct ranked *items, size_t n);

/* The distribution of a doubled rank statistic under the null hypothesis: either P(statistic <= i) and
 * P(statistic >= i) for i = 0 .. size - 1, owned unless kept by a cache, or NULL and the moments of the
 * normal approximation. */
struct null_distribution {
    double *below, *above; /* one allocation */
    size_t size;
    double mean, deviation;
    bool kept;
};

/* Of ranked items. drawn: the size of the sample that is counted in the rank-sum test; 0 for the signed-rank
 * test. cache may be NULL. 0, or -1: out of memory. To be released. */
int null_distribution(struct statistics_cache *cache, const struct ranked *items, size_t n, size_t drawn,
                      bool exact, struct null_distribution *out);
void null_release(struct null_distribution *null);

/* One-sided p of a doubled statistic. */
void null_tails(const struct null_distribution *null, size_t statistic, double *p_greater, double *p_less);

#endif
