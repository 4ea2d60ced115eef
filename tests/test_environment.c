/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "environment.h"
#include "topology.h"

/* The lines of the single processors come after the sum and must not replace it. */
static void reads_the_sum_and_counts_the_units(void **state)
{
    (void)state;
    static const char stat[] = "cpu  100 10 50 900 5 3 2 7 0 0\ncpu0 60 5 25 450 2 1 1 3 0 0\n"
                               "cpu1 40 5 25 450 3 2 1 4 0 0\nintr 12345 0 9\nctxt 99\n";
    struct environment environment = {0};
    environment_parse_stat(stat, 10000000, &environment);
    assert_int_equal(environment.units, 2);
    assert_int_equal(environment.busy_ns, UINT64_C(1650000000));
    assert_int_equal(environment.stolen_ns, 70000000);
}

static void fractions_are_of_capacity(void **state)
{
    (void)state;
    struct environment before = {.units = 2}, after = {.wall_ns = 1000000000,
                                                       .busy_ns = 1500000000,
                                                       .own_ns = 1000000000,
                                                       .stolen_ns = 20000000,
                                                       .units = 2,
                                                       .swapped_pages = 3,
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
        cmocka_unit_test(reads_the_sum_and_counts_the_units),
        cmocka_unit_test(fractions_are_of_capacity),
        cmocka_unit_test(the_canaries_sing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
