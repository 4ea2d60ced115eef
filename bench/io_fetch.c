/* SPDX-License-Identifier: MIT */
/* A crawler: a task is one GET of a page from an HTTP server that takes its time. In loops libuv connects,
 * writes and reads. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "http.h"
#include "http_origin.h"
#include "workload.h"

enum { BUFFER_BYTES = 1024 };

static const struct workload_param params[] = {
    {.key = "delay-ms",
     .value_default = "5",
     .summary = "milliseconds until the server answers",
     .zero = true},
    {.key = "keep",
     .value_default = "no",
     .summary = "a connection for each request, or one that lasts as long as whoever made it",
     .choices = "no|yes"},
    {0},
};

/* Of one task in flight. */
struct client {
    struct run *run;
    struct task *task;
    uv_tcp_t stream; /* in a loop */
    uv_connect_t connecting;
    bool kept;     /* connected by an earlier task ... */
    pid_t process; /* ... of this process */
    int socket;    /* blocking */
    int request_bytes;
    char request[64], buffer[BUFFER_BYTES];
    struct http answer;
    uint64_t page[ORIGIN_PAGE_WORDS];
};

struct fetch {
    struct origin *origin;
    bool keep;
    struct client clients[]; /* one for each task in flight */
};

static int prepare(struct run *run)
{
    struct fetch *fetch = run_allocate(run, sizeof *fetch + run_in_flight(run) * sizeof fetch->clients[0]);
    if (!fetch)
        return -1;
    run_set_data(run, fetch);
    fetch->keep = run_key_is(run, "keep", "yes");
    fetch->origin = origin_start(run, run_key_number(run, "delay-ms"), 1);
    return fetch->origin ? 0 : -1;
}

static void take_body(struct http *answer, const char *bytes, size_t count)
{
    struct client *client = (struct client *)((char *)answer - offsetof(struct client, answer));
    if (answer->body_bytes <= sizeof client->page)
        memcpy((char *)client->page + answer->body_bytes - count, bytes, count);
}

static struct client *begin_client(struct run *run, const struct task *task)
{
    struct fetch *fetch = run_data(run);
    struct client *client = &fetch->clients[task->slot];
    if (task->index == 0)
        origin_mark(fetch->origin);
    client->run = run;
    http_begin(&client->answer, HTTP_RESPONSES);
    client->answer.take_body = take_body;
    client->request_bytes =
        snprintf(client->request, sizeof client->request, "GET /%llu HTTP/1.1\r\nHost: localhost\r\n\r\n",
                 (unsigned long long)task->index);
    return client;
}

/* After count bytes more. */
static bool has_answer(struct client *client, size_t count)
{
    struct http *answer = &client->answer;
    size_t taken = http_read(answer, client->buffer, count);
    if (taken < count || answer->progress > HTTP_WHOLE ||
        (answer->progress == HTTP_WHOLE &&
         (answer->status != 200 || !answer->has_length || answer->body_bytes != ORIGIN_PAGE_BYTES)))
        run_fail(client->run, "the HTTP server's answer is not what it should be");
    return answer->progress == HTTP_WHOLE;
}

static uint64_t page_sum(const struct client *client)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ORIGIN_PAGE_WORDS; i++)
        sum += client->page[i];
    return sum;
}

/* Blocking */

static size_t receive_blocking(struct client *client)
{
    ssize_t count;
    do {
        run_until_readable(client->run, client->socket);
        count = recv(client->socket, client->buffer, sizeof client->buffer, 0);
    } while (count < 0 && (errno == EINTR || errno == EAGAIN));
    if (count <= 0)
        run_fail(client->run, "reading from the HTTP server: %s",
                 count ? strerror(errno) : "it has closed the connection");
    return (size_t)count;
}

static uint64_t task(struct run *run, const struct task *task)
{
    const struct fetch *fetch = run_data(run);
    struct client *client = begin_client(run, task);
    if (!client->kept || client->process != getpid())
        client->socket = origin_connect(run, fetch->origin, task->slot);
    if (send(client->socket, client->request, (size_t)client->request_bytes, MSG_NOSIGNAL) !=
        client->request_bytes)
        run_fail(run, "writing to the HTTP server: %s", strerror(errno));
    while (!has_answer(client, receive_blocking(client)))
        continue;
    client->kept = fetch->keep;
    client->process = getpid();
    if (!fetch->keep)
        run_close(run, client->socket);
    return page_sum(client);
}

/* In a libuv loop */

static void complete(struct client *client)
{
    client->task->complete(client->run, client->task, page_sum(client));
}

static void closed(uv_handle_t *handle)
{
    complete(handle->data);
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct client *client = handle->data;
    *buffer = uv_buf_init(client->buffer, sizeof client->buffer);
}

static void received(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct client *client = stream->data;
    (void)buffer;
    if (count < 0)
        run_fail(client->run, "reading from the HTTP server: %s", uv_strerror((int)count));
    if (!has_answer(client, (size_t)count))
        return;
    client->kept = ((const struct fetch *)run_data(client->run))->keep;
    if (!client->kept) {
        uv_close((uv_handle_t *)stream, closed);
        return;
    }
    uv_read_stop(stream);
    complete(client);
}

static void request(struct client *client)
{
    uv_buf_t buffer = uv_buf_init(client->request, (unsigned)client->request_bytes);
    int sent = uv_try_write((uv_stream_t *)&client->stream, &buffer, 1);
    if (sent != client->request_bytes)
        run_fail(client->run, "writing to the HTTP server: %s", sent < 0 ? uv_strerror(sent) : "cut short");
    uv_read_start((uv_stream_t *)&client->stream, give_buffer, received);
}

static void connected(uv_connect_t *connecting, int status)
{
    struct client *client = connecting->data;
    if (status)
        run_fail(client->run, "connecting to the HTTP server: %s", uv_strerror(status));
    request(client);
}

static void begin(struct run *run, struct task *task)
{
    const struct fetch *fetch = run_data(run);
    struct client *client = begin_client(run, task);
    client->task = task;
    if (client->kept) {
        request(client);
        return;
    }
    uv_tcp_init(task->loop, &client->stream);
    client->stream.data = client->connecting.data = client;
    int problem = uv_tcp_connect(&client->connecting, &client->stream,
                                 origin_address(fetch->origin, task->slot), connected);
    if (problem)
        run_fail(run, "connecting to the HTTP server: %s", uv_strerror(problem));
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    const struct fetch *fetch = run_data(run);
    for (uint64_t page = 0; page < items; page++)
        account->checksum += origin_page_sum(page);
    account->value = origin_cpu_fraction(fetch->origin);
}

/* What loops and processes have kept is closed with them. */
static void cleanup(struct run *run)
{
    struct fetch *fetch = run_data(run);
    for (unsigned slot = 0; slot < run_in_flight(run); slot++) {
        const struct client *client = &fetch->clients[slot];
        if (client->kept && client->process == getpid())
            close(client->socket);
    }
    origin_stop(fetch->origin);
}

const struct workload workload_io_fetch = {
    .family = "io",
    .name = "fetch",
    .summary = "a crawler: a GET over TCP from a local HTTP server that answers after 5 ms",
    .item = "page",
    .value_unit = "generator_cpu_fraction",
    .params = params,
    .cell_default = "conc:64/place:split",
    .waits = true,
    .sockets = true,
    .parks = true,
    .prepare = prepare,
    .task = task,
    .begin = begin,
    .account = account,
    .cleanup = cleanup,
};
