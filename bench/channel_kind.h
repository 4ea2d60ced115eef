/* SPDX-License-Identifier: MIT */
/* What the kinds of channels share. */
#ifndef CROSSPOINT_CHANNEL_KIND_H
#define CROSSPOINT_CHANNEL_KIND_H

#include <semaphore.h>
#include <stdalign.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "channel.h"

struct channel_kind {
    const char *name;
    int (*open)(struct channel *channel); /* -1: run_error() has said why; what is open is closed */
    char *(*room)(struct channel *channel, char *own); /* Optional: own */
    void (*send)(struct channel *channel, const char *message);
    const char *(*receive)(struct channel *channel, char *own);
    void (*done)(struct channel *channel); /* Optional */
};

/* In memory that all workers share: each side's on lines of its own. */
struct channel_shared {
    alignas(64) sem_t room; /* messages that may be sent */
    uint64_t sent;
    alignas(64) sem_t filled; /* messages that may be received */
    uint64_t received;
    alignas(64) sem_t write_lock;
    alignas(64) sem_t read_lock;
};

struct channel {
    const struct channel_kind *kind;
    struct run *run;
    size_t bytes;
    unsigned slots;    /* messages that it holds */
    int ends[2];       /* descriptors, by enum channel_side; -1: none */
    size_t part_bytes; /* mq */
    pid_t manager;     /* 0: none */
    const char *initial;
    char *messages; /* memory: [slots] */
    struct channel_shared *shared;
};

extern const struct channel_kind channel_mq, channel_manager;

/* All of it, or the cell ends. The parts are changed. */
void channel_write(const struct channel *channel, int descriptor, struct iovec *parts, int count);
void channel_read(const struct channel *channel, int descriptor, void *bytes, size_t count);
/* A pair of Unix stream sockets without a name. -1: run_error(). */
int channel_pair(struct channel *channel, int ends[2]);

#endif
