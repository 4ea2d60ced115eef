/* SPDX-License-Identifier: MIT */
/* A cell that serves whoever comes, on a socket that it is given, instead of its own load generator. */
#ifndef CROSSPOINT_SERVING_H
#define CROSSPOINT_SERVING_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

#include "cell_run.h"

/* What is counted of those who came. */
enum serving_count {
    SERVING_CONNECTIONS,
    SERVING_ANSWERS,      /* refusals too */
    SERVING_MALFORMED,    /* a request that cannot be read */
    SERVING_TOO_LONG,     /* its head */
    SERVING_NOT_ALLOWED,  /* its method */
    SERVING_CUT_SHORT,    /* the client left in the middle of a request */
    SERVING_NOT_TAKEN,    /* it left before it had the whole answer */
    SERVING_TIMED_OUT,    /* it neither sent a whole request nor took any of its answer for too long */
    SERVING_NOT_ACCEPTED, /* attempts that failed, for want of a descriptor, say */
    SERVING_COUNTS
};

enum { SERVING_PARTS = 64 };

/* Lines of their own: workers on several units count at once. */
struct serving_part {
    alignas(64) _Atomic uint64_t counts[SERVING_COUNTS];
    _Atomic int64_t busy; /* connections with an answer on its way */
};

/* In memory that all share. */
struct serving {
    int listener;     /* it listens; shut down: no more is accepted */
    uint64_t idle_ns; /* SERVING_TIMED_OUT; 0: never */
    struct serving_part parts[SERVING_PARTS];
};

static inline void serving_add(struct serving_part *part, enum serving_count count)
{
    atomic_fetch_add_explicit(&part->counts[count], 1, memory_order_relaxed);
}

/* cell_open() of a workload that serves; its round has no end. */
struct run *cell_open_serving(const struct cell *cell, const struct topology *topology,
                              struct serving *serving, struct error *error);

#endif
