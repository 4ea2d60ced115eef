/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scaling_fit.h"
#include "statistics.h"

enum {
    LINE_BYTES_MAX = 8192,
    VALUES_MAX = 64,
    FIELDS_MAX = 10,
    FIXTURE_LINES = 20,
    SIGNED_RANK_LINES = 120,
};

static void assert_near(double actual, double expected, double tolerance)
{
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.17g is not %.17g within %g", actual, expected, tolerance);
}

static double random_uniform(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint64_t mixed = (*state ^ *state >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return ((double)(mixed >> 11) + 0.5) / (double)(UINT64_C(1) << 53);
}

static double random_normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(random_uniform(state)));
    return radius * cos(2 * M_PI * random_uniform(state));
}

/* Fixtures: comma-separated fields, a field may hold numbers separated by spaces. */

static FILE *fixture_open(const char *name)
{
    const char *directory = getenv("CROSSPOINT_FIXTURES");
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory ? directory : "tests/fixtures", name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s: %s", path, strerror(errno));
    char heading[LINE_BYTES_MAX];
    assert_non_null(fgets(heading, sizeof heading, file));
    return file;
}

static size_t fixture_fields(FILE *file, char line[LINE_BYTES_MAX], const char *fields[FIELDS_MAX])
{
    if (!fgets(line, LINE_BYTES_MAX, file))
        return 0;
    size_t count = 0;
    for (char *rest = line, *field; count < FIELDS_MAX && (field = strsep(&rest, ",")) != NULL;)
        fields[count++] = field;
    return count;
}

static size_t parse_values(const char *text, double values[VALUES_MAX])
{
    size_t count = 0;
    char *end;
    for (double value = strtod(text, &end); end != text; value = strtod(text, &end)) {
        assert_true(count < VALUES_MAX);
        values[count++] = value;
        text = end;
    }
    return count;
}

static void test_signed_rank_fixture(void **state)
{
    (void)state;
    FILE *file = fixture_open("signed_rank.csv");
    char line[LINE_BYTES_MAX];
    const char *field[FIELDS_MAX];
    int lines = 0;
    for (; fixture_fields(file, line, field) == 10; lines++) {
        double values[VALUES_MAX];
        size_t n = parse_values(field[9], values);
        assert_int_equal(n, atoi(field[1]));
        struct signed_rank result;
        assert_int_equal(statistics_signed_rank(values, n, atof(field[2]), 0.95, &result), 0);
        assert_near(result.estimate, atof(field[3]), 1e-9);
        assert_near(result.low, atof(field[4]), 1e-9);
        assert_near(result.high, atof(field[5]), 1e-9);
        assert_near(result.level, atof(field[6]), 1e-9);
        assert_near(result.p_greater, atof(field[7]), 1e-9);
        assert_near(result.p_less, atof(field[8]), 1e-9);
        assert_true(result.exact);
        assert_int_equal(result.n, n);
    }
    assert_int_equal(lines, SIGNED_RANK_LINES);
    fclose(file);
}

static void test_holm_fixture(void **state)
{
    (void)state;
    FILE *file = fixture_open("holm.csv");
    char line[LINE_BYTES_MAX];
    const char *field[FIELDS_MAX];
    int lines = 0;
    for (; fixture_fields(file, line, field) == 3; lines++) {
        double p[VALUES_MAX], expected[VALUES_MAX], adjusted[VALUES_MAX];
        size_t m = parse_values(field[1], p);
        assert_int_equal(m, atoi(field[0]));
        assert_int_equal(parse_values(field[2], expected), m);
        assert_int_equal(statistics_holm(p, m, adjusted), 0);
        assert_int_equal(statistics_holm(p, m, p), 0);
        for (size_t i = 0; i < m; i++) {
            assert_near(adjusted[i], expected[i], 1e-9);
            assert_near(p[i], adjusted[i], 0);
        }
    }
    assert_int_equal(lines, FIXTURE_LINES);
    fclose(file);
}

static void test_usl_fixture(void **state)
{
    (void)state;
    FILE *file = fixture_open("usl.csv");
    char line[LINE_BYTES_MAX];
    const char *field[FIELDS_MAX];
    int lines = 0;
    for (; fixture_fields(file, line, field) == 4; lines++) {
        double workers[VALUES_MAX], speedup[VALUES_MAX];
        size_t n = parse_values(field[2], workers);
        assert_int_equal(parse_values(field[3], speedup), n);
        struct scaling_fit fit;
        assert_int_equal(scaling_fit_usl(workers, speedup, n, &fit), 0);
        assert_near(fit.sigma, atof(field[0]), 1e-6);
        assert_near(fit.kappa, atof(field[1]), 1e-6);
        assert_near(fit.residual, 0, 1e-6);
        assert_near(fit.peak, sqrt((1 - fit.sigma) / fit.kappa), 1e-6);
    }
    assert_int_equal(lines, FIXTURE_LINES);
    fclose(file);
}

static void test_holm_edges(void **state)
{
    (void)state;
    double p[] = {0.01, NAN, 0.01, 0.9};
    assert_int_equal(statistics_holm(p, 0, p), 0);
    assert_int_equal(statistics_holm(p, 4, p), 0);
    assert_near(p[0], 0.04, 1e-15);
    assert_near(p[1], 1, 0);
    assert_near(p[2], 0.04, 1e-15);
    assert_near(p[3], 1, 0);
}

static void test_signed_rank_small(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double values[3];
        double delta;
        struct signed_rank expected;
    } cases[] = {
        {1, {3}, 0, {.estimate = 3, .low = 3, .high = 3, .level = 0, .p_greater = 0.5, .p_less = 1}},
        {1, {3}, 3, {.estimate = 3, .low = 3, .high = 3, .level = 0, .p_greater = 1, .p_less = 1}},
        {2, {1, 4}, 0, {.estimate = 2.5, .low = 1, .high = 4, .level = 0.5, .p_greater = 0.25, .p_less = 1}},
        {2,
         {-1, 1},
         0,
         {.estimate = 0, .low = -1, .high = 1, .level = 0.5, .p_greater = 0.75, .p_less = 0.75}},
        {3, {0, 0, 0}, 0, {.estimate = 0, .low = 0, .high = 0, .level = 0.75, .p_greater = 1, .p_less = 1}},
        {3,
         {0, 2, 2},
         0,
         {.estimate = 1.5, .low = 0, .high = 2, .level = 0.75, .p_greater = 0.25, .p_less = 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct signed_rank result;
        assert_int_equal(statistics_signed_rank(cases[i].values, cases[i].n, cases[i].delta, 0.95, &result),
                         0);
        assert_near(result.estimate, cases[i].expected.estimate, 0);
        assert_near(result.low, cases[i].expected.low, 0);
        assert_near(result.high, cases[i].expected.high, 0);
        assert_near(result.level, cases[i].expected.level, 0);
        assert_near(result.p_greater, cases[i].expected.p_greater, 0);
        assert_near(result.p_less, cases[i].expected.p_less, 0);
    }
}

/* A difference that is delta but for rounding lies neither above it nor below. */
static void test_rounding(void **state)
{
    (void)state;
    enum { N = 14 };
    static const double effects[] = {0.001, 0.01, 0.05, 0.1, 1};
    static const double bases[] = {100, 3, 7e-9, 1.7e9, 12345.678};
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
        for (size_t k = 0; k < sizeof bases / sizeof *bases; k++)
            for (int sign = -1; sign <= 1; sign += 2) {
                double d[N], x[N], y[N], delta = sign * log1p(effects[i]);
                double changed = sign > 0 ? bases[k] * (1 + effects[i]) : bases[k] / (1 + effects[i]);
                for (size_t n = 0; n < N; n++) {
                    d[n] = log(changed / bases[k]);
                    x[n] = log(changed);
                    y[n] = log(bases[k]);
                }
                struct signed_rank paired;
                struct rank_sum unpaired;
                assert_int_equal(statistics_signed_rank(d, N, delta, 0.95, &paired), 0);
                assert_int_equal(statistics_rank_sum(x, N, y, N, delta, 0.95, &unpaired), 0);
                assert_near(fmin(paired.p_greater, paired.p_less), 1, 0);
                assert_near(fmin(unpaired.p_greater, unpaired.p_less), 1, 1e-12);
                for (size_t n = 0; n < N; n++) {
                    d[n] += 1e-12;
                    x[n] += 1e-12;
                }
                assert_int_equal(statistics_signed_rank(d, N, delta, 0.95, &paired), 0);
                assert_int_equal(statistics_rank_sum(x, N, y, N, delta, 0.95, &unpaired), 0);
                assert_true(fmax(paired.p_greater, unpaired.p_greater) < 1e-4);
            }
    const double tiny[] = {1e-20, 2e-20, 3e-20};
    struct signed_rank result;
    assert_int_equal(statistics_signed_rank(tiny, 3, 0, 0.95, &result), 0);
    assert_near(result.p_greater, 0.125, 0);
}

static void test_signed_rank_refuses(void **state)
{
    (void)state;
    const double good[] = {1, 2}, not_a_number[] = {1, NAN}, infinite[] = {INFINITY, 2};
    struct signed_rank result;
    assert_int_equal(statistics_signed_rank(good, 0, 0, 0.95, &result), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(statistics_signed_rank(not_a_number, 2, 0, 0.95, &result), -1);
    assert_int_equal(statistics_signed_rank(infinite, 2, 0, 0.95, &result), -1);
    assert_int_equal(statistics_signed_rank(good, 2, NAN, 0.95, &result), -1);
    assert_int_equal(statistics_signed_rank(good, 2, 0, 1, &result), -1);
}

/* Whole numbers, so that ties and shifts are exact. */
static void test_signed_rank_symmetries(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 300; round++) {
        double d[25], swapped[25], shifted[25];
        size_t n = 1 + (size_t)(25 * random_uniform(&seed));
        for (size_t i = 0; i < n; i++) {
            d[i] = floor(12 * random_uniform(&seed)) - 5;
            swapped[i] = -d[i];
            shifted[i] = d[i] + 16;
        }
        struct signed_rank result, mirror, moved;
        assert_int_equal(statistics_signed_rank(d, n, 1, 0.9, &result), 0);
        assert_int_equal(statistics_signed_rank(swapped, n, -1, 0.9, &mirror), 0);
        assert_int_equal(statistics_signed_rank(shifted, n, 17, 0.9, &moved), 0);
        assert_true(result.p_greater + result.p_less >= 1);
        assert_true(result.low <= result.estimate && result.estimate <= result.high);
        assert_near(mirror.p_less, result.p_greater, 1e-15);
        assert_near(mirror.p_greater, result.p_less, 1e-15);
        assert_near(mirror.estimate, -result.estimate, 0);
        assert_near(mirror.low, -result.high, 0);
        assert_near(mirror.high, -result.low, 0);
        assert_near(moved.p_greater, result.p_greater, 0);
        assert_near(moved.p_less, result.p_less, 0);
        assert_near(moved.estimate, result.estimate + 16, 0);
        assert_near(moved.low, result.low + 16, 0);
        assert_near(moved.high, result.high + 16, 0);
    }
}

/* The normal approximation takes over at n = 401 without a step. */
static void test_signed_rank_large(void **state)
{
    (void)state;
    enum { N = 401 };
    double d[N];
    uint64_t seed = 2;
    for (size_t i = 0; i < N; i++)
        d[i] = random_normal(&seed);
    struct signed_rank exact, approximate;
    assert_int_equal(statistics_signed_rank(d, N - 1, 0.05, 0.95, &exact), 0);
    d[N - 1] = exact.estimate;
    assert_int_equal(statistics_signed_rank(d, N, 0.05, 0.95, &approximate), 0);
    assert_true(exact.exact && !approximate.exact);
    assert_near(approximate.estimate, exact.estimate, 1e-3);
    assert_near(approximate.low, exact.low, 1e-3);
    assert_near(approximate.high, exact.high, 1e-3);
    assert_near(approximate.level, 0.95, 1e-4);
    assert_near(approximate.p_greater, exact.p_greater, 5e-3);
    assert_near(approximate.p_less, exact.p_less, 5e-3);

    memset(d, 0, sizeof d);
    assert_int_equal(statistics_signed_rank(d, N, 0, 0.95, &approximate), 0);
    assert_near(approximate.p_greater, 1, 0);
    assert_near(approximate.p_less, 1, 0);
}

static double noise_log_normal(uint64_t *seed)
{
    double a = exp(0.1 * random_normal(seed)), b = exp(0.1 * random_normal(seed));
    return log(a / b);
}

static double noise_bimodal(uint64_t *seed)
{
    return (random_uniform(seed) < 0.5 ? -0.1 : 0.1) + 0.02 * random_normal(seed);
}

static double noise_spiked(uint64_t *seed)
{
    double spike = random_uniform(seed) < 0.1 ? 1 + random_uniform(seed) : 0;
    return 0.02 * random_normal(seed) + (random_uniform(seed) < 0.5 ? -spike : spike);
}

static void test_signed_rank_coverage(void **state)
{
    (void)state;
    enum { N = 20, ROUNDS = 3000 };
    double (*const noises[])(uint64_t *) = {noise_log_normal, noise_bimodal, noise_spiked};
    const double centre = 0.07;
    for (size_t k = 0; k < sizeof noises / sizeof *noises; k++) {
        uint64_t seed = 100 + k;
        int covered = 0, rejected = 0;
        for (int round = 0; round < ROUNDS; round++) {
            double d[N];
            for (size_t i = 0; i < N; i++)
                d[i] = centre + noises[k](&seed);
            struct signed_rank result;
            assert_int_equal(statistics_signed_rank(d, N, centre, 0.95, &result), 0);
            covered += result.low <= centre && centre <= result.high;
            rejected += result.p_greater <= 0.05;
        }
        assert_in_range(covered, ROUNDS * 93 / 100, ROUNDS * 97 / 100);
        assert_in_range(rejected, ROUNDS * 3 / 100, ROUNDS * 6 / 100);
    }
}

/* The definition: every choice of n_x of the pooled values, the rank sum as the count of pairs won, ties
 * half. */
static void rank_sum_enumerate(const double *pooled, size_t n_x, size_t n, double *p_greater, double *p_less)
{
    double observed = 0, ways = 0, at_least = 0, at_most = 0;
    for (int pass = 0; pass < 2; pass++) {
        uint32_t first = (1U << n_x) - 1;
        for (uint32_t choice = first; choice < (pass ? 1U << n : first + 1); choice++) {
            if ((size_t)__builtin_popcount(choice) != n_x)
                continue;
            double won = 0;
            for (size_t i = 0; i < n; i++) {
                for (size_t j = 0; j < n; j++) {
                    if ((choice >> i & 1) && !(choice >> j & 1))
                        won += (pooled[i] > pooled[j]) + 0.5 * (pooled[i] == pooled[j]);
                }
            }
            if (pass == 0)
                observed = won;
            ways += pass;
            at_least += pass && won >= observed;
            at_most += pass && won <= observed;
        }
    }
    *p_greater = at_least / ways;
    *p_less = at_most / ways;
}

static void test_rank_sum_enumerated(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (int round = 0; round < 60; round++) {
        double pooled[10];
        size_t n_x = 1 + (size_t)(6 * random_uniform(&seed)), n_y = 1 + (size_t)(4 * random_uniform(&seed));
        double grain = round % 2 ? 5 : 1e6;
        for (size_t i = 0; i < n_x + n_y; i++)
            pooled[i] = floor(grain * random_uniform(&seed));
        struct rank_sum result, swapped;
        assert_int_equal(statistics_rank_sum(pooled, n_x, pooled + n_x, n_y, 0, 0.9, &result), 0);
        assert_int_equal(statistics_rank_sum(pooled + n_x, n_y, pooled, n_x, 0, 0.9, &swapped), 0);
        double p_greater, p_less;
        rank_sum_enumerate(pooled, n_x, n_x + n_y, &p_greater, &p_less);
        assert_true(result.exact);
        assert_near(result.p_greater, p_greater, 1e-12);
        assert_near(result.p_less, p_less, 1e-12);
        assert_true(result.p_greater + result.p_less >= 1);
        assert_near(swapped.p_greater, result.p_less, 1e-15);
        assert_near(swapped.p_less, result.p_greater, 1e-15);
        assert_near(swapped.estimate, -result.estimate, 0);
        assert_near(swapped.low, -result.high, 0);
        assert_near(swapped.high, -result.low, 0);
        assert_near(swapped.level, result.level, 1e-15);
    }
}

/* Permeability of the placenta, Hollander and Wolfe (1999), table 4.1, and R's ?wilcox.test: W = 35, p =
 * 0.1272. */
static void test_rank_sum_known(void **state)
{
    (void)state;
    const double x[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    const double y[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    struct rank_sum result;
    assert_int_equal(statistics_rank_sum(x, 10, y, 5, 0, 0.95, &result), 0);
    assert_near(result.p_greater, 0.1272, 5e-5);
    assert_near(result.estimate, 0.305, 1e-12);

    /* n = 5 and 5: P(U <= 2) = 4 / 252, so that the ends are the third difference and the third from the top.
     */
    const double ascending[] = {0, 1, 2, 3, 4}, spread[] = {0, 10, 20, 30, 40};
    assert_int_equal(statistics_rank_sum(spread, 5, ascending, 5, 0, 0.95, &result), 0);
    assert_near(result.level, 1 - 8.0 / 252, 1e-15);
    assert_near(result.low, -2, 0);
    assert_near(result.high, 38, 0);
    assert_near(result.estimate, 18, 0);
}

static void test_rank_sum_edges(void **state)
{
    (void)state;
    const double x[] = {2, 5}, y[] = {1};
    struct rank_sum result;
    assert_int_equal(statistics_rank_sum(x, 0, y, 1, 0, 0.95, &result), -1);
    assert_int_equal(statistics_rank_sum(x, 2, y, 0, 0, 0.95, &result), -1);
    assert_int_equal(statistics_rank_sum(x, 1, y, 1, 0, 0.95, &result), 0);
    assert_near(result.estimate, 1, 0);
    assert_near(result.level, 0, 0);
    assert_near(result.p_greater, 0.5, 0);
    assert_int_equal(statistics_rank_sum(x, 2, y, 1, 0, 0.95, &result), 0);
    assert_near(result.low, 1, 0);
    assert_near(result.high, 4, 0);
    assert_near(result.level, 1.0 / 3, 1e-15);
    assert_near(result.p_greater, 1.0 / 3, 1e-15);
    assert_int_equal(statistics_rank_sum(x, 2, y, 1, 4, 0.95, &result), 0);
    assert_near(result.p_greater, 1, 1e-15); /* -2 and 1 against 1: 1.5 of 2 pairs are lost */
    assert_near(result.p_less, 2.0 / 3, 1e-15);
}

static void test_rank_sum_large(void **state)
{
    (void)state;
    enum { N = 51 };
    double x[N], y[N];
    uint64_t seed = 4;
    for (size_t i = 0; i < N; i++) {
        x[i] = round(20 * random_normal(&seed)) + 4;
        y[i] = round(20 * random_normal(&seed));
    }
    struct rank_sum exact, approximate;
    assert_int_equal(statistics_rank_sum(x, N - 1, y, N - 1, 0, 0.95, &exact), 0);
    x[N - 1] = exact.estimate;
    y[N - 1] = 0;
    assert_int_equal(statistics_rank_sum(x, N, y, N, 0, 0.95, &approximate), 0);
    assert_true(exact.exact && !approximate.exact);
    assert_near(exact.p_greater, approximate.p_greater, 0.01);
    assert_near(exact.p_less, approximate.p_less, 0.01);
    assert_near(exact.low, approximate.low, 1);
    assert_near(exact.high, approximate.high, 1);
    assert_near(approximate.level, 0.95, 2e-3);
}

static void test_median(void **state)
{
    (void)state;
    static const double values[] = {5, 3, 8, 1, 9, 2, 7, 4, 6, 10};
    static const struct {
        size_t n;
        struct median_interval expected;
    } cases[] = {
        {1, {5, 5, 5, 0}},
        {2, {4, 3, 5, 0.5}},
        {5, {5, 1, 9, 0.9375}},
        {6, {4, 1, 9, 0.96875}},
        {8, {4.5, 1, 9, 0.9921875}},
        {9, {5, 2, 8, 0.9609375}},
        {10, {5.5, 2, 9, 0.978515625}},
    };
    struct median_interval result;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(statistics_median(values, cases[i].n, 0.95, &result), 0);
        assert_near(result.median, cases[i].expected.median, 0);
        assert_near(result.low, cases[i].expected.low, 0);
        assert_near(result.high, cases[i].expected.high, 0);
        assert_near(result.level, cases[i].expected.level, 1e-12);
    }
    assert_int_equal(statistics_median(values, 0, 0.95, &result), 0);
    assert_true(isnan(result.median) && isnan(result.low) && isnan(result.high));

    double many[3000];
    for (size_t i = 0; i < 3000; i++)
        many[i] = (double)(3000 - i);
    assert_int_equal(statistics_median(many, 3000, 0.95, &result), 0);
    assert_near(result.median, 1500.5, 0);
    assert_near(result.low, 1447, 1); /* 1500 - 1.96 sqrt(3000) / 2 */
    assert_near(result.low + result.high, 3001, 0);
    assert_in_range((long)(result.level * 1e6), 950000, 955000);
}

static void test_bootstrap(void **state)
{
    (void)state;
    double d[40], low, high, low_again, high_again;
    uint64_t seed = 5;
    for (size_t i = 0; i < 40; i++)
        d[i] = 1 + noise_log_normal(&seed);
    assert_int_equal(statistics_bootstrap(d, 40, 0.95, 7, &low, &high), 0);
    assert_int_equal(statistics_bootstrap(d, 40, 0.95, 7, &low_again, &high_again), 0);
    assert_near(low_again, low, 0);
    assert_near(high_again, high, 0);
    assert_int_equal(statistics_bootstrap(d, 40, 0.95, 8, &low_again, &high_again), 0);
    assert_true(low_again != low);
    struct signed_rank exact;
    assert_int_equal(statistics_signed_rank(d, 40, 0, 0.95, &exact), 0);
    assert_near(low, exact.low, 0.02);
    assert_near(high, exact.high, 0.02);

    assert_int_equal(statistics_bootstrap(d, 0, 0.95, 7, &low, &high), -1);
    assert_int_equal(statistics_bootstrap(d, 1, 0.95, 7, &low, &high), 0);
    assert_near(low, d[0], 0);
    assert_near(high, d[0], 0);
}

static void test_detectable_shift_limits(void **state)
{
    (void)state;
    const double d[] = {1, 2, 3, 4, 5, 6, 7, 8};
    double scaled[8];
    for (size_t i = 0; i < 8; i++)
        scaled[i] = -3 * d[i] + 11;
    assert_true(isnan(statistics_detectable_shift(d, 0, 0.05, 0.9)));
    assert_true(isnan(statistics_detectable_shift(d, 1, 0.05, 0.9)));
    assert_true(isinf(statistics_detectable_shift(d, 4, 0.05, 0.9)));
    double shift = statistics_detectable_shift(d, 8, 0.05, 0.9);
    assert_true(shift > 0 && shift <= 3.5);
    assert_near(statistics_detectable_shift(scaled, 8, 0.05, 0.9), 3 * shift, 1e-12);
    assert_true(statistics_detectable_shift(d, 8, 0.05, 0.5) < shift);
}

/* Differences at the mean detectable shift are found as often as promised, or a little more. */
static void test_detectable_shift_power(void **state)
{
    (void)state;
    static const size_t sizes[] = {12, 20, 60};
    static const double powers[] = {0.8, 0.9};
    enum { ROUNDS = 600 };
    uint64_t seed = 6;
    for (size_t k = 0; k < 6; k++) {
        size_t n = sizes[k / 2];
        double power = powers[k % 2], shift = 0, d[60];
        for (int round = 0; round < ROUNDS; round++) {
            for (size_t i = 0; i < n; i++)
                d[i] = random_normal(&seed);
            shift += statistics_detectable_shift(d, n, 0.05, power) / ROUNDS;
        }
        int found = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (size_t i = 0; i < n; i++)
                d[i] = shift + random_normal(&seed);
            struct signed_rank result;
            assert_int_equal(statistics_signed_rank(d, n, 0, 0.95, &result), 0);
            found += result.p_greater <= 0.05;
        }
        assert_true(found >= (power - 0.05) * ROUNDS);
        assert_true(found <= (power + 0.12) * ROUNDS);
    }
}

static void test_blocks_needed(void **state)
{
    (void)state;
    static const struct {
        size_t tests;
        double alpha;
        size_t blocks;
    } cases[] = {{60, 0.05, 11}, {1, 0.05, 5}, {1, 0.0625, 4}, {1, 0.5, 1}, {1000, 0.05, 15}, {0, 0.05, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(statistics_blocks_needed(cases[i].tests, cases[i].alpha), cases[i].blocks);
}

static void test_rate_upper(void **state)
{
    (void)state;
    static const struct {
        size_t hits, trials;
        double level, upper, tolerance;
    } cases[] = {
        {0, 150, 0.95, 0.01977, 5e-6}, /* 1 - 0.05^(1/150) */
        {0, 1, 0.95, 0.95, 1e-12},
        {1, 2, 0.95, 0.9746794344808963, 1e-12}, /* sqrt(0.95) */
        {1, 10, 0.975, 0.4450161, 1e-7},         /* R: binom.test(1, 10) */
        {5, 10, 0.975, 0.8129140, 1e-6},         /* R: binom.test(5, 10) */
        {10, 10, 0.95, 1, 0},
        {0, 0, 0.95, 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(statistics_rate_upper(cases[i].hits, cases[i].trials, cases[i].level), cases[i].upper,
                    cases[i].tolerance);
    assert_near(statistics_rate_upper(0, 100000, 0.95), 1 - pow(0.05, 1e-5), 1e-12);
}

static void test_fit_edges(void **state)
{
    (void)state;
    const double workers[] = {1, 2, 4, 8, 16, 32};
    double speedup[6];
    struct scaling_fit fit;

    for (size_t i = 0; i < 6; i++)
        speedup[i] = workers[i];
    assert_int_equal(scaling_fit_usl(workers, speedup, 6, &fit), 0);
    assert_near(fit.sigma, 0, 1e-12);
    assert_near(fit.kappa, 0, 1e-12);
    assert_true(isinf(fit.peak));
    assert_int_equal(scaling_fit_usl(workers, speedup, 5, &fit), -1);

    for (size_t i = 0; i < 6; i++)
        speedup[i] = workers[i] / (1 + 0.1 * (workers[i] - 1));
    assert_int_equal(scaling_fit_amdahl(workers, speedup, 6, &fit), 0);
    assert_near(fit.sigma, 0.1, 1e-12);
    assert_near(fit.kappa, 0, 0);
    assert_near(fit.residual, 0, 1e-12);

    for (size_t i = 0; i < 6; i++)
        speedup[i] = workers[i] * sqrt(workers[i]); /* better than linear */
    assert_int_equal(scaling_fit_usl(workers, speedup, 6, &fit), 0);
    assert_near(fit.sigma, 0, 0);
    assert_near(fit.kappa, 0, 0);

    for (size_t i = 0; i < 6; i++)
        speedup[i] = workers[i] / (1 - 0.02 * (workers[i] - 1) + 0.01 * workers[i] * (workers[i] - 1));
    assert_int_equal(scaling_fit_usl(workers, speedup, 6, &fit), 0);
    assert_near(fit.sigma, 0, 0);
    assert_in_range((long)(fit.kappa * 1e6), 9000, 10000);

    speedup[5] = 0;
    assert_int_equal(scaling_fit_usl(workers, speedup, 6, &fit), -1);
    speedup[5] = 1;
    const double repeated[] = {1, 2, 4, 8, 16, 16};
    assert_int_equal(scaling_fit_amdahl(repeated, speedup, 6, &fit), -1);
}

static void test_crossing(void **state)
{
    (void)state;
    static const struct {
        double x[4], y[4];
        size_t n;
        int index;
        double crossing;
    } cases[] = {
        {{1, 10, 100, 1000}, {0, 0.5, 1.5, 2}, 4, 1, 31.622776601683793},
        {{1000, 100, 10, 1}, {0, 0.5, 1.5, 2}, 4, 1, 31.622776601683793},
        {{1, 10, 100, 1000}, {0, 2, 0.5, 1.5}, 4, 2, 316.22776601683796}, /* the last crossing counts */
        {{1, 10, 100, 1000}, {0, 1, 3, 3}, 4, 1, 10},                     /* equal is not above */
        {{1, 10}, {0.75, 1.25}, 2, 0, 3.1622776601683795},
        {{1, 10, 100}, {2, 3, 4}, 3, -1, 0},
        {{1, 10, 100}, {0, 2, 1}, 3, -1, 0},
        {{1, 10, 100}, {0, NAN, 2}, 3, -1, 0},
        {{1}, {2}, 1, -1, 0},
        {{1}, {2}, 0, -1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double crossing = 0;
        assert_int_equal(statistics_crossing(cases[i].x, cases[i].y, cases[i].n, 1, &crossing),
                         cases[i].index);
        assert_near(crossing, cases[i].crossing, 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signed_rank_fixture),
        cmocka_unit_test(test_holm_fixture),
        cmocka_unit_test(test_usl_fixture),
        cmocka_unit_test(test_holm_edges),
        cmocka_unit_test(test_signed_rank_small),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_signed_rank_refuses),
        cmocka_unit_test(test_signed_rank_symmetries),
        cmocka_unit_test(test_signed_rank_large),
        cmocka_unit_test(test_signed_rank_coverage),
        cmocka_unit_test(test_rank_sum_enumerated),
        cmocka_unit_test(test_rank_sum_known),
        cmocka_unit_test(test_rank_sum_edges),
        cmocka_unit_test(test_rank_sum_large),
        cmocka_unit_test(test_median),
        cmocka_unit_test(test_bootstrap),
        cmocka_unit_test(test_detectable_shift_limits),
        cmocka_unit_test(test_detectable_shift_power),
        cmocka_unit_test(test_blocks_needed),
        cmocka_unit_test(test_rate_upper),
        cmocka_unit_test(test_fit_edges),
        cmocka_unit_test(test_crossing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
