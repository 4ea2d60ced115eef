/* SPDX-License-Identifier: MIT */
/* A POSIX message queue, whose name is gone before it is used. Its messages are small: by default ten of 8
 * KiB at most, so that what is larger goes in parts. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "channel_kind.h"

#define LIMITS "/proc/sys/fs/mqueue/"

enum { PART_BYTES_MAX = 8192, MESSAGES_MAX = 10 }; /* the kernel's defaults */

static long read_limit(const char *path, long most)
{
    long limit;
    FILE *file = fopen(path, "re");
    if (!file || fscanf(file, "%ld", &limit) != 1 || limit < 1 || limit > most)
        limit = most;
    if (file)
        fclose(file);
    return limit;
}

static int open_mq(struct channel *channel)
{
    char name[32];
    long part = read_limit(LIMITS "msgsize_max", PART_BYTES_MAX);
    struct mq_attr sizes = {
        .mq_maxmsg = read_limit(LIMITS "msg_max", MESSAGES_MAX),
        .mq_msgsize = (size_t)part < channel->bytes ? part : (long)channel->bytes,
    };
    snprintf(name, sizeof name, "/crosspoint-%d", (int)getpid());
    mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &sizes);
    if (queue < 0)
        return run_error(channel->run,
                         "mq_open of %ld messages of %ld bytes: %s; see " LIMITS
                         " and RLIMIT_MSGQUEUE (ulimit -q)",
                         sizes.mq_maxmsg, sizes.mq_msgsize, strerror(errno));
    mq_unlink(name);
    channel->part_bytes = (size_t)sizes.mq_msgsize;
    channel->ends[CHANNEL_SENDER] = channel->ends[CHANNEL_RECEIVER] = queue;
    return 0;
}

static void send_mq(struct channel *channel, const char *message)
{
    for (size_t sent = 0, part; sent < channel->bytes; sent += part) {
        size_t left = channel->bytes - sent;
        part = left < channel->part_bytes ? left : channel->part_bytes;
        while (mq_send(channel->ends[CHANNEL_SENDER], message + sent, part, 0))
            if (errno != EINTR)
                run_fail(channel->run, "mq_send: %s", strerror(errno));
    }
}

/* The kernel wants room for its largest message, also where the last part is shorter. */
static const char *receive_mq(struct channel *channel, char *own)
{
    char last[PART_BYTES_MAX];
    for (size_t got = 0; got < channel->bytes;) {
        bool whole = channel->bytes - got >= channel->part_bytes;
        ssize_t part =
            mq_receive(channel->ends[CHANNEL_RECEIVER], whole ? own + got : last, channel->part_bytes, NULL);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0 || (size_t)part > channel->bytes - got)
            run_fail(channel->run, "mq_receive: %s", part < 0 ? strerror(errno) : "a part too long");
        if (!whole)
            memcpy(own + got, last, (size_t)part);
        got += (size_t)part;
    }
    return own;
}

const struct channel_kind channel_mq = {
    .name = "mq", .open = open_mq, .send = send_mq, .receive = receive_mq};
