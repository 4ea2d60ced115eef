/* SPDX-License-Identifier: MIT */
/* Who uses the CPU besides us, by name: to tell what disturbed a run. */
#ifndef CROSSPOINT_BUSY_H
#define CROSSPOINT_BUSY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct busy_process {
    pid_t pid;
    char name[32];
    uint64_t started, ticks; /* /proc/PID/stat: start time; user and system time */
};
struct busy {
    struct busy_process *processes;
    size_t count;
    uint64_t wall_ns;
};

/* All processes but this one, as far as the kernel shows them. root: as of environment_read. What it held is
 * freed. */
void busy_read(const char *root, struct busy *busy);
void busy_free(struct busy *busy);

/* The three that used most between two readings: "cc1 (pid 12) 80 %, ld (pid 13) 9 %", in percent of a unit;
 * what used less than 1 % is left out. Names are cut to what a terminal shows safely. */
void busy_describe(const struct busy *before, const struct busy *after, char *text, size_t text_bytes);

#endif
