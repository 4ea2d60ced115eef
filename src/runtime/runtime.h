/* SPDX-License-Identifier: MIT */
/* Where cells run: a cell's first word. What plans and sessions know of a cell they know through its runtime.
 */
#ifndef CROSSPOINT_RUNTIME_H
#define CROSSPOINT_RUNTIME_H

#include <stdint.h>

#include "cell.h"
#include "error.h"
#include "program.h"
#include "result.h"
#include "topology.h"

/* One sample to be taken. */
struct runtime_launch {
    const struct program *program; /* the build that is measured */
    const struct cell *cell;
    uint64_t items;
    int topology; /* a descriptor of this machine's topology.xml */
};

struct runtime {
    const char *name, *summary;
    /* Checks that there is such a cell and completes its name (workers:max becomes workers_max, defaults
     * stand in it). -1: error names what is wrong and what is known. */
    int (*complete)(struct cell *cell, unsigned workers_max, struct error *error);
    /* Workers and tasks in flight of a completed cell. */
    void (*counts)(const struct cell *cell, unsigned *workers, unsigned *conc);
    /* The work that a launch does when `items` are asked for, at least; *granule (may be NULL): what it is a
     * multiple of. */
    uint64_t (*items)(const struct cell *cell, uint64_t items, uint64_t *granule);
    /* Whether the cell can run here. -1: error is the reason of a `skipped` row. */
    int (*runnable)(const struct cell *cell, const struct topology *topology, struct error *error);
    /* In a process of the launch's own, whose output goes to the caller: becomes the launch. Returns with
     * errno if it cannot. */
    void (*launch)(const struct runtime_launch *launch);
    /* What a launch printed, which is cut up, as a row. -1 if it is none. */
    int (*read_row)(char *text, struct row_buffer *row);
};

extern const struct runtime *const runtimes[]; /* ends with NULL */
extern const struct runtime runtime_native;

/* The runtime of a cell that is completed. */
const struct runtime *runtime_of(const struct cell *cell);

/* complete() of the cell's runtime; an unknown one is an error. */
int runtime_complete(struct cell *cell, unsigned workers_max, struct error *error);

#endif
