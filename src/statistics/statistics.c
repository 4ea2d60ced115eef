/* SPDX-License-Identifier: MIT */
#include "statistics.h"

#include <math.h>
#include <stdlib.h>

#include "sample.h"

struct indexed {
    double value;
    size_t index;
};

static int compare_indexed(const void *a, const void *b)
{
    return sample_compare(&((const struct indexed *)a)->value, &((const struct indexed *)b)->value);
}

int statistics_holm(const double *p, size_t n, double *adjusted)
{
    if (n == 0)
        return 0;
    struct indexed *order = malloc(n * sizeof *order);
    if (!order)
        return -1;
    for (size_t i = 0; i < n; i++)
        order[i] = (struct indexed){.value = isnan(p[i]) ? 1 : p[i], .index = i};
    qsort(order, n, sizeof *order, compare_indexed);
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fmin(1, fmax(largest, (double)(n - i) * order[i].value));
        adjusted[order[i].index] = largest;
    }
    free(order);
    return 0;
}

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
