/* SPDX-License-Identifier: MIT */
/* A connection of the generator's: no call on it blocks. */
#ifndef CROSSPOINT_CONNECTION_H
#define CROSSPOINT_CONNECTION_H

#include <sys/queue.h>

#include "protocol.h"

/* A source is one address in each of the generator's quarters of 127.0.0.0/8. */
enum { CONNECTION_QUARTER = 1 << 22 };

/* Where to, and from where. */
struct route {
    struct sockaddr_in server;
    uint32_t source; /* the first of LOAD_SOURCES; 0: the kernel chooses */
};

struct connection {
    int socket;       /* -1: closed */
    bool established; /* something has gone out on it */
    bool waits;       /* for its answer, or to send all of the question */
    bool polls_out;
    const char *bytes; /* of the question, still to send */
    size_t bytes_left;
    uint64_t due_ns, sent_ns, rested_ns;
    unsigned source; /* which of them it comes from, the next time too unless its ports run out */
    TAILQ_ENTRY(connection) next;
    struct talk talk;
};

enum { CONNECTION_BUFFER_BYTES = 65536 };

/* What became of it: done, or more is to come, or an error, whose kind is told. */
enum step { STEP_DONE, STEP_MORE, STEP_ERROR };
struct step_error {
    enum load_error kind;
    const char *text;
};

/* Begins to connect; with a reset it ends: else each would hold its port for a minute, and the next would
 * find none. */
enum step connection_open(struct connection *connection, const struct route *route,
                          const struct load_options *options, struct step_error *error);
void connection_close(struct connection *connection);

/* Sends the next question, as much as goes. */
enum step connection_ask(struct connection *connection, bool marked, struct step_error *error);
enum step connection_send_rest(struct connection *connection, struct step_error *error);
/* Reads once. *got: bytes. */
enum step connection_hear(struct connection *connection, char *buffer, size_t *got, struct step_error *error);

/* A question, and its whole answer, within limit_ns (0: any time). */
enum step connection_converse(struct connection *connection, uint64_t limit_ns, char *buffer,
                              struct step_error *error);
/* Until it stands. */
enum step connection_await(struct connection *connection, uint64_t limit_ns, struct step_error *error);

#endif
