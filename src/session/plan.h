/* SPDX-License-Identifier: MIT */
/* Which cells, how much work each, in what order. Pure. */
#ifndef CROSSPOINT_PLAN_H
#define CROSSPOINT_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "cell.h"
#include "error.h"

struct plan_cell {
    struct cell cell; /* completed */
    char name[CELL_NAME_BYTES];
    unsigned build; /* whose program and results folder; 0 but for A/B runs */
    size_t group;   /* cells of one group are compared and do the same work */
    uint64_t items; /* 0: not calibrated yet */
    double rate;    /* of a cell with a load: messages a second; 0: a closed loop, or not calibrated yet */
    uint64_t items_min; /* that a metric of it needs */
    char skip[256];     /* why it cannot run here; empty: it can */
    double launch_s;    /* how long a launch takes, 0: not known */
};
struct plan {
    struct plan_cell *cells;
    size_t count;
    unsigned blocks;
    uint64_t seed;
};

void plan_free(struct plan *plan);

/* Index of the cell in build 0, added if it is new; -1: out of memory. */
long plan_add(struct plan *plan, const struct cell *cell);
long plan_find(const struct plan *plan, const char *name, unsigned build);

/* Adds every cell once more, as build 1 and in the same group: an A/B run. 0, or -1: out of memory. */
int plan_double(struct plan *plan);

/* Puts the groups of two cells together. */
void plan_join(struct plan *plan, size_t a, size_t b);

/* The order of a block: order[count] becomes a shuffle of 0 .. count - 1 that depends on seed and block only
 * (Fisher-Yates over splitmix64). Groups come in random order and cells within a group too, so that what is
 * compared is measured within seconds and shares the machine's mood. The two builds of a cell stand side by
 * side, first one in front and then the other from block to block. */
void plan_order(const struct plan *plan, unsigned block, size_t *order);

/* A number from 0 to limit - 1 that depends on seed, block and slot only: padding of a launch. */
uint64_t plan_random(const struct plan *plan, unsigned block, unsigned slot, uint64_t limit);

/* Expected time of all blocks, in seconds. */
double plan_expected_s(const struct plan *plan);

#endif
