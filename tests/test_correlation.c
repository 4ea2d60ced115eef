/* SPDX-License-Identifier: MIT */
#include "numbers.h"
#include "statistics.h"

enum { ROWS = 9, N = 20 };

/* Rows of unlike scatter and centre, each an autoregressive process of first order. */
static void draw_rows(double (*d)[N], struct series *rows, double correlation, uint64_t *seed)
{
    for (size_t row = 0; row < ROWS; row++) {
        double value = random_normal(seed), scatter = pow(10, (double)row / 4);
        for (size_t i = 0; i < N; i++) {
            d[row][i] = scatter * (value + 5);
            value = correlation * value + sqrt(1 - correlation * correlation) * random_normal(seed);
        }
        rows[row] = (struct series){d[row], N};
    }
}

/* Independent blocks are suspected as often as p says, whatever the rows' scatter; a drift is found. */
static void test_rates(void **state)
{
    (void)state;
    enum { ROUNDS = 2000 };
    uint64_t seed = 21;
    static const double truths[] = {0, 0.3, -0.3};
    for (size_t k = 0; k < sizeof truths / sizeof *truths; k++) {
        double d[ROWS][N], mean = 0, squares = 0, deviation = 0;
        int found = 0;
        for (int round = 0; round < ROUNDS; round++) {
            struct series rows[ROWS];
            struct lag_correlation result;
            draw_rows(d, rows, truths[k], &seed);
            assert_int_equal(statistics_lag_correlation(rows, ROWS, &result), 0);
            mean += result.correlation / ROUNDS;
            squares += result.correlation * result.correlation / ROUNDS;
            deviation = result.deviation;
            found += result.p <= 0.05;
        }
        assert_near(mean, truths[k] * (1 - 4.0 / N), 0.02);
        if (truths[k] == 0) {
            assert_near(mean, 0, 0.006);
            assert_near(sqrt(squares), deviation, 0.003);
            assert_in_range(found, ROUNDS * 35 / 1000, ROUNDS * 65 / 1000);
        } else {
            assert_true(found > ROUNDS * 9 / 10);
        }
    }
}

static void test_known(void **state)
{
    (void)state;
    /* About 3: -2 -1 0 1 2, products 2 + 0 + 0 + 2, squares 10 */
    static const double rising[] = {1, 2, 3, 4, 5}, flat[] = {7, 7, 7, 7}, two[] = {1, 2};
    static const double alternating[] = {1, -1, 1, -1}; /* -3 / 4 */
    const struct series rows[] = {{rising, 5}, {flat, 4}, {two, 2}, {NULL, 0}, {alternating, 4}};
    struct lag_correlation result;
    assert_int_equal(statistics_lag_correlation(rows, 1, &result), 0);
    assert_near(result.correlation, 0.4 + 0.2, 1e-15);
    assert_near(result.deviation, 0.3, 1e-15);
    assert_near(result.p, 0.0455, 1e-5); /* two deviations */
    assert_int_equal(statistics_lag_correlation(rows, 5, &result), 0);
    assert_near(result.correlation, (5 * 0.6 + 4 * (-0.75 + 0.25)) / 9, 1e-15);
    assert_near(result.deviation, sqrt(25 * 0.09 + 16 * (4 / (16.0 * 3))) / 9, 1e-15);
}

static void test_edges(void **state)
{
    (void)state;
    static const double flat[] = {7, 7, 7}, broken[] = {1, NAN, 2};
    const struct series row = {flat, 3}, not_finite = {broken, 3};
    struct lag_correlation result;
    assert_int_equal(statistics_lag_correlation(&row, 1, &result), 0);
    assert_true(isnan(result.correlation) && isnan(result.deviation) && isnan(result.p));
    assert_int_equal(statistics_lag_correlation(NULL, 0, &result), 0);
    assert_true(isnan(result.p));
    assert_int_equal(statistics_lag_correlation(&not_finite, 1, &result), -1);
    assert_int_equal(errno, EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
