/* SPDX-License-Identifier: MIT */
/* What else the machine did while we measured: the kernel's counters and the canaries, never a measured
 * cell. */
#ifndef CROSSPOINT_ENVIRONMENT_H
#define CROSSPOINT_ENVIRONMENT_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "result.h"

/* Since boot, summed over the processing units that we may use. */
struct environment {
    uint64_t wall_ns;
    uint64_t busy_ns;      /* /proc/stat: all but idle, iowait and steal */
    uint64_t stolen_ns;    /* /proc/stat: steal */
    uint64_t own_ns;       /* CPU time of this process and of all children awaited */
    uint64_t throttled_ns; /* cgroup cpu.stat */
    bool throttled_known;
    unsigned units;         /* of which /proc/stat tells */
    unsigned units_allowed; /* 0: not known */
    bool clock_known;
    uint64_t swapped_pages; /* /proc/vmstat: pswpin + pswpout */
    uint64_t major_faults;  /* /proc/vmstat: pgmajfault, of all processes */
    bool vmstat_known;
    uint64_t memory_available_bytes; /* /proc/meminfo: MemAvailable, now; 0: not known */
    int64_t suspended_ns;            /* CLOCK_BOOTTIME - CLOCK_MONOTONIC: moves when the machine sleeps */
    bool clock_poor; /* the clock source is hpet or acpi_pm: slow to read, and one for all units */
};

/* root stands in front of every path of /proc and the cgroups that is read: "", or a fake tree in tests. */
void environment_read(const char *root, struct environment *environment);

/* A check that has nothing to go by here, by its name in run.json, and why. */
struct blind {
    const char *check, *why;
};
enum { BLIND_MAX = 8 };
/* quota: there is a CPU quota, so that throttling can happen. Returns how many. */
size_t environment_blind(const struct environment *environment, bool quota, struct blind blind[BLIND_MAX]);

/* The counters of a /proc/stat: busy_ns, stolen_ns and how many units they are of. allowed: only of these,
 * which are all that can disturb us; NULL: of all. tick_ns: 10^9 / sysconf(_SC_CLK_TCK). */
void environment_parse_stat(const char *text, const cpu_set_t *allowed, uint64_t tick_ns,
                            struct environment *environment);

/* /proc/vmstat: swapped_pages, major_faults and vmstat_known. */
void environment_parse_vmstat(const char *text, struct environment *environment);
/* /proc/meminfo: memory_available_bytes. */
void environment_parse_meminfo(const char *text, struct environment *environment);
/* A clocksource's name, with or without a newline. */
bool environment_clock_poor(const char *name);

/* What happened between two readings; fractions are of capacity (wall time x units). NaN: not known. */
struct disturbance {
    double steal_fraction, foreign_cpu_fraction, throttled_ns, swapped_pages;
    double clock_jump_ns;          /* infinite with a poor clock */
    double major_faults;           /* recorded, never gated on */
    double memory_available_bytes; /* the lower of the two readings; recorded, never gated on */
};
struct disturbance environment_between(const struct environment *before, const struct environment *after);

/* The three columns of a row. */
void disturbance_fill_row(const struct disturbance *disturbance, struct row_buffer *row);

/* Fixed work whose time tells whether the machine itself changed: integer arithmetic, dependent loads from a
 * table beyond the caches of a core, wake-ups through a pipe on one unit; and independent arithmetic that
 * fills a core, of which another thread of that core takes its share: so much that no block is judged by it,
 * but whole sessions are told apart. Best of several rounds, in ns; 0: could not run. Runs in a child bound
 * to os_index; takes some 50 ms. */
enum canary {
    CANARY_INTEGER,
    CANARY_MEMORY,
    CANARY_WAKE_UP,
    CANARY_GATED, /* those before judge blocks */
    CANARY_THROUGHPUT = CANARY_GATED,
    CANARY_COUNT
};
extern const char *const canary_names[CANARY_COUNT];
void canaries_measure(unsigned os_index, double ns[CANARY_COUNT]);

#endif
