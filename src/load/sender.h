/* SPDX-License-Identifier: MIT */
/* One thread of the generator, with its part of the connections and of the messages. */
#ifndef CROSSPOINT_SENDER_H
#define CROSSPOINT_SENDER_H

#include <pthread.h>

#include "connection.h"
#include "schedule.h"

/* What all of them share. */
struct plan {
    const struct load_options *options;
    struct route route;
    uint64_t messages;    /* 0: until duration_ns */
    uint64_t duration_ns; /* 0: until all are answered */
    unsigned wave;        /* connections that a server's backlog holds */
    const atomic_bool *stop;
    uint64_t start_ns;
};

TAILQ_HEAD(connections, connection);

struct sender {
    const struct plan *plan;
    unsigned index;
    struct connection *connections;
    size_t connection_count, connections_left;
    uint64_t next_message, end_message; /* of the round, still to send */
    uint64_t due_ns;                    /* of the next; 0 in a closed loop */
    struct schedule schedule;
    /* Free, the longest first; with a message on its way, the earliest first; failed to connect, and to try
     * again in a moment. */
    struct connections idle, waiting, resting;
    int poll;
    pthread_t thread;
    struct load_round counts; /* this sender's */
    struct histogram latency, latency_uncorrected;
};

/* A thread's function, of a struct sender *. */
void *sender_run(void *sender);

/* Of the options' units. */
void sender_bind(const struct plan *plan, unsigned index);
_Noreturn void plan_fail(const struct plan *plan, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
