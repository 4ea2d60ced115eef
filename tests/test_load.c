/* SPDX-License-Identifier: MIT */
/* The load generator against a server that answers as it is told to. */
#include <math.h>
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
#include "schedule.h"

#define BODY  "Hello, world!"
#define RIGHT "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n" BODY

/* What the generator's process told. */
static struct told {
    struct load_round round;
    uint64_t errors, answers;
    struct histogram latency, latency_uncorrected;
    char error[96], failed[96];
} * told;

static void started(void *context, uint64_t startup_ns)
{
    (void)context, (void)startup_ns;
}

static void ended(void *context, const struct load_round *round)
{
    (void)context;
    told->round = *round;
    told->errors = load_errors(round);
    told->answers = round->latency->count;
    told->latency = *round->latency;
    told->latency_uncorrected = *round->latency_uncorrected;
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

/* In place of an answer. */
static const char close_it[] = "", reset_it[] = "", be_silent[] = "", stall[] = "";

enum { STALL_US = 200000 };

static const char *instead(int socket, const char *answer)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    if (answer == reset_it)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    if (answer == stall)
        usleep(STALL_US);
    return answer == stall ? RIGHT : answer;
}

/* One connection after the other. The first two answers on it are right, the third and those after are as
 * told, or there is none, and the connection ends. A stall is only before the third. */
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
            const char *answer = ++answers < 3 ? RIGHT : instead(socket, third);
            if (answer == be_silent)
                continue;
            if (!*answer)
                break;
            send_in_pieces(socket, answer, piece);
            if (third == stall && answers > 2)
                third = RIGHT;
            if (strstr(answer, "close"))
                break;
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

static const struct load_http foretold = {.body = BODY, .body_bytes = sizeof BODY - 1}, any;

static void drive_with(struct load_options options, const char *third, size_t piece, uint64_t messages)
{
    struct sockaddr_in address;
    struct error error;
    options.connections = options.threads = 1;
    options.started = started;
    options.ended = ended;
    options.failed = failed;
    memset(told, 0, sizeof *told);
    int listener = listen_here(&address);
    pid_t server = child_fork();
    if (server == 0)
        serve(listener, third, piece, options.once);
    close(listener);
    struct load *load = load_start(&options, &error);
    assert_non_null(load);
    load_go(load, &address, messages);
    load_await(load);
    load_stop(load);
    child_kill(server);
}

static void drive(const char *third, size_t piece, bool once, uint64_t messages)
{
    drive_with((struct load_options){.http = &foretold, .once = once}, third, piece, messages);
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
    drive(close_it, 1000, true, 5);
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
        {close_it, "the server closed a connection"},
        {reset_it, "Connection reset by peer"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        drive(cases[i].answer, 1000, false, 5);
        assert_string_equal(told->failed, "");
        assert_string_equal(told->error, cases[i].error);
        assert_int_equal(told->errors, 4);
        assert_int_equal(told->answers, 1);
    }
}

/* The first connection is the probe's; on each of the others the third message goes wrong, and the next has
 * a connection of its own. */
static void lost_connections_are_replaced(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        enum load_error kind;
        uint64_t errors, answers;
    } cases[] = {
        {close_it, LOAD_CLOSED, 2, 6},
        {reset_it, LOAD_RESET, 2, 6},
        {be_silent, LOAD_TIMED_OUT, 2, 6},
        {"no HTTP\r\n\r\n", LOAD_WRONG, 2, 6},
        {RIGHT "!", LOAD_WRONG, 2, 6},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", LOAD_WRONG, 2, 6},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", LOAD_ERRORS, 0, 8},
        {"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nuntil the end", LOAD_ERRORS, 0, 8},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc", LOAD_STATUS, 6, 8},
        {"HTTP/1.1 204 No Content\r\n\r\n", LOAD_ERRORS, 0, 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        drive_with((struct load_options){.http = &any, .persists = true, .limit_ns = 200000000},
                   cases[i].answer, 1000, 8);
        assert_string_equal(told->failed, "");
        assert_int_equal(told->errors, cases[i].errors);
        assert_int_equal(told->answers, cases[i].answers);
        if (cases[i].kind < LOAD_ERRORS)
            assert_int_equal(told->round.errors[cases[i].kind], cases[i].errors);
        if (cases[i].kind == LOAD_STATUS)
            assert_int_equal(told->round.statuses[404], cases[i].errors);
    }
}

/* A message that waits behind a stall is late from when it was due, though its own answer comes at once: of
 * 100 messages, one each millisecond, those behind the third are 100 ms late and more. */
static void an_open_loop_counts_what_waits(void **state)
{
    (void)state;
    drive_with((struct load_options){.http = &foretold, .rate = 1000, .arrivals = LOAD_CONSTANT}, stall, 1000,
               100);
    assert_int_equal(told->errors, 0);
    assert_int_equal(told->answers, 100);
    assert_int_equal(told->latency_uncorrected.count, 100);
    uint64_t corrected_ns = histogram_quantile_ns(&told->latency, 0.1, 0);
    assert_true(corrected_ns >= STALL_US * 1000 / 2);
    assert_true(corrected_ns > histogram_quantile_ns(&told->latency_uncorrected, 0.1, 0));
    assert_true(told->latency_uncorrected.max_ns >= STALL_US * 1000);
}

static void arrivals_follow_their_schedule(void **state)
{
    (void)state;
    enum { PARTS = 3, COUNT = 30000 };
    for (unsigned part = 0; part < PARTS; part++) {
        struct schedule constant, poisson, again;
        const struct load_options steady = {.rate = 1000, .arrivals = LOAD_CONSTANT},
                                  random = {.rate = 1000, .seed = 7};
        double sum = 0, squares = 0;
        schedule_begin(&constant, &steady, part, PARTS);
        schedule_begin(&poisson, &random, part, PARTS);
        schedule_begin(&again, &random, part, PARTS);
        for (uint64_t i = 0, last = 0; i < COUNT; i++) {
            assert_int_equal(schedule_next(&constant), (i * PARTS + part) * 1000000);
            uint64_t at_ns = schedule_next(&poisson);
            assert_int_equal(schedule_next(&again), at_ns);
            double gap_ms = (double)(at_ns - last) / 1e6;
            sum += gap_ms;
            squares += gap_ms * gap_ms;
            last = at_ns;
        }
        /* An exponential's mean is its deviation; four standard errors. */
        double mean = sum / COUNT, deviation = sqrt(squares / COUNT - mean * mean);
        assert_true(fabs(mean - PARTS) < 4 * PARTS / sqrt(COUNT));
        assert_true(fabs(deviation - PARTS) < 4 * PARTS * sqrt(2.0 / COUNT));
    }
}

/* As if the threads of all of them were one's. */
static void generators_share_a_schedule(void **state)
{
    (void)state;
    enum { THREADS = 3, SHARES = 4, COUNT = 100 };
    for (unsigned part = 0; part < THREADS * SHARES; part++)
        for (int arrivals = LOAD_POISSON; arrivals <= LOAD_CONSTANT; arrivals++) {
            struct schedule alone, shared;
            struct load_options options = {.rate = 1000, .seed = 7, .arrivals = (enum load_arrivals)arrivals};
            schedule_begin(&alone, &options, part, THREADS * SHARES);
            options.share = part / THREADS;
            options.shares = SHARES;
            schedule_begin(&shared, &options, part % THREADS, THREADS);
            for (unsigned i = 0; i < COUNT; i++)
                assert_int_equal(schedule_next(&alone), schedule_next(&shared));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_may_come_in_pieces),
        cmocka_unit_test(each_message_may_have_a_connection),
        cmocka_unit_test(errors_are_counted),
        cmocka_unit_test(lost_connections_are_replaced),
        cmocka_unit_test(an_open_loop_counts_what_waits),
        cmocka_unit_test(arrivals_follow_their_schedule),
        cmocka_unit_test(generators_share_a_schedule),
    };
    told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return told == MAP_FAILED ? EXIT_FAILURE : cmocka_run_group_tests(tests, NULL, NULL);
}
