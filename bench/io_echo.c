/* SPDX-License-Identifier: MIT */
/* A TCP server that sends back what it receives. A task is a connection, served until the peer closes it; an
 * item is a 64-byte message. The load generator is a process of its own (load.h). */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "load.h"
#include "run.h"
#include "workloads.h"

enum { BUFFER_BYTES = 4096 };

/* One connection of an event loop. */
struct connection {
    uv_tcp_t stream;
    uv_write_t write;
    struct run *run;
    struct task *task;
    struct connection *next_waiting;
    uint64_t bytes;
    char buffer[BUFFER_BYTES];
};

/* One event loop's view of the listening socket: open while tasks of that loop wait for a connection, so that
 * each loop accepts its share and no more. */
struct acceptor {
    uv_tcp_t listener;
    struct connection *waiting;
};

struct echo {
    struct load *load;
    int listener;
    struct acceptor *acceptors;     /* [workers] */
    struct connection *connections; /* [conc] */
};

static int prepare(struct run *run)
{
    struct echo *echo = arena_allocate(run->arena, sizeof *echo);
    if (!echo)
        return error_set(&run->error, "out of memory");
    run->workload_data = echo;
    run->task_count_fixed = run->conc;
    run->self_timed = true;
    if (run->model->loop) {
        echo->acceptors = arena_allocate(run->arena, run->workers * sizeof *echo->acceptors);
        echo->connections = arena_allocate(run->arena, run->conc * sizeof *echo->connections);
        if (!echo->acceptors || !echo->connections)
            return error_set(&run->error, "out of memory for %u connections", run->conc);
    }
    echo->load = load_start(run, &echo->listener);
    return echo->load ? 0 : -1;
}

static void set_no_delay(struct run *run, int socket)
{
    int one = 1;
    if (setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
        run_fail(run, "setsockopt: %s", strerror(errno));
}

/* Blocking */

static void write_all(struct run *run, int socket, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = send(socket, bytes, count, MSG_NOSIGNAL);
        if (written < 0 && errno != EINTR)
            run_fail(run, "send: %s", strerror(errno));
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        }
    }
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct echo *echo = run->workload_data;
    char buffer[BUFFER_BYTES];
    uint64_t bytes = 0;
    if (task->index == 0)
        load_go(echo->load);
    int socket = accept4(echo->listener, NULL, NULL, SOCK_CLOEXEC);
    if (socket < 0)
        run_fail(run, "accept: %s", strerror(errno));
    set_no_delay(run, socket);
    for (;;) {
        ssize_t count = recv(socket, buffer, sizeof buffer, 0);
        if (count < 0 && errno == EINTR)
            continue;
        if (count == 0 || (count < 0 && errno == ECONNRESET))
            break;
        if (count < 0)
            run_fail(run, "recv: %s", strerror(errno));
        write_all(run, socket, buffer, (size_t)count);
        bytes += (uint64_t)count;
    }
    close(socket);
    return bytes;
}

/* In a libuv loop */

static void received(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer);

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct connection *connection = handle->data;
    *buffer = uv_buf_init(connection->buffer, sizeof connection->buffer);
}

static void closed(uv_handle_t *handle)
{
    struct connection *connection = handle->data;
    connection->task->complete(connection->run, connection->task, connection->bytes);
}

static void written(uv_write_t *write, int status)
{
    struct connection *connection = write->data;
    if (status)
        run_fail(connection->run, "uv_write: %s", uv_strerror(status));
    uv_read_start((uv_stream_t *)&connection->stream, give_buffer, received);
}

/* What the socket did not take at once waits, and so does reading: the buffer is taken. */
static void write_rest(struct connection *connection, uv_buf_t rest)
{
    uv_read_stop((uv_stream_t *)&connection->stream);
    connection->write.data = connection;
    uv_write(&connection->write, (uv_stream_t *)&connection->stream, &rest, 1, written);
}

static void received(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct connection *connection = stream->data;
    if (count == UV_EOF || count == UV_ECONNRESET) {
        uv_close((uv_handle_t *)stream, closed);
        return;
    }
    if (count < 0)
        run_fail(connection->run, "uv_read: %s", uv_strerror((int)count));
    connection->bytes += (uint64_t)count;
    uv_buf_t answer = uv_buf_init(buffer->base, (unsigned)count);
    int sent = uv_try_write(stream, &answer, 1);
    if (sent < 0 && sent != UV_EAGAIN)
        run_fail(connection->run, "uv_try_write: %s", uv_strerror(sent));
    if (sent < 0)
        sent = 0;
    if (sent < count)
        write_rest(connection, uv_buf_init(buffer->base + sent, (unsigned)(count - sent)));
}

static void accepted(uv_stream_t *listener, int status)
{
    struct acceptor *acceptor = listener->data;
    struct connection *connection = acceptor->waiting;
    if (status || uv_tcp_init(listener->loop, &connection->stream) ||
        uv_accept(listener, (uv_stream_t *)&connection->stream))
        run_fail(connection->run, "accept: %s", status ? uv_strerror(status) : "no connection");
    connection->stream.data = connection;
    uv_tcp_nodelay(&connection->stream, 1);
    uv_read_start((uv_stream_t *)&connection->stream, give_buffer, received);
    acceptor->waiting = connection->next_waiting;
    if (!acceptor->waiting)
        uv_close((uv_handle_t *)listener, NULL);
}

static void listen_in_loop(struct run *run, struct acceptor *acceptor, uv_loop_t *loop)
{
    const struct echo *echo = run->workload_data;
    int problem = uv_tcp_init(loop, &acceptor->listener);
    if (!problem)
        problem = uv_tcp_open(&acceptor->listener, fcntl(echo->listener, F_DUPFD_CLOEXEC, 0));
    if (!problem)
        problem = uv_listen((uv_stream_t *)&acceptor->listener, (int)run->conc + 16, accepted);
    if (problem)
        run_fail(run, "listening in the loop: %s", uv_strerror(problem));
    acceptor->listener.data = acceptor;
}

static void begin(struct run *run, struct task *task)
{
    struct echo *echo = run->workload_data;
    struct acceptor *acceptor = &echo->acceptors[task->worker];
    struct connection *connection = &echo->connections[task->slot];
    bool first = !acceptor->waiting;
    connection->run = run;
    connection->task = task;
    connection->bytes = 0;
    connection->next_waiting = acceptor->waiting;
    acceptor->waiting = connection;
    if (first)
        listen_in_loop(run, acceptor, task->loop);
    if (task->index == 0)
        load_go(echo->load);
}

static uint64_t checksum(const struct run *run, uint64_t items)
{
    return load_messages(run, items) * LOAD_MESSAGE_BYTES;
}

static void cleanup(struct run *run)
{
    const struct echo *echo = run->workload_data;
    load_stop(echo->load);
}

const struct workload workload_io_echo = {
    .family = "io",
    .name = "echo",
    .summary = "a TCP echo server on loopback under closed-loop load: 64-byte messages, conc connections",
    .cell_default = "conc:64/place:split",
    .connects = true,
    .prepare = prepare,
    .task = task,
    .begin = begin,
    .checksum = checksum,
    .cleanup = cleanup,
};
