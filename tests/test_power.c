/* SPDX-License-Identifier: MIT */
#include "numbers.h"
#include "statistics.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detectable_shift_limits),
        cmocka_unit_test(test_detectable_shift_power),
        cmocka_unit_test(test_blocks_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
