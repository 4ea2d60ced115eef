/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "histogram.h"

static struct histogram *histogram_new(void)
{
    struct histogram *histogram = malloc(sizeof *histogram);
    assert_non_null(histogram);
    histogram_reset(histogram);
    return histogram;
}

static void test_empty(void **state)
{
    (void)state;
    struct histogram *histogram = histogram_new();
    assert_int_equal(histogram_quantile_ns(histogram, 0.5, 0), 0);
    free(histogram);
}

static void test_values_below_2048_are_exact(void **state)
{
    (void)state;
    struct histogram *histogram = histogram_new();
    for (uint64_t value = 0; value < 2048; value++) {
        histogram_reset(histogram);
        histogram_record(histogram, value);
        histogram_record(histogram, 1 << 20);
        assert_int_equal(histogram_quantile_ns(histogram, 0.5, 0), value);
    }
    free(histogram);
}

/* Around every power of two: the quantile is never below the value and at most 1/1024 above it. */
static void test_relative_error(void **state)
{
    (void)state;
    struct histogram *histogram = histogram_new();
    for (int bits = 0; bits < 37; bits++) {
        for (int offset = -2; offset <= 2; offset++) {
            uint64_t value = (UINT64_C(1) << bits) + (uint64_t)offset;
            if (value >> 37)
                continue;
            histogram_reset(histogram);
            histogram_record(histogram, value);
            histogram_record(histogram, UINT64_MAX);
            uint64_t quantile = histogram_quantile_ns(histogram, 0.5, 0);
            assert_true(quantile >= value);
            assert_true((double)(quantile - value) <= (double)value / 1024);
        }
    }
    free(histogram);
}

static void test_buckets_ascend_without_gaps(void **state)
{
    (void)state;
    struct histogram *histogram = histogram_new();
    uint64_t next = 0;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        histogram_record(histogram, next);
        assert_int_equal(histogram->buckets[i], 1);
        histogram->max_ns = UINT64_MAX;
        next = histogram_quantile_ns(histogram, 1, 0) + 1;
    }
    assert_int_equal(next, UINT64_C(1) << 37);
    free(histogram);
}

static void test_long_values_are_clamped_but_counted(void **state)
{
    (void)state;
    struct histogram *histogram = histogram_new();
    histogram_record(histogram, UINT64_C(1) << 37);
    histogram_record(histogram, UINT64_MAX);
    assert_int_equal(histogram->count, 2);
    assert_int_equal(histogram->buckets[HISTOGRAM_BUCKETS - 1], 2);
    assert_true(histogram->max_ns == UINT64_MAX);
    free(histogram);
}

static void test_quantile_is_the_smallest_value_with_enough_below(void **state)
{
    (void)state;
    struct histogram *histogram = histogram_new();
    for (uint64_t value = 1; value <= 100; value++)
        histogram_record(histogram, value);
    for (uint64_t percent = 1; percent < 100; percent++)
        assert_int_equal(histogram_quantile_ns(histogram, (double)percent / 100, 0), percent);
    assert_int_equal(histogram_quantile_ns(histogram, 0.501, 0), 51);
    free(histogram);
}

static void test_quantile_needs_events_beyond(void **state)
{
    (void)state;
    struct histogram *histogram = histogram_new();
    for (int i = 0; i < 9999; i++)
        histogram_record(histogram, 7);
    assert_int_equal(histogram_quantile_ns(histogram, 0.99, 100), 0);
    histogram_record(histogram, 7);
    assert_int_equal(histogram_quantile_ns(histogram, 0.99, 100), 7);
    assert_int_equal(histogram_quantile_ns(histogram, 0.999, 100), 0);
    free(histogram);
}

static void test_quantile_never_exceeds_the_maximum(void **state)
{
    (void)state;
    struct histogram *histogram = histogram_new();
    for (int i = 0; i < 3; i++)
        histogram_record(histogram, 1000001);
    assert_int_equal(histogram_quantile_ns(histogram, 0.5, 0), 1000001);
    free(histogram);
}

static void test_merge_equals_recording_into_one(void **state)
{
    (void)state;
    struct histogram *odd = histogram_new(), *even = histogram_new(), *both = histogram_new();
    uint64_t value = 12345;
    for (int i = 0; i < 10000; i++) {
        value = value * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t value_ns = value >> (24 + value % 37);
        histogram_record(i % 2 ? odd : even, value_ns);
        histogram_record(both, value_ns);
    }
    histogram_merge(odd, even);
    assert_memory_equal(odd, both, sizeof *both);
    free(odd);
    free(even);
    free(both);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_values_below_2048_are_exact),
        cmocka_unit_test(test_relative_error),
        cmocka_unit_test(test_buckets_ascend_without_gaps),
        cmocka_unit_test(test_long_values_are_clamped_but_counted),
        cmocka_unit_test(test_quantile_is_the_smallest_value_with_enough_below),
        cmocka_unit_test(test_quantile_needs_events_beyond),
        cmocka_unit_test(test_quantile_never_exceeds_the_maximum),
        cmocka_unit_test(test_merge_equals_recording_into_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
