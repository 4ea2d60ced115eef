/* SPDX-License-Identifier: MIT */
/* What a task does: all that a workload needs to know. It is one short file in bench/ and one line of
 * bench/meson.build, or a user's plugin (CROSSPOINT_WORKLOAD, at the end), and knows no model: it says what a
 * model must have, and is told where it runs. */
#ifndef CROSSPOINT_WORKLOAD_H
#define CROSSPOINT_WORKLOAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cell;      /* what is measured: a name, its keys */
struct error;     /* error.h */
struct run;       /* one cell being run */
struct histogram; /* histogram.h */
struct serving;   /* serving.h */

/* A task is an index and where it runs: nothing in it crosses a process boundary. */
struct task {
    uint64_t index;  /* 0 .. task count - 1 */
    unsigned worker; /* 0 .. run_workers() - 1 */
    unsigned slot;   /* 0 .. run_in_flight() - 1; unique among the tasks in flight, all workers together */
    void *loop;      /* begin: the worker's uv_loop_t */
    /* begin: to be called once, later, from the same loop. */
    void (*complete)(struct run *, struct task *, uint64_t checksum);
};

/* A key of the workload's cells. */
struct workload_param {
    const char *key, *value_default, *summary;
    const char *choices; /* "pipe|memory"; NULL: a whole number */
    uint64_t value_min;  /* of a number: the least; 0 is none unless zero is set */
    uint64_t value_max;  /* 0: any */
    bool zero;           /* 0 is allowed */
};

/* What a model has. */
enum model_trait {
    MODEL_CONCURRENT = 1, /* tasks in flight may wait for one another */
    MODEL_CARRIERS = 2,   /* several workers: threads or processes */
    MODEL_PER_TASK = 4,   /* each task has a worker of its own, made for it */
    MODEL_LASTING = 8,    /* workers outlive their tasks */
};

/* What a round has come to. */
struct account {
    uint64_t checksum;   /* that the checksums of all tasks must add up to, modulo 2^64 */
    uint64_t tasks_lost; /* in: tasks whose worker died */
    double value;        /* in: NaN; a figure that is no time, in the workload's value_unit */
    bool unproven;       /* some answers were errors: what the checksum is to be cannot be foretold */
    uint64_t errors;     /* of a load generator's messages */
    char invalid[160];   /* why the figures must not be used; empty: they may */
};

struct workload {
    const char *family, *name, *summary;
    const char *item;                    /* what an item is: "message"; NULL: a task */
    const char *value_unit;              /* NULL: it has no value */
    const char *cell_default;            /* Optional: keys of its cells in the grid, "conc:64/place:split" */
    const struct workload_param *params; /* Optional: ends with a NULL key */
    unsigned needs;                      /* traits that a model must have: enum model_trait */
    uint64_t items;                      /* a launch does just so many; 0: calibrated */

    bool computes;    /* its tasks do nothing else: more workers are to do more */
    bool sockets;     /* each task in flight holds a TCP connection, to a server of the workload's */
    unsigned sources; /* addresses that these come from, each with ports of its own; 0: one */
    bool together;    /* one task a worker, whose index is its role; the last to arrive starts the clock */
    bool waits;       /* tasks in flight wait side by side: a launch is whole rounds of those in flight */
    bool sets_clock;  /* calls run_clock_start and run_clock_stop itself, after a warm-up of its own */
    bool latency;     /* fills run_latency() */
    bool offloads; /* begin() hands long work to the loop's pool, where run_offloads() says that there is one
                    */
    bool serves;   /* heeds run_serving() */
    bool parks;    /* all waits of task() are run_sleep() and its kin: a coroutine can do it */
    bool memory;   /* calls run_set_memory(): no warm-up, and workers touch no more than they need */
    /* A worker may die of its task: the round goes on with another, in a process of its own. The checksums of
     * a round then add up to less than 2^40. */
    bool mortal;

    /* Optional: how many tasks a round of so many items is, where items are not tasks. */
    uint64_t (*tasks)(const struct run *, uint64_t items);
    /* Optional: how many workers, or tasks in flight, follow from its keys (together). */
    unsigned (*roles)(const struct cell *);
    /* Optional: of so many items each launch is a multiple, about (whole rounds of those in flight come
     * first). */
    uint64_t (*items_least)(const struct cell *);
    /* Optional: whether the cell can run here. -1: the error says why not, and what would help. */
    int (*possible)(const struct cell *, unsigned workers, unsigned in_flight, struct error *);
    /* Optional, once before the workers start: run_set_data() what tasks need, from run_allocate() what they
     * change. -1: run_error() has said why. */
    int (*prepare)(struct run *);
    /* Optional, once in each worker that lasts, when it is bound and the clock does not run: touches what is
     * its own, so that it lies near. */
    void (*settle)(struct run *, unsigned worker);
    /* Required: does one task and blocks as long as it takes; returns its checksum. */
    uint64_t (*task)(struct run *, const struct task *);
    /* Optional: starts one task and returns; without it an event loop calls task(). Never completes the task
     * from within. */
    void (*begin)(struct run *, struct task *);
    /* Required, but of a plugin whose tasks return index + 1; after each round, warm-up included: the proof,
     * by another way than by doing the work. */
    void (*account)(const struct run *, uint64_t items, struct account *);
    /* Optional, once after the workers have stopped. */
    void (*cleanup)(struct run *);
};

/* The value of a workload's key in a cell: what the name says, or the default. */
const char *workload_key(const struct cell *cell, const char *key);
uint64_t workload_key_number(const struct cell *cell, const char *key);
/* The same for the cell that is run. */
const struct cell *run_cell(const struct run *run);
const char *run_key(const struct run *run, const char *key);
uint64_t run_key_number(const struct run *run, const char *key);
bool run_key_is(const struct run *run, const char *key, const char *value);

unsigned run_workers(const struct run *run);   /* threads, processes or loops */
unsigned run_in_flight(const struct run *run); /* tasks at once */
uint64_t run_items(const struct run *run);     /* of this round */
bool run_private(const struct run *run);       /* all workers are threads of one process */
bool run_in_loops(const struct run *run);      /* begin() is called, not task() */
/* Beside the loop there is a pool of run_workers() threads: uv_queue_work() goes there. */
bool run_offloads(const struct run *run);

/* An open loop's messages a second, all connections together; 0: a closed loop; NaN: nobody has said. */
double run_rate(const struct run *run);

/* Whom it is to serve instead of its own load generator; NULL: nobody. */
struct serving *run_serving(const struct run *run);

/* Zeroed memory that all workers share, aligned to a cache line; in prepare() only, freed with the run. NULL:
 * the run's error says that there is not enough. */
void *run_allocate(struct run *run, size_t bytes);
void run_set_data(struct run *run, void *data);
void *run_data(const struct run *run);
/* Why prepare() fails; returns -1. */
int run_error(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The cell cannot go on: one line on stderr, and the launch is a failed row. For tasks. */
_Noreturn void run_fail(const struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* How task() waits. In a coroutine these park it and others go on; elsewhere run_until_*() return at once,
 * and the call that follows blocks. A descriptor that was waited for is closed with run_close(). */
bool run_parks(const struct run *run); /* so that what may block asks not to */
void run_until_readable(struct run *run, int file);
void run_until_writable(struct run *run, int file);
/* False: it is not ready after so many ns. Waits in a call of its own, elsewhere too. */
bool run_until_ready_for(struct run *run, int file, bool to_write, uint64_t ns);
void run_close(struct run *run, int file);
void run_sleep(struct run *run, uint64_t ns);
/* Sleeps while *word is `seen`; may return early. Wakes at most `count` that do. */
void run_wait_word(struct run *run, _Atomic uint32_t *word, uint32_t seen);
void run_wake_word(struct run *run, _Atomic uint32_t *word, int count);

/* together: to be called by each task when it is ready. Returns when all have arrived; the clock then runs.
 */
void run_arrive(struct run *run);
/* The same for begin(), which must not wait: true for the last, who has to set all going. */
bool run_arrive_last(struct run *run);
/* sets_clock: the work begins, the work has ended at a reading of CLOCK_MONOTONIC in ns. What it took to get
 * ready before is told as start-up (0: nothing); memory_bytes: proportional set size at peak load (0:
 * unknown). */
void run_clock_start(struct run *run, uint64_t startup_ns);
void run_clock_stop(struct run *run, uint64_t at_ns, uint64_t memory_bytes);
/* memory: what the workers hold, in bytes (0: unknown). */
void run_set_memory(struct run *run, uint64_t bytes);
/* latency: of this round; not to be shared by workers without care. */
struct histogram *run_latency(struct run *run);
/* The same from the real send, of an open loop. */
struct histogram *run_latency_uncorrected(struct run *run);
/* What a worker has done of the work that all share, in any unit: how evenly it fell is told as fairness. */
void run_count(struct run *run, unsigned worker, uint64_t amount);
/* A sum over the round's tasks, which account() finds again. Touches a line that all share. */
void run_add(struct run *run, uint64_t amount);
uint64_t run_sum(const struct run *run);

/* For tasks that return index + 1: the sum over all, modulo 2^64. */
uint64_t workload_sum_of_indices(uint64_t items);
/* account() of a workload whose tasks do so and that has no value. */
void workload_account_indices(const struct run *run, uint64_t items, struct account *account);

/* A plugin is a shared object that defines one workload and says what header it was compiled with:
 *
 *     CROSSPOINT_WORKLOAD = {.name = "mine", .summary = "what it does", .task = task};
 *
 * Its family is `own` if it names none. The version changes with what a plugin can see. */
#define CROSSPOINT_WORKLOAD_VERSION 1
#define CROSSPOINT_WORKLOAD                                                                                  \
    const unsigned crosspoint_workload_version[2] = {CROSSPOINT_WORKLOAD_VERSION, sizeof(struct workload)};  \
    const struct workload crosspoint_workload

#endif
