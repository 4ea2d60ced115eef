/* SPDX-License-Identifier: MIT */
/* One sample, seen from the parent: a fresh process, its row, its time limit, and nothing left behind. */
#ifndef CROSSPOINT_LAUNCH_H
#define CROSSPOINT_LAUNCH_H

#include <signal.h>
#include <stdint.h>

#include "cell.h"
#include "program.h"
#include "result.h"

struct launch {
    const struct program *plugin;  /* NULL: what own_work_load has loaded */
    const struct program *program; /* whose `launch` command to start; opened */
    int topology; /* a file: topology.xml of this machine; inherited, and read as /proc/self/fd/N */
    const struct cell *cell;
    uint64_t items;
    double rate; /* as of runtime_launch */
    double timeout_s;
    size_t padding_bytes; /* of the environment: shifts the stack, so that its layout is sampled */
};

/* To be called once before the first launch: orphans of launches become our children, and SIGINT and SIGTERM
 * only set a flag that launch_run and launch_interrupted look at. */
void launch_set_up(void);
int launch_interrupted(void);

/* After the last launch: SIGINT and SIGTERM end the process again, as they did before launch_set_up. */
void launch_tear_down(void);

/* Runs one sample and fills the row's columns from RUNTIME to CPUS_OBSERVED, STATUS and REASON among them:
 * `failed` if it crashed, hung or did wrong work. All processes of the launch have ended and been awaited
 * when it returns. -1: interrupted, no row. */
int launch_run(const struct launch *launch, struct row_buffer *row);

#endif
