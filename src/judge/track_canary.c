/* SPDX-License-Identifier: MIT */
#include "track_canary.h"

#include <math.h>

#include "step.h"

/* A canary that moved by less of a cell's step leaves most of it to be explained. */
static const double canary_share_least = 0.5;

static size_t take(const double *logs, const size_t *sessions, size_t count, double *values)
{
    size_t n = 0;
    for (size_t i = 0; i < count && n < TRACK_BASE; i++)
        if (isfinite(logs[sessions[i]]))
            values[n++] = logs[sessions[i]];
    return n;
}

size_t track_canary_find(const struct track_canaries *canaries, const size_t *base, size_t base_count,
                         const size_t *window, size_t window_count, double step_log,
                         const struct track_options *options, double *ratio)
{
    double before[TRACK_BASE], after[TRACK_BASE];
    double farthest = fmax(log1p(options->effect), canary_share_least * fabs(step_log));
    bool slower = step_log < 0;
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < canaries->count; i++) {
        const double *logs = &canaries->logs[i * canaries->sessions];
        struct step_base level;
        struct step_shift shift;
        size_t n = take(logs, base, base_count, before), later = take(logs, window, window_count, after);
        if (n < TRACK_LEVEL_NEEDED || later == 0)
            continue;
        step_base(before, n, NULL, 0, 0, &level);
        step_test(&level, after, later, &shift);
        double p = slower ? shift.p_below : shift.p_above, size = slower ? -shift.estimate : shift.estimate;
        bool beyond = slower ? shift.all_below : shift.all_above;
        if (beyond && p < options->alpha / (double)canaries->count && size >= farthest) {
            farthest = size;
            *ratio = exp(shift.estimate);
            found = i;
        }
    }
    return found;
}
