/* SPDX-License-Identifier: MIT */
/* A process that holds the messages and answers requests for them, as Python's Manager does for a queue: to
 * put one is a request with the message and an answer without, to get one the reverse. Each side has a
 * connection of its own. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel_kind.h"
#include "child.h"

enum what { PUT = 1, GET, ANSWER };

/* Before what goes over a connection; bytes follow it. */
struct head {
    uint64_t what, bytes;
};

static void tell(const struct channel *channel, int descriptor, enum what what, const char *bytes,
                 size_t count)
{
    struct head head = {what, count};
    struct iovec parts[] = {{&head, sizeof head}, {(char *)bytes, count}};
    channel_write(channel, descriptor, parts, count ? 2 : 1);
}

static void hear(const struct channel *channel, int descriptor, enum what what, char *bytes, size_t count)
{
    struct head head;
    channel_read(channel, descriptor, &head, sizeof head);
    if (head.what != (uint64_t)what || head.bytes != count)
        run_fail(channel->run, "via:manager: word %llu with %llu bytes, %d with %zu expected",
                 (unsigned long long)head.what, (unsigned long long)head.bytes, (int)what, count);
    channel_read(channel, descriptor, bytes, count);
}

/* The manager's own process. Who puts waits for its answer while there is no room, who gets while there is no
 * message. */
static _Noreturn void manage(const struct channel *channel, const int ends[2])
{
    char *messages = malloc(channel->slots * channel->bytes);
    uint64_t put = 0, got = 0;
    bool asked = false;
    if (!messages)
        run_fail(channel->run, "via:manager: out of memory");
    for (;;) {
        struct pollfd polls[] = {{put - got < channel->slots ? ends[CHANNEL_SENDER] : -1, POLLIN, 0},
                                 {asked ? -1 : ends[CHANNEL_RECEIVER], POLLIN, 0}};
        if (poll(polls, 2, -1) < 0 && errno != EINTR)
            run_fail(channel->run, "via:manager: poll: %s", strerror(errno));
        if (polls[0].revents) {
            hear(channel, ends[CHANNEL_SENDER], PUT, messages + put % channel->slots * channel->bytes,
                 channel->bytes);
            put++;
            tell(channel, ends[CHANNEL_SENDER], ANSWER, NULL, 0);
        }
        if (polls[1].revents) {
            hear(channel, ends[CHANNEL_RECEIVER], GET, NULL, 0);
            asked = true;
        }
        if (asked && put > got) {
            tell(channel, ends[CHANNEL_RECEIVER], ANSWER, messages + got % channel->slots * channel->bytes,
                 channel->bytes);
            got++;
            asked = false;
        }
    }
}

/* Connections, one a side: ours and the manager's. */
static int connect_sides(struct channel *channel, int theirs[2])
{
    for (int side = 0; side < 2; side++) {
        int ends[2];
        if (channel_pair(channel, ends))
            return -1;
        channel->ends[side] = ends[0];
        theirs[side] = ends[1];
    }
    return 0;
}

static void close_both(const int ends[2])
{
    for (int side = 0; side < 2; side++)
        if (ends[side] >= 0)
            close(ends[side]);
}

static int open_manager(struct channel *channel)
{
    int theirs[2] = {-1, -1};
    int failed = connect_sides(channel, theirs);
    channel->manager = failed ? 0 : child_fork();
    if (!failed && channel->manager == 0) {
        close_both(channel->ends);
        manage(channel, theirs);
    }
    if (channel->manager < 0)
        failed = run_error(channel->run, "the manager's process: %s", strerror(errno));
    close_both(theirs);
    return failed;
}

static void send_manager(struct channel *channel, const char *message)
{
    tell(channel, channel->ends[CHANNEL_SENDER], PUT, message, channel->bytes);
    hear(channel, channel->ends[CHANNEL_SENDER], ANSWER, NULL, 0);
}

static const char *receive_manager(struct channel *channel, char *own)
{
    tell(channel, channel->ends[CHANNEL_RECEIVER], GET, NULL, 0);
    hear(channel, channel->ends[CHANNEL_RECEIVER], ANSWER, own, channel->bytes);
    return own;
}

const struct channel_kind channel_manager = {
    .name = "manager", .open = open_manager, .send = send_manager, .receive = receive_manager};
