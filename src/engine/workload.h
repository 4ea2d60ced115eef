/* SPDX-License-Identifier: MIT */
/* What a task does. A workload is one short file in bench/ and one line in bench/workloads.c. */
#ifndef CROSSPOINT_WORKLOAD_H
#define CROSSPOINT_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run;

/* A task is an index and where it runs: nothing in it crosses a process boundary. */
struct task {
    uint64_t index;  /* 0 .. task count - 1 */
    unsigned worker; /* 0 .. run->workers - 1 */
    unsigned slot;   /* 0 .. run->conc - 1; unique among the tasks in flight, all workers together */
    void *loop;      /* begin: the worker's uv_loop_t */
    /* begin: to be called once, later, from the same loop. */
    void (*complete)(struct run *, struct task *, uint64_t checksum);
};

struct workload_param {
    const char *key, *value_default, *summary;
};

struct workload {
    const char *family, *name, *summary;
    const struct workload_param *params; /* Optional: ends with a NULL key */
    const char *cell_default;            /* Optional: keys of its cells in the grid, "conc:64/place:split" */
    bool connects; /* its tasks are TCP connections to one socket: conc of them at once */

    /* Optional, once before the workers start: fills run->workload_data (from the arena, if tasks change it),
     * may set run->task_count_fixed and run->self_timed. -1: run->error says why. */
    int (*prepare)(struct run *);
    /* Required: does one task and blocks as long as it takes; returns its checksum. */
    uint64_t (*task)(struct run *, const struct task *);
    /* Optional: starts one task and returns; without it an event loop calls task(). Never completes the task
     * from within. */
    void (*begin)(struct run *, struct task *);
    /* Required: the sum of the checksums of one round of `items`, by another way than by doing it. Modulo
     * 2^64. */
    uint64_t (*checksum)(const struct run *, uint64_t items);
    /* Optional, once after the workers have stopped. */
    void (*cleanup)(struct run *);
};

/* bench/workloads.c; ends with NULL. */
extern const struct workload *const workloads[];

/* NULL if unknown. */
const struct workload *workload_find(const char *family, const char *name);

/* The value of a workload's key in this run: from the cell, or the default. */
const char *workload_param(const struct run *run, const char *key);
uint64_t workload_param_count(const struct run *run, const char *key);

/* For tasks that return index + 1: the sum over all. */
uint64_t workload_checksum_of_indices(const struct run *run, uint64_t items);

#endif
