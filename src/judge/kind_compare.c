/* SPDX-License-Identifier: MIT */
/* Is `better` ahead of `worse` by the effect? */
#include <math.h>

#include "judge_kind.h"

static int measure(const struct samples *samples, struct verdict_point *point)
{
    struct judge_shift shift = {.p_above_upper = NAN, .p_below_upper = NAN};
    if (point_measure(samples, point, &shift))
        return -1;
    point->p_holds = shift.p_above_upper;
    point->p_fails = shift.p_below_upper;
    return 0;
}

static int decide(const struct verdicts *verdicts, struct verdict *verdict, struct verdict_point *point)
{
    double effect = verdict->pair->effect, bound = log1p(effect);
    const struct point_words words = {.holds = {bound, INFINITY},
                                      .fails = {-INFINITY, bound},
                                      .label = point_label,
                                      .alternative = effect > 0 ? pow(1 + effect, 2) : 1,
                                      .threshold = 1 + effect};
    verdict_hand_down(verdict, point);
    if (point_decide(verdicts, point, &words))
        return -1;
    verdict_take_up(verdict, point);
    return 0;
}

const struct judge_kind judge_kind_compare = {
    .measure = measure, .combine = verdict_combine_one, .decide = decide};
