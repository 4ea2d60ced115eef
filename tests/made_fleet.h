/* SPDX-License-Identifier: MIT */
/* Fleets whose truth is known, for the test and the benchmark of splits. */
#ifndef CROSSPOINT_MADE_FLEET_H
#define CROSSPOINT_MADE_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fleet.h"

/* So many machines of random properties, with verdicts of so many rules: each holds on half of the machines,
 * at random, but for the first if it is `split`: that holds on machines of fewer than 16 units and not on the
 * others, with one verdict of twenty turned round and one of ten inconclusive. Judge it with fleet_judge,
 * free it with fleet_free. */
void fleet_make(uint64_t seed, size_t machines, size_t rules, bool split, struct fleet *fleet);

/* How many rules have a split that is told, and whether the first rule's is by the units, or by what goes
 * with them. */
size_t fleet_splits_told(const struct fleet *fleet, bool *first);

#endif
