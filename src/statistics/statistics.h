/* SPDX-License-Identifier: MIT */
/* Arrays in, numbers out: no clock, no I/O, no allocation kept. Functions that return int give 0, or -1 with
 * errno set: EINVAL (an empty sample, a value that is not finite, a level outside (0, 1)) or ENOMEM. */
#ifndef CROSSPOINT_STATISTICS_H
#define CROSSPOINT_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Wilcoxon signed-rank, one sample (paired differences). */
struct signed_rank {
    size_t n;         /* differences given */
    double estimate;  /* Hodges-Lehmann: the median of the Walsh averages */
    double low, high; /* exact confidence interval, ends are Walsh averages */
    double level;     /* reached: the smallest attainable >= the wanted one; if none is, the widest */
    double p_greater; /* exact one-sided p of "the centre of d exceeds delta" */
    double p_less;    /* ... "lies below delta" */
    bool exact;       /* false: normal approximation with tie and continuity correction (n > 400) */
};

/* d[n]: differences of logarithms. Ties in |d - delta| get mid-ranks and the exact conditional distribution,
 * zeros are dropped for the p-values; both to within 4 epsilon of the larger of d, delta and 1, which is what
 * rounding takes from log(x / y) (ln 1.1 and -ln(10 / 11) tie). If nothing is left, both are 1. The interval
 * takes all n differences and the distribution without ties: with ties it is conservative (Hollander & Wolfe
 * 1999, 3.1-3.3). */
int statistics_signed_rank(const double *d, size_t n, double delta, double level, struct signed_rank *out);

/* Wilcoxon rank-sum (Mann-Whitney), two independent samples; shift = centre(x) - centre(y). The p-values are
 * conditional on the ties, to within the same rounding, the interval takes the distribution
 * without them (Hollander & Wolfe 1999, 4.1-4.3). */
struct rank_sum {
    size_t n_x, n_y;
    double estimate;  /* Hodges-Lehmann: the median of x[i] - y[j] */
    double low, high; /* ends are differences x[i] - y[j] */
    double level;
    double p_greater; /* one-sided p of "shift exceeds delta" */
    double p_less;
    bool exact; /* false: normal approximation with tie and continuity correction (n_x n_y > 2,500) */
};
int statistics_rank_sum(const double *x, size_t n_x, const double *y, size_t n_y, double delta, double level,
                        struct rank_sum *out);

/* Null distributions of untied ranks, kept from call to call: a table of thousands of tests has few sizes.
 * Begins as {0}. */
struct statistics_cache {
    struct statistics_null *nulls;
    size_t count, next;
};
void statistics_cache_free(struct statistics_cache *cache);

/* The same two tests at -bound and at bound, whose interval is computed once. cache, lower: may be NULL. */
int statistics_signed_rank_bounds(const double *d, size_t n, double bound, double level,
                                  struct statistics_cache *cache, struct signed_rank *lower,
                                  struct signed_rank *upper);
int statistics_rank_sum_bounds(const double *x, size_t n_x, const double *y, size_t n_y, double bound,
                               double level, struct statistics_cache *cache, struct rank_sum *lower,
                               struct rank_sum *upper);

/* Holm's step-down adjustment (Holm 1979), capped at 1, monotone; adjusted may be p itself. A NaN counts
 * as 1. */
int statistics_holm(const double *p, size_t n, double *adjusted);

/* Tests of which each can be decided in either of two directions that exclude one another: stepped down in
 * the order of the smaller of each test's two p-values, with one factor a step for both (Shaffer 1980, Finner
 * 1999). A NaN counts as 1; the adjusted arrays may be those of p. */
int statistics_holm_directional(const double *p_above, const double *p_below, size_t n,
                                double *adjusted_above, double *adjusted_below);

/* Median with the exact order-statistic interval (binomial 1/2); n < 6 gives the range and its level at 95 %.
 * For n = 0 all are NaN, the level is 0 and the call succeeds. */
struct median_interval {
    double median, low, high, level;
};
int statistics_median(const double *x, size_t n, double level, struct median_interval *out);

/* A second interval for the centre of d, by another method (percentile bootstrap of the Hodges-Lehmann
 * estimate with the given seed, 2,000 resamples): for the verdict "skew" when the two disagree. Of more than
 * 400 values so many are drawn, and the interval narrowed to what n would give. */
int statistics_bootstrap(const double *d, size_t n, double level, uint64_t seed, double *low, double *high);

/* The same for shift = centre(x) - centre(y) of two independent samples, each resampled by itself. Of more
 * than 1,000 values only so many are drawn, which makes the interval wider, if at all. */
int statistics_bootstrap_shift(const double *x, size_t n_x, const double *y, size_t n_y, double level,
                               uint64_t seed, double *low, double *high);

/* The smallest |effect| (as a shift of d) that the signed-rank test at alpha would find with the given power,
 * for differences scattered like d about their centre: Noether's (1987) approximation, one-sided, with the
 * Walsh averages of d as the scatter. INFINITY if n is too small for alpha at any shift; NaN if n < 2, a
 * value is not finite or memory ends. Below some 30 blocks the true power is up to 0.1 off, to either
 * side. */
double statistics_detectable_shift(const double *d, size_t n, double alpha, double power);

/* How many blocks the one-sided signed-rank test at alpha takes to find, with the given power, that the
 * centre lies `shift` > 0 beyond the tested one, for differences scattered like d about their centre; where
 * d's centre lies plays no part. From the statistic's mean and variance under that shift (Lehmann 1975, 4.2)
 * and its exact critical values, above 100 blocks the normal ones; never fewer than
 * statistics_blocks_needed(1, alpha). A whole number; INFINITY if d shows no shift of this size at all; NaN
 * if n < 2, a value is not finite, shift is not above 0 or memory ends. */
double statistics_blocks_for(const double *d, size_t n, double shift, double alpha, double power);

/* The smallest n at which the one-sided exact signed-rank test can reach alpha over m tests: ceil(log2(m /
 * alpha)). */
size_t statistics_blocks_needed(size_t tests, double alpha);

/* One row of differences, in the order in which they were taken; borrowed. */
struct series {
    const double *d;
    size_t n;
};
/* Do neighbours of a row resemble one another? Independent blocks have none of it. */
struct lag_correlation {
    double correlation; /* of one with the next: the rows' mean, weighted by length, what independent ones of
                         * that length come to (-1/n) taken off; NaN if no row has three values that differ */
    double deviation;   /* its standard error if there is none */
    double p;           /* two-sided, normal: "there is none" */
};
/* Each row is centred, and scaled, by itself: r = sum (d[i] - mean) (d[i+1] - mean) / sum (d[i] - mean)^2,
 * whose mean is -1/n and whose variance (n - 2)^2 / (n^2 (n - 1)) for independent values (Moran 1948, "Some
 * theorems on time series II"); where there is one it comes out some 4 / n of itself too near to 0. Rows that
 * share an arm are not independent of each other: p is then too small. */
int statistics_lag_correlation(const struct series *rows, size_t count, struct lag_correlation *out);

/* Clopper-Pearson upper bound (one-sided, at level) of a rate of which `hits` were seen in `trials`; 1 if
 * trials = 0. */
double statistics_rate_upper(size_t hits, size_t trials, double level);

/* Where a curve y(x), given at ascending or descending x > 0, crosses level for good: interpolated on log x.
 * Returns the index i such that the crossing lies between x[i] and x[i+1] and every later y is above level,
 * or -1 if there is none (all above, the last not above, or the last y that is not above is not finite).
 * *crossing is set when >= 0. */
int statistics_crossing(const double *x, const double *y, size_t n, double level, double *crossing);

#endif
