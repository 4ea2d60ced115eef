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
#include "protocol.h"
#include "resource_limits.h"
#include "topology.h"

enum { EVENTS = 256, BUFFER_BYTES = 65536 };
enum command { COMMAND_NONE, COMMAND_GO, COMMAND_END };

/* In memory that both processes share. */
struct load {
    _Atomic uint32_t rounds; /* futex: moves with each command */
    _Atomic uint32_t told;   /* futex: which of them has been told */
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
    int socket; /* -1: given up */
    uint64_t sent_ns;
    struct talk talk;
};

/* One thread of the generator, with its part of the connections and of the messages. */
struct driver {
    struct load *load;
    unsigned index;
    struct connection *connections;
    size_t connection_count, connections_left;
    uint64_t next_message, end_message; /* of the round, still to send */
    uint64_t answers_left;
    uint64_t stop_ns;
    uint64_t errors;
    const char *error; /* the first */
    int poll;
    struct histogram latency;
    pthread_t thread;
};

uint64_t load_messages(unsigned connections, uint64_t messages)
{
    return messages + connections;
}

uint64_t load_connections(unsigned connections, bool once, uint64_t messages)
{
    return once ? load_messages(connections, messages) : connections;
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

static const struct protocol *protocol_of(const struct load *load)
{
    return load->options.http ? &protocol_http : &protocol_echo;
}

static void connect_one(const struct load *load, struct connection *connection)
{
    int one = 1;
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* The port is chosen when the peer is known too: one may serve many peers. */
    if (connection->socket < 0 ||
        setsockopt(connection->socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one) ||
        bind(connection->socket, (const struct sockaddr *)&load->source, sizeof load->source) ||
        connect(connection->socket, (const struct sockaddr *)&load->server, sizeof load->server) ||
        setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
        fail(load, "connect: %s", strerror(errno));
    connection->talk.options = &load->options;
    if (protocol_of(load)->begin)
        protocol_of(load)->begin(&connection->talk);
}

/* With a reset: else each would hold its port for a minute, and the next launches would find none. The answer
 * is there, so nothing is lost. */
static void disconnect(struct connection *connection)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    if (connection->socket < 0)
        return;
    setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(connection->socket);
    connection->socket = -1;
}

/* NULL, or what went wrong. */
static const char *send_message(const struct load *load, struct connection *connection, bool marked,
                                uint64_t now_ns)
{
    size_t count;
    connection->talk.sequence++;
    connection->talk.marked = marked;
    connection->sent_ns = now_ns;
    const char *bytes = protocol_of(load)->ask(&connection->talk, &count);
    ssize_t sent = send(connection->socket, bytes, count, MSG_NOSIGNAL);
    if (sent == (ssize_t)count)
        return NULL;
    return sent < 0 ? strerror(errno) : "a message was cut short";
}

/* 1 when the whole answer is there, 0 when more must come, -1 with what went wrong. */
static int receive_answer(const struct load *load, struct connection *connection, char *buffer,
                          const char **wrong)
{
    ssize_t got = recv(connection->socket, buffer, BUFFER_BYTES, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    *wrong = got < 0 ? strerror(errno) : "the server closed a connection";
    if (got <= 0)
        return -1;
    int heard = protocol_of(load)->hear(&connection->talk, buffer, (size_t)got);
    *wrong = connection->talk.wrong;
    return heard;
}

static void watch(const struct driver *driver, struct connection *connection)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(driver->poll, EPOLL_CTL_ADD, connection->socket, &event))
        fail(driver->load, "epoll_ctl: %s", strerror(errno));
}

static void end_answer(struct driver *driver, uint64_t now_ns)
{
    if (--driver->answers_left == 0)
        driver->stop_ns = now_ns;
}

/* The connection is given up. With the last of them goes what is left to send. */
static void take_error(struct driver *driver, struct connection *connection, const char *what)
{
    disconnect(connection);
    driver->error = driver->error ? driver->error : what;
    driver->errors++;
    end_answer(driver, clock_now_ns());
    if (--driver->connections_left > 0 || driver->answers_left == 0)
        return;
    driver->errors += driver->answers_left;
    driver->answers_left = 0;
    driver->stop_ns = clock_now_ns();
}

/* If there is one left. */
static void send_next(struct driver *driver, struct connection *connection, uint64_t now_ns)
{
    const struct load_options *options = &driver->load->options;
    unsigned every = options->mark_every;
    if (driver->next_message == driver->end_message)
        return;
    uint64_t message = driver->next_message++;
    if (options->once) {
        connect_one(driver->load, connection);
        watch(driver, connection);
    }
    const char *wrong = send_message(driver->load, connection, every && message % every == every - 1, now_ns);
    if (wrong)
        take_error(driver, connection, wrong);
}

static void take_answer(struct driver *driver, struct connection *connection, char *buffer)
{
    const char *wrong;
    int heard = receive_answer(driver->load, connection, buffer, &wrong);
    if (heard < 0)
        take_error(driver, connection, wrong);
    if (heard <= 0)
        return;
    uint64_t now_ns = clock_now_ns();
    if (!connection->talk.marked)
        histogram_record(&driver->latency, now_ns - connection->sent_ns);
    end_answer(driver, now_ns);
    if (driver->load->options.once)
        disconnect(connection);
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
    char buffer[BUFFER_BYTES];
    bind_thread(driver->load, driver->index);
    driver->poll = epoll_create1(EPOLL_CLOEXEC);
    if (driver->poll < 0)
        fail(driver->load, "epoll_create1: %s", strerror(errno));
    for (size_t i = 0; i < driver->connection_count && !driver->load->options.once; i++)
        watch(driver, &driver->connections[i]);
    for (size_t i = 0; i < driver->connection_count; i++)
        send_next(driver, &driver->connections[i], clock_now_ns());
    while (driver->answers_left > 0) {
        int count = epoll_wait(driver->poll, events, EVENTS, -1);
        for (int i = 0; i < count; i++)
            take_answer(driver, events[i].data.ptr, buffer);
    }
    close(driver->poll);
    return NULL;
}

static void greet(struct load *load, struct connection *connection, uint64_t sequence)
{
    connect_one(load, connection);
    connection->talk.sequence = sequence;
    const char *wrong = send_message(load, connection, false, 0);
    if (wrong)
        fail(load, "%s", wrong);
}

/* One message each way on every connection: then all are accepted and their carriers run. */
static void connect_all(struct load *load, struct connection *connections)
{
    char buffer[BUFFER_BYTES];
    unsigned count = load->options.connections;
    const char *wrong;
    for (unsigned first = 0, end; first < count; first = end) {
        end = count - first < load->wave ? count : first + load->wave;
        for (unsigned i = first; i < end; i++)
            greet(load, &connections[i], (uint64_t)i << 32);
        for (unsigned i = first; i < end; i++) {
            int heard;
            while ((heard = receive_answer(load, &connections[i], buffer, &wrong)) == 0)
                continue;
            if (heard < 0)
                fail(load, "%s", wrong);
            if (load->options.once)
                disconnect(&connections[i]);
        }
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
        drivers[i].connection_count = drivers[i].connections_left =
            share(load->options.connections, threads, i);
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
        round.errors += drivers[i].errors;
        round.error = round.error ? round.error : drivers[i].error;
        histogram_merge(&load->latency, &drivers[i].latency);
    }
    struct usage used = usage_subtract(usage_self(), before);
    round.cpu_fraction =
        (double)(used.user_ns + used.system_ns) / ((double)(round.stop_ns - start_ns) * options->threads + 1);
    options->ended(options->context, &round);
    for (unsigned i = 0; i < options->connections; i++)
        disconnect(&connections[i]);
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
        atomic_store(&load->told, seen);
        futex_wake(&load->told, 1, false);
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

void load_await(struct load *load)
{
    uint32_t told, rounds = atomic_load(&load->rounds);
    while ((told = atomic_load(&load->told)) != rounds)
        futex_wait(&load->told, told, false);
}

void load_stop(struct load *load)
{
    carrier_unwatch_processes();
    command(load, COMMAND_END);
    child_await(load->generator);
    munmap(load, sizeof *load);
}
