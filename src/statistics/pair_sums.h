/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_PAIR_SUMS_H
#define CROSSPOINT_PAIR_SUMS_H

#include <stdbool.h>
#include <stddef.h>

/* All sums a[i] + b[j] of two ascending arrays, never written out: an order statistic takes some log(n)
 * passes over the arrays, so that large samples need no n^2 memory. Symmetric: a is b, and each unordered
 * pair counts once; half of such a sum is a Walsh average. */
struct pair_sums {
    const double *a, *b;
    size_t n_a, n_b;
    bool symmetric;
};

size_t pair_sums_total(const struct pair_sums *sums);
/* The sum with `below` others before it in ascending order; below < total. */
double pair_sums_select(const struct pair_sums *sums, size_t below);
/* There is at least one sum. */
double pair_sums_median(const struct pair_sums *sums);

/* Twice the Walsh averages of ascending values, which are borrowed. */
struct pair_sums pair_sums_walsh(const double *sorted, size_t n);

#endif
