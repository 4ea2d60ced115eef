/* SPDX-License-Identifier: MIT */
/* Connections in a libuv loop. */
#include <errno.h>
#include <sys/socket.h>

#include "tcp_private.h"

static void received(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer);

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct tcp_connection *connection = handle->data;
    *buffer = uv_buf_init(connection->buffer, sizeof connection->buffer);
}

static void closed(uv_handle_t *handle)
{
    struct tcp_connection *connection = handle->data;
    run_count(connection->run, connection->task->worker, connection->sent_bytes);
    connection->task->complete(connection->run, connection->task, connection->sent_bytes);
}

static void end_in_loop(struct tcp_connection *connection)
{
    uv_os_fd_t socket;
    uv_handle_t *handle = (uv_handle_t *)&connection->stream;
    if (!tcp_throw_away(connection, 0))
        uv_close(handle, closed);
    else if (uv_fileno(handle, &socket) == 0)
        shutdown(socket, SHUT_WR);
}

/* Nothing comes in while an answer is on its way. */
static void written(uv_write_t *write, int status)
{
    struct tcp_connection *connection = write->data;
    connection->sending = false;
    if (status && !tcp_is_gone(-status))
        run_fail(connection->run, "uv_write: %s", uv_strerror(status));
    if (status)
        tcp_lose(connection);
    tcp_deal(connection);
    if (connection->ends && !connection->sending)
        end_in_loop(connection);
    if (!connection->sending && !uv_is_closing((uv_handle_t *)&connection->stream))
        uv_read_start((uv_stream_t *)&connection->stream, give_buffer, received);
}

void tcp_send_in_loop(struct tcp_connection *connection, const char *bytes, size_t count)
{
    uv_stream_t *stream = (uv_stream_t *)&connection->stream;
    uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)count);
    int sent = uv_try_write(stream, &buffer, 1);
    if (sent < 0 && tcp_is_gone(-sent)) {
        tcp_lose(connection);
        return;
    }
    if (sent < 0 && sent != UV_EAGAIN)
        run_fail(connection->run, "uv_try_write: %s", uv_strerror(sent));
    sent = sent < 0 ? 0 : sent;
    if ((size_t)sent == count)
        return;
    buffer = uv_buf_init((char *)bytes + sent, (unsigned)(count - (size_t)sent));
    uv_read_stop(stream);
    connection->sending = true;
    connection->rest.data = connection;
    uv_write(&connection->rest, stream, &buffer, 1, written);
}

static void received(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct tcp_connection *connection = stream->data;
    (void)buffer;
    if (connection->done && count < 0)
        run_fail(connection->run, "the load generator has closed a connection that waits for its answer");
    if (count < 0 && count != UV_EOF && !tcp_is_gone((int)-count))
        run_fail(connection->run, "uv_read: %s", uv_strerror((int)count));
    if (count < 0)
        tcp_lose(connection);
    else if (connection->ends)
        tcp_throw_away(connection, (size_t)count);
    else
        tcp_deliver(connection, (size_t)count);
    if (connection->ends && !connection->sending)
        end_in_loop(connection);
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
    tcp_deal(connection);
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
        int socket = tcp_accept(connection->run, SOCK_NONBLOCK);
        if (socket < 0 && errno == EINVAL) /* the end is near */
            break;
        if (socket < 0)
            return;
        begin_reading(connection, poll->loop, socket);
        acceptor->waiting = connection->next_waiting;
    }
    uv_poll_stop(poll);
}

static void listen_in_loop(struct run *run, struct acceptor *acceptor, uv_loop_t *loop)
{
    const struct tcp_server *server = run_data(run);
    int problem = acceptor->open ? 0 : uv_poll_init(loop, &acceptor->listener, server->listener);
    acceptor->open = true;
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
    tcp_begin_connection(connection, run, -1);
    connection->task = task;
    connection->next_waiting = acceptor->waiting;
    acceptor->waiting = connection;
    if (first)
        listen_in_loop(run, acceptor, task->loop);
    tcp_go(run, task);
}
