/* SPDX-License-Identifier: MIT */
/* Where cells run: a cell's first word. What plans and sessions know of a cell they know through its runtime.
 */
#ifndef CROSSPOINT_RUNTIME_H
#define CROSSPOINT_RUNTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "catalogue.h"
#include "cell.h"
#include "error.h"
#include "program.h"
#include "result.h"
#include "topology.h"

struct driver; /* driver.h */

struct runtime {
    char name[16];                     /* native, cpython3.11 */
    const char *kind;                  /* what rules call it: native, cpython */
    const struct catalogue *catalogue; /* NULL: nothing is known of its cells, and none can run */
    struct driver *driver;             /* NULL: native */
    struct error absent;               /* why none of its cells can run here; "": they can */
};

/* Native first. */
const struct runtime *const *runtimes_all(size_t *count);

/* One more: the interpreter (NULL: the first python3 there is) says of itself what it is. One that is no good
 * is a runtime too, whose cells are skipped with the reason. -1 with error: a second of the same name, too
 * many, or no driver.py. */
int runtimes_add_python(const char *interpreter, struct error *error);

/* One that has said already what it is, in an open file of the driver's description; takes neither. */
int runtimes_add_described(const char *interpreter, int description, struct error *error);

/* Which interpreters have a task that own_work_load has named: -1 with error, which says why none has. */
int runtimes_check_own(struct error *error);

/* An absent one, as an earlier run recorded it. */
int runtimes_add_absent(const char *name, const char *reason, struct error *error);

/* All but native. */
void runtimes_forget(void);

/* The runtime of a cell that is completed; NULL if there is none of its name. */
const struct runtime *runtime_of(const struct cell *cell);

/* Checks that there is such a cell and completes its name (workers:max becomes workers_max, defaults stand in
 * it). -1: error names what is wrong and what is known; an unknown runtime is an error. */
int runtime_complete(struct cell *cell, unsigned workers_max, struct error *error);

/* The same of a cell that a rule or a plan names: one that a runtime beside native does not have is left as
 * it is written, and is not runnable. */
int runtime_complete_named(struct cell *cell, unsigned workers_max, struct error *error);

/* Of completed cells. */
const struct workload *runtime_workload(const struct cell *cell); /* NULL: nothing is known of it */
const struct model *runtime_model(const struct cell *cell);
/* The work that a launch does when `items` are asked for, at least; *granule (may be NULL): what it is a
 * multiple of. */
uint64_t runtime_items(const struct cell *cell, uint64_t items, uint64_t *granule);
/* Whether the cell can run here. -1: error is the reason of a `skipped` row. */
int runtime_runnable(const struct cell *cell, const struct topology *topology, struct error *error);
/* The cell's own columns of a row. */
void runtime_fill_row(const struct cell *cell, struct row_buffer *row);

/* One sample to be taken. */
struct runtime_launch {
    const struct program *program; /* the build that is measured */
    const struct program *plugin;  /* its own; NULL: what own_work_load has loaded */
    const struct cell *cell;
    uint64_t items;
    double rate;  /* messages a second that are offered; 0: none are, it is a closed loop */
    int topology; /* a descriptor of this machine's topology.xml */
};

/* In a process of the launch's own, whose output goes to the caller: becomes the launch. Returns with errno
 * if it cannot. */
void runtime_become_launch(const struct runtime_launch *launch);
/* What a launch printed, which is cut up, as a row. -1 if it is none. */
int runtime_read_row(char *text, struct row_buffer *row);

#endif
