/* SPDX-License-Identifier: MIT */
#include "compare_sessions.h"

#include <math.h>
#include <stdlib.h>

#include "distributions.h"

/* A run of the base, its first one (BASE) with number 0. */
static const struct samples *session_of(const struct comparer *comparer, size_t number)
{
    return number ? &comparer->compared->options.history[number - 1] : comparer->base;
}

static size_t session_count(const struct comparer *comparer)
{
    return 1 + comparer->compared->options.history_count;
}

/* The median of the cell's figures; NaN where it has none that can be compared with the new run's. */
static int median_of(const struct comparer *comparer, const struct arms *arms, const struct samples *session,
                     double *median)
{
    const struct samples_cell *cell = samples_find(session, arms->new->name);
    enum column metric = comparer->compared->metric;
    struct samples_pairing pairing;
    char reason[JUDGE_REASON_BYTES];
    *median = NAN;
    if (samples_pair(comparer->new, arms->new, session, cell, metric, &pairing))
        return -1;
    bool usable = pairing.worse.with_figure && !judge_word_no_ratio(&pairing, reason, sizeof reason);
    size_t n = pairing.worse.with_figure;
    samples_pairing_free(&pairing);
    if (!usable)
        return 0;
    double *values = malloc(n * sizeof *values);
    struct median_interval interval = {.median = NAN};
    int failed = !values;
    if (values) {
        samples_values(session, cell, metric, values);
        failed = statistics_median(values, n, judge_level, &interval);
    }
    free(values);
    *median = interval.median;
    return failed ? -1 : 0;
}

int compare_sessions_gather(const struct comparer *comparer, struct arms *arms)
{
    arms->session_logs = malloc(session_count(comparer) * sizeof *arms->session_logs);
    if (!arms->session_logs)
        return -1;
    for (size_t i = 0; i < session_count(comparer); i++) {
        double median;
        if (median_of(comparer, arms, session_of(comparer, i), &median))
            return -1;
        if (isfinite(median))
            arms->session_logs[arms->sessions++] = log(median);
    }
    return 0;
}

struct location {
    double mean, deviation;
};

static struct location location_of(const double *values, size_t n)
{
    struct location location = {0, 0};
    for (size_t i = 0; i < n; i++)
        location.mean += values[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        location.deviation += pow(values[i] - location.mean, 2);
    location.deviation = n > 1 ? sqrt(location.deviation / (double)(n - 1)) : 0;
    return location;
}

/* Of the new run's median, as far as its rows tell: σ √(π / 2n), which holds for normal ones. */
static double error_of_median(const struct comparer *comparer, const struct arms *arms)
{
    double *logs = comparer->d;
    for (size_t i = 0; i < arms->n_new; i++)
        logs[i] = log(comparer->new_values[i]);
    return location_of(logs, arms->n_new).deviation * sqrt(acos(-1) / 2 / (double)arms->n_new);
}

static void test(const struct compared *compared, double shift, double error, struct compare_row *row)
{
    size_t freedom = row->n_base - 1;
    double bound = log1p(row->effect), alpha = compared->alpha / (double)compared->comparable;
    double half = error * student_quantile((1 + judge_level) / 2, freedom);
    row->ratio = exp(shift);
    row->ci_low = exp(shift - half);
    row->ci_high = exp(shift + half);
    row->ci_level = judge_level;
    row->exact = true;
    row->p_faster = student_above(shift - bound, error, freedom);
    row->p_slower = student_above(-bound - shift, error, freedom);
    row->p_not_slower = student_above(shift + bound, error, freedom);
    row->p_same = fmax(student_above(bound - shift, error, freedom), row->p_not_slower);
    row->detectable =
        expm1(error * (student_quantile(1 - alpha, freedom) + student_quantile(judge_power, freedom)));
}

void compare_sessions_measure(const struct comparer *comparer, const struct arms *arms,
                              struct compare_row *row)
{
    const struct compared *compared = comparer->compared;
    const struct location base = location_of(arms->session_logs, arms->sessions);
    double own = fmax(base.deviation, error_of_median(comparer, arms));
    double shift = log(row->new) - base.mean;
    if (columns[compared->metric].lower_better)
        shift = -shift;
    row->base = exp(base.mean);
    row->between = base.deviation;
    if (arms->sessions >= COMPARE_SESSIONS_NEEDED) {
        test(compared, shift, sqrt(own * own + base.deviation * base.deviation / (double)arms->sessions),
             row);
        return;
    }
    row->ratio = exp(shift);
    row->p_faster = row->p_slower = row->p_not_slower = row->p_same = 1;
    row->detectable = INFINITY;
}
