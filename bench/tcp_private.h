/* SPDX-License-Identifier: MIT */
/* What the files of the TCP server share: tcp_server.c opens it, tcp_connection.c serves by blocking,
 * tcp_loop.c in libuv loops. */
#ifndef CROSSPOINT_TCP_PRIVATE_H
#define CROSSPOINT_TCP_PRIVATE_H

#include <stdalign.h>
#include <uv.h>

#include "tcp_server.h"

/* What each message touches comes first and lies together: of a thousand connections hardly one is in a cache
 * when its turn comes, and a process pays for each page anew. */
struct tcp_connection {
    uv_tcp_t stream;                                                                   /* in a loop */
    ssize_t (*received)(struct tcp_connection *connection, char *bytes, size_t count); /* the protocol's */
    struct serving_part *served; /* where it is counted; NULL: its peer is the generator */
    uint64_t limit_ns, moved_ns; /* how long it may stand still; 0: for ever. Since when it does */
    uint64_t sent_bytes;
    int socket;                          /* blocking; -1: in a loop */
    bool parks;                          /* blocking: in a coroutine */
    bool ends, lingers, lingering, gone; /* gone: the peer */
    bool busy;                           /* told to who serves */
    bool sending;                        /* in a loop: reading waits for the rest */
    size_t taken, filled;                /* of the buffer: dealt with, received */
    void (*work)(struct tcp_connection *), (*done)(struct tcp_connection *); /* NULL: nothing is computed */
    char buffer[TCP_BUFFER_BYTES];
    alignas(16) char state[TCP_STATE_BYTES];
    struct run *run;
    const struct tcp_protocol *protocol;
    size_t thrown_away;
    bool timer_open;
    size_t unsent;    /* in a loop: of the answer, when the timer last looked */
    uv_timer_t timer; /* in a loop: when it may have stood still for too long */
    /* In a loop: */
    struct task *task;
    struct tcp_connection *next_waiting;
    uv_write_t rest; /* of what the peer did not take at once */
    uv_work_t computing;
};

/* One event loop's view of the listening socket: polled while tasks of that loop wait for a connection, so
 * that each loop accepts its share and no more. */
struct acceptor {
    uv_poll_t listener;
    uv_timer_t pause; /* none can be accepted now */
    bool open;
    struct tcp_connection *waiting;
};

/* In the arena. */
struct tcp_server {
    const struct tcp_protocol *protocol;
    struct load *load;
    bool once;          /* a connection for each message */
    bool counts_errors; /* else one ends the launch */
    uint64_t errors;
    struct sockaddr_in address;
    int listener;
    double generator_share;
    pid_t process;
    struct acceptor *acceptors;         /* [workers] */
    struct tcp_connection *connections; /* [in flight] */
};

/* The generator's round begins with the first task. */
void tcp_go(struct run *run, const struct task *task);
void tcp_begin_connection(struct tcp_connection *connection, struct run *run, int socket, unsigned slot);
/* Someone has come; later than tcp_begin_connection() in a loop, where it waits for him. */
void tcp_meet(struct tcp_connection *connection);
/* count bytes have come into the buffer. */
void tcp_deliver(struct tcp_connection *connection, size_t count);
/* Until all is dealt with, or the peer has yet to take an answer, or is to get no other. */
void tcp_deal(struct tcp_connection *connection);
/* Whether what comes after the last answer is to be read still, after count bytes of it. */
bool tcp_throw_away(struct tcp_connection *connection, size_t count);
/* Whether it is an errno of a peer that has left, as it may whenever it likes. Of one that is served by hand
 * any is: it ends a connection, and no server. */
bool tcp_is_gone(const struct tcp_connection *connection, int problem);
/* The peer is gone; as `count` says, where that is a fault (SERVING_COUNTS: it is none). */
void tcp_lose(struct tcp_connection *connection, enum serving_count count);
/* The peer says no more. */
void tcp_hang_up(struct tcp_connection *connection);
/* How long it has yet to go until it has stood still for too long; 0: it has. */
uint64_t tcp_time_left_ns(const struct tcp_connection *connection);
/* It does not stand still. */
void tcp_set_moved(struct tcp_connection *connection);
static inline void tcp_move(struct tcp_connection *connection)
{
    if (connection->limit_ns)
        tcp_set_moved(connection);
}
/* After the last answer: nothing more goes out, and the peer is not waited for any longer than this. */
enum { TCP_LINGER_S = 5 };
void tcp_linger(struct tcp_connection *connection, int socket);
/* Its end is a reset, with which the kernel forgets what the peer has not taken. */
void tcp_forget(int socket);
/* Whether an answer is on its way; for who serves by hand. */
static inline void tcp_tell_busy(struct tcp_connection *connection, bool busy)
{
    if (!connection->served || connection->busy == busy)
        return;
    connection->busy = busy;
    atomic_fetch_add(&connection->served->busy, busy ? 1 : -1);
}

/* The next of the generator's connections; a stranger's is closed. -1: none waits (SOCK_NONBLOCK), none can
 * be taken now, and it is tried again in TCP_PAUSE_MS, or, where it serves by hand, EINVAL: none will. */
enum { TCP_PAUSE_MS = 10 };
int tcp_accept(struct run *run, int flags);
void tcp_send_in_loop(struct tcp_connection *connection, const char *bytes, size_t count);

#endif
