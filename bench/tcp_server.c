/* SPDX-License-Identifier: MIT */
#include "tcp_server.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "generator.h"
#include "measure.h"

struct tcp_connection {
    struct run *run;
    const struct tcp_protocol *protocol;
    uint64_t sent_bytes;
    int socket; /* blocking; -1: in a loop */
    /* In a loop: */
    uv_tcp_t stream;
    struct task *task;
    struct tcp_connection *next_waiting;
    unsigned writes_pending;
    uv_work_t computing;
    void (*work)(struct tcp_connection *), (*done)(struct tcp_connection *); /* NULL: nothing is computed */
    char state[TCP_STATE_BYTES];
    char buffer[TCP_BUFFER_BYTES];
};

/* One event loop's view of the listening socket: open while tasks of that loop wait for a connection, so that
 * each loop accepts its share and no more. */
struct acceptor {
    uv_poll_t listener;
    struct tcp_connection *waiting;
};

/* In the arena. */
struct tcp_server {
    const struct tcp_protocol *protocol;
    struct load *load;
    struct sockaddr_in address;
    struct in_addr peer;
    int listener;
    double generator_share;
    pid_t process;
    struct acceptor *acceptors;         /* [workers] */
    struct tcp_connection *connections; /* [in flight] */
};

void *tcp_state(struct tcp_connection *connection)
{
    return connection->state;
}

struct run *tcp_run(struct tcp_connection *connection)
{
    return connection->run;
}

/* The load generator, which calls from its own process */

static void load_started(void *context, uint64_t startup_ns)
{
    run_clock_start(context, startup_ns);
}

static void load_ended(void *context, const struct load_round *round)
{
    struct tcp_server *server = run_data(context);
    histogram_merge(run_latency(context), round->latency);
    server->generator_share = round->cpu_fraction;
    run_clock_stop(context, round->stop_ns, memory_of_tree_bytes(server->process, getpid(), MEMORY_ALL));
}

static _Noreturn void load_failed(void *context, const char *reason)
{
    run_fail(context, "load generator: %s", reason);
}

static int start_load(struct run *run, struct tcp_server *server)
{
    struct generator_place place = run_generator_place(run);
    struct error error;
    struct load_options options = {
        .connections = run_in_flight(run),
        .mark_every = server->protocol->mark_every,
        .threads = place.threads,
        .topology = place.topology,
        .units = place.units,
        .context = run,
        .started = load_started,
        .ended = load_ended,
        .failed = load_failed,
    };
    server->load = load_start(&options, &error);
    if (!server->load)
        return run_error(run, "%s", error.text);
    server->peer = load_source(server->load);
    return 0;
}

static int open_listener(struct run *run, struct tcp_server *server)
{
    socklen_t length = sizeof server->address;
    server->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&server->address, length) ||
        getsockname(server->listener, (struct sockaddr *)&server->address, &length) ||
        listen(server->listener, (int)run_in_flight(run) + 16))
        return run_error(run, "listening on loopback: %s", strerror(errno));
    return 0;
}

struct tcp_server *tcp_server_open(struct run *run, const struct tcp_protocol *protocol)
{
    struct tcp_server *server = run_allocate(run, sizeof *server);
    if (!server)
        return NULL;
    run_set_data(run, server);
    server->protocol = protocol;
    server->process = getpid();
    if (run_in_loops(run)) {
        server->acceptors = run_allocate(run, run_workers(run) * sizeof *server->acceptors);
        server->connections = run_allocate(run, run_in_flight(run) * sizeof *server->connections);
        if (!server->acceptors || !server->connections)
            return NULL;
    }
    /* The generator first: it must not inherit the port. */
    return start_load(run, server) || open_listener(run, server) ? NULL : server;
}

double tcp_server_generator_share(const struct run *run)
{
    return ((const struct tcp_server *)run_data(run))->generator_share;
}

void tcp_server_close(struct run *run)
{
    const struct tcp_server *server = run_data(run);
    load_stop(server->load);
    close(server->listener);
}

static void go(struct run *run, const struct task *task)
{
    const struct tcp_server *server = run_data(run);
    if (task->index == 0)
        load_go(server->load, &server->address, run_items(run));
}

static void begin_connection(struct tcp_connection *connection, struct run *run, int socket)
{
    const struct tcp_server *server = run_data(run);
    connection->run = run;
    connection->protocol = server->protocol;
    connection->socket = socket;
    connection->sent_bytes = 0;
    connection->writes_pending = 0;
    connection->done = NULL;
    memset(connection->state, 0, server->protocol->state_bytes);
}

static void deliver(struct tcp_connection *connection, size_t count)
{
    if (connection->done || connection->protocol->received(connection, connection->buffer, count))
        run_fail(connection->run, "the load generator's bytes are not of the protocol");
}

/* The next of the generator's connections; a stranger's is closed. -1: none waits (SOCK_NONBLOCK). */
static int accept_own(struct run *run, int flags)
{
    const struct tcp_server *server = run_data(run);
    for (;;) {
        struct sockaddr_in peer;
        socklen_t length = sizeof peer;
        int socket = accept4(server->listener, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC | flags);
        if (socket < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (socket < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && flags)
            return -1;
        if (socket < 0)
            run_fail(run, "accept: %s", strerror(errno));
        if (peer.sin_addr.s_addr == server->peer.s_addr)
            return socket;
        close(socket);
    }
}

/* Blocking */

static void set_no_delay(struct run *run, int socket)
{
    int one = 1;
    if (setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
        run_fail(run, "setsockopt: %s", strerror(errno));
}

static void send_blocking(struct tcp_connection *connection, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = send(connection->socket, bytes, count,
                               MSG_NOSIGNAL | (run_parks(connection->run) ? MSG_DONTWAIT : 0));
        if (written < 0 && errno == EAGAIN)
            run_until_writable(connection->run, connection->socket);
        else if (written < 0 && errno != EINTR)
            run_fail(connection->run, "send: %s", strerror(errno));
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        }
    }
}

/* Of many that wait for one to come another may be the first. */
static int accept_blocking(struct run *run)
{
    const struct tcp_server *server = run_data(run);
    int socket = -1;
    while (socket < 0) {
        run_until_readable(run, server->listener);
        socket = accept_own(run, run_parks(run) ? SOCK_NONBLOCK : 0);
    }
    return socket;
}

uint64_t tcp_server_task(struct run *run, const struct task *task)
{
    struct tcp_connection connection;
    go(run, task);
    begin_connection(&connection, run, accept_blocking(run));
    set_no_delay(run, connection.socket);
    for (;;) {
        run_until_readable(run, connection.socket);
        ssize_t count = recv(connection.socket, connection.buffer, sizeof connection.buffer, 0);
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (count == 0 || (count < 0 && errno == ECONNRESET))
            break;
        if (count < 0)
            run_fail(run, "recv: %s", strerror(errno));
        deliver(&connection, (size_t)count);
    }
    run_close(run, connection.socket);
    return connection.sent_bytes;
}

/* In a libuv loop */

static void received(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer);

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct tcp_connection *connection = handle->data;
    *buffer = uv_buf_init(connection->buffer, sizeof connection->buffer);
}

/* What the peer does not take at once waits in a copy, and so does reading. */
struct rest {
    uv_write_t write;
    struct tcp_connection *connection;
    char bytes[];
};

static void written(uv_write_t *write, int status)
{
    struct tcp_connection *connection = ((struct rest *)write)->connection;
    free(write);
    if (status)
        run_fail(connection->run, "uv_write: %s", uv_strerror(status));
    if (--connection->writes_pending == 0)
        uv_read_start((uv_stream_t *)&connection->stream, give_buffer, received);
}

static void send_later(struct tcp_connection *connection, const char *bytes, size_t count)
{
    struct rest *rest = malloc(sizeof *rest + count);
    if (!rest)
        run_fail(connection->run, "out of memory");
    rest->connection = connection;
    memcpy(rest->bytes, bytes, count);
    uv_buf_t buffer = uv_buf_init(rest->bytes, (unsigned)count);
    uv_read_stop((uv_stream_t *)&connection->stream);
    connection->writes_pending++;
    uv_write(&rest->write, (uv_stream_t *)&connection->stream, &buffer, 1, written);
}

static void send_in_loop(struct tcp_connection *connection, const char *bytes, size_t count)
{
    int sent = 0;
    if (connection->writes_pending == 0) {
        uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)count);
        sent = uv_try_write((uv_stream_t *)&connection->stream, &buffer, 1);
        if (sent < 0 && sent != UV_EAGAIN)
            run_fail(connection->run, "uv_try_write: %s", uv_strerror(sent));
        sent = sent < 0 ? 0 : sent;
    }
    if ((size_t)sent < count)
        send_later(connection, bytes + sent, count - (size_t)sent);
}

void tcp_send(struct tcp_connection *connection, const char *bytes, size_t count)
{
    connection->sent_bytes += count;
    if (connection->socket >= 0)
        send_blocking(connection, bytes, count);
    else
        send_in_loop(connection, bytes, count);
}

static void closed(uv_handle_t *handle)
{
    struct tcp_connection *connection = handle->data;
    connection->task->complete(connection->run, connection->task, connection->sent_bytes);
}

static void received(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct tcp_connection *connection = stream->data;
    (void)buffer;
    if (connection->done && count < 0)
        run_fail(connection->run, "the load generator has closed a connection that waits for its answer");
    if (count == UV_EOF || count == UV_ECONNRESET) {
        uv_close((uv_handle_t *)stream, closed);
        return;
    }
    if (count < 0)
        run_fail(connection->run, "uv_read: %s", uv_strerror((int)count));
    deliver(connection, (size_t)count);
}

static void compute(uv_work_t *computing)
{
    struct tcp_connection *connection = computing->data;
    connection->work(connection);
}

static void computed(uv_work_t *computing, int status)
{
    struct tcp_connection *connection = computing->data;
    void (*done)(struct tcp_connection *) = connection->done;
    (void)status;
    connection->done = NULL;
    done(connection);
}

void tcp_compute(struct tcp_connection *connection, void (*work)(struct tcp_connection *),
                 void (*done)(struct tcp_connection *))
{
    if (!run_offloads(connection->run)) {
        work(connection);
        done(connection);
        return;
    }
    connection->work = work;
    connection->done = done;
    connection->computing.data = connection;
    int problem = uv_queue_work(connection->stream.loop, &connection->computing, compute, computed);
    if (problem)
        run_fail(connection->run, "uv_queue_work: %s", uv_strerror(problem));
}

static void begin_reading(struct tcp_connection *connection, uv_loop_t *loop, int socket)
{
    int problem = uv_tcp_init(loop, &connection->stream);
    if (!problem)
        problem = uv_tcp_open(&connection->stream, socket);
    if (problem)
        run_fail(connection->run, "accept: %s", uv_strerror(problem));
    connection->stream.data = connection;
    uv_tcp_nodelay(&connection->stream, 1);
    uv_read_start((uv_stream_t *)&connection->stream, give_buffer, received);
}

/* As many as wait, as uv_listen() does; but that would accept a stranger into the handle of one that is to
 * come. */
static void acceptable(uv_poll_t *poll, int status, int events)
{
    struct acceptor *acceptor = poll->data;
    (void)events;
    if (status)
        run_fail(acceptor->waiting->run, "accept: %s", uv_strerror(status));
    while (acceptor->waiting) {
        struct tcp_connection *connection = acceptor->waiting;
        int socket = accept_own(connection->run, SOCK_NONBLOCK);
        if (socket < 0)
            return;
        begin_reading(connection, poll->loop, socket);
        acceptor->waiting = connection->next_waiting;
    }
    uv_close((uv_handle_t *)poll, NULL);
}

static void listen_in_loop(struct run *run, struct acceptor *acceptor, uv_loop_t *loop)
{
    const struct tcp_server *server = run_data(run);
    int problem = uv_poll_init(loop, &acceptor->listener, server->listener);
    if (!problem)
        problem = uv_poll_start(&acceptor->listener, UV_READABLE, acceptable);
    if (problem)
        run_fail(run, "listening in the loop: %s", uv_strerror(problem));
    acceptor->listener.data = acceptor;
}

void tcp_server_begin(struct run *run, struct task *task)
{
    struct tcp_server *server = run_data(run);
    struct acceptor *acceptor = &server->acceptors[task->worker];
    struct tcp_connection *connection = &server->connections[task->slot];
    bool first = !acceptor->waiting;
    begin_connection(connection, run, -1);
    connection->task = task;
    connection->next_waiting = acceptor->waiting;
    acceptor->waiting = connection;
    if (first)
        listen_in_loop(run, acceptor, task->loop);
    go(run, task);
}
