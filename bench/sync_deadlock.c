/* SPDX-License-Identifier: MIT */
/* Two workers and two locks, both of which each needs. Taken in the same order nothing comes of it; in
 * opposite orders each holds the one that the other is waiting for. Here they wait until both hold their
 * first, so that each item is a deadlock. Whose wait for the second exceeds the time limit first gives way:
 * it lets go of its first, and takes both again in the other's order, when the other is done with them. A
 * latency is the time from reaching for the second lock until the deadlock is detected. */
#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>

#include "histogram.h"
#include "lock.h"
#include "measure.h"
#include "workload.h"

enum { SIDES = 2 };

static const struct workload_param params[] = {
    {.key = "limit-ms",
     .value_default = "1",
     .summary = "how long a wait for a lock must be to count as a deadlock"},
    {.key = "order",
     .value_default = "opposite",
     .summary = "in which the two take the locks",
     .choices = "same|opposite"},
    {0},
};

struct side {
    alignas(64) _Atomic uint32_t steps; /* that it has come to */
    alignas(64) pthread_mutex_t lock;
};

struct deadlock {
    bool opposite;
    uint64_t limit_ms;
    struct side sides[SIDES];
    alignas(64) uint64_t turns; /* of both; under both locks */
    _Atomic uint64_t given_way; /* the item at which one did last, from 1 */
    _Atomic uint64_t detected;  /* deadlocks */
};

static int prepare(struct run *run)
{
    struct deadlock *deadlock = run_allocate(run, sizeof *deadlock);
    if (!deadlock)
        return -1;
    run_set_data(run, deadlock);
    deadlock->opposite = run_key_is(run, "order", "opposite");
    deadlock->limit_ms = run_key_number(run, "limit-ms");
    for (unsigned i = 0; i < SIDES; i++)
        if (lock_init_mutex(run, &deadlock->sides[i].lock))
            return -1;
    return 0;
}

/* Both have come so far. */
static void meet(struct run *run, struct deadlock *deadlock, unsigned role)
{
    struct side *own = &deadlock->sides[role], *other = &deadlock->sides[!role];
    uint32_t step = atomic_fetch_add(&own->steps, 1) + 1;
    run_wake_word(run, &own->steps, 1);
    for (uint32_t seen; (int32_t)((seen = atomic_load(&other->steps)) - step) < 0;)
        run_wait_word(run, &other->steps, seen);
}

/* False: it is locked. True: this side is to give way, being the first whose time limit has passed. */
static bool exceeds_limit(struct run *run, struct deadlock *deadlock, pthread_mutex_t *lock, uint64_t item)
{
    uint64_t since_ns = clock_now_ns();
    for (;;) {
        int problem = lock_within(lock, deadlock->limit_ms);
        if (!problem)
            return false;
        if (problem != ETIMEDOUT)
            run_fail(run, "a mutex: %s", strerror(problem));
        if (atomic_exchange(&deadlock->given_way, item) != item)
            break;
    }
    histogram_record(run_latency(run), clock_now_ns() - since_ns);
    atomic_fetch_add(&deadlock->detected, 1);
    return true;
}

/* Whether a deadlock was detected. */
static bool take_turn(struct run *run, struct deadlock *deadlock, unsigned role, uint64_t item)
{
    unsigned which = deadlock->opposite ? role : 0;
    pthread_mutex_t *first = &deadlock->sides[which].lock, *second = &deadlock->sides[!which].lock;
    meet(run, deadlock, role);
    pthread_mutex_lock(first);
    if (deadlock->opposite)
        meet(run, deadlock, role);
    bool gives_way = exceeds_limit(run, deadlock, second, item);
    if (gives_way) {
        pthread_mutex_unlock(first);
        pthread_mutex_lock(second);
        if (pthread_mutex_trylock(first)) /* who let go of the second has let go of this one before */
            run_fail(run, "a deadlock was not resolved");
    }
    deadlock->turns++;
    pthread_mutex_unlock(second);
    pthread_mutex_unlock(first);
    return gives_way;
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct deadlock *deadlock = run_data(run);
    uint64_t items = run_items(run), detected = 0;
    run_arrive(run);
    for (uint64_t item = 1; item <= items; item++)
        detected += take_turn(run, deadlock, (unsigned)task->index, item);
    return items + detected;
}

static unsigned roles(const struct cell *cell)
{
    (void)cell;
    return SIDES;
}

/* Each item is one deadlock, or none is, and both have had their turn. Also makes ready for the next round.
 */
static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct deadlock *deadlock = run_data(run);
    account->value = (double)atomic_exchange(&deadlock->detected, 0);
    account->checksum = SIDES * items + (deadlock->opposite ? items : 0) + (SIDES * items - deadlock->turns);
    atomic_store(&deadlock->given_way, 0);
    deadlock->turns = 0;
}

const struct workload workload_sync_deadlock = {
    .family = "sync",
    .name = "deadlock",
    .summary =
        "two workers take two locks, in one order or in two; value: deadlocks, each detected and resolved",
    .value_unit = "deadlocks",
    .params = params,
    .needs = MODEL_CONCURRENT,
    .together = true,
    .latency = true,
    .roles = roles,
    .prepare = prepare,
    .task = task,
    .account = account,
};
