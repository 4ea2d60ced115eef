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
    /* Optional: whether it has ended, and awaits it then; NULL where the death of one is the death of all. */
    bool (*has_died)(struct carrier_handle *handle);
    /* Optional, with has_died: sleeps until one of the caller's has ended, or a signal comes. */
    void (*await_death)(void);
};

extern const struct carrier carrier_thread, carrier_process;

/* When a child dies of a signal or exits with other than 0: deaths is NULL: ends this process at once, with a
 * line on stderr, since the rest would wait for it for ever. Else adds 2 to *deaths, on which the caller
 * sleeps (a futex), and who looks after the dead. For carriers that live as long as the run. */
void carrier_watch_processes(_Atomic uint32_t *deaths);
/* Back to the default. */
void carrier_unwatch_processes(void);

#endif
