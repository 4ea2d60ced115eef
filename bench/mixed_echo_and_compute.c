/* SPDX-License-Identifier: MIT */
/* An echo server of which every hundred-and-first request asks for computing before it is answered. What
 * counts is how long the others wait: a loop that computes answers none of them. Where the loop has a pool
 * beside it the computing is done there. */
#include <string.h>

#include "tcp_server.h"
#include "work.h"

enum { ASK_EVERY = 101 }; /* of 10,100 messages 10,000 are plain: just enough for their 99th percentile */

static const struct workload_param params[] = {
    {.key = "compute-us",
     .value_default = "10000",
     .summary = "computing in microseconds of 750 steps, as at 3 GHz"},
    {0},
};

/* Of a connection: the message that is coming in. */
struct request {
    size_t bytes;
    uint64_t result;
    char message[LOAD_MESSAGE_BYTES];
};

static uint64_t steps_of(const struct run *run)
{
    return run_key_number(run, "compute-us") * WORK_STEPS_PER_US;
}

static void compute(struct tcp_connection *connection)
{
    struct request *request = tcp_state(connection);
    request->result = work_steps(steps_of(tcp_run(connection)), 1);
}

static void answer(struct tcp_connection *connection)
{
    struct request *request = tcp_state(connection);
    if (request->message[0] == LOAD_MARKED)
        run_add(tcp_run(connection), request->result);
    request->bytes = 0;
    tcp_send(connection, request->message, sizeof request->message);
}

/* The peer sends no other message before it has its answer. */
static ssize_t received(struct tcp_connection *connection, char *bytes, size_t count)
{
    struct request *request = tcp_state(connection);
    if (count > sizeof request->message - request->bytes)
        return -1;
    memcpy(request->message + request->bytes, bytes, count);
    request->bytes += count;
    if (request->bytes < sizeof request->message)
        return (ssize_t)count;
    if (request->message[0] == LOAD_MARKED)
        tcp_compute(connection, compute, answer);
    else
        answer(connection);
    return (ssize_t)count;
}

static const struct tcp_protocol protocol = {.state_bytes = sizeof(struct request), .received = received};

static int prepare(struct run *run)
{
    return tcp_server_open(run, &protocol, &(struct load_options){.mark_every = ASK_EVERY}) ? 0 : -1;
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct work_result each = work_result(steps_of(run));
    uint64_t results = load_marked(ASK_EVERY, items) * (each.factor + each.term);
    tcp_server_account(run, items, LOAD_MESSAGE_BYTES, account);
    account->checksum += results - run_sum(run);
}

const struct workload workload_mixed_echo_and_compute = {
    .family = "mixed",
    .name = "echo-and-compute",
    .summary = "io/echo, but that one request in 101 computes for 10 ms; latencies are those of the others",
    .item = "message",
    .value_unit = "generator_cpu_fraction",
    .params = params,
    .cell_default = "conc:16/place:split",
    .sockets = true,
    .sources = LOAD_SOURCES,
    .tasks = tcp_server_tasks,
    .sets_clock = true,
    .latency = true,
    .offloads = true,
    .parks = true,
    .prepare = prepare,
    .task = tcp_server_task,
    .begin = tcp_server_begin,
    .account = account,
    .cleanup = tcp_server_close,
};
