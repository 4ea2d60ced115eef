/* SPDX-License-Identifier: MIT */
#include "distributions.h"

#include <math.h>

double normal_cumulative(double z)
{
    return 0.5 * erfc(-z / sqrt(2));
}

double normal_quantile(double probability)
{
    double low = -40, high = 40;
    for (int i = 0; i < 64; i++) {
        double middle = (low + high) / 2;
        if (normal_cumulative(middle) < probability)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/* In logarithms: 2^-n is 0 beyond n = 1074. */
double binomial_cumulative(size_t hits, size_t trials, double rate)
{
    double log_probability = (double)trials * log1p(-rate), log_odds = log(rate) - log1p(-rate), sum = 0;
    for (size_t k = 0; k <= hits; k++) {
        sum += exp(log_probability);
        log_probability += log((double)(trials - k) / (double)(k + 1)) + log_odds;
    }
    return fmin(sum, 1);
}
