/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_FLEET_LINE_H
#define CROSSPOINT_FLEET_LINE_H

#include "fleet.h"

/* Lines of all that the group's machines have verdicts of, but for splits. -1: out of memory. */
int fleet_lines_make(struct fleet_group *group);
void fleet_lines_free(struct fleet_group *group);

#endif
