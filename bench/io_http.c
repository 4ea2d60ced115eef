/* SPDX-License-Identifier: MIT */
/* A web server: GET and HEAD are answered with one page, whatever they ask for. A task is a connection,
 * served until either side ends it; an item is a request. */
#include <stdio.h>
#include <string.h>

#include "http.h"
#include "message.h"
#include "resource_limits.h"
#include "tcp_server.h"

static const struct workload_param params[] = {
    {.key = "keepalive",
     .value_default = "on",
     .summary = "a connection for many requests, or one for each",
     .choices = "on|off"},
    TCP_LOAD_PARAM,
    {.key = "payload", .value_default = "13", .summary = "bytes of the answer's body"},
    {0},
};

/* As it goes out: a head for connections that go on and one for those that end, each with the body. */
struct page {
    const char *bytes;
    size_t head_bytes, bytes_all;
};

struct front {
    struct tcp_protocol protocol; /* first: what a connection knows */
    struct page keeping, closing;
    struct load_http expected;
};

static const char malformed[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
static const char too_long[] =
    "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
static const char no_method[] =
    "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

static void refuse(struct tcp_connection *connection, const char *answer, enum serving_count why)
{
    tcp_count(connection, why);
    tcp_send(connection, answer, strlen(answer));
    tcp_end(connection, true);
}

static void answer(struct tcp_connection *connection, const struct http *request)
{
    const struct front *front = (const struct front *)tcp_protocol(connection);
    const struct page *page = request->keep_alive ? &front->keeping : &front->closing;
    if (!request->get && !request->head) {
        refuse(connection, no_method, SERVING_NOT_ALLOWED);
        return;
    }
    tcp_send(connection, page->bytes, request->head ? page->head_bytes : page->bytes_all);
    if (!request->keep_alive)
        tcp_end(connection, false);
}

/* One request at a time: another waits in the buffer until the peer has taken the answer. */
static ssize_t received(struct tcp_connection *connection, char *bytes, size_t count)
{
    _Static_assert(sizeof(struct http) <= TCP_STATE_BYTES, "room for it");
    struct http *request = tcp_state(connection);
    if (!request->begun)
        http_begin(request, HTTP_REQUESTS);
    size_t taken = http_read(request, bytes, count);
    if (request->progress == HTTP_WHOLE)
        answer(connection, request);
    else if (request->progress == HTTP_TOO_LONG)
        refuse(connection, too_long, SERVING_TOO_LONG);
    else if (request->progress != HTTP_MORE)
        refuse(connection, malformed, SERVING_MALFORMED);
    return (ssize_t)taken;
}

static bool within(struct tcp_connection *connection)
{
    const struct http *request = tcp_state(connection);
    return request->begun && request->progress == HTTP_MORE && request->head_bytes > 0;
}

static bool is_once(const char *keepalive)
{
    return strcmp(keepalive, "off") == 0;
}

/* With a connection for each request all may wait to be accepted at once; one too many would wait a second.
 */
static int possible(const struct cell *cell, unsigned workers, unsigned in_flight, struct error *error)
{
    struct limits limits;
    (void)workers;
    limits_read(&limits);
    const struct limits_need need = {.backlog = is_once(workload_key(cell, "keepalive")) ? in_flight : 0};
    return limits_check(&limits, &need, error);
}

static int make_page(struct run *run, struct page *page, const char *connection, size_t body_bytes)
{
    static const char words[] = "Hello, world!";
    char head[160];
    page->head_bytes = (size_t)snprintf(head, sizeof head,
                                        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: %s\r\n"
                                        "Content-Length: %zu\r\n\r\n",
                                        connection, body_bytes);
    page->bytes_all = page->head_bytes + body_bytes;
    char *bytes = run_allocate(run, page->bytes_all);
    if (!bytes)
        return -1;
    memcpy(bytes, head, page->head_bytes);
    for (size_t i = 0; i < body_bytes; i++)
        bytes[page->head_bytes + i] = words[i % (sizeof words - 1)];
    page->bytes = bytes;
    return 0;
}

static int prepare(struct run *run)
{
    size_t body_bytes = message_bytes(run);
    struct front *front = body_bytes ? run_allocate(run, sizeof *front) : NULL;
    if (!front || make_page(run, &front->keeping, "keep-alive", body_bytes) ||
        make_page(run, &front->closing, "close", body_bytes))
        return -1;
    front->protocol =
        (struct tcp_protocol){.state_bytes = sizeof(struct http), .received = received, .within = within};
    front->expected = (struct load_http){.body = front->keeping.bytes + front->keeping.head_bytes,
                                         .body_bytes = body_bytes};
    const struct load_options load = {.http = &front->expected, .once = is_once(run_key(run, "keepalive"))};
    return tcp_server_open(run, &front->protocol, &load) ? 0 : -1;
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    const struct front *front = (const struct front *)tcp_server_protocol(run);
    const struct page *page = is_once(run_key(run, "keepalive")) ? &front->closing : &front->keeping;
    tcp_server_account(run, items, page->bytes_all, account);
}

const struct workload workload_io_http = {
    .family = "io",
    .name = "http",
    .summary = "a web server on loopback under closed-loop load: a page of 13 bytes, conc connections",
    .item = "request",
    .value_unit = "generator_cpu_fraction",
    .params = params,
    .cell_default = "conc:64/place:split",
    .sockets = true,
    .sources = LOAD_SOURCES,
    .sets_clock = true,
    .latency = true,
    .serves = true,
    .parks = true,
    .possible = possible,
    .tasks = tcp_server_tasks,
    .prepare = prepare,
    .task = tcp_server_task,
    .begin = tcp_server_begin,
    .account = account,
    .cleanup = tcp_server_close,
};
