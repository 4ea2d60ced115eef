/* SPDX-License-Identifier: MIT */
#include "distributions.h"
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

/* In 100: how often is a ratio of 1.10 shown to exceed 1.05, 60 tests being left, where each arm of a block
 * scatters with sd? */
static int share_found(size_t n, double sd, struct statistics_cache *cache, uint64_t *seed)
{
    enum { ROUNDS = 2000 };
    int found = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double d[30];
        for (size_t i = 0; i < n; i++)
            d[i] = log(1.10) + sd * (random_normal(seed) - random_normal(seed));
        struct signed_rank result;
        assert_int_equal(statistics_signed_rank_bounds(d, n, log(1.05), 0.95, cache, NULL, &result), 0);
        found += result.p_greater <= 0.05 / 60;
    }
    return 100 * found / ROUNDS;
}

/* A noise of 3 % is that of each arm, so that d has 3 % times the root of 2. What the function promises for
 * so many blocks is what they find. */
static void test_blocks_for_named_alternative(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        int found; /* in 100 */
        size_t low, high;
    } cases[] = {{14, 47, 14, 15}, {20, 83, 19, 21}, {30, 99, 27, 31}};
    enum { SCATTER = 5000 };
    static double d[SCATTER];
    uint64_t seed = 31;
    for (size_t i = 0; i < SCATTER; i++) /* the centre plays no part */
        d[i] = 3 + 0.03 * (random_normal(&seed) - random_normal(&seed));
    struct statistics_cache cache = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_near(share_found(cases[i].n, 0.03, &cache, &seed), cases[i].found, 3);
        double blocks = statistics_blocks_for(d, SCATTER, log(1.10 / 1.05), 0.05 / 60,
                                              fmin(0.987, cases[i].found / 100.0));
        assert_in_range((size_t)blocks, cases[i].low, cases[i].high);
    }
    statistics_cache_free(&cache);
}

/* From the scatter of some 14 blocks the number is right on average, and within its promise. */
static void test_blocks_for_small_samples(void **state)
{
    (void)state;
    enum { ROUNDS = 1000, N = 14 };
    uint64_t seed = 32;
    int below = 0, far = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double d[N];
        for (size_t i = 0; i < N; i++)
            d[i] = 0.03 * (random_normal(&seed) - random_normal(&seed));
        double blocks = statistics_blocks_for(d, N, log(1.10 / 1.05), 0.05 / 60, 0.9); /* 22 in truth */
        below += blocks < 22;
        far += blocks < 13 || blocks > 40;
    }
    assert_in_range(below, ROUNDS * 40 / 100, ROUNDS * 60 / 100);
    assert_true(far < ROUNDS / 10);
}

static void test_blocks_for_limits(void **state)
{
    (void)state;
    const double d[] = {-3, -2, -1, 0, 1, 2, 3}, same[] = {5, 5, 5};
    const double apart[] = {-10, -9.3, 8.4, 10.7}, broken[] = {1, NAN};
    /* Where nothing scatters, or far less than the shift, what the test needs at all */
    assert_near(statistics_blocks_for(same, 3, 0.01, 0.05, 0.9), 5, 0);
    assert_near(statistics_blocks_for(d, 7, 100, 0.05 / 60, 0.9), 11, 0);
    assert_near(statistics_blocks_for(d, 7, 100, ldexp(1, -120), 0.9), 120, 0);
    /* More of them for less, for surer and for stricter; always whole */
    double blocks = statistics_blocks_for(d, 7, 1, 0.05, 0.9);
    assert_true(blocks > 5 && blocks == floor(blocks));
    assert_true(statistics_blocks_for(d, 7, 0.4, 0.05, 0.9) > blocks);
    assert_true(statistics_blocks_for(d, 7, 1, 0.05, 0.95) > blocks);
    assert_true(statistics_blocks_for(d, 7, 1, 0.01, 0.9) > blocks);
    assert_true(statistics_blocks_for(d, 7, 0.3, 0.05, 0.9) > 100);
    assert_true(isinf(statistics_blocks_for(apart, 4, 0.01, 0.05, 0.9)));
    assert_true(isnan(statistics_blocks_for(d, 1, 1, 0.05, 0.9)));
    assert_true(isnan(statistics_blocks_for(d, 7, 0, 0.05, 0.9)));
    assert_true(isnan(statistics_blocks_for(d, 7, NAN, 0.05, 0.9)));
    assert_true(isnan(statistics_blocks_for(d, 7, 1, 0, 0.9)));
    assert_true(isnan(statistics_blocks_for(broken, 2, 1, 0.05, 0.9)));
}

/* Values of scipy.stats.t 1.10. */
static void test_student(void **state)
{
    (void)state;
    assert_near(student_cumulative(2.5, 3), 0.9561466764959673, 1e-14);
    assert_near(student_cumulative(-4.2, 10), 0.0009143482401338016, 1e-14);
    assert_near(student_cumulative(0, 1), 0.5, 1e-15);
    assert_near(student_quantile(0.975, 7), 2.3646242510102993, 1e-9);
    assert_near(student_quantile(0.9999, 2), 70.70007107496886, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_student),
        cmocka_unit_test(test_detectable_shift_limits),
        cmocka_unit_test(test_detectable_shift_power),
        cmocka_unit_test(test_blocks_for_named_alternative),
        cmocka_unit_test(test_blocks_for_small_samples),
        cmocka_unit_test(test_blocks_for_limits),
        cmocka_unit_test(test_blocks_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
