/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "busy.h"

#include "environment.h"
#include "topology.h"

/* What goes on elsewhere does not disturb us, and must not hide what does. */
static void sums_over_the_allowed_units(void **state)
{
    (void)state;
    static const char stat[] = "cpu  100 10 50 900 5 3 2 7 0 0\ncpu0 60 5 25 450 2 1 1 3 0 0\n"
                               "cpu1 40 5 25 450 3 2 1 4 0 0\nintr 12345 0 9\nctxt 99\n";
    struct environment environment = {0};
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    CPU_SET(1, &allowed);
    environment_parse_stat(stat, &allowed, 10000000, &environment);
    assert_int_equal(environment.units, 1);
    assert_int_equal(environment.busy_ns, UINT64_C(730000000));
    assert_int_equal(environment.stolen_ns, 40000000);
    environment_parse_stat(stat, NULL, 10000000, &environment);
    assert_int_equal(environment.units, 2);
    assert_int_equal(environment.busy_ns, UINT64_C(1650000000));
    assert_int_equal(environment.stolen_ns, 70000000);
}

static void fractions_are_of_capacity(void **state)
{
    (void)state;
    struct environment before = {.units = 2, .vmstat_known = true}, after = {.wall_ns = 1000000000,
                                                                             .busy_ns = 1500000000,
                                                                             .own_ns = 1000000000,
                                                                             .stolen_ns = 20000000,
                                                                             .units = 2,
                                                                             .swapped_pages = 3,
                                                                             .vmstat_known = true,
                                                                             .suspended_ns = -5};
    struct disturbance disturbance = environment_between(&before, &after);
    assert_true(fabs(disturbance.foreign_cpu_fraction - 0.25) < 1e-12);
    assert_true(fabs(disturbance.steal_fraction - 0.01) < 1e-12);
    assert_true(isnan(disturbance.throttled_ns));
    assert_true(disturbance.swapped_pages == 3);
    assert_true(disturbance.clock_jump_ns == 5);
    after.own_ns = 1600000000; /* ticks lag behind rusage */
    assert_true(environment_between(&before, &after).foreign_cpu_fraction == 0);
}

/* Of swap and faults there are also lines whose names only begin the same. */
static void reads_swap_faults_and_memory(void **state)
{
    (void)state;
    static const char vmstat[] = "nr_free_pages 5\npswpin 3\npswpout 4\npswpout_fail 90\npgfault 70\n"
                                 "pgmajfault_s 80\npgmajfault 6\n";
    static const char meminfo[] =
        "MemTotal:  100 kB\nMemFree:  10 kB\nMemAvailable:     50 kB\nBuffers: 1 kB\n";
    struct environment environment = {.units = 7};
    environment_parse_vmstat(vmstat, &environment);
    environment_parse_meminfo(meminfo, &environment);
    assert_int_equal(environment.swapped_pages, 7);
    assert_int_equal(environment.major_faults, 6);
    assert_true(environment.vmstat_known);
    assert_int_equal(environment.memory_available_bytes, 51200);
    environment_parse_vmstat("", &environment);
    environment_parse_meminfo("", &environment);
    assert_int_equal(environment.swapped_pages, 0);
    assert_false(environment.vmstat_known);
    assert_int_equal(environment.memory_available_bytes, 0);
}

static void faults_are_counted_and_the_least_memory_kept(void **state)
{
    (void)state;
    struct environment before = {.major_faults = 10, .vmstat_known = true, .memory_available_bytes = 4096};
    struct environment after = {.major_faults = 25, .vmstat_known = true, .memory_available_bytes = 8192};
    assert_true(environment_between(&before, &after).major_faults == 15);
    assert_true(environment_between(&before, &after).memory_available_bytes == 4096);
    before.memory_available_bytes = 0;
    after.vmstat_known = false;
    assert_true(isnan(environment_between(&before, &after).major_faults));
    assert_true(isnan(environment_between(&before, &after).memory_available_bytes));
}

static void a_poor_clock_source_is_beyond_every_limit(void **state)
{
    (void)state;
    assert_true(environment_clock_poor("hpet\n"));
    assert_true(environment_clock_poor("acpi_pm"));
    assert_false(environment_clock_poor("tsc\n"));
    assert_false(environment_clock_poor("kvm-clock\n"));
    assert_false(environment_clock_poor(""));
    struct environment before = {.clock_poor = true}, after = {.clock_poor = true};
    assert_true(isinf(environment_between(&before, &after).clock_jump_ns));
    after.clock_poor = false;
    assert_true(environment_between(&before, &after).clock_jump_ns == 0);
}

/* A check that has nothing to go by is told; its figure is unknown, not 0. */
static void what_cannot_be_seen_is_told(void **state)
{
    (void)state;
    struct blind blind[BLIND_MAX];
    struct environment good = {.units = 2, .units_allowed = 2, .vmstat_known = true, .clock_known = true};
    assert_int_equal(environment_blind(&good, false, blind), 0);
    assert_int_equal(environment_blind(&good, true, blind), 1);
    assert_string_equal(blind[0].check, "throttled_ns");
    struct environment before, after;
    environment_read("/nonexistent", &before);
    assert_int_equal(environment_blind(&before, false, blind), 4);
    environment_read("/nonexistent", &after);
    struct disturbance disturbance = environment_between(&before, &after);
    assert_true(isnan(disturbance.steal_fraction) && isnan(disturbance.foreign_cpu_fraction) &&
                isnan(disturbance.swapped_pages));
    good.units = 1; /* of two: a container's view */
    assert_int_equal(environment_blind(&good, false, blind), 2);
    after = good;
    after.wall_ns = 1000;
    assert_true(isnan(environment_between(&good, &after).steal_fraction));
}

static void the_busiest_are_named(void **state)
{
    (void)state;
    struct busy_process first[] = {{1, "init", 5, 10}, {7, "cc1", 6, 100}},
                        then[] = {{1, "init", 5, 10}, {7, "cc1", 6, 150}, {9, "ld", 9, 20}};
    struct busy before = {first, 2, 0}, after = {then, 3, UINT64_C(1000000000)};
    char text[128], expected[128];
    long ticks = sysconf(_SC_CLK_TCK);
    busy_describe(&before, &after, text, sizeof text);
    snprintf(expected, sizeof expected, "cc1 (pid 7) %ld %%, ld (pid 9) %ld %%", 5000 / ticks, 2000 / ticks);
    assert_string_equal(text, expected);
}

static void the_canaries_sing(void **state)
{
    (void)state;
    struct error error;
    struct topology *topology = topology_open(NULL, &error);
    size_t count;
    double ns[CANARY_COUNT];
    assert_non_null(topology);
    canaries_measure(topology_units(topology, &count)[0].os_index, ns);
    for (int canary = 0; canary < CANARY_COUNT; canary++)
        assert_true(ns[canary] > 0);
    canaries_measure(1000000, ns); /* no such unit */
    assert_true(ns[CANARY_INTEGER] == 0);
    topology_close(topology);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_over_the_allowed_units),
        cmocka_unit_test(fractions_are_of_capacity),
        cmocka_unit_test(reads_swap_faults_and_memory),
        cmocka_unit_test(faults_are_counted_and_the_least_memory_kept),
        cmocka_unit_test(a_poor_clock_source_is_beyond_every_limit),
        cmocka_unit_test(what_cannot_be_seen_is_told),
        cmocka_unit_test(the_busiest_are_named),
        cmocka_unit_test(the_canaries_sing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
