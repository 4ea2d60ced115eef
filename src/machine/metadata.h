/* SPDX-License-Identifier: MIT */
/* Where and with what it was measured: recorded in run.json, never gated on. docs/results.md explains each
 * key. */
#ifndef CROSSPOINT_METADATA_H
#define CROSSPOINT_METADATA_H

#include <jansson.h>

#include "error.h"
#include "topology.h"

/* {"machine": …, "system": …, "limits": …, "versions": …}; what cannot be read is left out. A new reference.
 */
json_t *metadata_collect(const struct topology *topology);

/* Whether a run that began elsewhere (its run.json) can be gone on with: the same machine and the same build.
 * 0, or -1: error says what differs. */
int metadata_expect_same(const json_t *run, const struct topology *topology, struct error *error);

#endif
