/* SPDX-License-Identifier: MIT */
/* What carries a worker: a thread or a process. All that differs between the two stands here. */
#ifndef CROSSPOINT_CARRIER_H
#define CROSSPOINT_CARRIER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct run;

/* What a carrier does: `argument` is the model's. */
typedef void carrier_body(struct run *run, unsigned worker, uint64_t argument);

struct carrier_handle {
    union {
        pthread_t thread;
        pid_t process;
    } id;
    struct run *run;
    carrier_body *body;
    unsigned worker;
    uint64_t argument;
};

struct carrier {
    const char *name;
    bool private; /* one address space: futexes may be private, and rusage of the caller covers it */
    /* Starts body(run, worker, argument). handle is the caller's and must live until await. -1: run->error.
     */
    int (*create)(struct carrier_handle *handle);
    /* Waits for its end. -1 if it ended badly: run->error. */
    int (*await)(struct carrier_handle *handle);
};

extern const struct carrier carrier_thread, carrier_process;

/* Ends this process at once, with a line on stderr, when a child dies of a signal or exits with other than 0:
 * the rest would wait for it for ever. For models whose carriers live as long as the run. */
void carrier_watch_processes(void);
/* Back to the default. */
void carrier_unwatch_processes(void);

#endif
