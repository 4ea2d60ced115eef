/* SPDX-License-Identifier: MIT */
/* The workloads that there are. */
#ifndef CROSSPOINT_WORKLOAD_TABLE_H
#define CROSSPOINT_WORKLOAD_TABLE_H

#include <stdbool.h>

#include "error.h"
#include "workload.h"

/* Made from bench/meson.build; ends with NULL, and has room for some of the user's own behind. */
extern const struct workload *workloads[];
enum { WORKLOADS_OWN_MAX = 2 };

/* NULL if unknown. */
const struct workload *workload_find(const char *family, const char *name);

/* One more, the user's own: before any cell is looked at. What the table keeps is a copy, completed. -1 with
 * error: it is not what a workload has to be. */
int workload_add_own(const struct workload *workload, struct error *error);
bool workload_is_own(const struct workload *workload);

#endif
