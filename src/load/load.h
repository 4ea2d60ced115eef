/* SPDX-License-Identifier: MIT */
/* The load generator: a process of its own, bound to units of its own, that drives a TCP server on loopback.
 * Closed loop: each connection has one message in flight until all have been answered. It speaks echo or
 * HTTP, and knows nothing of who is driven: it is given an address, and tells what it saw. */
#ifndef CROSSPOINT_LOAD_H
#define CROSSPOINT_LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "histogram.h"

struct load;
struct topology;

enum { LOAD_MESSAGE_BYTES = 64 };

/* The first byte of a message, where some are marked; else it is as random as the rest. */
enum { LOAD_PLAIN, LOAD_MARKED };

/* HTTP: a message is a GET, its answer has status 200, a Content-Length and this body. */
struct load_http {
    const char *body; /* stays as it is */
    uint64_t body_bytes;
};

/* What a round came to. */
struct load_round {
    uint64_t stop_ns;    /* CLOCK_MONOTONIC: when the last answer was in */
    uint64_t errors;     /* answers that were wrong, or did not come since the connection ended */
    const char *error;   /* what the first of them was; NULL: none */
    double cpu_fraction; /* of the generator's threads' time: from 0.8 on it is what limits the figure */
    const struct histogram *latency; /* of the messages that are not marked */
};

struct load_options {
    unsigned connections;
    const struct load_http *http;    /* NULL: echo */
    unsigned mark_every;             /* echo: the last of so many messages is marked; 0: none is */
    bool once;                       /* HTTP: each message has a connection of its own, which ends with it */
    unsigned threads;                /* of the generator, at most one for each connection */
    const struct topology *topology; /* units are of it */
    const unsigned *units;           /* [threads] os indices that they are bound to; NULL: unbound */
    /* Called in the generator's process, with context. Required. */
    void *context;
    void (*started)(void *context,
                    uint64_t startup_ns); /* all connections stand, and the clock is to start */
    void (*ended)(void *context, const struct load_round *round);
    void (*failed)(void *context, const char *reason); /* does not return */
};

/* Forks the generator, before the caller has threads; a generator that dies ends the caller. NULL with error.
 */
struct load *load_start(const struct load_options *options, struct error *error);

/* The address that its connections come from, and no one else's (of 127.0.0.0/8, other than 127.0.0.1). */
struct in_addr load_source(const struct load *load);

/* Begins a round against a listening server: connects, in waves that its backlog holds, has one message
 * answered on every connection, then starts the clock; when `messages` more are answered it tells what it
 * saw. Connections are closed with a reset: ECONNRESET is their end. One whose answer is an error is given
 * up. */
void load_go(struct load *load, const struct sockaddr_in *server, uint64_t messages);

/* Until the round has been told. A server that ends its connections may be done with it before. */
void load_await(struct load *load);

/* Messages the server answers in a round of `messages`, those before the clock included. */
uint64_t load_messages(unsigned connections, uint64_t messages);
/* Connections that it accepts. */
uint64_t load_connections(unsigned connections, bool once, uint64_t messages);

/* How many of them are marked. */
uint64_t load_marked(unsigned mark_every, uint64_t messages);

/* Ends and awaits the generator. */
void load_stop(struct load *load);

#endif
