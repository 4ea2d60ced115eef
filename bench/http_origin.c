/* SPDX-License-Identifier: MIT */
#include "http_origin.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "generator.h"
#include "http.h"
#include "measure.h"
#include "resource_limits.h"

enum { BUFFER_BYTES = 1024, EVENTS = 256, BACKLOG_UNKNOWN = 128 };

/* In the arena. */
struct origin {
    struct run *run;
    pid_t process;
    uint64_t delay_ns;
    unsigned together;
    uint64_t mark_ns, mark_cpu_ns;
    unsigned listener_count;
    struct listener {
        int socket;
        struct sockaddr_in address;
    } listeners[];
};

/* One that the server has accepted, or one that it listens on. */
struct peer {
    int socket;
    bool listens, waits, gone; /* waits: for its answer */
    uint64_t page, due_ns;
    struct peer *next_waiting;
    struct http request;
};

/* The server's own process. All wait equally long, so who came first is due first. */
struct server {
    const struct origin *origin;
    int poll;
    struct peer *first, *last;
    unsigned waiting;
    bool answers; /* as many wait as are to wait together, or still have from when they did */
};

static void watch(const struct server *server, struct peer *peer)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    if (epoll_ctl(server->poll, EPOLL_CTL_ADD, peer->socket, &event))
        run_fail(server->origin->run, "HTTP server: epoll_ctl: %s", strerror(errno));
}

static struct peer *new_peer(const struct server *server, int socket)
{
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        run_fail(server->origin->run, "HTTP server: out of memory");
    peer->socket = socket;
    watch(server, peer);
    return peer;
}

static void forget(struct peer *peer)
{
    close(peer->socket);
    free(peer);
}

/* Where descriptors run out, clients that are done have yet to be closed: their turn comes with the next
 * events. */
static void accept_all(const struct server *server, const struct peer *listener)
{
    int socket;
    while ((socket = accept4(listener->socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0 ||
           errno == EINTR || errno == ECONNABORTED)
        if (socket >= 0)
            http_begin(&new_peer(server, socket)->request, HTTP_REQUESTS);
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EMFILE)
        run_fail(server->origin->run, "HTTP server: accept: %s", strerror(errno));
}

/* 1: the whole request is there, 0: more must come, -1: it is none of ours. */
static int read_request(struct peer *peer, const char *bytes, size_t count)
{
    char *end;
    if (http_read(&peer->request, bytes, count) < count || peer->request.progress > HTTP_WHOLE)
        return -1;
    if (peer->request.progress == HTTP_MORE)
        return 0;
    const char *target = peer->request.target;
    peer->page = target[0] == '/' ? strtoull(target + 1, &end, 10) : 0;
    return peer->request.get && target[0] == '/' && end > target + 1 && *end == '\0' ? 1 : -1;
}

static void answer_later(struct server *server, struct peer *peer)
{
    peer->waits = true;
    peer->due_ns = clock_now_ns() + server->origin->delay_ns;
    peer->next_waiting = NULL;
    *(server->first ? &server->last->next_waiting : &server->first) = peer;
    server->last = peer;
    if (++server->waiting >= server->origin->together)
        server->answers = true;
}

/* Who leaves while it waits for its answer, or sends more, is a stranger: it is forgotten when its turn
 * comes. */
static void read_peer(struct server *server, struct peer *peer)
{
    char bytes[BUFFER_BYTES];
    ssize_t count = recv(peer->socket, bytes, sizeof bytes, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (peer->waits) {
        peer->gone = true;
        epoll_ctl(server->poll, EPOLL_CTL_DEL, peer->socket, NULL);
        return;
    }
    int whole = count > 0 ? read_request(peer, bytes, (size_t)count) : -1;
    if (whole < 0)
        forget(peer);
    else if (whole > 0)
        answer_later(server, peer);
}

static void answer(struct peer *peer)
{
    char bytes[128 + ORIGIN_PAGE_BYTES];
    uint64_t words[ORIGIN_PAGE_WORDS];
    int head = snprintf(bytes, sizeof bytes,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                        "Content-Length: %d\r\n\r\n",
                        ORIGIN_PAGE_BYTES);
    for (uint64_t i = 0; i < ORIGIN_PAGE_WORDS; i++)
        words[i] = random_mix(peer->page) + i;
    memcpy(bytes + head, words, sizeof words);
    ssize_t count = head + ORIGIN_PAGE_BYTES;
    peer->waits = false;
    if (peer->gone || send(peer->socket, bytes, (size_t)count, MSG_NOSIGNAL) != count)
        forget(peer);
}

static void answer_due(struct server *server)
{
    while (server->answers && server->first->due_ns <= clock_now_ns()) {
        struct peer *peer = server->first;
        server->first = peer->next_waiting;
        server->waiting--;
        server->answers = server->first;
        answer(peer);
    }
}

/* To the nanosecond, where epoll_wait would round up to milliseconds. */
static void await_events(const struct server *server)
{
    struct pollfd poll = {.fd = server->poll, .events = POLLIN};
    uint64_t now_ns = clock_now_ns(), due_ns = server->answers ? server->first->due_ns : 0;
    uint64_t left_ns = due_ns > now_ns ? due_ns - now_ns : 0;
    struct timespec left = {.tv_sec = (time_t)(left_ns / 1000000000),
                            .tv_nsec = (long)(left_ns % 1000000000)};
    ppoll(&poll, 1, server->answers ? &left : NULL, NULL);
}

static _Noreturn void serve(const struct origin *origin)
{
    struct generator_place place = run_generator_place(origin->run);
    struct error error;
    struct epoll_event events[EVENTS];
    if (place.units && topology_bind_self(place.topology, place.units, 1, &error))
        run_fail(origin->run, "HTTP server: %s", error.text);
    struct server server = {.origin = origin, .poll = epoll_create1(EPOLL_CLOEXEC)};
    for (unsigned i = 0; i < origin->listener_count; i++)
        new_peer(&server, origin->listeners[i].socket)->listens = true;
    for (;;) {
        await_events(&server);
        int count = epoll_wait(server.poll, events, EVENTS, 0);
        for (int i = 0; i < count; i++) {
            struct peer *peer = events[i].data.ptr;
            if (peer->listens)
                accept_all(&server, peer);
            else
                read_peer(&server, peer);
        }
        answer_due(&server);
    }
}

/* Accepted connections inherit the reset. */
static int open_listener(struct run *run, struct listener *listener, int backlog)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    socklen_t length = sizeof listener->address;
    listener->address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    listener->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->socket < 0 || bind(listener->socket, (struct sockaddr *)&listener->address, length) ||
        setsockopt(listener->socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) ||
        getsockname(listener->socket, (struct sockaddr *)&listener->address, &length) ||
        listen(listener->socket, backlog))
        return run_error(run, "HTTP server: listening on loopback: %s", strerror(errno));
    return 0;
}

struct origin *origin_start(struct run *run, uint64_t delay_ms, unsigned together)
{
    struct limits limits;
    limits_read(&limits);
    unsigned backlog = limits.backlog ? (unsigned)limits.backlog : BACKLOG_UNKNOWN;
    unsigned count = (run_in_flight(run) + backlog - 1) / backlog;
    struct origin *origin = run_allocate(run, sizeof *origin + count * sizeof origin->listeners[0]);
    if (!origin)
        return NULL;
    origin->run = run;
    origin->delay_ns = delay_ms * 1000000;
    origin->together = together;
    origin->listener_count = count;
    for (unsigned i = 0; i < count; i++)
        if (open_listener(run, &origin->listeners[i], (int)backlog))
            return NULL;
    pid_t process = child_fork();
    if (process == 0)
        serve(origin);
    if (process < 0) {
        run_error(run, "HTTP server: fork: %s", strerror(errno));
        return NULL;
    }
    origin->process = process; /* here only: the child shares it */
    for (unsigned i = 0; i < count; i++)
        close(origin->listeners[i].socket); /* where the server dies, clients are refused */
    run_set_generator(run, process);
    return origin;
}

const struct sockaddr *origin_address(const struct origin *origin, unsigned slot)
{
    return (const struct sockaddr *)&origin->listeners[slot % origin->listener_count].address;
}

pid_t origin_process(const struct origin *origin)
{
    return origin->process;
}

int origin_connect(struct run *run, const struct origin *origin, unsigned slot)
{
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (run_parks(run) ? SOCK_NONBLOCK : 0), 0);
    if (client < 0 ||
        (connect(client, origin_address(origin, slot), sizeof(struct sockaddr_in)) && errno != EINPROGRESS))
        run_fail(run, "connecting to the HTTP server: %s", strerror(errno));
    run_until_writable(run, client);
    return client;
}

static uint64_t cpu_of(pid_t process)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(process, &clock) || clock_gettime(clock, &used))
        return 0;
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

void origin_mark(struct origin *origin)
{
    origin->mark_cpu_ns = cpu_of(origin->process);
    origin->mark_ns = clock_now_ns();
}

double origin_cpu_fraction(const struct origin *origin)
{
    return (double)(cpu_of(origin->process) - origin->mark_cpu_ns) /
           (double)(clock_now_ns() - origin->mark_ns + 1);
}

void origin_stop(struct origin *origin)
{
    child_kill(origin->process);
}
