/* SPDX-License-Identifier: MIT */
/* What the generator's connections say, and what must come back: a file a protocol. */
#ifndef CROSSPOINT_PROTOCOL_H
#define CROSSPOINT_PROTOCOL_H

#include "http.h"
#include "load.h"

/* A connection's conversation. */
struct talk {
    const struct load_options *options;
    uint64_t sequence; /* of the question */
    bool marked;       /* this question is */
    bool ends;         /* with this answer, as the server has said */
    unsigned status;   /* HTTP: of this answer */
    const char *wrong; /* what is, with the answer; NULL: nothing so far */
    union {
        struct {
            size_t received;
            const char *bytes; /* the message */
            uint64_t message[LOAD_MESSAGE_BYTES / 8];
        } echo;
        struct {
            struct http reader;
        } http;
    };
};

struct protocol {
    /* Optional: on a new connection. */
    void (*begin)(struct talk *);
    /* The next question: its bytes stay until it is answered. */
    const char *(*ask)(struct talk *, size_t *count);
    /* Bytes of the answer. 1: it is there and right, 0: more must come, -1: it is wrong, as talk->wrong says.
     */
    int (*hear)(struct talk *, const char *bytes, size_t count);
    /* Optional: the server has closed the connection; whether that made the answer whole. */
    bool (*end)(struct talk *);
};

extern const struct protocol protocol_echo, protocol_http;

#endif
