/* SPDX-License-Identifier: MIT */
#include "fisher.h"

#include <math.h>

static double log_choose(double n, double k)
{
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

double fisher_exact(size_t hits, size_t count, size_t other_hits, size_t other_count)
{
    const double near = 1e-7; /* relative: equal but for rounding */
    double n = (double)count, m = (double)other_count, k = (double)(hits + other_hits), sum = 0;
    double all = log_choose(n + m, k);
    double seen = log_choose(n, (double)hits) + log_choose(m, (double)other_hits) - all;
    for (double i = fmax(0, k - m); i <= fmin(k, n); i++) {
        double here = log_choose(n, i) + log_choose(m, k - i) - all;
        if (here <= seen + near)
            sum += exp(here);
    }
    return fmin(1, sum);
}
