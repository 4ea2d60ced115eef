/* SPDX-License-Identifier: MIT */
/* Node's older parser, http-parser: what Debian 12 has. */
#include <http_parser.h>
#include <string.h>

#include "http_engine.h"

#define TEXT_OF(number) #number
#define TEXT(number)    TEXT_OF(number)

static int on_target(http_parser *parser, const char *bytes, size_t count)
{
    http_add_target(parser->data, bytes, count);
    return 0;
}

static int on_head(http_parser *parser)
{
    bool has_length = parser->content_length != UINT64_MAX;
    http_end_head(parser->data, &(struct http_start){.get = parser->method == HTTP_GET,
                                                     .head = parser->method == HTTP_HEAD,
                                                     .status = parser->status_code,
                                                     .has_length = has_length,
                                                     .length = has_length ? parser->content_length : 0});
    /* An offer of another protocol is not taken up. */
    parser->upgrade = 0;
    return 0;
}

static int on_body(http_parser *parser, const char *bytes, size_t count)
{
    http_add_body(parser->data, bytes, count);
    return 0;
}

static int on_whole(http_parser *parser)
{
    http_end_message(parser->data, http_should_keep_alive(parser));
    http_parser_pause(parser, 1);
    return 0;
}

void http_engine_begin(struct http *http)
{
    _Static_assert(sizeof(http_parser) <= HTTP_ENGINE_BYTES, "room for the parser");
    http_parser *parser = (http_parser *)http->engine;
    http_parser_init(parser, http->kind == HTTP_REQUESTS ? HTTP_REQUEST : HTTP_RESPONSE);
    parser->data = http;
}

size_t http_engine_read(struct http *http, const char *bytes, size_t count)
{
    static const http_parser_settings settings = {.on_url = on_target,
                                                  .on_headers_complete = on_head,
                                                  .on_body = on_body,
                                                  .on_message_complete = on_whole};
    http_parser *parser = (http_parser *)http->engine;
    size_t taken = http_parser_execute(parser, &settings, bytes, count);
    if (HTTP_PARSER_ERRNO(parser) == HPE_PAUSED)
        http_parser_pause(parser, 0);
    else if (HTTP_PARSER_ERRNO(parser) != HPE_OK)
        http->progress = HTTP_MALFORMED;
    return taken;
}

void http_engine_end(struct http *http)
{
    http_engine_read(http, "", 0);
}

const char *http_engine_version(void)
{
    return "http-parser " TEXT(HTTP_PARSER_VERSION_MAJOR) "." TEXT(HTTP_PARSER_VERSION_MINOR) "." TEXT(
        HTTP_PARSER_VERSION_PATCH);
}
