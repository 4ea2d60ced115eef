/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "channel_kind.h"
#include "child.h"

/* As much as a pipe holds; at least two, so that one can be made while another is read. */
enum { HOLDS_BYTES = 65536, SLOTS_MIN = 4, LINE_BYTES = 64 };

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore))
        continue;
}

/* Memory */

static char *slot(struct channel *channel, uint64_t number)
{
    size_t stride = (channel->bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
    return channel->messages + number % channel->slots * stride;
}

static int open_memory(struct channel *channel)
{
    channel->messages = run_allocate(channel->run, (channel->bytes + LINE_BYTES) * channel->slots);
    for (unsigned i = 0; i < channel->slots && channel->messages && channel->initial; i++)
        memcpy(slot(channel, i), channel->initial, channel->bytes);
    return channel->messages ? 0 : -1;
}

static char *room_memory(struct channel *channel, char *own)
{
    (void)own;
    wait_for(&channel->shared->room);
    return slot(channel, channel->shared->sent);
}

static void send_memory(struct channel *channel, const char *message)
{
    (void)message;
    channel->shared->sent++;
    sem_post(&channel->shared->filled);
}

static const char *receive_memory(struct channel *channel, char *own)
{
    (void)own;
    wait_for(&channel->shared->filled);
    return slot(channel, channel->shared->received);
}

static void done_memory(struct channel *channel)
{
    channel->shared->received++;
    sem_post(&channel->shared->room);
}

/* Streams */

/* Of a call that moved nothing: 0 is the end of the stream. */
static _Noreturn void fail(const struct channel *channel, const char *call, ssize_t result)
{
    bool ended = result == 0 || errno == EPIPE || errno == ECONNRESET;
    run_fail(channel->run, "via:%s: %s: %s", channel->kind->name, call,
             ended ? "the other side has ended" : strerror(errno));
}

void channel_write(const struct channel *channel, int descriptor, struct iovec *parts, int count)
{
    while (count > 0) {
        ssize_t written = writev(descriptor, parts, count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            fail(channel, "write", written);
        for (; count > 0 && (size_t)written >= parts->iov_len; parts++, count--)
            written -= (ssize_t)parts->iov_len;
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + written;
            parts->iov_len -= (size_t)written;
        }
    }
}

void channel_read(const struct channel *channel, int descriptor, void *bytes, size_t count)
{
    for (size_t got = 0; got < count;) {
        ssize_t more = read(descriptor, (char *)bytes + got, count - got);
        if (more < 0 && errno == EINTR)
            continue;
        if (more <= 0)
            fail(channel, "read", more);
        got += (size_t)more;
    }
}

static int open_pipe(struct channel *channel)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return run_error(channel->run, "via:%s: %s", channel->kind->name, strerror(errno));
    channel->ends[CHANNEL_RECEIVER] = ends[0];
    channel->ends[CHANNEL_SENDER] = ends[1];
    return 0;
}

int channel_pair(struct channel *channel, int ends[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        return run_error(channel->run, "via:%s: %s", channel->kind->name, strerror(errno));
    return 0;
}

static int open_socketpair(struct channel *channel)
{
    return channel_pair(channel, channel->ends);
}

/* The kernel chooses a name in the abstract namespace, which is free again with the socket. */
static int connect_bound(int listener, int ends[2])
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    socklen_t length = sizeof name;
    if (bind(listener, (struct sockaddr *)&name, sizeof name.sun_family) || listen(listener, 1) ||
        getsockname(listener, (struct sockaddr *)&name, &length))
        return -1;
    ends[CHANNEL_SENDER] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (ends[CHANNEL_SENDER] < 0 || connect(ends[CHANNEL_SENDER], (struct sockaddr *)&name, length))
        return -1;
    ends[CHANNEL_RECEIVER] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    return ends[CHANNEL_RECEIVER] < 0 ? -1 : 0;
}

static int open_unix(struct channel *channel)
{
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int failed = listener < 0 || connect_bound(listener, channel->ends) ? errno : 0;
    if (listener >= 0)
        close(listener);
    return failed ? run_error(channel->run, "via:unix: %s", strerror(failed)) : 0;
}

static void send_stream(struct channel *channel, const char *message)
{
    struct iovec part = {(char *)message, channel->bytes};
    channel_write(channel, channel->ends[CHANNEL_SENDER], &part, 1);
}

static const char *receive_stream(struct channel *channel, char *own)
{
    channel_read(channel, channel->ends[CHANNEL_RECEIVER], own, channel->bytes);
    return own;
}

/* Queue */

static void send_queue(struct channel *channel, const char *message)
{
    uint64_t length = channel->bytes;
    struct iovec parts[] = {{&length, sizeof length}, {(char *)message, channel->bytes}};
    wait_for(&channel->shared->room);
    wait_for(&channel->shared->write_lock);
    channel_write(channel, channel->ends[CHANNEL_SENDER], parts, 2);
    sem_post(&channel->shared->write_lock);
}

static const char *receive_queue(struct channel *channel, char *own)
{
    uint64_t length;
    wait_for(&channel->shared->read_lock);
    channel_read(channel, channel->ends[CHANNEL_RECEIVER], &length, sizeof length);
    if (length != channel->bytes)
        run_fail(channel->run, "via:queue: a message of %llu bytes, %zu expected", (unsigned long long)length,
                 channel->bytes);
    channel_read(channel, channel->ends[CHANNEL_RECEIVER], own, channel->bytes);
    sem_post(&channel->shared->read_lock);
    sem_post(&channel->shared->room);
    return own;
}

/* All */

static const struct channel_kind kind_memory = {"memory",    open_memory,    room_memory,
                                                send_memory, receive_memory, done_memory};
static const struct channel_kind kind_pipe = {
    .name = "pipe", .open = open_pipe, .send = send_stream, .receive = receive_stream};
static const struct channel_kind kind_socketpair = {
    .name = "socketpair", .open = open_socketpair, .send = send_stream, .receive = receive_stream};
static const struct channel_kind kind_unix = {
    .name = "unix", .open = open_unix, .send = send_stream, .receive = receive_stream};
static const struct channel_kind kind_queue = {
    .name = "queue", .open = open_pipe, .send = send_queue, .receive = receive_queue};
static const struct channel_kind *const kinds[] = {
    &kind_memory, &kind_pipe, &kind_socketpair, &kind_unix, &kind_queue, &channel_mq, &channel_manager,
};

static int open_shared(struct channel *channel)
{
    struct channel_shared *shared = run_allocate(channel->run, sizeof *shared);
    int processes = !run_private(channel->run);
    channel->shared = shared;
    if (!shared)
        return -1;
    if (sem_init(&shared->room, processes, channel->slots) || sem_init(&shared->filled, processes, 0) ||
        sem_init(&shared->write_lock, processes, 1) || sem_init(&shared->read_lock, processes, 1))
        return run_error(channel->run, "a semaphore: %s", strerror(errno));
    return channel->kind->open(channel);
}

struct channel *channel_open(struct run *run, const char *via, size_t message_bytes, const char *initial)
{
    struct channel *channel = calloc(1, sizeof *channel);
    size_t kind = 0, held = HOLDS_BYTES / message_bytes;
    if (!channel) {
        run_error(run, "out of memory");
        return NULL;
    }
    while (strcmp(kinds[kind]->name, via) != 0)
        kind++;
    signal(SIGPIPE, SIG_IGN); /* who ended first is told by write() */
    *channel = (struct channel){.kind = kinds[kind],
                                .run = run,
                                .bytes = message_bytes,
                                .slots = held < SLOTS_MIN ? SLOTS_MIN : (unsigned)held,
                                .ends = {-1, -1},
                                .initial = initial};
    if (open_shared(channel)) {
        channel_close(channel);
        return NULL;
    }
    return channel;
}

char *channel_room(struct channel *channel, char *own)
{
    return channel->kind->room ? channel->kind->room(channel, own) : own;
}

void channel_send(struct channel *channel, const char *message)
{
    channel->kind->send(channel, message);
}

const char *channel_receive(struct channel *channel, char *own)
{
    return channel->kind->receive(channel, own);
}

void channel_done(struct channel *channel)
{
    if (channel->kind->done)
        channel->kind->done(channel);
}

int channel_readable(const struct channel *channel)
{
    return channel->ends[CHANNEL_RECEIVER];
}

void channel_keep_side(struct channel *channel, enum channel_side side)
{
    close(channel->ends[1 - side]);
    channel->ends[1 - side] = -1;
}

void channel_close(struct channel *channel)
{
    if (!channel)
        return;
    if (channel->manager > 0)
        child_kill(channel->manager);
    for (int side = 0; side < 2; side++)
        if (channel->ends[side] >= 0 && (side == 0 || channel->ends[0] != channel->ends[1]))
            close(channel->ends[side]);
    signal(SIGPIPE, SIG_DFL);
    free(channel);
}
