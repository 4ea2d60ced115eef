/* SPDX-License-Identifier: MIT */
/* Where and with what it was measured: recorded in run.json, never gated on. docs/results.md explains each
 * key. */
#ifndef CROSSPOINT_METADATA_H
#define CROSSPOINT_METADATA_H

#include <jansson.h>

#include "topology.h"

/* {"machine": …, "system": …, "limits": …, "versions": …}; what cannot be read is left out. A new reference.
 */
json_t *metadata_collect(const struct topology *topology);

#endif
