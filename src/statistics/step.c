/* SPDX-License-Identifier: MIT */
#include "step.h"

#include <math.h>

#include "distributions.h"

/* The two largest and the two smallest. */
struct ends {
    double low[2], high[2];
};

static void note(struct ends *ends, double value)
{
    if (value < ends->low[0]) {
        ends->low[1] = ends->low[0];
        ends->low[0] = value;
    } else {
        ends->low[1] = fmin(ends->low[1], value);
    }
    if (value > ends->high[0]) {
        ends->high[1] = ends->high[0];
        ends->high[0] = value;
    } else {
        ends->high[1] = fmax(ends->high[1], value);
    }
}

static const struct ends no_ends = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};

static double location_of(const double *values, size_t n, size_t *count)
{
    struct ends ends = no_ends;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
        note(&ends, values[i]);
    }
    *count = n;
    if (n < STEP_TRIMMED_FROM)
        return sum / (double)n;
    *count = n - 2;
    return (sum - ends.low[0] - ends.high[0]) / (double)*count;
}

void step_base(const double *values, size_t n, const double *residuals, size_t residual_count, size_t levels,
               struct step_base *base)
{
    size_t all = n + residual_count;
    bool trimmed = all >= STEP_TRIMMED_FROM;
    struct ends ends = no_ends;
    double location = location_of(values, n, &base->count), squares = 0;
    for (size_t i = 0; i < n; i++)
        note(&ends, values[i] - location);
    for (size_t i = 0; i < residual_count; i++)
        note(&ends, residuals[i]);
    double low = ends.low[trimmed], high = ends.high[trimmed];
    for (size_t i = 0; i < n; i++)
        squares += pow(fmin(fmax(values[i] - location, low), high), 2);
    for (size_t i = 0; i < residual_count; i++)
        squares += pow(fmin(fmax(residuals[i], low), high), 2);
    size_t counted = all - 2 * (size_t)trimmed;
    base->location = location;
    base->freedom = counted > levels + 1 ? counted - levels - 1 : 0;
    base->deviation = base->freedom ? sqrt(squares / (double)base->freedom) : 0;
    base->low = location + low;
    base->high = location + high;
}

/* The mean, the value farthest to one side drawn in to its neighbour. */
static double drawn_in(double sum, size_t n, double farthest, double neighbour)
{
    return n < 2 ? sum : (sum - farthest + neighbour) / (double)n;
}

void step_test(const struct step_base *base, const double *values, size_t n, struct step_shift *shift)
{
    struct ends ends = no_ends;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i] - base->location;
        note(&ends, values[i] - base->location);
    }
    *shift = (struct step_shift){.estimate = sum / (double)n, .p_above = 1, .p_below = 1};
    shift->error = base->deviation * sqrt(1 / (double)n + 1 / (double)base->count);
    shift->least_above = drawn_in(sum, n, ends.high[0], ends.high[1]);
    shift->least_below = drawn_in(sum, n, ends.low[0], ends.low[1]);
    shift->all_above = ends.low[0] > base->high - base->location;
    shift->all_below = ends.high[0] < base->low - base->location;
    if (!base->freedom)
        return;
    shift->p_above = student_above(shift->least_above, shift->error, base->freedom);
    shift->p_below = student_above(-shift->least_below, shift->error, base->freedom);
}

double step_half_width(const struct step_base *base, const struct step_shift *shift, double level)
{
    return base->freedom ? shift->error * student_quantile((1 + level) / 2, base->freedom) : INFINITY;
}

double step_reach(size_t freedom, double alpha, double power)
{
    return student_quantile(1 - alpha, freedom) + student_quantile(power, freedom);
}

static double sum_of(const double *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum;
}

/* The least squares about two means are the most between them. */
size_t step_place(const double *values, size_t n, size_t from, size_t to)
{
    size_t place = from;
    double best = -INFINITY;
    for (size_t split = from; split <= to; split++) {
        double left = (double)split, right = (double)(n - split);
        double apart = sum_of(values, split) / left - sum_of(values + split, n - split) / right;
        double between = apart * apart * left * right / (double)n;
        if (between > best) {
            best = between;
            place = split;
        }
    }
    return place;
}
