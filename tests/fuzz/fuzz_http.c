/* SPDX-License-Identifier: MIT */
/* HTTP as a connection's bytes: messages are the same in whatever pieces they come. The first byte says
 * which. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "http.h"

/* What a connection came to, message by message. */
struct story {
    unsigned messages;
    size_t taken;
    enum http_progress progress;
    uint64_t body_sum, words;
};

static uint64_t body_sum;

static void take_body(struct http *http, const char *bytes, size_t count)
{
    (void)http;
    for (size_t i = 0; i < count; i++)
        body_sum = body_sum * 31 + (unsigned char)bytes[i];
}

static void tell_message(struct story *story, const struct http *http)
{
    story->messages++;
    story->words = story->words * 31 + http->keep_alive + 2 * http->get + 4 * http->head + 8 * http->status +
                   http->body_bytes + http->length;
    for (const char *byte = http->target; *byte; byte++)
        story->words = story->words * 31 + (unsigned char)*byte;
}

/* As a server does: it ends with the first message that ends the connection. */
static struct story read_all(enum http_kind kind, const char *bytes, size_t count, size_t piece)
{
    struct story story = {0};
    struct http http = {0};
    http_begin(&http, kind);
    http.take_body = take_body;
    body_sum = 0;
    while (story.taken < count) {
        size_t left = count - story.taken, given = left < piece ? left : piece;
        size_t taken = http_read(&http, bytes + story.taken, given);
        if (taken > given || (taken < given && http.progress == HTTP_MORE) ||
            http.head_bytes > HTTP_HEAD_BYTES_MAX || strlen(http.target) >= sizeof http.target)
            abort();
        story.taken += taken;
        if (http.progress == HTTP_WHOLE)
            tell_message(&story, &http);
        if (http.progress > HTTP_WHOLE || (http.progress == HTTP_WHOLE && !http.keep_alive))
            break;
    }
    story.progress = http.progress;
    story.body_sum = body_sum;
    return story;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    /* Exactly as long: a byte read beyond it is found. */
    char *bytes = malloc(size);
    if (!bytes)
        abort();
    memcpy(bytes, data, size);
    size_t piece = 1 + data[0] % 32;
    for (int kind = HTTP_REQUESTS; kind <= HTTP_RESPONSES; kind++) {
        struct story whole = read_all(kind, bytes, size, size), pieces = read_all(kind, bytes, size, piece);
        if (whole.messages != pieces.messages || whole.progress != pieces.progress ||
            whole.words != pieces.words ||
            (whole.progress <= HTTP_WHOLE && whole.body_sum != pieces.body_sum))
            abort();
    }
    free(bytes);
    return 0;
}
