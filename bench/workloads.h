/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_WORKLOADS_H
#define CROSSPOINT_WORKLOADS_H

#include "workload.h"

extern const struct workload workload_null_empty, workload_cpu_sum_squares, workload_io_sleep,
    workload_io_echo, workload_create_empty;

#endif
