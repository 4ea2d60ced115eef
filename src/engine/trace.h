/* SPDX-License-Identifier: MIT */
/* When each task of the measured round began and ended, and on which worker: by a workload that stands before
 * the real one and reads the clock twice a task. What is not traced does not know of it. */
#ifndef CROSSPOINT_TRACE_H
#define CROSSPOINT_TRACE_H

#include <stdint.h>
#include <stdio.h>

struct run;
struct trace;

enum { TRACE_TASKS_MAX = 200000 }; /* some 20 MB of JSON */

/* Before the workers start. The tasks of a round with an index below TRACE_TASKS_MAX are kept. -1 with
 * run->error. */
int trace_attach(struct run *run);

/* What a last round left, which ran from its barrier to its last completion: Trace Event Format, as Perfetto
 * and chrome://tracing read it. A worker is a process there, a place for one task in flight a thread of it,
 * so that what waits side by side lies side by side. -1: out failed. */
int trace_write(const struct run *run, const char *cell, FILE *out);

/* Tasks of the last round beyond the first TRACE_TASKS_MAX. */
uint64_t trace_left_out(const struct run *run);

#endif
