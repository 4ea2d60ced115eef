/* SPDX-License-Identifier: MIT */
/* HTTP messages, whole and in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "http.h"

static char body[64];
static size_t body_count;

static void take_body(struct http *http, const char *bytes, size_t count)
{
    (void)http;
    assert_true(body_count + count <= sizeof body);
    memcpy(body + body_count, bytes, count);
    body_count += count;
}

/* In pieces of so many bytes; stops at the end of the first message. */
static size_t read_in(struct http *http, enum http_kind kind, const char *text, size_t count, size_t piece)
{
    size_t taken = 0;
    body_count = 0;
    memset(http, 0, sizeof *http);
    http_begin(http, kind);
    http->take_body = take_body;
    while (taken < count && http->progress == HTTP_MORE)
        taken += http_read(http, text + taken, count - taken < piece ? count - taken : piece);
    return taken;
}

static void a_request_is_the_same_in_any_pieces(void **state)
{
    (void)state;
    static const struct {
        const char *text, *target;
        bool get, head, keep_alive;
    } cases[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "/", true, false, true},
        {"GET /12?x HTTP/1.1\r\nConnection: close\r\n\r\n", "/12?x", true, false, false},
        {"HEAD / HTTP/1.1\r\n\r\n", "/", false, true, true},
        {"GET / HTTP/1.0\r\n\r\n", "/", true, false, false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "/", true, false, true},
        {"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "/", false, false, true},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "/", false, false,
         true},
        {"GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "/", true, false, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece <= strlen(cases[i].text); piece++) {
            struct http http;
            size_t count = strlen(cases[i].text);
            assert_int_equal(read_in(&http, HTTP_REQUESTS, cases[i].text, count, piece), count);
            assert_int_equal(http.progress, HTTP_WHOLE);
            assert_string_equal(http.target, cases[i].target);
            assert_int_equal(http.get, cases[i].get);
            assert_int_equal(http.head, cases[i].head);
            assert_int_equal(http.keep_alive, cases[i].keep_alive);
        }
}

static void a_message_ends_where_the_next_begins(void **state)
{
    (void)state;
    static const char text[] = "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n";
    struct http http;
    size_t taken = read_in(&http, HTTP_REQUESTS, text, strlen(text), strlen(text));
    assert_int_equal(taken, strlen("GET /1 HTTP/1.1\r\n\r\n"));
    assert_string_equal(http.target, "/1");
    assert_true(http.keep_alive);
    assert_int_equal(http_read(&http, text + taken, strlen(text) - taken), strlen(text) - taken);
    assert_int_equal(http.progress, HTTP_WHOLE);
    assert_string_equal(http.target, "/2");
    assert_false(http.keep_alive);
}

static void what_is_no_request_is_malformed(void **state)
{
    (void)state;
    static const char *const texts[] = {"\x16\x03\x01\x02",
                                        "hello\r\n\r\n",
                                        "GET\r\n\r\n",
                                        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
                                        "GET / HTTP/9\r\n\r\n",
                                        "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                                        "GET / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
                                        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
                                        "HTTP/1.1 200 OK\r\n\r\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t piece = 1; piece <= strlen(texts[i]); piece++) {
            struct http http;
            read_in(&http, HTTP_REQUESTS, texts[i], strlen(texts[i]), piece);
            if (http.progress != HTTP_MALFORMED)
                fail_msg("%s: %d", texts[i], (int)http.progress);
            assert_int_equal(http_read(&http, "GET / HTTP/1.1\r\n\r\n", 18), 0);
            assert_int_equal(http.progress, HTTP_MALFORMED);
        }
}

/* "GET /xx..x HTTP/1.1\r\n\r\n", so many bytes in all. */
static char *long_request(size_t count)
{
    static const char start[] = "GET /", end[] = " HTTP/1.1\r\n\r\n";
    char *text = malloc(count);
    assert_non_null(text);
    memset(text, 'x', count);
    memcpy(text, start, strlen(start));
    memcpy(text + count - strlen(end), end, strlen(end));
    return text;
}

static void a_head_has_a_bound(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 7, 4096, SIZE_MAX};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        for (size_t count = HTTP_HEAD_BYTES_MAX; count <= HTTP_HEAD_BYTES_MAX + 1; count++) {
            struct http http;
            char *text = long_request(count);
            assert_int_equal(read_in(&http, HTTP_REQUESTS, text, count, pieces[i]), HTTP_HEAD_BYTES_MAX);
            assert_int_equal(http.progress, count > HTTP_HEAD_BYTES_MAX ? HTTP_TOO_LONG : HTTP_WHOLE);
            assert_int_equal(strlen(http.target), HTTP_TARGET_BYTES - 1);
            free(text);
        }
}

static void a_response_tells_status_length_and_body(void **state)
{
    (void)state;
    static const char text[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nabcde";
    for (size_t piece = 1; piece <= strlen(text); piece++) {
        struct http http;
        assert_int_equal(read_in(&http, HTTP_RESPONSES, text, strlen(text), piece), strlen(text));
        assert_int_equal(http.progress, HTTP_WHOLE);
        assert_int_equal(http.status, 404);
        assert_true(http.has_length);
        assert_int_equal(http.length, 5);
        assert_int_equal(http.body_bytes, 5);
        assert_memory_equal(body, "abcde", 5);
        assert_true(http.keep_alive);
    }
}

static void a_response_may_have_no_length(void **state)
{
    (void)state;
    static const char text[] = "HTTP/1.1 200 OK\r\n\r\nabc";
    struct http http;
    read_in(&http, HTTP_RESPONSES, text, strlen(text), SIZE_MAX);
    assert_int_equal(http.progress, HTTP_MORE); /* until the connection ends */
    assert_true(http.head_done);
    assert_false(http.has_length);
}

static void the_parser_has_a_name(void **state)
{
    (void)state;
    assert_true(strncmp(http_engine_version(), "llhttp ", 7) == 0 ||
                strncmp(http_engine_version(), "http-parser ", 12) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_the_same_in_any_pieces),
        cmocka_unit_test(a_message_ends_where_the_next_begins),
        cmocka_unit_test(what_is_no_request_is_malformed),
        cmocka_unit_test(a_head_has_a_bound),
        cmocka_unit_test(a_response_tells_status_length_and_body),
        cmocka_unit_test(a_response_may_have_no_length),
        cmocka_unit_test(the_parser_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
