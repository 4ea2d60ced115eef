/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "workloads.h"

const struct workload *const workloads[] = {WORKLOAD_TABLE, NULL};
