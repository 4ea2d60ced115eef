/* SPDX-License-Identifier: MIT */
/* One task wakes all others, again and again: it announces a number, on which each of the others sleeps and
 * which it notes, and the last of them wakes the one. An item is such a round. With a condition variable a
 * mutex guards the number; an event, as Python's, is set, waited for and cleared, and is a futex here. */
#include <limits.h>
#include <stdalign.h>
#include <stdatomic.h>

#include "lock.h"
#include "workload.h"

static const struct workload_param params[] = {
    {.key = "via",
     .value_default = "condition",
     .summary = "what tasks sleep on: condition variables with a mutex, or events",
     .choices = "condition|event"},
    {.key = "waiters", .value_default = "4", .summary = "tasks that are woken"},
    {0},
};

enum event_state { CLEAR, SET, SLEPT_ON /* clear, and setting it has to wake */ };

struct event {
    alignas(64) _Atomic uint32_t state;
};

struct signal {
    struct run *run;
    const struct way *way;
    uint32_t waiters;
    alignas(64) uint64_t announced;
    _Atomic uint64_t wake_ups; /* all waiters together */
    _Atomic uint32_t unwoken;  /* waiters that have not answered to what is announced */
    alignas(64) pthread_mutex_t mutex;
    pthread_cond_t on_announced, on_answered;
    struct event go[2]; /* in turn: else who is quick could be let through twice */
    struct event answered;
};

struct way {
    const char *name;
    int (*init)(struct run *run, struct signal *signal); /* NULL: nothing to make */
    void (*announce)(struct signal *signal, uint64_t number);
    uint64_t (*await_announced)(struct signal *signal, uint64_t number);
    void (*answer)(struct signal *signal, uint64_t number);
    void (*await_answered)(struct signal *signal);
};

/* Condition variables */

static int init_condition(struct run *run, struct signal *signal)
{
    return lock_init_mutex(run, &signal->mutex) || lock_init_condition(run, &signal->on_announced) ||
                   lock_init_condition(run, &signal->on_answered)
               ? -1
               : 0;
}

static void announce_condition(struct signal *signal, uint64_t number)
{
    pthread_mutex_lock(&signal->mutex);
    signal->announced = number;
    atomic_store(&signal->unwoken, signal->waiters);
    pthread_mutex_unlock(&signal->mutex);
    pthread_cond_broadcast(&signal->on_announced);
}

static uint64_t await_announced_condition(struct signal *signal, uint64_t number)
{
    pthread_mutex_lock(&signal->mutex);
    while (signal->announced < number)
        pthread_cond_wait(&signal->on_announced, &signal->mutex);
    uint64_t announced = signal->announced;
    pthread_mutex_unlock(&signal->mutex);
    return announced;
}

static void answer_condition(struct signal *signal, uint64_t number)
{
    (void)number;
    pthread_mutex_lock(&signal->mutex);
    atomic_fetch_add(&signal->wake_ups, 1);
    bool last = atomic_fetch_sub(&signal->unwoken, 1) == 1;
    pthread_mutex_unlock(&signal->mutex);
    if (last)
        pthread_cond_signal(&signal->on_answered);
}

static void await_answered_condition(struct signal *signal)
{
    pthread_mutex_lock(&signal->mutex);
    while (atomic_load(&signal->unwoken) > 0)
        pthread_cond_wait(&signal->on_answered, &signal->mutex);
    pthread_mutex_unlock(&signal->mutex);
}

/* Events */

static void event_set(struct run *run, struct event *event)
{
    if (atomic_exchange(&event->state, SET) == SLEPT_ON)
        run_wake_word(run, &event->state, INT_MAX);
}

static void event_wait(struct run *run, struct event *event)
{
    for (uint32_t state; (state = atomic_load(&event->state)) != SET;)
        if (state == SLEPT_ON || atomic_compare_exchange_strong(&event->state, &state, SLEPT_ON))
            run_wait_word(run, &event->state, SLEPT_ON);
}

static void event_clear(struct event *event)
{
    atomic_store(&event->state, CLEAR);
}

static void announce_event(struct signal *signal, uint64_t number)
{
    signal->announced = number;
    atomic_store(&signal->unwoken, signal->waiters);
    event_set(signal->run, &signal->go[number % 2]);
}

static uint64_t await_announced_event(struct signal *signal, uint64_t number)
{
    event_wait(signal->run, &signal->go[number % 2]);
    return signal->announced;
}

static void answer_event(struct signal *signal, uint64_t number)
{
    atomic_fetch_add(&signal->wake_ups, 1);
    if (atomic_fetch_sub(&signal->unwoken, 1) > 1)
        return;
    event_clear(&signal->go[number % 2]);
    event_set(signal->run, &signal->answered);
}

static void await_answered_event(struct signal *signal)
{
    event_wait(signal->run, &signal->answered);
    event_clear(&signal->answered);
}

static const struct way ways[] = {
    {"condition", init_condition, announce_condition, await_announced_condition, answer_condition,
     await_answered_condition},
    {"event", NULL, announce_event, await_announced_event, answer_event, await_answered_event},
};

static int prepare(struct run *run)
{
    struct signal *signal = run_allocate(run, sizeof *signal);
    if (!signal)
        return -1;
    run_set_data(run, signal);
    signal->run = run;
    signal->waiters = (uint32_t)run_key_number(run, "waiters");
    signal->way = ways;
    while (!run_key_is(run, "via", signal->way->name))
        signal->way++;
    return signal->way->init ? signal->way->init(run, signal) : 0;
}

static uint64_t wake(struct signal *signal, uint64_t items)
{
    for (uint64_t number = 1; number <= items; number++) {
        signal->way->announce(signal, number);
        signal->way->await_answered(signal);
    }
    return atomic_load(&signal->wake_ups);
}

static uint64_t be_woken(struct signal *signal, uint64_t items)
{
    uint64_t sum = 0;
    for (uint64_t number = 1; number <= items; number++) {
        sum += signal->way->await_announced(signal, number);
        signal->way->answer(signal, number);
    }
    return sum;
}

static uint64_t task(struct run *run, const struct task *task)
{
    run_arrive(run);
    return task->index == 0 ? wake(run_data(run), run_items(run)) : be_woken(run_data(run), run_items(run));
}

static unsigned roles(const struct cell *cell)
{
    return 1 + (unsigned)workload_key_number(cell, "waiters");
}

/* What the waiters have noted, and how often one was woken. Also makes ready for the next round. */
static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct signal *signal = run_data(run);
    account->checksum = signal->waiters * workload_sum_of_indices(items) + signal->waiters * items;
    signal->announced = 0;
    atomic_store(&signal->wake_ups, 0);
}

const struct workload workload_sync_signal = {
    .family = "sync",
    .name = "signal",
    .summary = "one task wakes all others, and the last of them wakes it",
    .item = "round",
    .params = params,
    .needs = MODEL_CONCURRENT,
    .together = true,
    .roles = roles,
    .prepare = prepare,
    .task = task,
    .account = account,
};
