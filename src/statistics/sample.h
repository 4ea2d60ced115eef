/* SPDX-License-Identifier: MIT */
/* What the functions over samples share. */
#ifndef CROSSPOINT_SAMPLE_H
#define CROSSPOINT_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

/* An attainable level that misses the wanted one by rounding only is not rejected. */
#define LEVEL_TOLERANCE 1e-12

/* For qsort */
int sample_compare(const void *a, const void *b);
bool sample_finite(const double *values, size_t n);
/* Inside of (0, 1) */
bool sample_level_valid(double level);
/* -1 and errno EINVAL */
int sample_invalid(void);
/* Ascending; to be freed. NULL: out of memory. */
double *sample_sorted(const double *values, size_t n);

#endif
