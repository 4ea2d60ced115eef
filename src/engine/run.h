/* SPDX-License-Identifier: MIT */
/* One cell being run in this process: what workload and model meet in, and what all workers share. */
#ifndef CROSSPOINT_RUN_H
#define CROSSPOINT_RUN_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "arena.h"
#include "carrier.h"
#include "cell.h"
#include "error.h"
#include "histogram.h"
#include "measure.h"
#include "model.h"
#include "topology.h"
#include "workload.h"

struct serving; /* serving.h */
struct waiting; /* waiting.h */

enum { RUN_UNITS_MAX = 1024 };

/* A worker's own lines of the arena. Written by the worker, read when it has stopped or is idle. */
struct run_worker {
    alignas(64) uint64_t observed[RUN_UNITS_MAX / 64]; /* binding read back, a bit a unit */
    _Atomic bool bound;                                /* observed is set */
    _Atomic uint64_t count;                            /* run_count(), of this round */
    _Atomic bool idle;                                 /* nothing to do, usage is up to date */
    _Atomic uint32_t holding;                          /* mortal workloads: tasks in hand, lost if it dies */
    struct usage usage; /* of the worker's own process since its start; zero for threads */
    int64_t migrations; /* from ready to the end; -1: unknown */
};

/* Of a mortal workload's round the tasks recorded stand above the checksum, in one word: a death between two
 * additions would leave one without the other. */
enum { RUN_RECORDED_SHIFT = 40 };

/* In the arena. */
struct run_shared {
    alignas(64) _Atomic uint64_t tasks_done; /* of this round, lost ones too */
    _Atomic uint64_t checksum;               /* mortal: with the tasks recorded, RUN_RECORDED_SHIFT */
    alignas(64) _Atomic uint32_t finished;   /* futex; bit 0: the round's last task has completed; the rest
                                                counts  deaths of workers that are to be replaced */
    _Atomic uint64_t claimed;                /* loops: next task index */
    alignas(64) _Atomic uint32_t ready;      /* futex: workers that are ready */
    _Atomic uint32_t round;                  /* futex: moves when a round starts */
    alignas(64) _Atomic uint32_t arrived;    /* tasks that wait together */
    _Atomic uint32_t gone;                   /* futex: moves when all have arrived */
    alignas(64) uint64_t items, task_count;  /* of this round */
    uint64_t clock_start_ns, clock_stop_ns;
    uint64_t startup_ns, memory_bytes; /* of workloads that tell them; 0: unknown */
    _Atomic uint64_t tasks_lost;
    _Atomic uint64_t sum;
    struct histogram latency, latency_uncorrected;
    struct run_worker workers[];
};

struct run {
    const struct cell *cell;
    const struct workload *workload;
    const struct model *model;
    const struct topology *topology;
    unsigned workers; /* carriers, loops */
    unsigned conc;    /* tasks in flight */

    bool bound;             /* place is not none */
    unsigned *worker_units; /* [workers] os indices, when bound */
    unsigned *main_units;   /* the distinct ones, ascending: the calling thread's binding */
    size_t main_unit_count;
    unsigned *generator_units; /* [generator_count] */
    size_t generator_count;    /* threads of a load generator */
    bool generator_bound;
    pid_t generator; /* a process that is no worker; 0: none */

    struct arena *arena;
    struct run_shared *shared;
    struct crew *crew; /* models whose carriers last; NULL before they are made */
    void *workload_data, *model_data;
    const struct waiting *waiting; /* of coroutines; NULL: tasks block */
    struct serving *serving;       /* NULL: it is measured */
    struct trace *trace;           /* NULL: it is not traced */

    double rate;         /* messages a second that are offered; 0: a closed loop; NaN: nobody has said */
    uint64_t startup_ns; /* making the lasting workers; 0: none */
    struct error error;
};

/* For models. */
unsigned run_distinct_units(const struct run *run);     /* processing units that the workers sit on */
void run_bind_main(struct run *run);                    /* to all of the workers' units */
void run_bind_worker(struct run *run, unsigned worker); /* and reads back; ends the process on failure */
/* After the work: what run_bind_worker has left for later, since it would count as the worker's memory. */
void run_read_back_late(struct run *run, unsigned worker);
/* Completed tasks and the sum of their checksums; the last one stops the clock and wakes the caller of
 * run_await_finished. Call it seldom: it touches lines that all share. */
void run_record(struct run *run, uint64_t tasks, uint64_t checksum);
void run_await_finished(struct run *run);
/* The barrier: now; no effect where the tasks, or the workload, start the clock. */
void run_begin_clock(struct run *run);
/* Now; for models whose tasks have not ended when they are recorded. */
void run_end_clock(struct run *run);
/* Mortal workloads: what the worker has in hand; what it had is lost with it, and counts as recorded. */
static inline void run_hold(struct run *run, unsigned worker, unsigned tasks)
{
    if (run->workload->mortal)
        atomic_store(&run->shared->workers[worker].holding, tasks);
}
void run_lose(struct run *run, unsigned worker);

/* Lasting workers: ready() binds, touches the stack (but where memory is measured) and tells the caller;
 * usage(), which ready() does too, puts down what the worker has used so far; idle() says that it sleeps
 * until busy(); end() is its last word. The caller may read the usage while a worker sits idle or has not
 * been given anything yet. */
void run_worker_ready(struct run *run, unsigned worker);
void run_worker_usage(struct run *run, unsigned worker);
void run_worker_idle(struct run *run, unsigned worker);
void run_worker_busy(struct run *run, unsigned worker);
void run_worker_end(struct run *run, unsigned worker);
void run_await_ready(struct run *run);
void run_await_idle(struct run *run);

/* The carrier of a worker could not be created; problem: an errno. -1: run->error, with what to do. */
#define RUN_RAISE_TASKS "raise RLIMIT_NPROC (ulimit -u) or pids.max of the control group"
int run_no_carrier(struct run *run, unsigned worker, int problem);

#endif
