/* SPDX-License-Identifier: MIT */
/* How tasks are run: strategy x carrier. The table is in model.c. */
#ifndef CROSSPOINT_MODEL_H
#define CROSSPOINT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workload.h"

struct run;
struct carrier;

struct model {
    const char *name, *summary;
    const struct carrier *carrier; /* NULL: the calling thread */
    unsigned gives;                /* enum model_trait, of a workload's task() */
    unsigned gives_begin;          /* loops: the traits that a workload's begin() has besides */
    unsigned gives_parked;         /* coroutines: those of a task() that parks */
    bool coroutines;               /* a loop, but task() runs in it, and never begin() */
    bool loop;                     /* tasks in flight are not workers: `workers` and `conc` are independent */
    bool offloads;                 /* its workers are a pool beside a loop, for workloads that offload */
    unsigned workers_max;          /* 0: no limit of its own */
    const char *workers_max_words; /* "libuv's pool has at most 1024 threads" */
    int (*start)(struct run *);    /* makes the workers; all are ready when it returns. -1: run->error */
    int (*run)(struct run *,
               uint64_t task_count); /* the timed part: returns when the last task has completed */
    void (*stop)(struct run *);      /* awaits the workers; none is left when it returns */
};

extern const struct model *const models[]; /* ends with NULL */

const struct model *model_find(const char *name); /* NULL if unknown */

/* One worker, one task in flight: what others are measured against. */
bool model_is_reference(const struct model *model);

/* Are the workload's tasks begun in a loop, so that those in flight are not workers? */
bool model_drives_loops(const struct model *model, const struct workload *workload);

/* Does the workload go with the model? -1: text says why not, in words for users. The table of these words is
 * in model.c. */
int model_fits(const struct model *model, const struct workload *workload, char *text, size_t text_bytes);

extern const struct model model_serial;
extern const struct model model_thread_per_task, model_process_per_task;
extern const struct model model_thread_pool, model_process_pool;
extern const struct model model_event_loop, model_event_loop_threads, model_event_loop_processes;
extern const struct model model_event_loop_offload;
extern const struct model model_coroutines;

#endif
