/* SPDX-License-Identifier: MIT */
#include "round.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"

/* 127.64.0.0 to 127.127.255.255, by the process, and two quarters like it: strangers come from elsewhere. */
uint32_t round_source(pid_t process)
{
    return UINT32_C(0x7f000000) + CONNECTION_QUARTER + (uint32_t)process % CONNECTION_QUARTER;
}

bool round_is_source(uint32_t source, uint32_t address)
{
    return address >= source && address < source + LOAD_SOURCES * CONNECTION_QUARTER &&
           (address - source) % CONNECTION_QUARTER == 0;
}

uint64_t load_errors(const struct load_round *round)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < LOAD_ERRORS; i++)
        sum += round->errors[i];
    return sum;
}

static void connect_one(struct plan *plan, struct connection *connection)
{
    struct step_error error;
    if (connection_open(connection, &plan->route, plan->options, &error) == STEP_ERROR ||
        connection_await(connection, plan->options->limit_ns, &error) == STEP_ERROR)
        plan_fail(plan, "connect: %s", error.text);
}

static void greet(struct plan *plan, struct connection *connection, uint64_t sequence)
{
    struct step_error error;
    connect_one(plan, connection);
    connection->talk.sequence = sequence;
    if (connection_ask(connection, false, &error) == STEP_ERROR)
        plan_fail(plan, "%s", error.text);
}

/* One message each way on every connection: then all are accepted and their carriers run. */
static void greet_all(struct plan *plan, struct connection *connections, char *buffer)
{
    struct step_error error;
    unsigned count = plan->options->connections;
    for (unsigned first = 0, end; first < count; first = end) {
        end = count - first < plan->wave ? count : first + plan->wave;
        for (unsigned i = first; i < end; i++)
            greet(plan, &connections[i], (uint64_t)i << 32);
        for (unsigned i = first; i < end; i++) {
            if (connection_converse(&connections[i], 0, buffer, &error) == STEP_ERROR)
                plan_fail(plan, "%s", error.text);
            if (plan->options->once)
                connection_close(&connections[i]);
        }
    }
}

/* A server that is a stranger's may have fewer workers than there are connections: one message shows that it
 * is there, and connecting asks for nothing else. */
static void probe_and_connect(struct plan *plan, struct connection *connections, char *buffer)
{
    struct step_error error;
    connect_one(plan, &connections[0]);
    if (connection_converse(&connections[0], plan->options->limit_ns, buffer, &error) == STEP_ERROR)
        plan_fail(plan, "%s", error.text);
    connection_close(&connections[0]);
    for (unsigned i = 0; i < plan->options->connections; i++) {
        connections[i].talk.sequence = (uint64_t)i << 32;
        if (!plan->options->once)
            connect_one(plan, &connections[i]);
    }
}

static uint64_t share(uint64_t whole, unsigned parts, unsigned part)
{
    return whole / parts + (part < whole % parts);
}

static void deal(const struct plan *plan, struct sender *senders, struct connection *connections)
{
    unsigned threads = plan->options->threads;
    uint64_t messages = 0;
    for (unsigned i = 0; i < threads; i++) {
        struct sender *sender = &senders[i];
        sender->plan = plan;
        sender->index = i;
        sender->connections = connections;
        sender->connection_count = share(plan->options->connections, threads, i);
        sender->connections_left = sender->connection_count;
        sender->next_message = messages;
        sender->end_message = plan->messages ? messages + share(plan->messages, threads, i) : UINT64_MAX;
        messages = plan->messages ? sender->end_message : 0;
        connections += sender->connection_count;
    }
}

static void drive_all(const struct plan *plan, struct sender *senders)
{
    unsigned threads = plan->options->threads;
    for (unsigned i = 1; i < threads; i++)
        if (pthread_create(&senders[i].thread, NULL, sender_run, &senders[i]))
            plan_fail(plan, "no thread");
    sender_run(&senders[0]);
    for (unsigned i = 1; i < threads; i++)
        pthread_join(senders[i].thread, NULL);
}

static void add_counts(struct load_round *round, const struct load_round *one)
{
    if (one->stop_ns > round->stop_ns)
        round->stop_ns = one->stop_ns;
    round->answers += one->answers;
    round->bytes += one->bytes;
    round->connects += one->connects;
    round->error = round->error ? round->error : one->error;
    for (unsigned i = 0; i < LOAD_ERRORS; i++)
        round->errors[i] += one->errors[i];
    for (unsigned i = 0; i < LOAD_STATUS_END; i++)
        round->statuses[i] += one->statuses[i];
}

/* Into the first sender's histograms. */
static void tell_end(const struct plan *plan, struct sender *senders, const struct usage *used)
{
    const struct load_options *options = plan->options;
    struct load_round round = {.start_ns = plan->start_ns,
                               .latency = &senders->latency,
                               .latency_uncorrected = &senders->latency_uncorrected};
    for (unsigned i = 0; i < options->threads; i++) {
        add_counts(&round, &senders[i].counts);
        if (i > 0) {
            histogram_merge(&senders->latency, &senders[i].latency);
            histogram_merge(&senders->latency_uncorrected, &senders[i].latency_uncorrected);
        }
    }
    if (round.stop_ns < plan->start_ns)
        round.stop_ns = clock_now_ns();
    round.cpu_fraction = (double)(used->user_ns + used->system_ns) /
                         ((double)(round.stop_ns - plan->start_ns) * options->threads + 1);
    options->ended(options->context, &round);
}

void round_run(struct plan *plan)
{
    const struct load_options *options = plan->options;
    uint64_t begin_ns = clock_now_ns();
    struct connection *connections = calloc(options->connections, sizeof *connections);
    struct sender *senders = calloc(options->threads, sizeof *senders);
    char *buffer = malloc(CONNECTION_BUFFER_BYTES);
    if (!connections || !senders || !buffer)
        plan_fail(plan, "out of memory");
    for (unsigned i = 0; i < options->connections; i++) {
        connections[i].socket = -1;
        connections[i].source = i % LOAD_SOURCES;
    }
    (options->persists ? probe_and_connect : greet_all)(plan, connections, buffer);
    deal(plan, senders, connections);

    plan->start_ns = options->await_start ? options->await_start(options->context) : clock_now_ns();
    struct usage before = usage_self();
    options->started(options->context, plan->start_ns - begin_ns);
    drive_all(plan, senders);
    struct usage used = usage_subtract(usage_self(), before);
    tell_end(plan, senders, &used);
    for (unsigned i = 0; i < options->connections; i++)
        connection_close(&connections[i]);
    free(connections);
    free(senders);
    free(buffer);
}

void load_run(const struct load_options *options, const struct sockaddr_in *server, uint64_t duration_ns,
              const atomic_bool *stop)
{
    bool loopback = ntohl(server->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    struct plan plan = {.options = options,
                        .route = {.server = *server, .source = loopback ? round_source(getpid()) : 0},
                        .duration_ns = duration_ns,
                        .stop = stop};
    round_run(&plan);
}
