/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_DISTRIBUTIONS_H
#define CROSSPOINT_DISTRIBUTIONS_H

#include <stddef.h>

/* P(Z <= z) of the standard normal. */
double normal_cumulative(double z);
/* Its inverse; probability is inside of (0, 1). */
double normal_quantile(double probability);

/* P(hits or fewer in trials), rate inside of (0, 1). */
double binomial_cumulative(size_t hits, size_t trials, double rate);

/* P(T <= t) of Student's t with a whole number of degrees of freedom, at least 1. */
double student_cumulative(double t, size_t freedom);
/* Its inverse; probability is inside of (0, 1). */
double student_quantile(double probability, size_t freedom);
/* The one-sided p of an estimate that lies so far above what is tested, by its standard error; which may be
 * 0. */
double student_above(double distance, double error, size_t freedom);

#endif
