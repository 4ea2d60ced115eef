/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "quiet.h"

static enum quiet judge(enum quiet_check check, double value, char reason[128])
{
    double values[QUIET_CHECK_COUNT];
    for (int i = 0; i < QUIET_CHECK_COUNT; i++)
        values[i] = 0;
    values[check] = value;
    return quiet_judge(values, reason, 128);
}

static void each_check_repeats_and_invalidates_above_its_thresholds(void **state)
{
    (void)state;
    char reason[128];
    for (int check = 0; check < QUIET_CHECK_COUNT; check++) {
        const struct quiet_threshold *threshold = &quiet_thresholds[check];
        assert_int_equal(judge((enum quiet_check)check, threshold->repeat, reason), QUIET_YES);
        assert_string_equal(reason, "");
        assert_int_equal(judge((enum quiet_check)check, threshold->invalid * 1.01 + 1e-9, reason),
                         QUIET_INVALID);
        assert_non_null(strstr(reason, threshold->name));
        if (threshold->invalid > threshold->repeat)
            assert_int_equal(judge((enum quiet_check)check, threshold->repeat * 1.01, reason), QUIET_REPEAT);
    }
}

static void the_reason_names_value_and_threshold(void **state)
{
    (void)state;
    char reason[128];
    judge(QUIET_FOREIGN_CPU, 0.421, reason);
    assert_string_equal(reason, "foreign CPU 42.1 %, above 15");
    judge(QUIET_STEAL, 0.02, reason);
    assert_string_equal(reason, "stolen time 2 %, above 1");
    judge(QUIET_THROTTLED, 3e6, reason);
    assert_string_equal(reason, "throttled 3 ms, above 0");
}

static void a_poor_clock_source_never_counts(void **state)
{
    (void)state;
    char reason[128];
    assert_int_equal(judge(QUIET_CLOCK, INFINITY, reason), QUIET_INVALID);
    assert_string_equal(reason, "the clock source is hpet or acpi_pm; select tsc or kvm-clock");
}

static void what_is_not_known_does_not_disturb(void **state)
{
    (void)state;
    char reason[128];
    for (int check = 0; check < QUIET_CHECK_COUNT; check++)
        assert_int_equal(judge((enum quiet_check)check, NAN, reason), QUIET_YES);
}

static void drift_is_off_the_median_of_all_readings(void **state)
{
    (void)state;
    const double steady[] = {100, 101, 99, 100}, jump[] = {100, 0, 100, 100, 125}, few[] = {100, 150};
    assert_true(fabs(quiet_drift(steady, 4)) < 1e-12);
    assert_true(fabs(quiet_drift(jump, 5) - 0.25) < 1e-12);
    assert_true(isnan(quiet_drift(few, 2)));
    assert_true(isnan(quiet_drift(few, 0)));
}

static void repeats_are_limited(void **state)
{
    (void)state;
    assert_int_equal(quiet_repeats_max(1), 2);
    assert_int_equal(quiet_repeats_max(12), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_check_repeats_and_invalidates_above_its_thresholds),
        cmocka_unit_test(the_reason_names_value_and_threshold),
        cmocka_unit_test(a_poor_clock_source_never_counts),
        cmocka_unit_test(what_is_not_known_does_not_disturb),
        cmocka_unit_test(drift_is_off_the_median_of_all_readings),
        cmocka_unit_test(repeats_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
