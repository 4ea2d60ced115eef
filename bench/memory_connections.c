/* SPDX-License-Identifier: MIT */
/* What does it take to wait at a TCP connection? Each task has one, and waits for the first byte of an
 * answer, which the server keeps back until all have asked: the last asks when the memory has been read. What
 * the kernel holds for a socket is no part of it. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <uv.h>

#include "http_origin.h"
#include "memory_reading.h"

static const char question[] = "GET /0 HTTP/1.1\r\n\r\n";
enum { QUESTION_BYTES = sizeof question - 1 };

/* Of a task in a loop. */
struct connection {
    uv_tcp_t stream;
    uv_connect_t connecting;
    struct run *run;
    struct task *task;
    char byte;
};

struct connections {
    struct memory_reading reading;
    struct origin *origin;
    struct connection connections[]; /* untouched where tasks block */
};

static int prepare(struct run *run)
{
    struct connections *all =
        run_allocate(run, sizeof *all + run_in_flight(run) * sizeof all->connections[0]);
    if (!all)
        return -1;
    run_set_data(run, all);
    all->origin = origin_start(run, 0, run_in_flight(run));
    if (!all->origin)
        return -1;
    memory_reading_begin(&all->reading, origin_process(all->origin));
    return 0;
}

/* Blocking */

static ssize_t read_byte(struct run *run, int client, char *byte)
{
    ssize_t count;
    do {
        run_until_readable(run, client);
        count = recv(client, byte, 1, 0);
    } while (count < 0 && (errno == EINTR || errno == EAGAIN));
    return count;
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct connections *all = run_data(run);
    int client = origin_connect(run, all->origin, task->slot);
    char byte = 0;
    memory_reading_arrive(run, &all->reading);
    run_arrive_last(run);
    if (send(client, question, QUESTION_BYTES, MSG_NOSIGNAL) != QUESTION_BYTES)
        run_fail(run, "writing to the HTTP server: %s", strerror(errno));
    if (read_byte(run, client, &byte) != 1 || byte != 'H')
        run_fail(run, "the HTTP server has not answered");
    run_close(run, client);
    return task->index + 1;
}

/* In a libuv loop */

static void closed(uv_handle_t *handle)
{
    struct connection *connection = handle->data;
    connection->task->complete(connection->run, connection->task, connection->task->index + 1);
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    *buffer = uv_buf_init(&((struct connection *)handle->data)->byte, 1);
}

static void received(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct connection *connection = stream->data;
    (void)buffer;
    if (count != 1 || connection->byte != 'H')
        run_fail(connection->run, "the HTTP server has not answered");
    uv_close((uv_handle_t *)stream, closed);
}

static void connected(uv_connect_t *connecting, int status)
{
    struct connection *connection = connecting->data;
    struct connections *all = run_data(connection->run);
    uv_stream_t *stream = (uv_stream_t *)&connection->stream;
    uv_buf_t buffer = uv_buf_init((char *)question, QUESTION_BYTES);
    if (status)
        run_fail(connection->run, "connecting to the HTTP server: %s", uv_strerror(status));
    uv_read_start(stream, give_buffer, received);
    memory_reading_arrive(connection->run, &all->reading);
    run_arrive_last(connection->run);
    if (uv_try_write(stream, &buffer, 1) != QUESTION_BYTES)
        run_fail(connection->run, "writing to the HTTP server");
}

static void begin(struct run *run, struct task *task)
{
    struct connections *all = run_data(run);
    struct connection *connection = &all->connections[task->slot];
    connection->run = run;
    connection->task = task;
    uv_tcp_init(task->loop, &connection->stream);
    connection->stream.data = connection->connecting.data = connection;
    int problem = uv_tcp_connect(&connection->connecting, &connection->stream,
                                 origin_address(all->origin, task->slot), connected);
    if (problem)
        run_fail(run, "connecting to the HTTP server: %s", uv_strerror(problem));
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct connections *all = run_data(run);
    (void)items;
    memory_reading_account(run, &all->reading, account);
}

static void cleanup(struct run *run)
{
    origin_stop(((const struct connections *)run_data(run))->origin);
}

const struct workload workload_memory_connections = {
    .family = "memory",
    .name = "connections",
    .summary = "TCP connections that wait for their first byte, and what their workers hold then; value: "
               "bytes for each",
    .item = "reading",
    .value_unit = "bytes_per_task",
    .cell_default = "conc:100/place:none",
    .needs = MODEL_CONCURRENT,
    .items = 1,
    .together = true,
    .sockets = true,
    .parks = true,
    .memory = true,
    .prepare = prepare,
    .task = task,
    .begin = begin,
    .account = account,
    .cleanup = cleanup,
};
