/* SPDX-License-Identifier: MIT */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "futex.h"
#include "run.h"

enum { EVENTS = 256 };
enum command { COMMAND_NONE, COMMAND_GO, COMMAND_END };

struct load {
    _Atomic uint32_t rounds; /* futex: moves with each command */
    _Atomic uint32_t command;
    struct run *run;
    struct sockaddr_in address;
    int listener;
    pid_t server, generator;
};

struct connection {
    int socket;
    uint32_t received; /* bytes of the answer */
    uint64_t sent_ns, sequence;
    uint64_t message[LOAD_MESSAGE_BYTES / 8], answer[LOAD_MESSAGE_BYTES / 8];
};

/* One thread of the generator, with its part of the connections and of the messages. */
struct driver {
    struct run *run;
    unsigned index;
    struct connection *connections;
    size_t connection_count;
    uint64_t messages_left; /* still to send */
    uint64_t answers_left;
    uint64_t stop_ns;
    struct histogram latency;
    pthread_t thread;
};

uint64_t load_messages(const struct run *run, uint64_t items)
{
    return items + run->conc;
}

static void send_message(struct run *run, struct connection *connection, uint64_t now_ns)
{
    connection->sequence++;
    connection->received = 0;
    for (size_t i = 0; i < LOAD_MESSAGE_BYTES / 8; i++)
        connection->message[i] = connection->sequence * UINT64_C(0x9e3779b97f4a7c15) + i;
    connection->sent_ns = now_ns;
    ssize_t sent = send(connection->socket, connection->message, LOAD_MESSAGE_BYTES, MSG_NOSIGNAL);
    if (sent != LOAD_MESSAGE_BYTES)
        run_fail(run, "load generator: send: %s", sent < 0 ? strerror(errno) : "cut short");
}

/* 1 when the whole answer is there, 0 when more must come. */
static int receive_answer(struct run *run, struct connection *connection)
{
    ssize_t got = recv(connection->socket, (char *)connection->answer + connection->received,
                       LOAD_MESSAGE_BYTES - connection->received, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0)
        run_fail(run, "load generator: %s", got < 0 ? strerror(errno) : "the server closed a connection");
    connection->received += (uint32_t)got;
    if (connection->received < LOAD_MESSAGE_BYTES)
        return 0;
    if (memcmp(connection->message, connection->answer, LOAD_MESSAGE_BYTES) != 0)
        run_fail(run, "load generator: message %llu came back changed",
                 (unsigned long long)connection->sequence);
    return 1;
}

static void take_answer(struct driver *driver, struct connection *connection)
{
    if (receive_answer(driver->run, connection) == 0)
        return;
    uint64_t now_ns = clock_now_ns();
    histogram_record(&driver->latency, now_ns - connection->sent_ns);
    if (--driver->answers_left == 0)
        driver->stop_ns = now_ns;
    if (driver->messages_left > 0) {
        driver->messages_left--;
        send_message(driver->run, connection, now_ns);
    }
}

static void bind_driver(const struct driver *driver)
{
    struct error error;
    if (driver->run->generator_bound &&
        topology_bind_self(driver->run->topology, &driver->run->generator_units[driver->index], 1, &error))
        run_fail(driver->run, "load generator: %s", error.text);
}

static void *drive(void *argument)
{
    struct driver *driver = argument;
    struct epoll_event events[EVENTS];
    bind_driver(driver);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    if (poll < 0)
        run_fail(driver->run, "load generator: epoll_create1: %s", strerror(errno));
    for (size_t i = 0; i < driver->connection_count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &driver->connections[i]};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, driver->connections[i].socket, &event))
            run_fail(driver->run, "load generator: epoll_ctl: %s", strerror(errno));
    }
    for (size_t i = 0; i < driver->connection_count && driver->messages_left > 0; i++) {
        driver->messages_left--;
        send_message(driver->run, &driver->connections[i], clock_now_ns());
    }
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
    if (connection->socket < 0 ||
        connect(connection->socket, (struct sockaddr *)&load->address, sizeof load->address) ||
        setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
        run_fail(load->run, "load generator: connect: %s", strerror(errno));
}

/* One message each way on every connection: then all are accepted and their carriers run. */
static void connect_all(struct load *load, struct connection *connections)
{
    for (unsigned i = 0; i < load->run->conc; i++) {
        connect_one(load, &connections[i]);
        connections[i].sequence = (uint64_t)i << 32;
        send_message(load->run, &connections[i], 0);
    }
    for (unsigned i = 0; i < load->run->conc; i++)
        while (receive_answer(load->run, &connections[i]) == 0)
            continue;
}

static void drive_all(struct run *run, struct driver *drivers, struct connection *connections)
{
    size_t connection = 0;
    for (unsigned i = 0; i < run->generator_count; i++) {
        uint64_t messages =
            run->shared->items / run->generator_count + (i < run->shared->items % run->generator_count);
        drivers[i].run = run;
        drivers[i].index = i;
        drivers[i].connections = connections + connection;
        drivers[i].connection_count =
            run->conc / run->generator_count + (i < run->conc % run->generator_count);
        drivers[i].messages_left = drivers[i].answers_left = messages;
        connection += drivers[i].connection_count;
    }
    for (unsigned i = 1; i < run->generator_count; i++)
        if (pthread_create(&drivers[i].thread, NULL, drive, &drivers[i]))
            run_fail(run, "load generator: no thread");
    drive(&drivers[0]);
    for (unsigned i = 1; i < run->generator_count; i++)
        pthread_join(drivers[i].thread, NULL);
}

/* With a reset: else each would hold its port for a minute, and the next launches would find none. All
 * answers are there, so nothing is lost. */
static void close_all(const struct run *run, const struct connection *connections)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    for (unsigned i = 0; i < run->conc; i++) {
        setsockopt(connections[i].socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(connections[i].socket);
    }
}

static void generate(struct load *load)
{
    struct run *run = load->run;
    struct run_shared *shared = run->shared;
    uint64_t begin_ns = clock_now_ns();
    struct connection *connections = calloc(run->conc, sizeof *connections);
    struct driver *drivers = calloc(run->generator_count, sizeof *drivers);
    if (!connections || !drivers)
        run_fail(run, "load generator: out of memory");
    connect_all(load, connections);

    struct usage before = usage_self();
    shared->clock_start_ns = clock_now_ns();
    drive_all(run, drivers, connections);
    for (unsigned i = 0; i < run->generator_count; i++) {
        if (drivers[i].stop_ns > shared->clock_stop_ns)
            shared->clock_stop_ns = drivers[i].stop_ns;
        histogram_merge(&shared->latency, &drivers[i].latency);
    }
    struct usage used = usage_subtract(usage_self(), before);
    uint64_t thread_ns = (shared->clock_stop_ns - shared->clock_start_ns) * run->generator_count;
    atomic_store(&shared->value_sum, (uint64_t)(used.user_ns + used.system_ns) * 1000000 / (thread_ns + 1));
    shared->startup_ns = shared->clock_start_ns - begin_ns;
    shared->memory_bytes = memory_of_tree_bytes(load->server, getpid());
    close_all(run, connections);
    free(connections);
    free(drivers);
}

static _Noreturn void serve_commands(struct load *load)
{
    uint32_t seen = 0;
    struct driver bound = {.run = load->run};
    bind_driver(&bound);
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

static int open_listener(struct load *load)
{
    socklen_t length = sizeof load->address;
    load->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    load->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (load->listener < 0 || bind(load->listener, (struct sockaddr *)&load->address, length) ||
        getsockname(load->listener, (struct sockaddr *)&load->address, &length) ||
        listen(load->listener, (int)load->run->conc + 16))
        return error_set(&load->run->error, "listening on loopback: %s", strerror(errno));
    return 0;
}

struct load *load_start(struct run *run, int *listener)
{
    struct load *load = arena_allocate(run->arena, sizeof *load);
    if (!load) {
        error_set(&run->error, "out of memory");
        return NULL;
    }
    load->run = run;
    load->server = getpid();
    run->value_unit = "generator_cpu_fraction";
    run->value_scale = 1e-6;
    if (open_listener(load))
        return NULL;
    *listener = load->listener;
    carrier_watch_processes();
    load->generator = child_fork();
    if (load->generator < 0) {
        error_set(&run->error, "load generator: fork: %s", strerror(errno));
        return NULL;
    }
    if (load->generator == 0) {
        close(load->listener);
        serve_commands(load);
    }
    return load;
}

static void command(struct load *load, enum command what)
{
    atomic_store(&load->command, what);
    atomic_fetch_add(&load->rounds, 1);
    futex_wake(&load->rounds, 1, false);
}

void load_go(struct load *load)
{
    command(load, COMMAND_GO);
}

void load_stop(struct load *load)
{
    carrier_unwatch_processes();
    command(load, COMMAND_END);
    child_await(load->generator);
    close(load->listener);
}
