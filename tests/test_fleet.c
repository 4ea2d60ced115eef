/* SPDX-License-Identifier: MIT */
/* Many machines: what tells where a rule holds. The rates are those of the table in docs/fleet.md, of fewer
 * fleets. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fisher.h"
#include "made_fleet.h"

enum { FLEETS = 100, MACHINES = 40, RULES = 31 };

/* R 4.2: fisher.test(matrix(c(3, 1, 1, 3), 2))$p.value and so on. */
static void fisher_as_in_r(void **state)
{
    (void)state;
    assert_float_equal(fisher_exact(3, 4, 1, 4), 0.4857142857, 1e-9);
    assert_float_equal(fisher_exact(8, 10, 1, 6), 0.03496503497, 1e-9);
    assert_float_equal(fisher_exact(10, 10, 0, 10), 1.082508822e-05, 1e-12);
    assert_float_equal(fisher_exact(0, 10, 10, 10), 1.082508822e-05, 1e-12);
    assert_float_equal(fisher_exact(5, 10, 5, 10), 1, 1e-9);
    assert_float_equal(fisher_exact(0, 0, 1, 2), 1, 1e-9);
}

static void rates(void **state)
{
    (void)state;
    size_t found = 0, claimed = 0;
    for (uint64_t seed = 1; seed <= FLEETS; seed++) {
        struct fleet fleet;
        bool first;
        fleet_make(seed, MACHINES, RULES, true, &fleet);
        assert_int_equal(fleet_judge(&fleet), 0);
        fleet_splits_told(&fleet, &first);
        found += first;
        fleet_free(&fleet);
        fleet_make(seed, MACHINES, RULES, false, &fleet);
        assert_int_equal(fleet_judge(&fleet), 0);
        claimed += fleet_splits_told(&fleet, &first) > 0;
        fleet_free(&fleet);
    }
    assert_true(found >= 95);
    assert_true(claimed <= 5);
}

static void a_split_has_its_threshold(void **state)
{
    (void)state;
    const double values[] = {1,   2,  4,  8,  16, 32, 64, 128, /* the same machines' second property */
                             NAN, 10, 10, 10, 20, 20, 20, 20};
    const enum fleet_word words[] = {FLEET_HOLDS, FLEET_HOLDS, FLEET_HOLDS, FLEET_HOLDS,
                                     FLEET_FAILS, FLEET_FAILS, FLEET_FAILS, FLEET_OPEN};
    struct fleet_split split;
    assert_int_equal(fleet_split_find(values, 2, 8, words, &split), 0);
    assert_int_equal(split.property, 0);
    assert_float_equal(split.threshold, 16, 0);
    assert_int_equal(split.holds, 0);
    assert_int_equal(split.count, 3);
    assert_int_equal(split.holds_below, 4);
    assert_int_equal(split.count_below, 4);
    assert_int_equal(split.tried,
                     7); /* six of the first property; of the second one, as a machine's is not known */
    assert_float_equal(split.p, 7.0 / 35, 1e-9);
}

static void where_all_are_alike_there_is_no_split(void **state)
{
    (void)state;
    const double values[] = {4, 4, 4};
    const enum fleet_word words[] = {FLEET_HOLDS, FLEET_FAILS, FLEET_HOLDS};
    struct fleet_split split;
    assert_int_equal(fleet_split_find(values, 1, 3, words, &split), 0);
    assert_int_equal(split.tried, 0);
    assert_float_equal(split.p, 1, 0);
}

static void put_crossover(struct fleet_row *row, double low, double high, enum fleet_word word, double ratio)
{
    *row = (struct fleet_row){.rule = "many",
                              .runtime = "native",
                              .kind = "crossover",
                              .better = "event-loop",
                              .worse = "thread-per-task",
                              .word = (unsigned char)word,
                              .rule_word = (unsigned char)word,
                              .effect = 0.1,
                              .ratio = ratio,
                              .low = ratio / 1.1,
                              .high = ratio * 1.1,
                              .crossing = low,
                              .crossing_low = low,
                              .crossing_high = high,
                              .value = NAN};
}

/* Ten machines: one is ahead from the first point on, so that up to 16 the other is good enough on nine. */
static void a_default_holds_on_nine_of_ten(void **state)
{
    (void)state;
    struct fleet fleet;
    size_t within, measured;
    fleet_make(3, 10, 1, false, &fleet);
    for (size_t i = 0; i < 10; i++)
        put_crossover(&fleet.machines[i].rows[0], i < 5 ? 16 : 64, i < 5 ? 64 : 1000, FLEET_HOLDS, 2);
    put_crossover(&fleet.machines[3].rows[0], NAN, NAN, FLEET_FAILS, 3);
    put_crossover(&fleet.machines[4].rows[0], NAN, NAN, FLEET_FAILS, 0.9);
    assert_int_equal(fleet_judge(&fleet), 0);
    const struct fleet_group *group = &fleet.groups[0];
    assert_int_equal(group->line_count, 2);
    assert_true(group->lines[0].is_rule);
    assert_float_equal(fleet_default_up_to(&group->lines[1], 10, &within, &measured), 16, 0);
    assert_int_equal(within, 9);
    assert_int_equal(measured, 10);
    assert_int_equal(group->lines[1].crossing_count, 8);
    assert_float_equal(group->lines[1].lowest, 0.9, 0);
    assert_float_equal(group->lines[1].highest, 3, 0);
    assert_true(group->lines[1].excess > 0.5);
    fleet_free(&fleet);
}

static void of_one_machine_the_newest_counts(void **state)
{
    (void)state;
    struct fleet fleet;
    fleet_make(3, 4, 2, false, &fleet);
    for (size_t i = 0; i < 3; i++) {
        strcpy(fleet.machines[i].id, "the same");
        fleet.machines[i].time = i == 1 ? 9 : 1;
    }
    strcpy(fleet.machines[2].build, "another");
    assert_int_equal(fleet_judge(&fleet), 0);
    assert_int_equal(fleet.used, 3);
    assert_int_equal(fleet.group_count, 2);
    assert_int_equal(fleet.groups[0].machine_count, 2);
    assert_non_null(strstr(fleet.machines[3].note, "a newer run of the same machine is in fleet/00001"));
    fleet_free(&fleet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fisher_as_in_r),
        cmocka_unit_test(rates),
        cmocka_unit_test(a_split_has_its_threshold),
        cmocka_unit_test(where_all_are_alike_there_is_no_split),
        cmocka_unit_test(a_default_holds_on_nine_of_ten),
        cmocka_unit_test(of_one_machine_the_newest_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
