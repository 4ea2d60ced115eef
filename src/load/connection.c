/* SPDX-License-Identifier: MIT */
#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"

static enum step fail(struct step_error *error, enum load_error kind, const char *text)
{
    *error = (struct step_error){kind, text};
    return STEP_ERROR;
}

/* Before anything went out on it no message was lost, but no connection was made. */
static enum step fail_number(const struct connection *connection, int problem, struct step_error *error)
{
    enum load_error kind = !connection->established                    ? LOAD_CONNECT
                           : problem == ECONNRESET || problem == EPIPE ? LOAD_RESET
                                                                       : LOAD_CLOSED;
    return fail(error, kind, strerrordesc_np(problem));
}

static const struct protocol *protocol_of(const struct connection *connection)
{
    return connection->talk.options->http ? &protocol_http : &protocol_echo;
}

static int bind_source(const struct connection *connection, const struct route *route)
{
    int one = 1;
    const struct sockaddr_in source = {.sin_family = AF_INET,
                                       .sin_addr.s_addr =
                                           htonl(route->source + connection->source * CONNECTION_QUARTER)};
    /* The port is chosen when the peer is known too: one may serve many peers. */
    return route->source &&
           (setsockopt(connection->socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one) ||
            bind(connection->socket, (const struct sockaddr *)&source, sizeof source));
}

static int try_source(struct connection *connection, const struct route *route)
{
    int one = 1;
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connection->socket < 0)
        return -1;
    if (bind_source(connection, route) ||
        setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) ||
        (connect(connection->socket, (const struct sockaddr *)&route->server, sizeof route->server) &&
         errno != EINPROGRESS)) {
        int problem = errno;
        connection_close(connection);
        errno = problem;
        return -1;
    }
    return 0;
}

enum step connection_open(struct connection *connection, const struct route *route,
                          const struct load_options *options, struct step_error *error)
{
    connection->established = connection->polls_out = false;
    connection->talk.options = options;
    for (unsigned tried = 0; try_source(connection, route); connection->source++) {
        if (errno != EADDRNOTAVAIL || !route->source || ++tried == LOAD_SOURCES)
            return fail(error, LOAD_CONNECT,
                        errno == EADDRNOTAVAIL ? "no local port is left" : strerrordesc_np(errno));
        if (connection->source == LOAD_SOURCES - 1)
            connection->source = UINT_MAX; /* then 0 */
    }
    if (protocol_of(connection)->begin)
        protocol_of(connection)->begin(&connection->talk);
    return STEP_MORE;
}

/* The answer is there, so nothing is lost. */
void connection_close(struct connection *connection)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    if (connection->socket < 0)
        return;
    setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(connection->socket);
    connection->socket = -1;
}

enum step connection_send_rest(struct connection *connection, struct step_error *error)
{
    while (connection->bytes_left > 0) {
        ssize_t sent = send(connection->socket, connection->bytes, connection->bytes_left, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN)
            return STEP_MORE;
        if (sent < 0 && errno != EINTR)
            return fail_number(connection, errno, error);
        if (sent > 0) {
            connection->established = true;
            connection->bytes += sent;
            connection->bytes_left -= (size_t)sent;
        }
    }
    return STEP_DONE;
}

enum step connection_ask(struct connection *connection, bool marked, struct step_error *error)
{
    connection->talk.sequence++;
    connection->talk.marked = marked;
    connection->waits = true;
    connection->bytes = protocol_of(connection)->ask(&connection->talk, &connection->bytes_left);
    return connection_send_rest(connection, error);
}

enum step connection_hear(struct connection *connection, char *buffer, size_t *got, struct step_error *error)
{
    const struct protocol *protocol = protocol_of(connection);
    ssize_t count = recv(connection->socket, buffer, CONNECTION_BUFFER_BYTES, 0);
    *got = count > 0 ? (size_t)count : 0;
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return STEP_MORE;
    if (count < 0)
        return fail_number(connection, errno, error);
    if (count == 0 && connection->waits && protocol->end && protocol->end(&connection->talk))
        return STEP_DONE;
    if (count == 0)
        return fail(error, LOAD_CLOSED, "the server closed a connection");
    if (!connection->waits)
        return fail(error, LOAD_WRONG, "more came than the answer");
    int heard = protocol->hear(&connection->talk, buffer, (size_t)count);
    if (heard < 0)
        return fail(error, LOAD_WRONG, connection->talk.wrong);
    if (heard > 0 && connection->bytes_left > 0)
        return fail(error, LOAD_WRONG, "an answer came before the question was there");
    return heard ? STEP_DONE : STEP_MORE;
}

/* 0: time is up. */
static int await(const struct connection *connection, short events, uint64_t end_ns)
{
    struct pollfd file = {.fd = connection->socket, .events = events};
    for (;;) {
        uint64_t now_ns = end_ns ? clock_now_ns() : 0;
        if (end_ns && now_ns >= end_ns)
            return 0;
        int ready = poll(&file, 1, end_ns ? (int)((end_ns - now_ns) / 1000000 + 1) : -1);
        if (ready > 0 || (ready < 0 && errno != EINTR))
            return 1;
    }
}

static uint64_t end_of(uint64_t limit_ns)
{
    return limit_ns ? clock_now_ns() + limit_ns : 0;
}

enum step connection_converse(struct connection *connection, uint64_t limit_ns, char *buffer,
                              struct step_error *error)
{
    size_t got;
    uint64_t end_ns = end_of(limit_ns);
    enum step step = connection->waits ? STEP_MORE : connection_ask(connection, false, error);
    while (step != STEP_ERROR) {
        if (!await(connection, connection->bytes_left ? POLLIN | POLLOUT : POLLIN, end_ns))
            return fail(error, LOAD_TIMED_OUT, "no answer in time");
        step = connection_send_rest(connection, error);
        if (step != STEP_ERROR && (step = connection_hear(connection, buffer, &got, error)) == STEP_DONE)
            break;
    }
    connection->waits = false;
    return step;
}

enum step connection_await(struct connection *connection, uint64_t limit_ns, struct step_error *error)
{
    int problem = 0;
    socklen_t length = sizeof problem;
    if (!await(connection, POLLOUT, end_of(limit_ns)))
        return fail(error, LOAD_CONNECT, strerrordesc_np(ETIMEDOUT));
    if (getsockopt(connection->socket, SOL_SOCKET, SO_ERROR, &problem, &length) || problem)
        return fail(error, LOAD_CONNECT, strerrordesc_np(problem ? problem : errno));
    connection->established = true;
    return STEP_DONE;
}
