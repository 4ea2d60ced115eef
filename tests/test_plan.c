/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "plan.h"

enum { CELLS = 7 };

static struct plan make(uint64_t seed)
{
    struct plan plan = {.blocks = 3, .seed = seed};
    for (unsigned i = 0; i < CELLS; i++) {
        struct cell cell = {
            .runtime = "native", .family = "cpu", .workload = "w", .model = "m", .workers = i + 1};
        assert_int_equal(plan_add(&plan, &cell), i);
    }
    return plan;
}

static void a_block_holds_each_cell_once(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct plan plan = make(seed);
        size_t order[CELLS];
        unsigned seen = 0;
        plan_order(&plan, (unsigned)seed % 5, order);
        for (size_t i = 0; i < CELLS; i++)
            seen |= 1u << order[i];
        assert_int_equal(seen, (1u << CELLS) - 1);
        plan_free(&plan);
    }
}

static void the_order_depends_on_seed_and_block_only(void **state)
{
    (void)state;
    struct plan plan = make(42), other = make(43);
    size_t first[CELLS], again[CELLS], next_block[CELLS], other_seed[CELLS];
    plan_order(&plan, 1, first);
    plan_order(&plan, 2, next_block);
    plan_order(&plan, 1, again);
    plan_order(&other, 1, other_seed);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, next_block, sizeof first);
    assert_memory_not_equal(first, other_seed, sizeof first);
    plan_free(&plan);
    plan_free(&other);
}

/* 6 degrees of freedom: chi-square above 22.5 has p = 0.001; the seeds are fixed. */
static void every_cell_comes_first_equally_often(void **state)
{
    (void)state;
    struct plan plan = make(1);
    unsigned count[CELLS] = {0};
    double chi_square = 0;
    for (unsigned block = 0; block < 7000; block++) {
        size_t order[CELLS];
        plan_order(&plan, block, order);
        count[order[0]]++;
    }
    for (size_t i = 0; i < CELLS; i++)
        chi_square += (count[i] - 1000.0) * (count[i] - 1000.0) / 1000.0;
    assert_true(chi_square < 22.5);
    plan_free(&plan);
}

static void cells_are_added_once_and_groups_grow_together(void **state)
{
    (void)state;
    struct plan plan = make(1);
    struct cell again = plan.cells[2].cell;
    assert_int_equal(plan_add(&plan, &again), 2);
    assert_int_equal(plan.count, CELLS);
    plan_join(&plan, 0, 1);
    plan_join(&plan, 2, 3);
    assert_int_not_equal(plan.cells[1].group, plan.cells[2].group);
    plan_join(&plan, 3, 1);
    assert_int_equal(plan.cells[0].group, plan.cells[2].group);
    assert_int_equal(plan.cells[0].group, plan.cells[3].group);
    assert_int_not_equal(plan.cells[0].group, plan.cells[4].group);
    plan_free(&plan);
}

static void an_ab_plan_has_each_cell_of_both_builds(void **state)
{
    (void)state;
    struct plan plan = make(1);
    assert_int_equal(plan_double(&plan), 0);
    assert_int_equal(plan.count, 2 * CELLS);
    for (size_t i = 0; i < CELLS; i++) {
        assert_int_equal(plan_find(&plan, plan.cells[i].name, 0), i);
        assert_int_equal(plan_find(&plan, plan.cells[i].name, 1), CELLS + i);
        assert_int_equal(plan.cells[i].group, plan.cells[CELLS + i].group);
    }
    plan_free(&plan);
}

static void cells_of_a_group_stand_together(void **state)
{
    (void)state;
    struct plan plan = make(9);
    plan_join(&plan, 0, 4);
    plan_join(&plan, 4, 6);
    plan_join(&plan, 1, 3);
    unsigned first_of_three[CELLS] = {0};
    for (unsigned block = 0; block < 300; block++) {
        size_t order[CELLS], changes = 0, first = CELLS;
        unsigned seen = 0;
        plan_order(&plan, block, order);
        for (size_t i = 0; i < CELLS; i++) {
            seen |= 1u << order[i];
            changes += i > 0 && plan.cells[order[i]].group != plan.cells[order[i - 1]].group;
            if (first == CELLS && plan.cells[order[i]].group == plan.cells[0].group)
                first = order[i];
        }
        assert_int_equal(seen, (1u << CELLS) - 1);
        assert_int_equal(changes, 3); /* four groups */
        first_of_three[first]++;
    }
    assert_true(first_of_three[0] > 70 && first_of_three[4] > 70 && first_of_three[6] > 70);
    plan_free(&plan);
}

static void builds_stand_side_by_side_in_balanced_order(void **state)
{
    (void)state;
    struct plan plan = make(5);
    unsigned base_first[CELLS] = {0};
    assert_int_equal(plan_double(&plan), 0);
    for (unsigned block = 0; block < 10; block++) {
        size_t order[2 * CELLS];
        unsigned seen = 0;
        plan_order(&plan, block, order);
        for (size_t i = 0; i < 2 * CELLS; i += 2) {
            assert_int_equal(order[i] % CELLS, order[i + 1] % CELLS);
            assert_int_not_equal(order[i], order[i + 1]);
            base_first[order[i] % CELLS] += order[i] < CELLS;
            seen |= 1u << order[i] % CELLS;
        }
        assert_int_equal(seen, (1u << CELLS) - 1);
    }
    for (size_t i = 0; i < CELLS; i++)
        assert_int_equal(base_first[i], 5);
    plan_free(&plan);
}

static void skipped_cells_take_no_time(void **state)
{
    (void)state;
    struct plan plan = make(1);
    for (size_t i = 0; i < CELLS; i++)
        plan.cells[i].launch_s = 1;
    snprintf(plan.cells[4].skip, sizeof plan.cells[4].skip, "no");
    assert_true(plan_expected_s(&plan) == 3.0 * (CELLS - 1));
    plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_holds_each_cell_once),
        cmocka_unit_test(the_order_depends_on_seed_and_block_only),
        cmocka_unit_test(every_cell_comes_first_equally_often),
        cmocka_unit_test(cells_are_added_once_and_groups_grow_together),
        cmocka_unit_test(an_ab_plan_has_each_cell_of_both_builds),
        cmocka_unit_test(cells_of_a_group_stand_together),
        cmocka_unit_test(builds_stand_side_by_side_in_balanced_order),
        cmocka_unit_test(skipped_cells_take_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
