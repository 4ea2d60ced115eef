/* SPDX-License-Identifier: MIT */
/* What else the machine did while we measured: the kernel's counters and three canaries, never a measured
 * cell. */
#ifndef CROSSPOINT_ENVIRONMENT_H
#define CROSSPOINT_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "result.h"

/* Since boot, summed over processing units. */
struct environment {
    uint64_t wall_ns;
    uint64_t busy_ns;      /* /proc/stat: all but idle, iowait and steal */
    uint64_t stolen_ns;    /* /proc/stat: steal */
    uint64_t own_ns;       /* CPU time of this process and of all children awaited */
    uint64_t throttled_ns; /* cgroup cpu.stat */
    bool throttled_known;
    unsigned units;         /* online */
    uint64_t swapped_pages; /* /proc/vmstat: pswpin + pswpout */
    int64_t suspended_ns;   /* CLOCK_BOOTTIME - CLOCK_MONOTONIC: moves when the machine sleeps */
};

void environment_read(struct environment *environment);

/* The counters of a /proc/stat: busy_ns, stolen_ns and units. tick_ns: 10^9 / sysconf(_SC_CLK_TCK). */
void environment_parse_stat(const char *text, uint64_t tick_ns, struct environment *environment);

/* What happened between two readings; fractions are of capacity (wall time x units). NaN: not known. */
struct disturbance {
    double steal_fraction, foreign_cpu_fraction, throttled_ns, swapped_pages, clock_jump_ns;
};
struct disturbance environment_between(const struct environment *before, const struct environment *after);

/* The three columns of a row. */
void disturbance_fill_row(const struct disturbance *disturbance, struct row_buffer *row);

/* Fixed work whose time tells whether the machine itself changed: integer arithmetic, dependent loads from a
 * table beyond the caches of a core, wake-ups through a pipe on one unit. Best of several rounds, in ns; 0:
 * could not run. Runs in a child bound to os_index; takes some 50 ms. */
enum canary { CANARY_INTEGER, CANARY_MEMORY, CANARY_WAKE_UP, CANARY_COUNT };
extern const char *const canary_names[CANARY_COUNT];
void canaries_measure(unsigned os_index, double ns[CANARY_COUNT]);

#endif
