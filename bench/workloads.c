/* SPDX-License-Identifier: MIT */
/* What there is to measure: one line a workload. */
#include "workloads.h"

const struct workload *const workloads[] = {
    &workload_null_empty, &workload_cpu_sum_squares, &workload_io_sleep,
    &workload_io_echo,    &workload_create_empty,    NULL,
};
