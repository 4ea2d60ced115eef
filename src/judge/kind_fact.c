/* SPDX-License-Identifier: MIT */
/* Is a figure of one cell what the rule expects, launch by launch? It holds where it is true in every launch,
 * of which there are enough for a sign test: were it true in no more than half of all launches, that would
 * happen with a chance of 2^-n. It does not hold where it is shown to be true in less than half of them, by
 * the exact binomial test. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge_kind.h"

/* P(at most `hits` of n) where each is as likely as not. */
static double at_most(size_t hits, size_t n)
{
    double sum = 0, all = lgamma((double)n + 1);
    for (size_t k = 0; k <= hits; k++)
        sum += exp(all - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) - (double)n * log(2));
    return fmin(sum, 1);
}

static int take_values(const struct samples *samples, const struct samples_cell *cell,
                       struct verdict_point *point)
{
    const struct rule_pair *pair = point->comparison.pair;
    enum column metric = pair->metric;
    double *values = malloc((cell->count + 1) * sizeof *values);
    struct median_interval interval;
    point->samples = malloc((cell->count + 1) * sizeof *point->samples);
    int result = values && point->samples ? 0 : -1;
    for (size_t i = cell->first; !result && i < cell->first + cell->count; i++) {
        double value = samples->figures[metric][i];
        if (samples->rows[i].status != STATUS_OK || !isfinite(value))
            continue;
        values[point->n] = value;
        point->samples[point->n++] = (struct sample_pair){samples->rows[i].block, value, NAN};
        point->as_expected += rule_is_expected(pair->expect, pair->expected, value);
    }
    if (!result)
        result = statistics_median(values, point->n, judge_level, &interval);
    if (!result) {
        point->value = point->better_median = interval.median;
        point->better_low = interval.low;
        point->better_high = interval.high;
    }
    free(values);
    return result;
}

static int measure(const struct samples *samples, struct verdict_point *point)
{
    const struct samples_cell *cell = samples_find(samples, point->better);
    point->worse[0] = '\0';
    if (cell && take_values(samples, cell, point))
        return -1;
    if (!point->n)
        return 0;
    point->p_holds = point->as_expected == point->n ? exp2(-(double)point->n) : 1;
    point->p_fails = at_most(point->as_expected, point->n);
    return 0;
}

static int decide(const struct verdicts *verdicts, struct verdict *verdict, struct verdict_point *point)
{
    verdict_hand_down(verdict, point);
    bool refused = *point->reason;
    point->judgement = JUDGEMENT_INCONCLUSIVE;
    if (!refused && point->p_fails_adjusted < verdicts->alpha)
        point->judgement = JUDGEMENT_DOES_NOT_HOLD;
    else if (!refused && point->p_holds_adjusted < verdicts->alpha)
        point->judgement = JUDGEMENT_HOLDS;
    if (!refused && point->judgement != JUDGEMENT_HOLDS)
        snprintf(point->reason, sizeof point->reason, "true in %zu of %zu launches", point->as_expected,
                 point->n);
    verdict->value = point->value;
    verdict_take_up(verdict, point);
    return 0;
}

const struct judge_kind judge_kind_fact = {
    .measure = measure, .combine = verdict_combine_one, .decide = decide};
