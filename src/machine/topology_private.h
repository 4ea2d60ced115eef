/* SPDX-License-Identifier: MIT */
/* What topology.c and topology_foreign.c share: from hwloc's tree to the plain array. */
#ifndef CROSSPOINT_TOPOLOGY_PRIVATE_H
#define CROSSPOINT_TOPOLOGY_PRIVATE_H

#include <hwloc.h>

#include "topology.h"

enum { TOPOLOGY_TEXT_BYTES = 256 };

struct topology {
    hwloc_topology_t hwloc; /* NULL: only described */
    bool this_system;       /* it is the machine we run on */
    struct unit *units;
    size_t unit_count;
    double quota_processors;
    char text[TOPOLOGY_TEXT_BYTES];        /* topology_describe */
    char warning[4 * TOPOLOGY_TEXT_BYTES]; /* topology_warning */
};

/* The units of a loaded topology, as far as `allowed` (NULL: all) has them, with kinds and text. 0, or -1
 * with error. */
int topology_list_units(struct topology *topology, hwloc_const_bitmap_t allowed, struct error *error);

/* hwloc heeds variables of the environment that make it discover another machine, or this one in another
 * way. Takes them out of it, and names into text those that were there; but HWLOC_HIDE_ERRORS, which only
 * silences it. */
void topology_ignore_environment(char *text, size_t text_bytes);

#endif
