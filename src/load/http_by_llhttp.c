/* SPDX-License-Identifier: MIT */
/* Node's parser, llhttp. */
#include <llhttp.h>

#include "http_engine.h"

#define TEXT_OF(number) #number
#define TEXT(number)    TEXT_OF(number)

static int on_target(llhttp_t *parser, const char *bytes, size_t count)
{
    http_add_target(parser->data, bytes, count);
    return 0;
}

static int on_head(llhttp_t *parser)
{
    bool has_length = parser->flags & F_CONTENT_LENGTH;
    http_end_head(parser->data, &(struct http_start){.get = parser->method == HTTP_GET,
                                                     .head = parser->method == HTTP_HEAD,
                                                     .status = parser->status_code,
                                                     .has_length = has_length,
                                                     .length = has_length ? parser->content_length : 0});
    /* An offer of another protocol is not taken up. */
    parser->upgrade = 0;
    return 0;
}

static int on_body(llhttp_t *parser, const char *bytes, size_t count)
{
    http_add_body(parser->data, bytes, count);
    return 0;
}

static int on_whole(llhttp_t *parser)
{
    http_end_message(parser->data, llhttp_should_keep_alive(parser));
    return HPE_PAUSED;
}

void http_engine_begin(struct http *http)
{
    _Static_assert(sizeof(llhttp_t) <= HTTP_ENGINE_BYTES, "room for the parser");
    static const llhttp_settings_t settings = {.on_url = on_target,
                                               .on_headers_complete = on_head,
                                               .on_body = on_body,
                                               .on_message_complete = on_whole};
    llhttp_t *parser = (llhttp_t *)http->engine;
    llhttp_init(parser, http->kind == HTTP_REQUESTS ? HTTP_REQUEST : HTTP_RESPONSE, &settings);
    parser->data = http;
}

size_t http_engine_read(struct http *http, const char *bytes, size_t count)
{
    llhttp_t *parser = (llhttp_t *)http->engine;
    llhttp_errno_t problem = llhttp_execute(parser, bytes, count);
    if (problem == HPE_OK)
        return count;
    size_t taken = (size_t)(llhttp_get_error_pos(parser) - bytes);
    if (problem == HPE_PAUSED)
        llhttp_resume(parser);
    else
        http->progress = HTTP_MALFORMED;
    return taken;
}

void http_engine_end(struct http *http)
{
    llhttp_finish((llhttp_t *)http->engine);
}

const char *http_engine_version(void)
{
    return "llhttp " TEXT(LLHTTP_VERSION_MAJOR) "." TEXT(LLHTTP_VERSION_MINOR) "." TEXT(LLHTTP_VERSION_PATCH);
}
