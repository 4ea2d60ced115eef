/* SPDX-License-Identifier: MIT */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "carrier.h"
#include "child.h"
#include "futex.h"
#include "measure.h"
#include "random.h"
#include "resource_limits.h"
#include "topology.h"

enum { EVENTS = 256 };
enum command { COMMAND_NONE, COMMAND_GO, COMMAND_END };

/* In memory that both processes share. */
struct load {
    _Atomic uint32_t rounds; /* futex: moves with each command */
    _Atomic uint32_t command;
    struct sockaddr_in server; /* of this round */
    uint64_t messages;
    struct load_options options;
    struct sockaddr_in source;
    pid_t generator;
    unsigned wave; /* connections that a server's backlog holds */
    struct histogram latency;
};

struct connection {
    int socket;
    uint32_t received; /* bytes of the answer */
    uint64_t sent_ns, sequence;
    bool marked;
    uint64_t message[LOAD_MESSAGE_BYTES / 8], answer[LOAD_MESSAGE_BYTES / 8];
};

/* One thread of the generator, with its part of the connections and of the messages. */
struct driver {
    struct load *load;
    unsigned index;
    struct connection *connections;
    size_t connection_count;
    uint64_t next_message, end_message; /* of the round, still to send */
    uint64_t answers_left;
    uint64_t stop_ns;
    struct histogram latency;
    pthread_t thread;
};

uint64_t load_messages(unsigned connections, uint64_t messages)
{
    return messages + connections;
}

/* Message i is marked if i % mark_every == mark_every - 1. */
uint64_t load_marked(unsigned mark_every, uint64_t messages)
{
    return mark_every ? messages / mark_every : 0;
}

static _Noreturn __attribute__((format(printf, 2, 3))) void fail(const struct load *load, const char *format,
                                                                 ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    load->options.failed(load->options.context, text);
    abort();
}

static void send_message(const struct load *load, struct connection *connection, bool marked, uint64_t now_ns)
{
    connection->sequence++;
    connection->received = 0;
    connection->marked = marked;
    for (size_t i = 0; i < LOAD_MESSAGE_BYTES / 8; i++)
        connection->message[i] = random_mix(connection->sequence) + i;
    if (load->options.mark_every)
        *(char *)connection->message = marked ? LOAD_MARKED : LOAD_PLAIN;
    connection->sent_ns = now_ns;
    ssize_t sent = send(connection->socket, connection->message, LOAD_MESSAGE_BYTES, MSG_NOSIGNAL);
    if (sent != LOAD_MESSAGE_BYTES)
        fail(load, "send: %s", sent < 0 ? strerror(errno) : "cut short");
}

/* 1 when the whole answer is there, 0 when more must come. */
static int receive_answer(const struct load *load, struct connection *connection)
{
    ssize_t got = recv(connection->socket, (char *)connection->answer + connection->received,
                       LOAD_MESSAGE_BYTES - connection->received, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0)
        fail(load, "%s", got < 0 ? strerror(errno) : "the server closed a connection");
    connection->received += (uint32_t)got;
    if (connection->received < LOAD_MESSAGE_BYTES)
        return 0;
    if (memcmp(connection->message, connection->answer, LOAD_MESSAGE_BYTES) != 0)
        fail(load, "message %llu came back changed", (unsigned long long)connection->sequence);
    return 1;
}

/* If there is one left. */
static void send_next(struct driver *driver, struct connection *connection, uint64_t now_ns)
{
    unsigned every = driver->load->options.mark_every;
    if (driver->next_message == driver->end_message)
        return;
    uint64_t message = driver->next_message++;
    send_message(driver->load, connection, every && message % every == every - 1, now_ns);
}

static void take_answer(struct driver *driver, struct connection *connection)
{
    if (receive_answer(driver->load, connection) == 0)
        return;
    uint64_t now_ns = clock_now_ns();
    if (!connection->marked)
        histogram_record(&driver->latency, now_ns - connection->sent_ns);
    if (--driver->answers_left == 0)
        driver->stop_ns = now_ns;
    send_next(driver, connection, now_ns);
}

static void bind_thread(const struct load *load, unsigned index)
{
    struct error error;
    if (load->options.units &&
        topology_bind_self(load->options.topology, &load->options.units[index], 1, &error))
        fail(load, "%s", error.text);
}

static void *drive(void *argument)
{
    struct driver *driver = argument;
    struct epoll_event events[EVENTS];
    bind_thread(driver->load, driver->index);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    if (poll < 0)
        fail(driver->load, "epoll_create1: %s", strerror(errno));
    for (size_t i = 0; i < driver->connection_count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &driver->connections[i]};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, driver->connections[i].socket, &event))
            fail(driver->load, "epoll_ctl: %s", strerror(errno));
    }
    for (size_t i = 0; i < driver->connection_count; i++)
        send_next(driver, &driver->connections[i], clock_now_ns());
    while (driver->answers_left > 0) {
        int count = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < count; i++)
            take_answer(driver, events[i].data.ptr);
    }
    close(poll);
    return NULL;
}

static void connect_one(struct load *load, struct connection *connection)
{
    int one = 1;
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* The port is chosen when the peer is known too: one may serve many peers. */
    if (connection->socket < 0 ||
        setsockopt(connection->socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one) ||
        bind(connection->socket, (struct sockaddr *)&load->source, sizeof load->source) ||
        connect(connection->socket, (struct sockaddr *)&load->server, sizeof load->server) ||
        setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
        fail(load, "connect: %s", strerror(errno));
}

/* One message each way on every connection: then all are accepted and their carriers run. */
static void connect_all(struct load *load, struct connection *connections)
{
    unsigned count = load->options.connections;
    for (unsigned first = 0, end; first < count; first = end) {
        end = count - first < load->wave ? count : first + load->wave;
        for (unsigned i = first; i < end; i++) {
            connect_one(load, &connections[i]);
            connections[i].sequence = (uint64_t)i << 32;
            send_message(load, &connections[i], false, 0);
        }
        for (unsigned i = first; i < end; i++)
            while (receive_answer(load, &connections[i]) == 0)
                continue;
    }
}

static unsigned share(uint64_t whole, unsigned parts, unsigned part)
{
    return (unsigned)(whole / parts + (part < whole % parts));
}

static void drive_all(struct load *load, struct driver *drivers, struct connection *connections)
{
    unsigned threads = load->options.threads;
    uint64_t messages = 0;
    for (unsigned i = 0; i < threads; i++) {
        drivers[i].load = load;
        drivers[i].index = i;
        drivers[i].connections = connections;
        drivers[i].connection_count = share(load->options.connections, threads, i);
        drivers[i].answers_left = load->messages / threads + (i < load->messages % threads);
        drivers[i].next_message = messages;
        drivers[i].end_message = messages += drivers[i].answers_left;
        connections += drivers[i].connection_count;
    }
    for (unsigned i = 1; i < threads; i++)
        if (pthread_create(&drivers[i].thread, NULL, drive, &drivers[i]))
            fail(load, "no thread");
    drive(&drivers[0]);
    for (unsigned i = 1; i < threads; i++)
        pthread_join(drivers[i].thread, NULL);
}

/* With a reset: else each would hold its port for a minute, and the next launches would find none. All
 * answers are there, so nothing is lost. */
static void close_all(const struct load *load, const struct connection *connections)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    for (unsigned i = 0; i < load->options.connections; i++) {
        setsockopt(connections[i].socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(connections[i].socket);
    }
}

static void generate(struct load *load)
{
    const struct load_options *options = &load->options;
    uint64_t begin_ns = clock_now_ns();
    struct connection *connections = calloc(options->connections, sizeof *connections);
    struct driver *drivers = calloc(options->threads, sizeof *drivers);
    if (!connections || !drivers)
        fail(load, "out of memory");
    connect_all(load, connections);
    histogram_reset(&load->latency);

    struct usage before = usage_self();
    uint64_t start_ns = clock_now_ns();
    struct load_round round = {.latency = &load->latency};
    options->started(options->context, start_ns - begin_ns);
    drive_all(load, drivers, connections);
    for (unsigned i = 0; i < options->threads; i++) {
        if (drivers[i].stop_ns > round.stop_ns)
            round.stop_ns = drivers[i].stop_ns;
        histogram_merge(&load->latency, &drivers[i].latency);
    }
    struct usage used = usage_subtract(usage_self(), before);
    round.cpu_fraction =
        (double)(used.user_ns + used.system_ns) / ((double)(round.stop_ns - start_ns) * options->threads + 1);
    options->ended(options->context, &round);
    close_all(load, connections);
    free(connections);
    free(drivers);
}

static _Noreturn void serve_commands(struct load *load)
{
    uint32_t seen = 0;
    bind_thread(load, 0);
    for (;;) {
        uint32_t rounds;
        while ((rounds = atomic_load(&load->rounds)) == seen)
            futex_wait(&load->rounds, seen, false);
        seen = rounds;
        if (atomic_load(&load->command) == COMMAND_END)
            _exit(EXIT_SUCCESS);
        generate(load);
    }
}

/* 127.64.0.0 to 127.127.255.255, by the process: strangers come from elsewhere. */
static struct sockaddr_in source_of(pid_t process)
{
    uint32_t host = UINT32_C(0x7f400000) | ((uint32_t)process & 0x3fffff);
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(host)};
}

struct load *load_start(const struct load_options *options, struct error *error)
{
    struct limits limits;
    struct load *load = mmap(NULL, sizeof *load, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (load == MAP_FAILED) {
        error_set(error, "load generator: %s", strerror(errno));
        return NULL;
    }
    limits_read(&limits);
    load->options = *options;
    load->wave = limits.backlog > 0 && limits.backlog < options->connections ? (unsigned)limits.backlog
                                                                             : options->connections;
    load->source = source_of(getpid());
    carrier_watch_processes(NULL);
    load->generator = child_fork();
    if (load->generator == 0)
        serve_commands(load);
    if (load->generator < 0) {
        error_set(error, "load generator: fork: %s", strerror(errno));
        munmap(load, sizeof *load);
        return NULL;
    }
    return load;
}

struct in_addr load_source(const struct load *load)
{
    return load->source.sin_addr;
}

static void command(struct load *load, enum command what)
{
    atomic_store(&load->command, what);
    atomic_fetch_add(&load->rounds, 1);
    futex_wake(&load->rounds, 1, false);
}

void load_go(struct load *load, const struct sockaddr_in *server, uint64_t messages)
{
    load->server = *server;
    load->messages = messages;
    command(load, COMMAND_GO);
}

void load_stop(struct load *load)
{
    carrier_unwatch_processes();
    command(load, COMMAND_END);
    child_await(load->generator);
    munmap(load, sizeof *load);
}
