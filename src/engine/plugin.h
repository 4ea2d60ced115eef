/* SPDX-License-Identifier: MIT */
/* A shared object with one workload in it. */
#ifndef CROSSPOINT_PLUGIN_H
#define CROSSPOINT_PLUGIN_H

#include "error.h"

/* Its workload becomes one of the table's; it stays loaded as long as the process lives. -1 with error, which
 * names the file. */
int plugin_load(const char *path, struct error *error);

#endif
