/* SPDX-License-Identifier: MIT */
/* What there is to measure: a declaration and a line of the table for each workload. */
#ifndef CROSSPOINT_WORKLOADS_H
#define CROSSPOINT_WORKLOADS_H

#include "workload.h"

extern const struct workload workload_null_empty;
extern const struct workload workload_cpu_sum_squares;
extern const struct workload workload_io_sleep;
extern const struct workload workload_io_echo;
extern const struct workload workload_create_empty;

/* clang-format off */
#define WORKLOAD_TABLE          \
    &workload_null_empty,       \
    &workload_cpu_sum_squares,  \
    &workload_io_sleep,         \
    &workload_io_echo,          \
    &workload_create_empty
/* clang-format on */

#endif
