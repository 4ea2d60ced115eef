/* SPDX-License-Identifier: MIT */
#include "sample.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int sample_compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

bool sample_finite(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            return false;
    }
    return true;
}

bool sample_level_valid(double level)
{
    return level > 0 && level < 1;
}

int sample_invalid(void)
{
    errno = EINVAL;
    return -1;
}

double *sample_sorted(const double *values, size_t n)
{
    double *copy = malloc(n * sizeof *copy);
    if (copy) {
        memcpy(copy, values, n * sizeof *copy);
        qsort(copy, n, sizeof *copy, sample_compare);
    }
    return copy;
}
