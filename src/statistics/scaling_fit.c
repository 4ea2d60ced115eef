/* SPDX-License-Identifier: MIT */
#include "scaling_fit.h"

#include <math.h>
#include <stdbool.h>

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
