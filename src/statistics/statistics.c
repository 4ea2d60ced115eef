/* SPDX-License-Identifier: MIT */
#include "statistics.h"

#include <math.h>

int statistics_crossing(const double *x, const double *y, size_t n, double level, double *crossing)
{
    size_t first_above = n;
    while (first_above > 0 && y[first_above - 1] > level)
        first_above--;
    if (first_above == 0 || first_above == n)
        return -1;
    size_t i = first_above - 1;
    double part = (level - y[i]) / (y[i + 1] - y[i]);
    double position = exp(log(x[i]) + part * (log(x[i + 1]) - log(x[i])));
    if (!isfinite(position))
        return -1;
    *crossing = position;
    return (int)i;
}
