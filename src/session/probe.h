/* SPDX-License-Identifier: MIT */
/* What a filter of system calls or a policy may forbid, tried once before anything is measured. */
#ifndef CROSSPOINT_PROBE_H
#define CROSSPOINT_PROBE_H

#include "error.h"
#include "topology.h"

/* In a child: makes a thread, and binds itself to a processing unit. unbound->text: why that cannot be done,
 * or "". 0; -1 with error where threads are forbidden; a limit on them is told by each cell that it skips. */
int probe_launches(const struct topology *topology, struct error *unbound, struct error *error);

#endif
