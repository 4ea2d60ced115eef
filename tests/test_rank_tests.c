/* SPDX-License-Identifier: MIT */
#include "numbers.h"
#include "statistics.h"

enum { SIGNED_RANK_LINES = 120 };

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
}

/* What is the same ratio up or down ties, though its logarithms differ in the last bit. */
static void test_ties_within_rounding(void **state)
{
    (void)state;
    static const double better[] = {12, 11, 11, 10, 10, 11}, worse[] = {12, 10, 10, 10, 11, 11};
    double d[6], scaled[6];
    for (size_t i = 0; i < 6; i++) {
        d[i] = log(better[i] / worse[i]);
        scaled[i] = log(0.3 * better[i] / (0.1 * worse[i]));
    }
    assert_true(-d[4] != d[1]);
    struct signed_rank paired;
    assert_int_equal(statistics_signed_rank(d, 6, 0, 0.95, &paired), 0);
    assert_near(paired.p_greater, 0.5, 1e-15); /* two of three, all of one size */
    assert_near(paired.p_less, 0.875, 1e-15);
    assert_int_equal(statistics_signed_rank(scaled, 6, log(3), 0.95, &paired), 0);
    assert_near(paired.p_greater, 0.5, 1e-15);
    assert_near(paired.p_less, 0.875, 1e-15);

    const double tiny[] = {1e-17, -2e-17, 3e-17};
    assert_int_equal(statistics_signed_rank(tiny, 3, 0, 0.95, &paired), 0);
    assert_near(paired.p_greater, 1, 0);

    /* 0.1 + 0.2 is 0.3: U = 0.5 of 1. */
    const double x = 0.1 + 0.2, y = 0.3;
    struct rank_sum unpaired;
    assert_true(x != y);
    assert_int_equal(statistics_rank_sum(&x, 1, &y, 1, 0, 0.95, &unpaired), 0);
    assert_near(unpaired.p_greater, 1, 0);
    assert_near(unpaired.p_less, 1, 0);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signed_rank_fixture),
        cmocka_unit_test(test_signed_rank_small),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_ties_within_rounding),
        cmocka_unit_test(test_signed_rank_refuses),
        cmocka_unit_test(test_signed_rank_symmetries),
        cmocka_unit_test(test_signed_rank_large),
        cmocka_unit_test(test_signed_rank_coverage),
        cmocka_unit_test(test_rank_sum_enumerated),
        cmocka_unit_test(test_rank_sum_known),
        cmocka_unit_test(test_rank_sum_edges),
        cmocka_unit_test(test_rank_sum_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
