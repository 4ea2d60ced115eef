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

/* P(|T| <= t) (Abramowitz and Stegun 26.7.3, 26.7.4). */
static double student_within(double t, size_t freedom)
{
    double angle = atan(t / sqrt((double)freedom)), cosine = cos(angle), sum = 0;
    double term = freedom % 2 ? cosine : 1;
    for (size_t k = freedom % 2 ? 3 : 2; k <= freedom; k += 2) {
        sum += term;
        term *= cosine * cosine * (double)(k - 1) / (double)k;
    }
    return freedom % 2 ? 2 / acos(-1) * (angle + sin(angle) * sum) : sin(angle) * sum;
}

double student_cumulative(double t, size_t freedom)
{
    return 0.5 + copysign(0.5, t) * student_within(fabs(t), freedom);
}

double student_quantile(double probability, size_t freedom)
{
    double low = -1e9, high = 1e9;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        if (student_cumulative(middle, freedom) < probability)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

double student_above(double distance, double error, size_t freedom)
{
    if (error == 0)
        return distance > 0 ? 0 : 1;
    return student_cumulative(-distance / error, freedom);
}
