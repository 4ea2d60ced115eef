/* SPDX-License-Identifier: MIT */
/* libuv's own threads, which do what loops ask of files. */
#ifndef CROSSPOINT_FILE_POOL_H
#define CROSSPOINT_FILE_POOL_H

#include "workload.h"

/* In prepare(), if run_in_loops(): as many threads as tasks in flight, 1,024 at most, or in each of several
 * processes its share of them. -1: run_error() has said why. */
int file_pool_start(struct run *run);

#endif
