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

static void close_in_loop(struct tcp_connection *connection)
{
    uv_handle_t *handle = (uv_handle_t *)&connection->stream;
    if (connection->timer_open)
        uv_timer_stop(&connection->timer);
    if (!uv_is_closing(handle))
        uv_close(handle, closed);
}

/* It is not set anew with each message: when it comes, it looks. */
static void look_at_time(uv_timer_t *timer)
{
    struct tcp_connection *connection = timer->data;
    uv_os_fd_t socket;
    size_t unsent = uv_stream_get_write_queue_size((uv_stream_t *)&connection->stream);
    if (connection->sending && unsent < connection->unsent)
        tcp_move(connection);
    connection->unsent = unsent;
    uint64_t left_ns = tcp_time_left_ns(connection);
    if (left_ns > 0) {
        uv_timer_start(timer, look_at_time, (left_ns + 999999) / 1000000, 0);
        return;
    }
    if (uv_fileno((uv_handle_t *)&connection->stream, &socket) == 0)
        tcp_forget(socket);
    tcp_lose(connection, connection->lingers ? SERVING_COUNTS : SERVING_TIMED_OUT);
    close_in_loop(connection);
}

static void watch_time(struct tcp_connection *connection)
{
    if (!connection->limit_ns)
        return;
    if (!connection->timer_open)
        uv_timer_init(connection->stream.loop, &connection->timer);
    connection->timer_open = true;
    connection->timer.data = connection;
    uv_timer_start(&connection->timer, look_at_time, connection->limit_ns / 1000000, 0);
}

static void end_in_loop(struct tcp_connection *connection)
{
    uv_os_fd_t socket;
    uv_handle_t *handle = (uv_handle_t *)&connection->stream;
    if (!tcp_throw_away(connection, 0)) {
        close_in_loop(connection);
    } else if (!connection->lingering && uv_fileno(handle, &socket) == 0) {
        tcp_linger(connection, socket);
        watch_time(connection);
    }
}

/* Nothing comes in while an answer is on its way. */
static void written(uv_write_t *write, int status)
{
    struct tcp_connection *connection = write->data;
    connection->sending = false;
    if (uv_is_closing((uv_handle_t *)&connection->stream)) {
        tcp_tell_busy(connection, false);
        return;
    }
    if (status && !tcp_is_gone(connection, -status))
        run_fail(connection->run, "uv_write: %s", uv_strerror(status));
    if (status)
        tcp_lose(connection, SERVING_NOT_TAKEN);
    tcp_move(connection);
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
    if (sent < 0 && sent != UV_EAGAIN && tcp_is_gone(connection, -sent)) {
        tcp_lose(connection, SERVING_NOT_TAKEN);
        return;
    }
    if (sent < 0 && sent != UV_EAGAIN)
        run_fail(connection->run, "uv_try_write: %s", uv_strerror(sent));
    tcp_move(connection);
    sent = sent < 0 ? 0 : sent;
    if ((size_t)sent == count)
        return;
    buffer = uv_buf_init((char *)bytes + sent, (unsigned)(count - (size_t)sent));
    uv_read_stop(stream);
    connection->sending = true;
    connection->unsent = buffer.len;
    connection->rest.data = connection;
    uv_write(&connection->rest, stream, &buffer, 1, written);
}

static void received(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct tcp_connection *connection = stream->data;
    (void)buffer;
    if (connection->done && count < 0)
        run_fail(connection->run, "the load generator has closed a connection that waits for its answer");
    if (count < 0 && count != UV_EOF && !tcp_is_gone(connection, (int)-count))
        run_fail(connection->run, "uv_read: %s", uv_strerror((int)count));
    if (count < 0)
        tcp_hang_up(connection);
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
    tcp_meet(connection);
    watch_time(connection);
    uv_tcp_nodelay(&connection->stream, 1);
    uv_read_start((uv_stream_t *)&connection->stream, give_buffer, received);
}

static void acceptable(uv_poll_t *poll, int status, int events);

static void go_on(uv_timer_t *pause)
{
    struct acceptor *acceptor = pause->data;
    if (acceptor->waiting)
        uv_poll_start(&acceptor->listener, UV_READABLE, acceptable);
}

/* The one that cannot be accepted waits on: without a pause the loop would do nothing but try. */
static void pause_in_loop(struct acceptor *acceptor)
{
    uv_poll_stop(&acceptor->listener);
    acceptor->pause.data = acceptor;
    uv_timer_start(&acceptor->pause, go_on, TCP_PAUSE_MS, 0);
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
        if (socket < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
            pause_in_loop(acceptor);
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
    if (!acceptor->open)
        uv_timer_init(loop, &acceptor->pause);
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
    tcp_begin_connection(connection, run, -1, task->slot);
    connection->task = task;
    connection->next_waiting = acceptor->waiting;
    acceptor->waiting = connection;
    if (first)
        listen_in_loop(run, acceptor, task->loop);
    tcp_go(run, task);
}
