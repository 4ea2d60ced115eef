/* SPDX-License-Identifier: MIT */
/* A way for messages of one size from worker to worker, whether they share memory or not. */
#ifndef CROSSPOINT_CHANNEL_H
#define CROSSPOINT_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#include "workload.h"

/* memory: a reference is handed over, the bytes stay where they are; two semaphores count what is there.
 * pipe, socketpair, unix: a stream; the last is a Unix socket that was bound and connected to.
 * queue: as Python's multiprocessing.Queue: a pipe in which each message follows its length, with a lock on
 *   each side, and a semaphore that bounds it; without the thread that feeds it there.
 * mq: a POSIX message queue; what is larger than one of its messages goes in several.
 * manager: a process that holds the messages; both sides send it requests, which it answers. */
#define CHANNEL_CHOICES "memory|pipe|socketpair|unix|queue|mq|manager"

struct channel;

enum channel_side { CHANNEL_SENDER, CHANNEL_RECEIVER };

/* In prepare(); every worker has it then. One sender and one receiver; of a queue any number, if its lines
 * are short. `initial` is what a message in memory holds before it is first made (NULL: zeros). NULL:
 * run_error() has said why. */
struct channel *channel_open(struct run *run, const char *via, size_t message_bytes, const char *initial);

/* The sender: where the next message is to be made. It is `own`, the caller's, unless memory is shared: then
 * this waits until one of the messages has been read. */
char *channel_room(struct channel *channel, char *own);
void channel_send(struct channel *channel, const char *message);
/* The receiver: waits for the next message, in `own` or where it was made; until channel_done(). */
const char *channel_receive(struct channel *channel, char *own);
void channel_done(struct channel *channel);

/* Of streams and queues: what poll() tells a message by. */
int channel_readable(const struct channel *channel);
/* This process, and those it will fork, are of one side only: the other then notices their end. */
void channel_keep_side(struct channel *channel, enum channel_side side);

/* NULL is allowed. Nothing is left. */
void channel_close(struct channel *channel);

#endif
