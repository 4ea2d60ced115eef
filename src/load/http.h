/* SPDX-License-Identifier: MIT */
/* HTTP/1.1 messages, read as they come: by llhttp or by http-parser, whichever the build found. Nothing is
 * kept of a message but what stands here, however long it is. */
#ifndef CROSSPOINT_HTTP_H
#define CROSSPOINT_HTTP_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_kind { HTTP_REQUESTS, HTTP_RESPONSES };

enum http_progress {
    HTTP_MORE,      /* must come */
    HTTP_WHOLE,     /* the message is there */
    HTTP_MALFORMED, /* for good */
    HTTP_TOO_LONG,  /* for good: its head */
};

enum { HTTP_HEAD_BYTES_MAX = 8192, HTTP_TARGET_BYTES = 64, HTTP_ENGINE_BYTES = 160 };

struct http {
    bool begun; /* http_begin() has been called, on zeroed memory */
    enum http_kind kind;
    enum http_progress progress;
    /* Of the message that is read, or has just been. */
    bool head_done, has_length;
    bool keep_alive; /* once it is whole: another may follow on this connection */
    bool get, head;  /* a request's method */
    unsigned status; /* of a response, once its head is done */
    uint64_t length; /* Content-Length, once the head is done, if it has one */
    uint64_t body_bytes;
    size_t head_bytes;              /* read until the head was done */
    char target[HTTP_TARGET_BYTES]; /* of a request; a longer one is cut */
    /* Optional: parts of the body. */
    void (*take_body)(struct http *, const char *bytes, size_t count);
    alignas(16) char engine[HTTP_ENGINE_BYTES];
};

/* As a connection begins; take_body is then NULL. */
void http_begin(struct http *http, enum http_kind kind);
/* Reads on, to the end of a message at most; returns how many bytes that took, and sets progress. The next
 * call after a whole message begins another. */
size_t http_read(struct http *http, const char *bytes, size_t count);
/* The peer says no more: whether that makes a message whole, one that nothing else ends. */
bool http_end(struct http *http);
/* "llhttp 9.1.3" */
const char *http_engine_version(void);

#endif
