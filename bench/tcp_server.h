/* SPDX-License-Identifier: MIT */
/* A TCP server on loopback whose tasks are connections: blocking, one a worker, or any number in libuv loops.
 * What it says is its protocol's; it serves the load generator's connections and no stranger's. */
#ifndef CROSSPOINT_TCP_SERVER_H
#define CROSSPOINT_TCP_SERVER_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "load.h"
#include "workload.h"

struct tcp_server;
struct tcp_connection; /* one that is served */

enum { TCP_BUFFER_BYTES = 4096 };

struct tcp_protocol {
    size_t state_bytes; /* of a connection's own state, zeroed when it is accepted; at most TCP_STATE_BYTES */
    unsigned mark_every; /* one message in so many is marked (load.h); 0: none is */
    /* Required: count bytes have come. Answers with tcp_send(). The bytes are the protocol's to change until
     * it returns. -1: the peer talks nonsense; tcp_fail() has said what. */
    int (*received)(struct tcp_connection *connection, char *bytes, size_t count);
};
enum { TCP_STATE_BYTES = 512 };

/* Sends all of it, now or as the peer takes it, before anything more is read; bytes need not outlive the
 * call. */
void tcp_send(struct tcp_connection *connection, const char *bytes, size_t count);
void *tcp_state(struct tcp_connection *connection);
struct run *tcp_run(struct tcp_connection *connection);
/* From received(), of whole messages: long work on the connection's state, and then what is to be done with
 * its result. In the loop's pool where it has one, else here and now. Until it is done the peer must send
 * nothing. */
void tcp_compute(struct tcp_connection *connection, void (*work)(struct tcp_connection *),
                 void (*done)(struct tcp_connection *));

/* Listens on a free port and starts the load generator; in prepare(). A task's checksum is what it sent, in
 * bytes. NULL: run_error() has said why. */
struct tcp_server *tcp_server_open(struct run *run, const struct tcp_protocol *protocol);
/* The two halves of a workload: its task and begin. */
uint64_t tcp_server_task(struct run *run, const struct task *task);
void tcp_server_begin(struct run *run, struct task *task);
/* The generator's share of its units' time in the round. */
double tcp_server_generator_share(const struct run *run);
/* Ends the generator and closes the port. */
void tcp_server_close(struct run *run);

#endif
