/* SPDX-License-Identifier: MIT */
#include "http_engine.h"

#include <string.h>

void http_begin(struct http *http, enum http_kind kind)
{
    http->begun = true;
    http->kind = kind;
    http->take_body = NULL;
    http_begin_message(http);
    http_engine_begin(http);
}

void http_begin_message(struct http *http)
{
    http->progress = HTTP_MORE;
    http->head_done = http->has_length = http->keep_alive = http->get = http->head = false;
    http->status = 0;
    http->length = http->body_bytes = 0;
    http->head_bytes = 0;
    http->target[0] = '\0';
}

void http_add_target(struct http *http, const char *bytes, size_t count)
{
    size_t used = strlen(http->target), room = sizeof http->target - 1 - used;
    memcpy(http->target + used, bytes, count < room ? count : room);
    http->target[used + (count < room ? count : room)] = '\0';
}

void http_add_body(struct http *http, const char *bytes, size_t count)
{
    http->body_bytes += count;
    if (http->take_body)
        http->take_body(http, bytes, count);
}

void http_end_head(struct http *http, const struct http_start *start)
{
    bool request = http->kind == HTTP_REQUESTS;
    http->head_done = true;
    http->get = request && start->get;
    http->head = request && start->head;
    http->status = start->status;
    http->has_length = start->has_length;
    http->length = start->length;
}

void http_end_message(struct http *http, bool keep_alive)
{
    http->progress = HTTP_WHOLE;
    http->keep_alive = keep_alive;
}

size_t http_read(struct http *http, const char *bytes, size_t count)
{
    size_t taken = 0;
    if (http->progress == HTTP_WHOLE)
        http_begin_message(http);
    while (taken < count && http->progress == HTTP_MORE) {
        size_t left = count - taken, room = HTTP_HEAD_BYTES_MAX - http->head_bytes;
        bool in_head = !http->head_done;
        size_t read = http_engine_read(http, bytes + taken, in_head && left > room ? room : left);
        if (in_head)
            http->head_bytes += read;
        taken += read;
        if (!http->head_done && http->head_bytes == HTTP_HEAD_BYTES_MAX && http->progress == HTTP_MORE)
            http->progress = HTTP_TOO_LONG;
    }
    return taken;
}

bool http_end(struct http *http)
{
    if (http->progress != HTTP_MORE || !http->head_done)
        return false;
    http_engine_end(http);
    return http->progress == HTTP_WHOLE;
}
