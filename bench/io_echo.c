/* SPDX-License-Identifier: MIT */
/* A TCP server that sends back what it receives. A task is a connection, served until the peer closes it; an
 * item is a message. */
#include "message.h"
#include "tcp_server.h"

static ssize_t received(struct tcp_connection *connection, char *bytes, size_t count)
{
    tcp_send(connection, bytes, count);
    return (ssize_t)count;
}

static const struct workload_param params[] = {
    TCP_LOAD_PARAM,
    {.key = "payload",
     .value_default = "64",
     .summary = "bytes of a message",
     .value_min = 1,
     .value_max = LOAD_PAYLOAD_BYTES_MAX},
    {0},
};

static const struct tcp_protocol echo = {.received = received};

static int prepare(struct run *run)
{
    const struct load_options load = {.message_bytes = message_bytes(run)};
    return load.message_bytes && tcp_server_open(run, &echo, &load) ? 0 : -1;
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    tcp_server_account(run, items, (size_t)run_key_number(run, "payload"), account);
}

const struct workload workload_io_echo = {
    .family = "io",
    .name = "echo",
    .summary = "a TCP echo server on loopback under closed-loop load: messages of 64 bytes, conc connections",
    .item = "message",
    .value_unit = "generator_cpu_fraction",
    .params = params,
    .cell_default = "conc:64/place:split",
    .sockets = true,
    .sources = LOAD_SOURCES,
    .tasks = tcp_server_tasks,
    .sets_clock = true,
    .latency = true,
    .serves = true,
    .prepare = prepare,
    .task = tcp_server_task,
    .begin = tcp_server_begin,
    .parks = true,
    .account = account,
    .cleanup = tcp_server_close,
};
