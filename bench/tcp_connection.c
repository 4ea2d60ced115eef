/* SPDX-License-Identifier: MIT */
/* A connection, and how a task serves it by blocking. */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"
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

void tcp_begin_connection(struct tcp_connection *connection, struct run *run, int socket, unsigned slot)
{
    const struct tcp_server *server = run_data(run);
    struct serving *serving = run_serving(run);
    connection->run = run;
    connection->protocol = server->protocol;
    connection->received = server->protocol->received;
    connection->parks = run_parks(run);
    connection->socket = socket;
    connection->served = serving ? &serving->parts[slot % SERVING_PARTS] : NULL;
    connection->limit_ns = serving ? serving->idle_ns : 0;
    connection->sent_bytes = 0;
    connection->ends = connection->lingers = connection->lingering = connection->gone = connection->sending =
        connection->busy = false;
    connection->taken = connection->filled = connection->thrown_away = 0;
    connection->done = NULL;
    if (server->protocol->state_bytes)
        memset(connection->state, 0, server->protocol->state_bytes);
}

void tcp_count(struct tcp_connection *connection, enum serving_count count)
{
    if (connection->served)
        serving_add(connection->served, count);
}

void tcp_meet(struct tcp_connection *connection)
{
    tcp_count(connection, SERVING_CONNECTIONS);
    tcp_move(connection);
}

static uint64_t now_ns(const struct tcp_connection *connection)
{
    return connection->socket >= 0 ? clock_now_ns() : uv_now(connection->stream.loop) * 1000000;
}

void tcp_set_moved(struct tcp_connection *connection)
{
    connection->moved_ns = now_ns(connection);
}

uint64_t tcp_time_left_ns(const struct tcp_connection *connection)
{
    uint64_t still_ns = now_ns(connection) - connection->moved_ns;
    return still_ns < connection->limit_ns ? connection->limit_ns - still_ns : 0;
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

bool tcp_is_gone(const struct tcp_connection *connection, int problem)
{
    return connection->served || problem == ECONNRESET || problem == EPIPE || problem == ETIMEDOUT ||
           problem == EHOSTUNREACH;
}

void tcp_lose(struct tcp_connection *connection, enum serving_count count)
{
    if (count < SERVING_COUNTS)
        tcp_count(connection, count);
    connection->gone = connection->ends = true;
}

void tcp_hang_up(struct tcp_connection *connection)
{
    bool within =
        !connection->ends && connection->protocol->within && connection->protocol->within(connection);
    tcp_lose(connection, within ? SERVING_CUT_SHORT : SERVING_COUNTS);
}

void tcp_linger(struct tcp_connection *connection, int socket)
{
    const uint64_t linger_ns = TCP_LINGER_S * UINT64_C(1000000000);
    connection->lingering = true;
    shutdown(socket, SHUT_WR);
    if (!connection->served)
        return;
    if (!connection->limit_ns || connection->limit_ns > linger_ns)
        connection->limit_ns = linger_ns;
    tcp_move(connection);
}

void tcp_forget(int socket)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

static bool is_none_there(int problem, int flags)
{
    return (problem == EAGAIN || problem == EWOULDBLOCK) && flags;
}

/* One that has left before it was accepted, as accept(2) tells it. */
static bool has_left(int problem)
{
    static const int problems[] = {ECONNABORTED, EPROTO,       ENETDOWN,    ENOPROTOOPT, EHOSTDOWN,
                                   ENONET,       EHOSTUNREACH, ENETUNREACH, EOPNOTSUPP,  EPERM};
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++)
        if (problem == problems[i])
            return true;
    return false;
}

static bool is_want(int problem)
{
    return problem == EMFILE || problem == ENFILE || problem == ENOBUFS || problem == ENOMEM;
}

int tcp_accept(struct run *run, int flags)
{
    const struct tcp_server *server = run_data(run);
    struct serving *serving = run_serving(run);
    for (;;) {
        struct sockaddr_in peer;
        socklen_t length = sizeof peer;
        int socket = accept4(server->listener, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC | flags);
        if (socket < 0 && (errno == EINTR || has_left(errno)))
            continue;
        if (socket < 0 && (is_none_there(errno, flags) || (errno == EINVAL && serving)))
            return -1;
        if (socket < 0 && !is_want(errno))
            run_fail(run, "accept: %s", strerror(errno));
        if (socket < 0 && serving)
            serving_add(&serving->parts[0], SERVING_NOT_ACCEPTED);
        if (socket < 0)
            return -1;
        if (serving || load_is_source(server->load, peer.sin_addr))
            return socket;
        close(socket);
    }
}

static void set_no_delay(const struct tcp_connection *connection)
{
    int one = 1;
    if (setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) && !connection->served)
        run_fail(connection->run, "setsockopt: %s", strerror(errno));
}

/* False: it has stood still for too long. */
static bool wait_until_ready(struct tcp_connection *connection, bool to_write)
{
    if (!connection->limit_ns) {
        if (connection->parks && to_write)
            run_until_writable(connection->run, connection->socket);
        else if (connection->parks)
            run_until_readable(connection->run, connection->socket);
        return true;
    }
    uint64_t left_ns = tcp_time_left_ns(connection);
    if (left_ns > 0 && run_until_ready_for(connection->run, connection->socket, to_write, left_ns))
        return true;
    tcp_lose(connection, connection->lingers ? SERVING_COUNTS : SERVING_TIMED_OUT);
    tcp_forget(connection->socket);
    return false;
}

static void send_blocking(struct tcp_connection *connection, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = send(connection->socket, bytes, count,
                               MSG_NOSIGNAL | (connection->parks || connection->limit_ns ? MSG_DONTWAIT : 0));
        if (written < 0 && errno == EAGAIN) {
            if (!wait_until_ready(connection, true))
                return;
        } else if (written < 0 && errno != EINTR && tcp_is_gone(connection, errno)) {
            tcp_lose(connection, SERVING_NOT_TAKEN);
            return;
        } else if (written < 0 && errno != EINTR) {
            run_fail(connection->run, "send: %s", strerror(errno));
        }
        if (written > 0) {
            tcp_move(connection);
            bytes += written;
            count -= (size_t)written;
        }
    }
}

void tcp_send(struct tcp_connection *connection, const char *bytes, size_t count)
{
    connection->sent_bytes += count;
    if (connection->served)
        tcp_count(connection, SERVING_ANSWERS);
    if (connection->socket >= 0)
        send_blocking(connection, bytes, count);
    else
        tcp_send_in_loop(connection, bytes, count);
}

/* 0: the peer says no more. */
static size_t receive_blocking(struct tcp_connection *connection)
{
    for (;;) {
        if (!wait_until_ready(connection, false))
            return 0;
        ssize_t count = recv(connection->socket, connection->buffer, sizeof connection->buffer, 0);
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (count < 0 && !tcp_is_gone(connection, errno))
            run_fail(connection->run, "recv: %s", strerror(errno));
        if (count <= 0)
            tcp_hang_up(connection);
        return count < 0 ? 0 : (size_t)count;
    }
}

/* Of many that wait for one to come another may be the first. */
static int accept_blocking(struct run *run)
{
    const uint64_t pause_ns = TCP_PAUSE_MS * UINT64_C(1000000), hour_ns = UINT64_C(3600000000000);
    const struct tcp_server *server = run_data(run);
    for (;;) {
        run_until_readable(run, server->listener);
        int socket = tcp_accept(run, run_parks(run) ? SOCK_NONBLOCK : 0);
        if (socket >= 0)
            return socket;
        if (errno == EINVAL) /* the end is near */
            run_sleep(run, hour_ns);
        else if (errno != EAGAIN && errno != EWOULDBLOCK)
            run_sleep(run, pause_ns);
    }
}

uint64_t tcp_server_task(struct run *run, const struct task *task)
{
    struct tcp_connection connection;
    tcp_go(run, task);
    tcp_begin_connection(&connection, run, accept_blocking(run), task->slot);
    tcp_meet(&connection);
    set_no_delay(&connection);
    size_t count;
    while (!connection.ends && (count = receive_blocking(&connection)) > 0)
        tcp_deliver(&connection, count);
    if (connection.lingers && !connection.gone)
        tcp_linger(&connection, connection.socket);
    while (tcp_throw_away(&connection, 0) && (count = receive_blocking(&connection)) > 0)
        tcp_throw_away(&connection, count);
    run_close(run, connection.socket);
    run_count(run, task->worker, connection.sent_bytes);
    return connection.sent_bytes;
}
