/* SPDX-License-Identifier: MIT */
/* A GET, and the answer 200 with the body that was foretold. */
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
    talk->http.reader.take_body = take_body;
}

static const char *ask(struct talk *talk, size_t *count)
{
    talk->wrong = NULL;
    *count = (talk->options->once ? sizeof closing : sizeof keeping) - 1;
    return talk->options->once ? closing : keeping;
}

/* As soon as its head is there: a length that is wrong may be waited for in vain. */
static const char *wrong_head(const struct http *reader, const struct load_options *options)
{
    if (reader->status != 200)
        return "the status is not 200";
    if (!reader->has_length || reader->length != options->http->body_bytes)
        return "the Content-Length is not that of the body";
    return NULL;
}

static int hear(struct talk *talk, const char *bytes, size_t count)
{
    struct http *reader = &talk->http.reader;
    size_t taken = http_read(reader, bytes, count);
    if (reader->head_done && wrong_head(reader, talk->options))
        talk->wrong = wrong_head(reader, talk->options);
    else if (reader->progress == HTTP_MALFORMED || reader->progress == HTTP_TOO_LONG)
        talk->wrong = "an answer is no HTTP";
    else if (taken < count)
        talk->wrong = "more came than the answer";
    else if (reader->progress == HTTP_WHOLE && !reader->keep_alive && !talk->options->once)
        talk->wrong = "the server ends a connection that is to be kept";
    if (talk->wrong)
        return -1;
    return reader->progress == HTTP_WHOLE;
}

const struct protocol protocol_http = {.begin = begin, .ask = ask, .hear = hear};
