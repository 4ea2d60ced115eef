/* SPDX-License-Identifier: MIT */
/* A TCP server that sends back what it receives. A task is a connection, served until the peer closes it; an
 * item is a 64-byte message. */
#include "tcp_server.h"

static int received(struct tcp_connection *connection, char *bytes, size_t count)
{
    tcp_send(connection, bytes, count);
    return 0;
}

static const struct tcp_protocol echo = {.received = received};

static int prepare(struct run *run)
{
    return tcp_server_open(run, &echo) ? 0 : -1;
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    account->checksum = load_messages(run_in_flight(run), items) * LOAD_MESSAGE_BYTES;
    account->value = tcp_server_generator_share(run);
}

const struct workload workload_io_echo = {
    .family = "io",
    .name = "echo",
    .summary = "a TCP echo server on loopback under closed-loop load: 64-byte messages, conc connections",
    .item = "message",
    .value_unit = "generator_cpu_fraction",
    .cell_default = "conc:64/place:split",
    .connects = true,
    .sets_clock = true,
    .latency = true,
    .prepare = prepare,
    .task = tcp_server_task,
    .begin = tcp_server_begin,
    .parks = true,
    .account = account,
    .cleanup = tcp_server_close,
};
