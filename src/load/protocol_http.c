/* SPDX-License-Identifier: MIT */
/* A GET, and the answer 200 with the body that was foretold, or any answer. */
#include <string.h>

#include "protocol.h"

static const char keeping[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
static const char closing[] = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

static struct talk *talk_of(struct http *reader)
{
    return (struct talk *)((char *)reader - offsetof(struct talk, http.reader));
}

static void take_body(struct http *reader, const char *bytes, size_t count)
{
    struct talk *talk = talk_of(reader);
    const struct load_http *expected = talk->options->http;
    uint64_t before = reader->body_bytes - count;
    if (reader->body_bytes > expected->body_bytes || memcmp(expected->body + before, bytes, count) != 0)
        talk->wrong = "the body is not the one that was asked for";
}

static void begin(struct talk *talk)
{
    http_begin(&talk->http.reader, HTTP_RESPONSES);
    if (talk->options->http->body)
        talk->http.reader.take_body = take_body;
    talk->ends = false;
}

static const char *ask(struct talk *talk, size_t *count)
{
    const char *own = talk->options->http->request;
    const char *request = own ? own : talk->options->once ? closing : keeping;
    talk->wrong = NULL;
    *count = strlen(request);
    return request;
}

/* As soon as its head is there: a length that is wrong may be waited for in vain. */
static const char *wrong_head(const struct http *reader, const struct load_http *expected)
{
    if (!expected->body)
        return NULL;
    if (reader->status != 200)
        return "the status is not 200";
    if (!reader->has_length || reader->length != expected->body_bytes)
        return "the Content-Length is not that of the body";
    return NULL;
}

static int hear(struct talk *talk, const char *bytes, size_t count)
{
    struct http *reader = &talk->http.reader;
    const struct load_http *expected = talk->options->http;
    size_t taken = http_read(reader, bytes, count);
    if (reader->head_done && wrong_head(reader, expected))
        talk->wrong = wrong_head(reader, expected);
    else if (reader->progress == HTTP_MALFORMED || reader->progress == HTTP_TOO_LONG)
        talk->wrong = "an answer is no HTTP";
    else if (taken < count)
        talk->wrong = "more came than the answer";
    else if (reader->progress == HTTP_WHOLE && !reader->keep_alive && expected->body && !talk->options->once)
        talk->wrong = "the server ends a connection that is to be kept";
    if (talk->wrong)
        return -1;
    talk->ends = reader->progress == HTTP_WHOLE && !reader->keep_alive;
    talk->status = reader->status;
    return reader->progress == HTTP_WHOLE;
}

static bool end(struct talk *talk)
{
    talk->ends = true;
    return http_end(&talk->http.reader);
}

const struct protocol protocol_http = {.begin = begin, .ask = ask, .hear = hear, .end = end};
