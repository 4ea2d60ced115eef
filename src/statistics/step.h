/* SPDX-License-Identifier: MIT */
/* Did a series step? The last few values against those before. */
#ifndef CROSSPOINT_STEP_H
#define CROSSPOINT_STEP_H

#include <stdbool.h>
#include <stddef.h>

/* Where the values before lie, and how far they scatter. From STEP_TRIMMED_FROM values on the largest and the
 * smallest do not count for the former and are drawn in to their neighbours for the latter, so that one value
 * that went wrong hides nothing (trimmed mean and winsorised variance: Tukey and McLaughlin 1963, Yuen 1974).
 */
enum { STEP_TRIMMED_FROM = 20 };
struct step_base {
    double location, deviation;
    size_t count, freedom; /* of location; of deviation: 0 if it is not known */
    double low, high;      /* what they reach, but for those that do not count */
};

/* values[n], n > 0: at the present level. residuals[residual_count]: of values before, which had `levels`
 * levels of their own that have been taken off. */
void step_base(const double *values, size_t n, const double *residuals, size_t residual_count, size_t levels,
               struct step_base *base);

/* n further values against the base: Student's t of their mean, in which the one that lies farthest is drawn
 * in to its neighbour: one that went wrong makes no step of the others. That is conservative: of three normal
 * values it costs 0.28 deviations. */
struct step_shift {
    double estimate, error;          /* of the plain mean */
    double least_above, least_below; /* the mean with the highest, or the lowest, drawn in */
    double p_above, p_below;         /* one-sided */
    bool all_above, all_below;       /* of the base's reach: holds for values of any distribution */
};
void step_test(const struct step_base *base, const double *values, size_t n, struct step_shift *shift);

/* Half of the interval about an estimate. */
double step_half_width(const struct step_base *base, const struct step_shift *shift, double level);

/* How many standard errors a step must have to be shown at alpha with the given power. */
double step_reach(size_t freedom, double alpha, double power);

/* The split of n values between `from` and `to` (each inside of 1 to n - 1) that leaves the least
 * squares about the means of both sides: where a step most likely lies. */
size_t step_place(const double *values, size_t n, size_t from, size_t to);

#endif
