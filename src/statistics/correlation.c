/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "distributions.h"
#include "sample.h"
#include "statistics.h"

/* NaN if they do not vary. */
static double lag_one(const double *d, size_t n)
{
    double mean = 0, squares = 0, products = 0;
    for (size_t i = 0; i < n; i++)
        mean += d[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        squares += (d[i] - mean) * (d[i] - mean);
        products += i ? (d[i] - mean) * (d[i - 1] - mean) : 0;
    }
    return squares > 0 ? products / squares : NAN;
}

int statistics_lag_correlation(const struct series *rows, size_t count, struct lag_correlation *out)
{
    double total = 0, sum = 0, variance = 0;
    for (size_t i = 0; i < count; i++) {
        if (!sample_finite(rows[i].d, rows[i].n))
            return sample_invalid();
        double n = (double)rows[i].n, correlation = rows[i].n < 3 ? NAN : lag_one(rows[i].d, rows[i].n);
        if (isnan(correlation))
            continue;
        total += n;
        sum += n * correlation + 1;
        variance += (n - 2) * (n - 2) / (n - 1); /* n^2 times that of the row */
    }
    *out = (struct lag_correlation){.correlation = sum / total, .deviation = sqrt(variance) / total};
    out->p = 2 * normal_cumulative(-fabs(out->correlation) / out->deviation);
    return 0;
}
