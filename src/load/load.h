/* SPDX-License-Identifier: MIT */
/* The load generator: drives a TCP server on this machine, from a process of its own, bound to units of its
 * own, or from the caller's. It speaks echo or HTTP, and knows nothing of who is driven: it is given an
 * address, and tells what it saw.
 *
 * Closed loop: each connection has one message in flight, and sends the next when it is answered. Open loop:
 * messages become due by a schedule that heeds no answer. One that is due takes the connection that has been
 * free longest; if none is free it waits, and its time runs: corrected latencies are from when it was due,
 * uncorrected ones from when it was sent. */
#ifndef CROSSPOINT_LOAD_H
#define CROSSPOINT_LOAD_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "histogram.h"

struct load;
struct topology;

enum { LOAD_MESSAGE_BYTES = 64, LOAD_PAYLOAD_BYTES_MAX = 1 << 20 };

/* The first byte of a message, where some are marked; else it is as random as the rest. */
enum { LOAD_PLAIN, LOAD_MARKED };

/* HTTP: a message is a GET. */
struct load_http {
    const char *request; /* as it is sent; NULL: of /, for localhost */
    const char *body;    /* what comes, with status 200 and its length; NULL: any answer will do */
    uint64_t body_bytes;
};

/* Why there is no answer, or not the right one. */
enum load_error {
    LOAD_WRONG,
    LOAD_STATUS, /* HTTP where any answer will do: 400 or above; it counts as an answer too */
    LOAD_TIMED_OUT,
    LOAD_RESET,
    LOAD_CLOSED,  /* the server ended the connection before its answer did */
    LOAD_CONNECT, /* no connection for the message could be made */
    LOAD_UNSENT,  /* due, but no connection was left, or none free until the end */
    LOAD_ERRORS
};

enum { LOAD_STATUS_END = 1000 };

/* What a round came to. Each message that was sent, or due, is answered or counted as an error. */
struct load_round {
    uint64_t start_ns, stop_ns; /* CLOCK_MONOTONIC: the clock's start; the last answer, or the end */
    uint64_t answers, bytes;    /* bytes: received, all told */
    uint64_t connects;          /* connections opened while the clock ran */
    uint64_t errors[LOAD_ERRORS];
    const char *error;                  /* what the first was; NULL: none */
    uint64_t statuses[LOAD_STATUS_END]; /* of HTTP answers */
    double cpu_fraction; /* of the generator's threads' time: from 0.8 on it is what limits the figure */
    /* Of the answers to messages that are not marked; the second of an open loop only. */
    const struct histogram *latency, *latency_uncorrected;
};

enum load_arrivals { LOAD_POISSON, LOAD_CONSTANT };

struct load_options {
    unsigned connections;
    const struct load_http *http; /* NULL: echo */
    size_t message_bytes;         /* echo; 0: LOAD_MESSAGE_BYTES; at most LOAD_PAYLOAD_BYTES_MAX */
    unsigned mark_every;          /* echo: the last of so many messages is marked; 0: none is */
    bool once;                    /* each message has a connection of its own, which ends with it */
    double rate;                  /* messages a second, over all connections; 0: closed loop */
    enum load_arrivals arrivals;
    uint64_t seed;                   /* of Poisson arrivals */
    unsigned share, shares;          /* the rate is of so many generators like this, which is one; 0: of it */
    uint64_t limit_ns;               /* for an answer, from its sending; 0: none */
    bool persists;                   /* a connection that is lost is replaced; else it is given up */
    unsigned threads;                /* of the generator, at most one for each connection */
    const struct topology *topology; /* units are of it */
    const unsigned *units;           /* [threads] os indices that they are bound to; NULL: unbound */
    /* Called in the generator's process, with context. Required. */
    void *context;
    void (*started)(void *context,
                    uint64_t startup_ns); /* all connections stand, and the clock is to start */
    void (*ended)(void *context, const struct load_round *round);
    void (*failed)(void *context, const char *reason); /* does not return */
    /* Optional: once all connections stand; waits until the clock is to start, and returns when that was. */
    uint64_t (*await_start)(void *context);
};

uint64_t load_errors(const struct load_round *round);

/* For load_run: sets *threads, if it is 0, to one for each processing unit allowed, and to no more than there
 * are connections; raises the soft limit of descriptors, and sees whether this process may have so many
 * connections. -1 with error: the limit and how to raise it. */
int load_prepare(unsigned connections, unsigned *threads, struct error *error);

/* One round from this process, of a server that is there: when it has answered a first message and all
 * connections stand the clock starts; for so long messages are sent, or become due; those on their way then
 * have their time left, and in an open loop those that wait have limit_ns to be sent. *stop (may be NULL):
 * once true, the round ends at once. Calls `failed` if the server does not answer the first message within
 * limit_ns, which must not be 0. */
void load_run(const struct load_options *options, const struct sockaddr_in *server, uint64_t duration_ns,
              const atomic_bool *stop);

/* Forks the generator, before the caller has threads; a generator that dies ends the caller. NULL with error.
 */
struct load *load_start(const struct load_options *options, struct error *error);

/* Whether a connection from there is the generator's: its addresses, of 127.0.0.0/8 and other than 127.0.0.1,
 * are no one else's. */
bool load_is_source(const struct load *load, struct in_addr address);
/* How many it has: ports that run out at one are found at the next. */
enum { LOAD_SOURCES = 3 };

/* Begins a round against a listening server: connects, in waves that its backlog holds, has one message
 * answered on every connection, then starts the clock; when `messages` more are answered it tells what it
 * saw. Connections are closed with a reset: ECONNRESET is their end. One whose answer is an error is given
 * up, unless it persists. */
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
