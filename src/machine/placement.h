/* SPDX-License-Identifier: MIT */
/* (policy, units, workers) -> the unit of each worker. Pure. */
#ifndef CROSSPOINT_PLACEMENT_H
#define CROSSPOINT_PLACEMENT_H

#include <stddef.h>

#include "error.h"
#include "topology.h"

struct seat; /* a unit and what a policy sorts by; private to placement.c */

struct placement_policy {
    const char *name;    /* none, compact, scatter, one-core, split */
    const char *summary; /* one line for list and --help */
    /* Required. Puts seats into the order in which workers take them and returns how many of them the work
     * may use; worker i sits on seat i % return. 0: no binding (none). */
    size_t (*arrange)(struct seat *seats, size_t count);
    /* Optional: the same for the load generator. NULL: it goes unbound with `none`, else on the units that no
     * worker sits on (on all if there is none), those farthest from the first in compact order first. */
    size_t (*arrange_generator)(struct seat *seats, size_t count);
    size_t units_min; /* fewer allowed units than this: the cell is skipped */
};

extern const struct placement_policy placement_policies[];
extern const size_t placement_policy_count;

/* NULL if unknown. */
const struct placement_policy *placement_find(const char *name);

/* Fills os_indices[worker_count] with the unit of each worker; unit_count and worker_count are at least 1.
 * Returns how many distinct units that uses; 0 means "unbound" (policy none; os_indices untouched); -1 with
 * error if units are fewer than policy->units_min or memory ends. */
int placement_assign(const struct placement_policy *policy, const struct unit *units, size_t unit_count,
                     unsigned *os_indices, size_t worker_count, struct error *error);

/* The same for the load generator's threads, beside worker_count workers. */
int placement_assign_generator(const struct placement_policy *policy, const struct unit *units,
                               size_t unit_count, size_t worker_count, unsigned *os_indices,
                               size_t thread_count, struct error *error);

/* "0-1,4" from a list of os indices (any order, repeats allowed). Ends in "..." where text is too short. */
void placement_format(const unsigned *os_indices, size_t count, char *text, size_t text_bytes);

#endif
