/* SPDX-License-Identifier: MIT */
/* Advice about a server that runs here: how many connections at once it is worth having, and what becomes of
 * latency when it is offered a good part of what it can do. */
#ifndef CROSSPOINT_KNEE_H
#define CROSSPOINT_KNEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "statistics.h"

enum {
    KNEE_LOOKS = 3,
    KNEE_BLOCKS = 8,
    KNEE_LOOK_POINTS = 16,
    KNEE_CONNECTIONS = 256,
    KNEE_CLOSED = 4,
    KNEE_OPEN = 3
};

/* Of those, as many connections as give so much of the most are enough. */
extern const double knee_enough;

/* One round. */
struct knee_seen {
    bool told;
    char failure[200]; /* empty: none */
    double answers_per_second;
    double p50_ns, p99_ns; /* open loop: from when a message was due. NaN: too few answers to say */
    double errors;         /* of all messages, the share that has no right answer */
    double errors_count;   /* and how many these are */
    double generator;      /* busy share of the generator's time */
};

/* A setting, and what it gave in each block. */
struct knee_point {
    unsigned connections;
    double load; /* share of the most that is offered; 0: closed loop */
    double rate; /* that in messages a second */
    struct knee_seen seen[KNEE_BLOCKS];
    struct median_interval answers, p50_ns, p99_ns;
    struct median_interval share; /* of the most that was seen, block by block; of closed loops */
    double errors, generator;     /* means */
};

struct knee {
    const char *server; /* as it was named: stays the caller's */
    struct knee_point closed[KNEE_CLOSED], open[KNEE_OPEN];
    size_t closed_count, open_count;
    size_t chosen, most;   /* of closed */
    unsigned failing_from; /* connections of which more than one message in a hundred had no right answer; 0:
                              none */
    unsigned tried_most;
    double spent_s;
};

struct knee_options {
    const char *server;
    double seconds;
    unsigned connections_max; /* 0: KNEE_CONNECTIONS */
    uint64_t seed;
    bool quiet;
};

/* A few looks, of which the first warms up, choose the numbers of connections; fresh rounds in shuffled
 * blocks judge them; each round is a process of its own. -1 with error: no such server, no answer, or a
 * limit. */
int knee_measure(const struct knee_options *options, struct knee *knee, struct error *error);

/* What the blocks come to: medians with their intervals; fewer connections are chosen if the blocks say that
 * they are enough. For knee_measure and tests. 0; -1: out of memory. */
int knee_judge(struct knee *knee);

/* How long each of so many rounds may be that have share_s in all, where `done` rounds that were to take
 * asked_s took spent_s: connecting and a process of its own are beside it. For knee_measure and tests. */
double knee_round_s(double share_s, size_t rounds, double spent_s, double asked_s, size_t done);

#endif
