/* SPDX-License-Identifier: MIT */
#include "numbers.h"
#include "statistics.h"

enum { FIXTURE_LINES = 20 };

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

static double noise_log_normal(uint64_t *seed)
{
    double a = exp(0.1 * random_normal(seed)), b = exp(0.1 * random_normal(seed));
    return log(a / b);
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

/* Only some are drawn, and the interval is as narrow as if all had been. */
static void test_bootstrap_of_many(void **state)
{
    (void)state;
    enum { N = 3600 };
    static double d[N];
    uint64_t seed = 9;
    for (size_t i = 0; i < N; i++)
        d[i] = 1 + noise_log_normal(&seed);
    struct signed_rank exact;
    double low, high;
    assert_int_equal(statistics_bootstrap(d, N, 0.95, 7, &low, &high), 0);
    assert_int_equal(statistics_signed_rank(d, N, 0, 0.95, &exact), 0);
    double width = exact.high - exact.low;
    assert_near(low, exact.low, 0.1 * width);
    assert_near(high, exact.high, 0.1 * width);
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
        cmocka_unit_test(test_holm_fixture),
        cmocka_unit_test(test_holm_edges),
        cmocka_unit_test(test_median),
        cmocka_unit_test(test_bootstrap),
        cmocka_unit_test(test_bootstrap_of_many),
        cmocka_unit_test(test_rate_upper),
        cmocka_unit_test(test_crossing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
