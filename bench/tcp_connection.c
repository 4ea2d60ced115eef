/* SPDX-License-Identifier: MIT */
/* A connection, and how a task serves it by blocking. */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tcp_private.h"

void *tcp_state(struct tcp_connection *connection)
{
    return connection->state;
}

const struct tcp_protocol *tcp_protocol(const struct tcp_connection *connection)
{
    return connection->protocol;
}

struct run *tcp_run(struct tcp_connection *connection)
{
    return connection->run;
}

void tcp_begin_connection(struct tcp_connection *connection, struct run *run, int socket)
{
    const struct tcp_server *server = run_data(run);
    connection->run = run;
    connection->protocol = server->protocol;
    connection->received = server->protocol->received;
    connection->parks = run_parks(run);
    connection->socket = socket;
    connection->serving = run_serving(run);
    connection->sent_bytes = 0;
    connection->ends = connection->lingers = connection->gone = connection->sending = connection->busy =
        false;
    connection->taken = connection->filled = connection->thrown_away = 0;
    connection->done = NULL;
    if (server->protocol->state_bytes)
        memset(connection->state, 0, server->protocol->state_bytes);
}

void tcp_deal(struct tcp_connection *connection)
{
    while (connection->taken < connection->filled && !connection->sending && !connection->ends &&
           !connection->done) {
        ssize_t taken = connection->received(connection, connection->buffer + connection->taken,
                                             connection->filled - connection->taken);
        if (taken < 0)
            run_fail(connection->run, "the load generator's bytes are not of the protocol");
        connection->taken += (size_t)taken;
    }
    tcp_tell_busy(connection, connection->sending || connection->done);
}

void tcp_deliver(struct tcp_connection *connection, size_t count)
{
    if (connection->done)
        run_fail(connection->run, "the load generator's bytes are not of the protocol");
    connection->taken = 0;
    connection->filled = count;
    tcp_tell_busy(connection, true);
    tcp_deal(connection);
}

void tcp_end(struct tcp_connection *connection, bool lingers)
{
    connection->ends = true;
    connection->lingers = lingers;
}

bool tcp_throw_away(struct tcp_connection *connection, size_t count)
{
    connection->thrown_away += count;
    return connection->lingers && !connection->gone && connection->thrown_away < TCP_LINGER_BYTES;
}

bool tcp_is_gone(int problem)
{
    return problem == ECONNRESET || problem == EPIPE || problem == ETIMEDOUT || problem == EHOSTUNREACH;
}

void tcp_lose(struct tcp_connection *connection)
{
    connection->gone = connection->ends = true;
}

/* Another may come later. */
static bool none_now(int problem, int flags)
{
    return ((problem == EAGAIN || problem == EWOULDBLOCK) && flags) || problem == EMFILE ||
           problem == ENFILE || problem == ENOBUFS || problem == ENOMEM;
}

int tcp_accept(struct run *run, int flags)
{
    const struct tcp_server *server = run_data(run);
    for (;;) {
        struct sockaddr_in peer;
        socklen_t length = sizeof peer;
        int socket = accept4(server->listener, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC | flags);
        if (socket < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (socket < 0 && (none_now(errno, flags) || (errno == EINVAL && run_serving(run))))
            return -1;
        if (socket < 0)
            run_fail(run, "accept: %s", strerror(errno));
        if (run_serving(run) || load_is_source(server->load, peer.sin_addr))
            return socket;
        close(socket);
    }
}

static void set_no_delay(struct run *run, int socket)
{
    int one = 1;
    if (setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
        run_fail(run, "setsockopt: %s", strerror(errno));
}

static void send_blocking(struct tcp_connection *connection, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written =
            send(connection->socket, bytes, count, MSG_NOSIGNAL | (connection->parks ? MSG_DONTWAIT : 0));
        if (written < 0 && tcp_is_gone(errno)) {
            tcp_lose(connection);
            return;
        }
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

void tcp_send(struct tcp_connection *connection, const char *bytes, size_t count)
{
    connection->sent_bytes += count;
    if (connection->socket >= 0)
        send_blocking(connection, bytes, count);
    else
        tcp_send_in_loop(connection, bytes, count);
}

/* 0: the peer says no more. */
static size_t receive_blocking(struct tcp_connection *connection)
{
    for (;;) {
        if (connection->parks)
            run_until_readable(connection->run, connection->socket);
        ssize_t count = recv(connection->socket, connection->buffer, sizeof connection->buffer, 0);
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (count < 0 && !tcp_is_gone(errno))
            run_fail(connection->run, "recv: %s", strerror(errno));
        return count < 0 ? 0 : (size_t)count;
    }
}

/* Of many that wait for one to come another may be the first. */
static int accept_blocking(struct run *run)
{
    const uint64_t moment_ns = 10000000, hour_ns = UINT64_C(3600000000000);
    const struct tcp_server *server = run_data(run);
    for (;;) {
        run_until_readable(run, server->listener);
        int socket = tcp_accept(run, run_parks(run) ? SOCK_NONBLOCK : 0);
        if (socket >= 0)
            return socket;
        if (errno == EINVAL) /* the end is near */
            run_sleep(run, hour_ns);
        else if (errno != EAGAIN && errno != EWOULDBLOCK)
            run_sleep(run, moment_ns);
    }
}

uint64_t tcp_server_task(struct run *run, const struct task *task)
{
    struct tcp_connection connection;
    tcp_go(run, task);
    tcp_begin_connection(&connection, run, accept_blocking(run));
    set_no_delay(run, connection.socket);
    size_t count;
    while (!connection.ends && (count = receive_blocking(&connection)) > 0)
        tcp_deliver(&connection, count);
    if (connection.lingers)
        shutdown(connection.socket, SHUT_WR);
    while (tcp_throw_away(&connection, 0) && (count = receive_blocking(&connection)) > 0)
        tcp_throw_away(&connection, count);
    run_close(run, connection.socket);
    run_count(run, task->worker, connection.sent_bytes);
    return connection.sent_bytes;
}
