/* SPDX-License-Identifier: MIT */
/* Results of many machines: where does a rule hold, and where not? Nothing is pooled: each machine's verdict
 * and ratio stand as they were judged there. */
#ifndef CROSSPOINT_FLEET_H
#define CROSSPOINT_FLEET_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "fleet_machine.h"
#include "fleet_split.h"

/* A rule under a runtime, or one of its pairs (compared cells), over the machines of a group. */
struct fleet_line {
    const struct fleet_row *sample; /* of the first machine that has it: names, cells, effect */
    size_t rule, number;            /* where its rule's line and itself were first met */
    bool is_rule;                   /* words are the rule's, and it alone has a split */
    const struct fleet_row **rows;  /* [machines of the group]; NULL: not measured there */
    size_t words[3];                /* by enum fleet_word: machines that have it */
    size_t ratio_count;             /* machines that have a ratio */
    double median, lowest, highest; /* of the ratios; NaN: none */
    double excess; /* I2 (Higgins and Thompson 2002): share of the ratios' scatter that their intervals do not
                      explain; NaN: fewer than two have an interval */
    size_t crossing_count;              /* machines where it crosses, or is ahead throughout */
    double crossing_low, crossing_high; /* lowest and highest end of their brackets */
    struct fleet_split split;
    double split_p; /* of the split, Holm-adjusted over the rules of the group */
};

/* Machines of one build and plan. */
struct fleet_group {
    struct fleet_machine *machines; /* of the fleet's; newest of each machine */
    size_t machine_count;
    struct fleet_line *lines; /* a rule, then its pairs; in the order of the first folder that has them */
    size_t line_count;
    size_t others; /* of the first group: how many there are besides */
};

struct fleet {
    struct fleet_machine *machines; /* those that are left out last */
    size_t machine_count, used;
    struct fleet_group *groups; /* the largest first */
    size_t group_count;
};

extern const double fleet_alpha; /* 5 %: the chance that any split told in a group is none */

/* paths: folders that hold results folders, at whatever depth. 0, or -1 with error. Free with fleet_free also
 * after an error. */
int fleet_load(const char *const *paths, size_t count, struct fleet *fleet, struct error *error);
void fleet_free(struct fleet *fleet);

/* Of a fleet whose machines are set: groups, lines and splits; what is left out goes last. -1: out of memory.
 */
int fleet_judge(struct fleet *fleet);

/* Of a crossover: up to where on its sweep `worse` may be the default of the whole fleet, being within the
 * effect of `better` on nine machines of ten; on how many of how many it is so. NaN: there is no such point,
 * or it was not measured on two machines. INFINITY: at every point measured. */
double fleet_default_up_to(const struct fleet_line *line, size_t machines, size_t *within, size_t *measured);

#endif
