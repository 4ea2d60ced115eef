/* SPDX-License-Identifier: MIT */
/* One cell run end to end: where workload, model and placement meet. */
#ifndef CROSSPOINT_CELL_RUN_H
#define CROSSPOINT_CELL_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "catalogue.h"
#include "cell.h"
#include "error.h"
#include "result.h"
#include "run.h"
#include "topology.h"

/* Checks that there is such a cell and completes its name: workers:max becomes workers_max, `workers` that
 * follow from `conc` are left out, a missing `workers` or `place` gets its default (max, compact). -1: error
 * names what is wrong and what is known. */
int cell_complete(const struct catalogue *catalogue, struct cell *cell, unsigned workers_max,
                  struct error *error);

/* Workers and tasks in flight of a completed cell; as far as its name tells where catalogue is NULL. */
void cell_counts(const struct catalogue *catalogue, const struct cell *cell, unsigned *workers,
                 unsigned *conc);

/* The work that is done when `items` are asked for: at least a task for each in flight, whole rounds of those
 * where they wait side by side, just so many where the workload says how many. *granule (may be NULL): what
 * it is a multiple of; 0 if it cannot be chosen. */
uint64_t cell_items(const struct catalogue *catalogue, const struct cell *cell, uint64_t items,
                    uint64_t *granule);

/* Whether the cell can run here. 0, or -1: error is the reason of a `skipped` row. */
int cell_runnable(const struct catalogue *catalogue, const struct cell *cell, const struct topology *topology,
                  struct error *error);

/* What one round measured. Absent figures are 0 where 0 is impossible, else flagged. */
struct measurement {
    uint64_t items, wall_ns;
    uint64_t startup_ns; /* 0: not apart from the work */
    struct usage usage;
    uint64_t checksum, tasks_lost;
    uint64_t latency_p50_ns, latency_p90_ns, latency_p99_ns, latency_p999_ns, latency_max_ns; /* 0: too few */
    uint64_t latency_uncorrected_p50_ns, latency_uncorrected_p99_ns; /* of an open loop */
    uint64_t errors;                                                 /* of a load generator */
    double fairness;                                                 /* NaN: nobody to share with */
    double value;                                                    /* NaN: none */
    const char *value_unit;
    char invalid[160]; /* why it must not be used; empty: it may */
};

/* Prepares the workload and starts the model's workers. The cell must be completed and runnable and, like
 * topology, outlive the run. NULL with error. The caller must be single-threaded. */
struct run *cell_open(const struct cell *cell, const struct topology *topology, struct error *error);

/* The same, of a cell with a load (cell_load_percent) at so many messages a second, where 0 is a closed loop,
 * which shows what it can do; and traced, if the tasks' times are to be kept (trace.h). */
struct run *cell_open_at(const struct cell *cell, const struct topology *topology, double rate, bool traced,
                         struct error *error);

/* An unmeasured round before the first measured one. -1 with run->error. */
int cell_warm_up(struct run *run, uint64_t items);

/* One measured round; -1 with run->error if a task was lost or done twice, or the checksum is not the
 * workload's. */
int cell_measure(struct run *run, uint64_t items, struct measurement *measurement);

/* Proportional set size of the tree, 0 where the carriers did not last. */
uint64_t cell_memory_bytes(const struct run *run);

/* What the round's latencies were, until cell_free; NULL: the workload measures none. */
const struct histogram *cell_latencies(const struct run *run);

/* Stops and awaits all workers. The run can still be asked for its row until cell_free. */
void cell_close(struct run *run);
void cell_free(struct run *run);

/* The cell's own columns of a row (RUNTIME .. PLACE), for rows without a run too. */
void cell_fill_row(const struct catalogue *catalogue, const struct cell *cell, struct row_buffer *row);

/* What was measured, after cell_close; memory_bytes of 0 stays empty. */
void measurement_fill_row(const struct run *run, const struct measurement *measurement, uint64_t memory_bytes,
                          struct row_buffer *row);

#endif
