/* SPDX-License-Identifier: MIT */
/* What else the machine did while we measured: the kernel's counters, never our own times. */
#ifndef CROSSPOINT_ENVIRONMENT_H
#define CROSSPOINT_ENVIRONMENT_H

#include <stdint.h>

#include "result.h"

/* Since boot, summed over processing units. */
struct environment {
    uint64_t wall_ns;
    uint64_t busy_ns;      /* /proc/stat: all but idle, iowait and steal */
    uint64_t stolen_ns;    /* /proc/stat: steal */
    uint64_t own_ns;       /* CPU time of this process and of all children awaited */
    uint64_t throttled_ns; /* cgroup cpu.stat */
    int throttled_known;
    unsigned units; /* online */
};

void environment_read(struct environment *environment);

/* What happened between two readings; fractions are of capacity (wall time x units). NaN: not known. */
struct disturbance {
    double steal_fraction, foreign_cpu_fraction, throttled_ns;
};
struct disturbance environment_between(const struct environment *before, const struct environment *after);

/* The three columns of a row. */
void disturbance_fill_row(const struct disturbance *disturbance, struct row_buffer *row);

#endif
