/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

void plan_free(struct plan *plan)
{
    free(plan->cells);
    memset(plan, 0, sizeof *plan);
}

long plan_find(const struct plan *plan, const char *name, unsigned build)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->cells[i].build == build && strcmp(plan->cells[i].name, name) == 0)
            return (long)i;
    return -1;
}

long plan_add(struct plan *plan, const struct cell *cell)
{
    char name[CELL_NAME_BYTES];
    cell_format(cell, name);
    long found = plan_find(plan, name, 0);
    if (found >= 0)
        return found;
    struct plan_cell *cells = realloc(plan->cells, (plan->count + 1) * sizeof *cells);
    if (!cells)
        return -1;
    plan->cells = cells;
    struct plan_cell *added = &cells[plan->count];
    memset(added, 0, sizeof *added);
    added->cell = *cell;
    memcpy(added->name, name, sizeof name);
    added->group = plan->count;
    return (long)plan->count++;
}

int plan_double(struct plan *plan)
{
    struct plan_cell *cells = realloc(plan->cells, 2 * plan->count * sizeof *cells);
    if (!cells)
        return -1;
    memcpy(cells + plan->count, cells, plan->count * sizeof *cells);
    for (size_t i = plan->count; i < 2 * plan->count; i++)
        cells[i].build = 1;
    plan->cells = cells;
    plan->count *= 2;
    return 0;
}

void plan_join(struct plan *plan, size_t a, size_t b)
{
    size_t from = plan->cells[b].group, to = plan->cells[a].group;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->cells[i].group == from)
            plan->cells[i].group = to;
}

/* The other build of a cell, or -1. */
static long other_build(const struct plan *plan, size_t cell)
{
    return plan_find(plan, plan->cells[cell].name, 1 - plan->cells[cell].build);
}

static void shuffle(size_t *list, size_t count, uint64_t *state)
{
    for (size_t left = count; left > 1; left--) {
        size_t chosen = random_below(state, left), last = list[left - 1];
        list[left - 1] = list[chosen];
        list[chosen] = last;
    }
}

/* A cell with its other build behind or before it, by turns from block to block. */
static size_t put_cell(const struct plan *plan, unsigned block, size_t cell, size_t *order, size_t used)
{
    long other = other_build(plan, cell);
    uint64_t coin = plan->seed + cell;
    bool swap = other >= 0 && (random_next(&coin) + block) % 2;
    if (swap)
        order[used++] = (size_t)other;
    order[used++] = cell;
    if (other >= 0 && !swap)
        order[used++] = (size_t)other;
    return used;
}

void plan_order(const struct plan *plan, unsigned block, size_t *order)
{
    uint64_t state = plan->seed ^ ((uint64_t)block << 32);
    size_t cells[plan->count + 1], count = 0, used = 0;
    random_next(&state);
    for (size_t i = 0; i < plan->count; i++)
        if (plan->cells[i].build == 0 || other_build(plan, i) < 0)
            cells[count++] = i;
    shuffle(cells, count, &state);
    for (size_t i = 0; i < count; i++) {
        size_t group = plan->cells[cells[i]].group;
        bool seen = false;
        for (size_t before = 0; before < i; before++)
            seen |= plan->cells[cells[before]].group == group;
        for (size_t k = i; !seen && k < count; k++)
            if (plan->cells[cells[k]].group == group)
                used = put_cell(plan, block, cells[k], order, used);
    }
}

uint64_t plan_random(const struct plan *plan, unsigned block, unsigned slot, uint64_t limit)
{
    uint64_t state = plan->seed ^ ((uint64_t)block << 32) ^ slot ^ UINT64_C(0x5851f42d4c957f2d);
    random_next(&state);
    return random_below(&state, limit);
}

double plan_expected_s(const struct plan *plan)
{
    double block_s = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (!plan->cells[i].skip[0])
            block_s += plan->cells[i].launch_s;
    return block_s * plan->blocks;
}
