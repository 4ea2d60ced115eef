/* SPDX-License-Identifier: MIT */
/* Two tasks that wake each other in turn: ping throws a ball, a number, and sleeps until pong has thrown the
 * next one back. An item is a round trip: two wake-ups, two switches where both sit on one processing unit.
 * In a loop both are callbacks of one thread, and with via:futex nothing has to be woken: the next callback
 * is called. */
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <uv.h>

#include "workload.h"

enum { PING, PONG, SIDES, CALLS_BETWEEN_POLLS = 64 };

static const struct workload_param params[] = {
    {.key = "via",
     .value_default = "futex",
     .summary = "what wakes the other",
     .choices = "futex|pipe|eventfd"},
    {0},
};

/* One side's part of a loop. */
struct side {
    struct run *run;
    struct task *task;
    unsigned role;
    uint64_t last; /* ball it caught */
    union {
        uv_handle_t handle;
        uv_poll_t poll;
        uv_idle_t idle;
    } on;
};

struct court {
    alignas(64) _Atomic uint32_t ball;             /* via:futex: the number thrown last */
    uint64_t word;                                 /* the same, in a loop */
    alignas(64) int catches[SIDES], throws[SIDES]; /* descriptors that a side reads and writes */
    struct side sides[SIDES];
};

static int open_way(struct run *run, struct court *court, unsigned to, bool pipes)
{
    int ends[2], flags = run_in_loops(run) ? O_NONBLOCK | O_CLOEXEC : O_CLOEXEC;
    if (pipes ? pipe2(ends, flags) : (ends[0] = ends[1] = eventfd(0, flags)) < 0)
        return run_error(run, "%s: %s", run_key(run, "via"), strerror(errno));
    court->catches[to] = ends[0];
    court->throws[1 - to] = ends[1];
    return 0;
}

static int prepare(struct run *run)
{
    struct court *court = run_allocate(run, sizeof *court);
    bool pipes = run_key_is(run, "via", "pipe");
    run_set_data(run, court);
    if (!court)
        return -1;
    if (run_key_is(run, "via", "futex"))
        return 0;
    return open_way(run, court, PING, pipes) || open_way(run, court, PONG, pipes) ? -1 : 0;
}

/* Ping throws the odd balls, 1 first, pong the even ones: 2 for each item is the last. */

static void throw_ball(struct run *run, struct court *court, unsigned role, uint64_t number)
{
    if (write(court->throws[role], &number, sizeof number) != sizeof number)
        run_fail(run, "write: %s", strerror(errno));
}

static uint64_t play_descriptors(struct run *run, struct court *court, unsigned role, uint64_t items)
{
    uint64_t number = 0;
    for (uint64_t i = 0; i < items; i++) {
        if (role == PING)
            throw_ball(run, court, PING, number + 1);
        run_until_readable(run, court->catches[role]);
        if (read(court->catches[role], &number, sizeof number) != sizeof number)
            run_fail(run, "read: %s", strerror(errno));
        if (role == PONG)
            throw_ball(run, court, PONG, number + 1);
    }
    return number;
}

static void throw_word(struct run *run, struct court *court, uint32_t number)
{
    atomic_store(&court->ball, number);
    run_wake_word(run, &court->ball, 1);
}

static uint64_t play_futex(struct run *run, struct court *court, unsigned role, uint64_t items)
{
    uint64_t number = 0;
    for (uint64_t i = 0; i < items; i++) {
        if (role == PING)
            throw_word(run, court, (uint32_t)(2 * i + 1));
        number = 2 * i + (role == PING ? 2 : 1);
        for (uint32_t seen; (seen = atomic_load(&court->ball)) != (uint32_t)number;)
            run_wait_word(run, &court->ball, seen);
        if (role == PONG)
            throw_word(run, court, (uint32_t)(number + 1));
    }
    return number;
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct court *court = run_data(run);
    unsigned role = (unsigned)task->index;
    run_arrive(run);
    return run_key_is(run, "via", "futex") ? play_futex(run, court, role, run_items(run))
                                           : play_descriptors(run, court, role, run_items(run));
}

/* In a libuv loop */

static void closed(uv_handle_t *handle)
{
    struct side *side = handle->data;
    side->task->complete(side->run, side->task, side->last);
}

static bool is_last(const struct side *side)
{
    return side->last == 2 * run_items(side->run) - (side->role == PONG);
}

static void caught(uv_poll_t *poll, int status, int events)
{
    struct side *side = poll->data;
    struct court *court = run_data(side->run);
    (void)events;
    if (status || read(court->catches[side->role], &side->last, sizeof side->last) != sizeof side->last)
        run_fail(side->run, "read: %s", status ? uv_strerror(status) : strerror(errno));
    if (side->role == PONG || !is_last(side))
        throw_ball(side->run, court, side->role, side->last + 1);
    if (is_last(side))
        uv_close(&side->on.handle, closed);
}

static void catch_word(struct court *court, struct side *side)
{
    side->last = court->word;
    if (side->role == PONG || !is_last(side))
        court->word = side->last + 1;
}

/* As a loop runs all callbacks that are ready before it polls again, a batch of them; through a pointer, as a
 * loop calls them. */
static void call_in_turn(uv_idle_t *idle)
{
    void (*volatile callback)(struct court *, struct side *) = catch_word;
    struct side *side = idle->data;
    struct court *court = run_data(side->run);
    for (unsigned i = 0; i < CALLS_BETWEEN_POLLS / 2 && !is_last(&court->sides[PING]); i++) {
        callback(court, &court->sides[PONG]);
        callback(court, &court->sides[PING]);
    }
    if (is_last(&court->sides[PING]))
        for (unsigned role = 0; role < SIDES; role++)
            uv_close(&court->sides[role].on.handle, closed);
}

static void begin(struct run *run, struct task *task)
{
    struct court *court = run_data(run);
    struct side *side = &court->sides[task->index];
    bool words = run_key_is(run, "via", "futex");
    side->run = run;
    side->task = task;
    side->role = (unsigned)task->index;
    side->last = 0;
    if (words)
        uv_idle_init(task->loop, &side->on.idle);
    else
        uv_poll_init(task->loop, &side->on.poll, court->catches[side->role]);
    side->on.handle.data = side;
    if (!words)
        uv_poll_start(&side->on.poll, UV_READABLE, caught);
    if (!run_arrive_last(run))
        return;
    if (words) {
        court->word = 1;
        uv_idle_start(&side->on.idle, call_in_turn);
    } else {
        throw_ball(run, court, PING, 1);
    }
}

static unsigned roles(const struct cell *cell)
{
    (void)cell;
    return SIDES;
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct court *court = run_data(run);
    atomic_store(&court->ball, 0);
    account->checksum = 2 * items + 2 * items - 1;
}

static void cleanup(struct run *run)
{
    const struct court *court = run_data(run);
    if (run_key_is(run, "via", "futex"))
        return;
    for (unsigned role = 0; role < SIDES; role++) {
        close(court->catches[role]);
        if (court->throws[1 - role] != court->catches[role])
            close(court->throws[1 - role]);
    }
}

const struct workload workload_switch_ping_pong = {
    .family = "switch",
    .name = "ping-pong",
    .summary = "two tasks that wake each other in turn; in a loop, two callbacks",
    .item = "round trip",
    .params = params,
    .needs = MODEL_CONCURRENT,
    .together = true,
    .parks = true,
    .roles = roles,
    .prepare = prepare,
    .task = task,
    .begin = begin,
    .account = account,
    .cleanup = cleanup,
};
