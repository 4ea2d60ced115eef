/* SPDX-License-Identifier: MIT */
/* The load generator against a server that answers as it is told to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "child.h"
#include "http.h"
#include "load.h"

#define BODY  "Hello, world!"
#define RIGHT "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n" BODY

/* What the generator's process told. */
static struct told {
    uint64_t errors, answers;
    char error[96], failed[96];
} * told;

static void started(void *context, uint64_t startup_ns)
{
    (void)context, (void)startup_ns;
}

static void ended(void *context, const struct load_round *round)
{
    (void)context;
    told->errors = round->errors;
    told->answers = round->latency->count;
    snprintf(told->error, sizeof told->error, "%s", round->error ? round->error : "");
}

static _Noreturn void failed(void *context, const char *reason)
{
    (void)context;
    snprintf(told->failed, sizeof told->failed, "%s", reason);
    _exit(EXIT_FAILURE);
}

static void send_in_pieces(int socket, const char *text, size_t piece)
{
    for (size_t left = strlen(text); left > 0;) {
        size_t count = left < piece ? left : piece;
        if (send(socket, text, count, MSG_NOSIGNAL) < 0)
            return;
        text += count;
        left -= count;
    }
}

/* One connection after the other. The first answer on it is right, the third and those after are as told; ""
 * is none: the connection is closed. */
static _Noreturn void serve(int listener, const char *third, size_t piece, bool once)
{
    for (;;) {
        struct http request;
        char buffer[1024];
        ssize_t count;
        int socket = accept(listener, NULL, NULL);
        http_begin(&request, HTTP_REQUESTS);
        for (int answers = 0; (count = recv(socket, buffer, sizeof buffer, 0)) > 0;) {
            http_read(&request, buffer, (size_t)count);
            if (request.progress != HTTP_WHOLE || request.keep_alive == once)
                continue;
            const char *answer = ++answers < 3 ? RIGHT : third;
            if (!*answer)
                break;
            send_in_pieces(socket, answer, piece);
        }
        close(socket);
    }
}

static int listen_here(struct sockaddr_in *address)
{
    socklen_t length = sizeof *address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(listener, (struct sockaddr *)address, length), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)address, &length), 0);
    assert_int_equal(listen(listener, 16), 0);
    return listener;
}

static void drive(const char *third, size_t piece, bool once, uint64_t messages)
{
    static const struct load_http http = {.body = BODY, .body_bytes = sizeof BODY - 1};
    struct sockaddr_in address;
    struct error error;
    const struct load_options options = {.connections = 1,
                                         .http = &http,
                                         .once = once,
                                         .threads = 1,
                                         .started = started,
                                         .ended = ended,
                                         .failed = failed};
    memset(told, 0, sizeof *told);
    int listener = listen_here(&address);
    pid_t server = child_fork();
    if (server == 0)
        serve(listener, third, piece, once);
    close(listener);
    struct load *load = load_start(&options, &error);
    assert_non_null(load);
    load_go(load, &address, messages);
    load_await(load);
    load_stop(load);
    child_kill(server);
}

static void answers_may_come_in_pieces(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 20; piece += 6) {
        drive(RIGHT, piece, false, 5);
        assert_string_equal(told->error, "");
        assert_int_equal(told->errors, 0);
        assert_int_equal(told->answers, 5);
    }
}

static void each_message_may_have_a_connection(void **state)
{
    (void)state;
    drive("", 1000, true, 5);
    assert_string_equal(told->error, "");
    assert_int_equal(told->errors, 0);
    assert_int_equal(told->answers, 5);
}

/* With its only connection goes what is left: of five answers the first is right. */
static void errors_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *error;
    } cases[] = {
        {"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 13\r\n\r\n" BODY, "the status is not 200"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHello, world",
         "the Content-Length is not that of the body"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1300\r\n\r\n", "the Content-Length is not that of the body"},
        {"HTTP/1.1 200 OK\r\n\r\n" BODY, "the Content-Length is not that of the body"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello, wurld!",
         "the body is not the one that was asked for"},
        {RIGHT "!", "more came than the answer"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\n" BODY,
         "the server ends a connection that is to be kept"},
        {"no HTTP\r\n\r\n", "an answer is no HTTP"},
        {"", "the server closed a connection"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        drive(cases[i].answer, 1000, false, 5);
        assert_string_equal(told->failed, "");
        assert_string_equal(told->error, cases[i].error);
        assert_int_equal(told->errors, 4);
        assert_int_equal(told->answers, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_may_come_in_pieces),
        cmocka_unit_test(each_message_may_have_a_connection),
        cmocka_unit_test(errors_are_counted),
    };
    told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return told == MAP_FAILED ? EXIT_FAILURE : cmocka_run_group_tests(tests, NULL, NULL);
}
