/* SPDX-License-Identifier: MIT */
/* Between http.c and the library that parses: one file for each that will do. */
#ifndef CROSSPOINT_HTTP_ENGINE_H
#define CROSSPOINT_HTTP_ENGINE_H

#include "http.h"

/* On http->engine. read: the bytes taken; HTTP_MALFORMED is set by it. end: there are no more. */
void http_engine_begin(struct http *http);
size_t http_engine_read(struct http *http, const char *bytes, size_t count);
void http_engine_end(struct http *http);

/* What a message's head said; get and head are of requests. */
struct http_start {
    bool get, head, has_length;
    unsigned status;
    uint64_t length;
};

/* What it tells. */
void http_begin_message(struct http *http);
void http_add_target(struct http *http, const char *bytes, size_t count);
void http_end_head(struct http *http, const struct http_start *start);
void http_end_message(struct http *http, bool keep_alive);
void http_add_body(struct http *http, const char *bytes, size_t count);

#endif
