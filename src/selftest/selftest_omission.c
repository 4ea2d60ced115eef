/* SPDX-License-Identifier: MIT */
/* Coordinated omission: a server that stalls for a tenth of each second keeps a tenth of all messages
 * waiting. An open loop must say so; a closed loop, which asks nothing while it waits, cannot. */
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "launch.h"
#include "load.h"
#include "measure.h"
#include "selftest.h"

enum { CONNECTIONS = 10, RATE = 1000, STALLS_MAX = 64, ROUNDS_MAX = 9 };
enum { PERIOD_NS = 1000000000, STALL_NS = 100000000, TIME_LIMIT_NS = 2000000000 };

static const double quantile = 0.99, tolerance = 0.05;

/* In memory that server and generator share with us. */
struct stage {
    int listener;
    struct sockaddr_in address;
    _Atomic unsigned stall_count;
    struct stall {
        uint64_t begin_ns, end_ns;
    } stalls[STALLS_MAX];
    uint64_t start_ns, stop_ns, errors, p99_ns; /* of the round */
    char failed[256];
};

static int open_stage(struct stage *stage)
{
    socklen_t length = sizeof stage->address;
    stage->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    stage->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return stage->listener < 0 || bind(stage->listener, (struct sockaddr *)&stage->address, length) ||
           getsockname(stage->listener, (struct sockaddr *)&stage->address, &length) ||
           listen(stage->listener, CONNECTIONS + 1);
}

/* How long it was is what counts, not how long it was to be. As many as there is room for are told, which is
 * more than a test has seconds. */
static void stall(struct stage *stage, uint64_t until_ns)
{
    unsigned count = atomic_load(&stage->stall_count);
    const struct timespec until = {.tv_sec = (time_t)(until_ns / 1000000000),
                                   .tv_nsec = (long)(until_ns % 1000000000)};
    uint64_t begin_ns = clock_now_ns();
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
    if (count == STALLS_MAX)
        return;
    stage->stalls[count] = (struct stall){begin_ns, clock_now_ns()};
    atomic_store(&stage->stall_count, count + 1);
}

/* False: the peer has left. */
static bool echo(int socket)
{
    char bytes[LOAD_MESSAGE_BYTES];
    ssize_t count = recv(socket, bytes, sizeof bytes, 0);
    return count > 0 && send(socket, bytes, (size_t)count, MSG_NOSIGNAL) == count;
}

static _Noreturn void serve(struct stage *stage)
{
    struct pollfd files[CONNECTIONS + 2] = {{.fd = stage->listener, .events = POLLIN}};
    nfds_t count = 1;
    for (uint64_t next_ns = clock_now_ns() + PERIOD_NS / 2;;) {
        uint64_t now_ns = clock_now_ns();
        if (now_ns >= next_ns) {
            stall(stage, next_ns + STALL_NS);
            next_ns += PERIOD_NS;
            continue;
        }
        poll(files, count, (int)((next_ns - now_ns + 999999) / 1000000));
        for (nfds_t i = 1; i < count; i++)
            if (files[i].revents && !echo(files[i].fd)) {
                close(files[i].fd);
                files[i--] = files[--count];
            }
        if (files[0].revents && count < CONNECTIONS + 2)
            files[count++] = (struct pollfd){.fd = accept(stage->listener, NULL, NULL), .events = POLLIN};
    }
}

static void started(void *context, uint64_t startup_ns)
{
    (void)context, (void)startup_ns;
}

static void ended(void *context, const struct load_round *round)
{
    struct stage *stage = context;
    stage->start_ns = round->start_ns;
    stage->stop_ns = round->stop_ns;
    stage->errors = load_errors(round);
    stage->p99_ns = histogram_quantile_ns(round->latency, quantile, 1);
}

static _Noreturn void failed(void *context, const char *reason)
{
    struct stage *stage = context;
    snprintf(stage->failed, sizeof stage->failed, "%s", reason);
    _exit(EXIT_FAILURE);
}

/* In a child, so that a generator that fails is not the end of us. */
static void drive(struct stage *stage, double rate, uint64_t duration_ns)
{
    const struct load_options options = {.connections = CONNECTIONS,
                                         .rate = rate,
                                         .arrivals = LOAD_CONSTANT,
                                         .limit_ns = TIME_LIMIT_NS,
                                         .persists = true,
                                         .threads = 1,
                                         .context = stage,
                                         .started = started,
                                         .ended = ended,
                                         .failed = failed};
    stage->p99_ns = 0;
    pid_t child = child_fork();
    if (child == 0) {
        load_run(&options, &stage->address, duration_ns, NULL);
        _exit(EXIT_SUCCESS);
    }
    if (child > 0)
        child_await(child);
}

/* Of a schedule without gaps: that of all messages which is longer for so many of them as wait. Those that
 * wait longer than x make up the last part of each stall but x. */
static double reckon_p99_ns(const struct stage *stage, uint64_t duration_ns)
{
    double low_ns = 0, high_ns = PERIOD_NS;
    while (high_ns - low_ns > 1000) {
        double middle_ns = (low_ns + high_ns) / 2, longer_ns = 0;
        for (unsigned i = 0; i < atomic_load(&stage->stall_count); i++) {
            const struct stall *stall = &stage->stalls[i];
            double length_ns = (double)(stall->end_ns - stall->begin_ns);
            if (stall->begin_ns >= stage->start_ns && stall->end_ns <= stage->stop_ns &&
                length_ns > middle_ns)
                longer_ns += length_ns - middle_ns;
        }
        *(longer_ns > (1 - quantile) * (double)duration_ns ? &low_ns : &high_ns) = middle_ns;
    }
    return low_ns;
}

static void judge_closed(const struct stage *stage, struct selftest_check *check)
{
    snprintf(check->required, sizeof check->required, "visibly wrong: below 45 ms, half of it");
    snprintf(check->shown, sizeof check->shown, "%.3g ms", (double)stage->p99_ns / 1e6);
    snprintf(check->detail, sizeof check->detail, "the 99th percentile of a closed loop%s%s",
             stage->failed[0] ? ": " : "", stage->failed);
    if (stage->p99_ns > 0 && stage->p99_ns < STALL_NS * 9 / 10 / 2)
        check->verdict = SELFTEST_PASSED;
}

/* So that the round has whole stalls: it begins between two. */
static void await_calm(const struct stage *stage)
{
    const struct timespec step = {.tv_nsec = 1000000};
    uint64_t now_ns, end_ns = clock_now_ns() + UINT64_C(2) * PERIOD_NS;
    while ((now_ns = clock_now_ns()) < end_ns) {
        unsigned count = atomic_load(&stage->stall_count);
        if (count > 0 && now_ns >= stage->stalls[count - 1].end_ns + PERIOD_NS / 2 - STALL_NS)
            return;
        nanosleep(&step, NULL);
    }
}

static int measure(struct selftest *selftest, struct stage *stage, struct error *error)
{
    double shares[ROUNDS_MAX];
    size_t rounds = selftest->quick ? 3 : ROUNDS_MAX, count = 0;
    for (size_t i = 0; i < rounds; i++) {
        if (launch_interrupted())
            return 1;
        await_calm(stage);
        drive(stage, RATE, PERIOD_NS);
        double expected_ns = reckon_p99_ns(stage, PERIOD_NS);
        if (stage->p99_ns > 0 && stage->errors == 0 && expected_ns > 0)
            shares[count++] = (double)stage->p99_ns / expected_ns;
    }
    struct selftest_check *check = selftest_checks_add(&selftest->checks, "omission", "open loop");
    if (!check)
        return error_set(error, "out of memory");
    selftest_judge_estimate(shares, count, rounds, 1, tolerance, check);
    if (count == 0)
        snprintf(check->detail, sizeof check->detail, "%s", stage->failed);
    drive(stage, 0, PERIOD_NS);
    check = selftest_checks_add(&selftest->checks, "omission", "closed loop");
    if (!check)
        return error_set(error, "out of memory");
    judge_closed(stage, check);
    return 0;
}

int selftest_omission(struct selftest *selftest, struct error *error)
{
    struct stage *stage =
        mmap(NULL, sizeof *stage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (stage == MAP_FAILED)
        return error_set(error, "out of memory");
    selftest_announce(selftest, "a server that stalls 100 ms each second");
    int result = -1;
    pid_t server = open_stage(stage) ? -1 : child_fork();
    if (server == 0)
        serve(stage);
    if (server < 0)
        error_set(error, "a server of our own: %s", strerror(errno));
    else
        result = measure(selftest, stage, error);
    if (server > 0)
        child_kill(server);
    if (stage->listener >= 0)
        close(stage->listener);
    munmap(stage, sizeof *stage);
    return result;
}
