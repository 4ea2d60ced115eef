/* SPDX-License-Identifier: MIT */
#include "scaling_fit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "random.h"
#include "sample.h"

enum { MADE_UP = 399 }; /* fits: whole ranks at 95 and 99 % */

static bool scaling_valid(const double *workers, const double *speedup, size_t n)
{
    size_t distinct = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(workers[i]) || !isfinite(speedup[i]) || workers[i] < 1 || speedup[i] <= 0)
            return false;
        size_t earlier = 0;
        while (earlier < i && workers[earlier] != workers[i])
            earlier++;
        distinct += earlier == i;
    }
    return distinct >= SCALING_FIT_COUNTS_MIN;
}

/* The normal equations of y = sigma a + kappa b, with y = n/speedup - 1, a = n - 1, b = n (n - 1). An error
 * of some per cent in speedup is one of n/speedup times that in y: without weights the most workers, where
 * n/speedup is largest, decide alone. */
struct normal_equations {
    double aa, ab, bb, ay, by;
};

static struct normal_equations normal_equations(const double *workers, const double *speedup, size_t n)
{
    struct normal_equations sums = {0};
    for (size_t i = 0; i < n; i++) {
        double a = workers[i] - 1, b = workers[i] * a, y = workers[i] / speedup[i] - 1;
        double weight = pow(speedup[i] / workers[i], 2);
        sums.aa += weight * a * a;
        sums.ab += weight * a * b;
        sums.bb += weight * b * b;
        sums.ay += weight * a * y;
        sums.by += weight * b * y;
    }
    return sums;
}

static void scaling_finish(const double *workers, const double *speedup, size_t n, struct scaling_fit *fit)
{
    if (fit->sigma >= 1)
        fit->peak = 1;
    else
        fit->peak = fit->kappa > 0 ? fmax(1, sqrt((1 - fit->sigma) / fit->kappa)) : INFINITY;
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        double a = workers[i] - 1;
        double fitted = workers[i] / (1 + fit->sigma * a + fit->kappa * workers[i] * a);
        squares += pow(speedup[i] - fitted, 2);
    }
    fit->residual = sqrt(squares / (double)n);
}

int scaling_fit_usl(const double *workers, const double *speedup, size_t n, struct scaling_fit *out)
{
    if (!scaling_valid(workers, speedup, n))
        return -1;
    struct normal_equations e = normal_equations(workers, speedup, n);
    double determinant = e.aa * e.bb - e.ab * e.ab;
    double sigma = (e.ay * e.bb - e.by * e.ab) / determinant;
    double kappa = (e.by * e.aa - e.ay * e.ab) / determinant;
    if (sigma < 0 || kappa < 0) {
        /* The constrained optimum is on an edge; alone, a coefficient lowers the sum of squares by gain. */
        double sigma_alone = fmax(0, e.ay / e.aa), kappa_alone = fmax(0, e.by / e.bb);
        bool sigma_gains_more = sigma_alone * e.ay >= kappa_alone * e.by;
        sigma = sigma_gains_more ? sigma_alone : 0;
        kappa = sigma_gains_more ? 0 : kappa_alone;
    }
    *out = (struct scaling_fit){.sigma = sigma, .kappa = kappa};
    scaling_finish(workers, speedup, n, out);
    return 0;
}

int scaling_fit_amdahl(const double *workers, const double *speedup, size_t n, struct scaling_fit *out)
{
    if (!scaling_valid(workers, speedup, n))
        return -1;
    struct normal_equations e = normal_equations(workers, speedup, n);
    *out = (struct scaling_fit){.sigma = fmax(0, e.ay / e.aa)};
    scaling_finish(workers, speedup, n, out);
    return 0;
}

/* Beyond */

static double law(const struct scaling_fit *fit, double workers)
{
    return workers / (1 + fit->sigma * (workers - 1) + fit->kappa * workers * (workers - 1));
}

/* Inside of (0, 1) */
static double draw_share(uint64_t *random)
{
    return ((double)(random_next(random) >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */
}

/* Box and Muller 1958 */
static double draw_normal(uint64_t *random)
{
    double radius = sqrt(-2 * log(draw_share(random)));
    return radius * cos(2 * acos(-1) * draw_share(random));
}

/* How far the speedups are off the law, in parts of themselves. The first is its own reference, and two
 * coefficients were fitted. */
static double spread(const double *workers, const double *speedup, size_t n, const struct scaling_fit *fit)
{
    double squares = 0;
    for (size_t i = 1; i < n; i++)
        squares += pow(log(speedup[i] / law(fit, workers[i])), 2);
    return sqrt(squares / (double)(n - 3));
}

static void make_up(const double *workers, size_t n, const struct scaling_fit *fit, double off,
                    uint64_t *random, double *speedup)
{
    double squares = 0;
    for (size_t i = 3; i < n; i++)
        squares += pow(draw_normal(random), 2);
    double scale = off * sqrt((double)(n - 3) / squares), reference = scale * draw_normal(random);
    for (size_t i = 0; i < n; i++)
        speedup[i] = law(fit, workers[i]) * (i ? exp(scale * draw_normal(random) - reference) : 1);
}

static void take_interval(double *values, double level, double *low, double *high)
{
    size_t rank = (size_t)floor((MADE_UP + 1) * (1 - level) / 2);
    rank = rank ? rank : 1;
    qsort(values, MADE_UP, sizeof *values, sample_compare);
    *low = values[rank - 1];
    *high = values[MADE_UP - rank];
}

int scaling_fit_beyond(const double *workers, const double *speedup, size_t n, double more, double level,
                       struct scaling_beyond *out)
{
    struct scaling_fit fit, again;
    double most = 0;
    uint64_t random = n;
    if (!sample_level_valid(level) || scaling_fit_usl(workers, speedup, n, &fit))
        return -1;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, workers[i]);
    double *made = malloc((n + 2 * MADE_UP) * sizeof *made);
    if (!made)
        return -1;
    double *gains = made + n, *peaks = gains + MADE_UP, off = spread(workers, speedup, n, &fit);
    for (size_t k = 0; k < MADE_UP; k++) {
        make_up(workers, n, &fit, off, &random, made);
        scaling_fit_usl(workers, made, n, &again);
        gains[k] = law(&again, more) / law(&again, most);
        peaks[k] = again.peak;
    }
    out->gain = law(&fit, more) / law(&fit, most);
    take_interval(gains, level, &out->gain_low, &out->gain_high);
    take_interval(peaks, level, &out->peak_low, &out->peak_high);
    free(made);
    return 0;
}
