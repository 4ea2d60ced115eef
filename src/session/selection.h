/* SPDX-License-Identifier: MIT */
/* Which cells a command works on: those that rules name, and the grid of all workloads under all models. */
#ifndef CROSSPOINT_SELECTION_H
#define CROSSPOINT_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "plan.h"
#include "rules.h"
#include "runtime.h"

struct profile {
    const char *name, *summary;
    unsigned blocks;
    double launch_ms;   /* 0: the least work that a cell can do, which takes no calibrating */
    unsigned ab_blocks; /* of two builds; many short launches tell more than few long ones of as much time */
    double ab_launch_ms;
    double timeout_s;
    enum rule_values values;
    bool grid;  /* the grid as well: each model under each workload */
    bool tails; /* enough events for the latency quantiles that rules ask for */
    bool gate;  /* disturbed blocks are repeated and do not count */
};
extern const struct profile profiles[];
extern const size_t profile_count;
const struct profile *profile_find(const char *name); /* NULL if unknown */

enum { SELECTION_VALUES_MAX = 32, SELECTION_AXES_MAX = 8 };

struct selection {
    const struct profile *profile;
    const struct rules *rules;
    bool own_work;  /* the user's: the grid has its workloads only, and rules that come along are asked for */
    bool own_rules; /* the user's: a profile then has their cells only, and no grid besides */
    const char *rule_ids[SELECTION_VALUES_MAX]; /* none: all */
    size_t rule_count;
    const char *runtime_kind; /* "native", "cpython"; NULL: all */
    const char *filter;       /* extended regular expression over cell names, or NULL */
    /* NULL, or of a plan with two builds: the metric by which each cell is compared with its other build and
     * with no other cell. */
    const enum column *ab_metric;
    /* Any of them given: the grid, with each of these values, instead of the rules' cells. */
    struct selection_axis {
        const char *key; /* "workers", "conc", "place" or a workload's own */
        const char *values[SELECTION_VALUES_MAX];
        size_t count;
    } axes[SELECTION_AXES_MAX];
    size_t axis_count;
};

/* Is it one of the runtimes that are asked for? */
bool selection_has_runtime(const struct selection *selection, const struct runtime *runtime);

/* Fills plan->cells with groups and items_min. No cell left is an error, as are unknown rules and cells that
 * are not written canonically in a rule (the verdict would not find them). */
int selection_build(const struct selection *selection, unsigned workers_max, struct plan *plan,
                    struct error *error);

#endif
