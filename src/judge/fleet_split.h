/* SPDX-License-Identifier: MIT */
/* What tells the machines on which a rule holds from those on which it does not. Pure: arrays in, a split
 * out. */
#ifndef CROSSPOINT_FLEET_SPLIT_H
#define CROSSPOINT_FLEET_SPLIT_H

#include <stddef.h>

enum fleet_word { FLEET_OPEN, FLEET_HOLDS, FLEET_FAILS }; /* of a machine: inconclusive, or not measured */

/* Machines with at least so much of a property against all others of which it is known. */
struct fleet_split {
    size_t property;
    double threshold;
    size_t holds, count;             /* of those at or above it: how many hold, of how many decided */
    size_t holds_below, count_below; /* of the others */
    size_t tried;                    /* splits that part the machines differently, all properties together */
    double p;                        /* Fisher's exact test, two-sided, times `tried` */
};

/* values[property * machines + machine]; NaN: not known. Of all splits the one with the smallest p; the first
 * property, and the lowest threshold, of several that part the machines alike. tried 0: no split is possible,
 * as where all are alike. Bonferroni's correction over the splits, since the best of many was chosen; that
 * over rules is the caller's. 0, or -1: out of memory. */
int fleet_split_find(const double *values, size_t properties, size_t machines, const enum fleet_word *words,
                     struct fleet_split *split);

#endif
