/* SPDX-License-Identifier: MIT */
/* Are the two within the effect of each other? Two one-sided tests (Schuirmann 1987). */
#include <math.h>

#include "judge_kind.h"

static int measure(const struct samples *samples, struct verdict_point *point)
{
    struct judge_shift shift = {
        .p_above_upper = NAN, .p_below_upper = NAN, .p_above_lower = NAN, .p_below_lower = NAN};
    if (point_measure(samples, point, &shift))
        return -1;
    point->p_holds = fmax(shift.p_below_upper, shift.p_above_lower);
    point->p_fails = fmin(1, 2 * fmin(shift.p_above_upper, shift.p_below_lower));
    return 0;
}

/* The side that was shown: the other's p is near 1. */
static const char *label(const struct verdict_point *point, double low, double high)
{
    (void)low, (void)high;
    return point->ratio > 1 ? "larger" : "opposite";
}

static int decide(const struct verdicts *verdicts, struct verdict *verdict, struct verdict_point *point)
{
    double bound = log1p(verdict->pair->effect);
    bool above = point->ratio > 1;
    const struct point_words words = {.holds = {-bound, bound},
                                      .fails = {above ? bound : -INFINITY, above ? INFINITY : -bound},
                                      .label = label,
                                      .alternative = 1,
                                      .threshold = above ? 1 + verdict->pair->effect
                                                         : 1 / (1 + verdict->pair->effect)};
    verdict_hand_down(verdict, point);
    if (point_decide(verdicts, point, &words))
        return -1;
    verdict_take_up(verdict, point);
    return 0;
}

const struct judge_kind judge_kind_equal = {
    .measure = measure, .combine = verdict_combine_one, .decide = decide};
