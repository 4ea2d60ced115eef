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

static double known(double p)
{
    return isnan(p) ? 1 : p;
}

int statistics_holm_directional(const double *p_above, const double *p_below, size_t n,
                                double *adjusted_above, double *adjusted_below)
{
    struct indexed *order = malloc((n + 1) * sizeof *order);
    if (!order)
        return -1;
    for (size_t i = 0; i < n; i++)
        order[i] = (struct indexed){fmin(known(p_above[i]), known(p_below[i])), i};
    qsort(order, n, sizeof *order, compare_indexed);
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = order[i].index;
        double factor = (double)(n - i), above = factor * known(p_above[at]),
               below = factor * known(p_below[at]);
        largest = fmax(largest, factor * order[i].value);
        adjusted_above[at] = fmin(1, fmax(largest, above));
        adjusted_below[at] = fmin(1, fmax(largest, below));
    }
    free(order);
    return 0;
}

int statistics_holm(const double *p, size_t n, double *adjusted)
{
    struct indexed *order = malloc((n + 1) * sizeof *order);
    if (!order)
        return -1;
    for (size_t i = 0; i < n; i++)
        order[i] = (struct indexed){known(p[i]), i};
    qsort(order, n, sizeof *order, compare_indexed);
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fmin(1, fmax(largest, (double)(n - i) * order[i].value));
        adjusted[order[i].index] = largest;
    }
    free(order);
    return 0;
}
