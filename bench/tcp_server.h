/* SPDX-License-Identifier: MIT */
/* A TCP server on loopback whose tasks are connections: blocking, one a worker, or any number in libuv loops.
 * What it says is its protocol's; it serves the load generator's connections and no stranger's. */
#ifndef CROSSPOINT_TCP_SERVER_H
#define CROSSPOINT_TCP_SERVER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "load.h"
#include "serving.h"
#include "workload.h"

struct tcp_server;
struct tcp_connection; /* one that is served */

enum { TCP_BUFFER_BYTES = 4096, TCP_STATE_BYTES = 512 };

/* A workload's key (cell_load_percent), which makes the generator an open loop. */
#define TCP_LOAD_PARAM                                                                                       \
    {                                                                                                        \
        .key = "load", .value_default = "0",                                                                 \
        .summary =                                                                                           \
            "messages are due at so many percent of what the slowest compared can do; 0: closed loop",       \
        .value_max = 1000, .zero = true                                                                      \
    }

struct tcp_protocol {
    size_t state_bytes; /* of a connection's own state, zeroed when it is accepted; at most TCP_STATE_BYTES */
    /* Required: count bytes have come. Returns how many of them it has dealt with; it is called again for the
     * rest as soon as the peer has what was sent. At most one tcp_send() a call. The bytes are the protocol's
     * to change until it returns. -1: the peer talks nonsense, and as it is ours, the launch has failed. */
    ssize_t (*received)(struct tcp_connection *connection, char *bytes, size_t count);
    /* Optional: whether what has come ends in the middle of a message. */
    bool (*within)(struct tcp_connection *connection);
};

/* Sends all of it, now or as the peer takes it, before anything more is read or dealt with; the bytes stay as
 * they are until then. */
void tcp_send(struct tcp_connection *connection, const char *bytes, size_t count);
/* After what was sent nothing more is read or sent. lingers: what the peer has yet to say is read and thrown
 * away, TCP_LINGER_BYTES at most, for a close before that would take the answer from it. */
void tcp_end(struct tcp_connection *connection, bool lingers);
enum { TCP_LINGER_BYTES = 1 << 20 };
/* For who serves by hand: what was wrong with what the peer said. */
void tcp_count(struct tcp_connection *connection, enum serving_count count);
const struct tcp_protocol *tcp_protocol(const struct tcp_connection *connection);
void *tcp_state(struct tcp_connection *connection);
struct run *tcp_run(struct tcp_connection *connection);
/* From received(), of whole messages: long work on the connection's state, and then what is to be done with
 * its result. In the loop's pool where it has one, else here and now. Until it is done the peer must send
 * nothing. */
void tcp_compute(struct tcp_connection *connection, void (*work)(struct tcp_connection *),
                 void (*done)(struct tcp_connection *));

/* Listens on a free port and starts the load generator, which does what the first three words of `load` say;
 * in prepare(). A task's checksum is what it sent, in bytes. NULL: run_error() has said why. */
struct tcp_server *tcp_server_open(struct run *run, const struct tcp_protocol *protocol,
                                   const struct load_options *load);
/* A workload's tasks, and their two halves: task and begin. */
uint64_t tcp_server_tasks(const struct run *run, uint64_t items);
uint64_t tcp_server_task(struct run *run, const struct task *task);
void tcp_server_begin(struct run *run, struct task *task);
const struct tcp_protocol *tcp_server_protocol(const struct run *run);
/* A workload's account(), with what each answer has in bytes; value: the generator's share of its units'
 * time. */
void tcp_server_account(const struct run *run, uint64_t items, size_t answer_bytes, struct account *account);
/* Ends the generator and closes the port. */
void tcp_server_close(struct run *run);

#endif
