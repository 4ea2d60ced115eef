/* SPDX-License-Identifier: MIT */
/* Producers and consumers with a bounded queue between them: a ring under a mutex, with a condition for those
 * who wait for room and one for those who wait for a message, as the queues of threading libraries are made.
 * A producer puts `burst` messages, then works for all of them; a consumer works for each. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "lock.h"
#include "work.h"
#include "workload.h"

static const struct workload_param params[] = {
    {.key = "burst", .value_default = "1", .summary = "messages that a producer puts at a time"},
    {.key = "capacity", .value_default = "64", .summary = "messages that the queue holds"},
    {.key = "consumers", .value_default = "1", .summary = "workers that take messages"},
    {.key = "end",
     .value_default = "sentinel",
     .summary = "what ends the consumers: one last message that each puts back, or a count of open messages",
     .choices = "sentinel|join"},
    {.key = "order",
     .value_default = "fifo",
     .summary = "which message is taken first",
     .choices = "fifo|lifo"},
    {.key = "producers", .value_default = "1", .summary = "workers that put messages"},
    {.key = "timeout-ms",
     .value_default = "0",
     .summary = "a put or get that waits longer gives up, is counted, and tries again; 0: never",
     .zero = true},
    {.key = "work", .value_default = "0", .summary = "steps of work a message, on each side", .zero = true},
    {0},
};

enum { SENTINEL = 0 }; /* messages count from 1 */

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t room, message, joined;
    uint64_t capacity, burst, work, timeout_ms;
    unsigned producers, consumers;
    bool lifo, join;
    unsigned producing;          /* producers that still put */
    uint64_t first, count, open; /* of the ring; messages that no consumer is done with */
    bool closed;                 /* join: no message will come */
    _Atomic uint64_t timeouts;
    uint64_t messages[]; /* capacity, and one for the sentinel */
};

static int init_lock(struct run *run, struct queue *queue)
{
    return lock_init_mutex(run, &queue->mutex) || lock_init_condition(run, &queue->room) ||
                   lock_init_condition(run, &queue->message) || lock_init_condition(run, &queue->joined)
               ? -1
               : 0;
}

static int prepare(struct run *run)
{
    uint64_t capacity = run_key_number(run, "capacity");
    struct queue *queue = run_allocate(run, sizeof *queue + (capacity + 1) * sizeof queue->messages[0]);
    run_set_data(run, queue);
    if (!queue)
        return -1;
    queue->capacity = capacity;
    queue->burst = run_key_number(run, "burst");
    queue->work = run_key_number(run, "work");
    queue->timeout_ms = run_key_number(run, "timeout-ms");
    queue->producers = (unsigned)run_key_number(run, "producers");
    queue->consumers = (unsigned)run_key_number(run, "consumers");
    queue->lifo = run_key_is(run, "order", "lifo");
    queue->join = run_key_is(run, "end", "join");
    queue->producing = queue->producers;
    return init_lock(run, queue);
}

/* With the mutex held. One time limit after another: each is counted. */
static void wait_on(struct queue *queue, pthread_cond_t *condition)
{
    if (queue->timeout_ms == 0) {
        pthread_cond_wait(condition, &queue->mutex);
        return;
    }
    struct timespec limit = lock_limit(CLOCK_MONOTONIC, queue->timeout_ms);
    if (pthread_cond_timedwait(condition, &queue->mutex, &limit) == ETIMEDOUT)
        atomic_fetch_add(&queue->timeouts, 1);
}

static uint64_t *slot(struct queue *queue, uint64_t index)
{
    return &queue->messages[(queue->first + index) % (queue->capacity + 1)];
}

static void put(struct queue *queue, uint64_t message)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->count >= queue->capacity)
        wait_on(queue, &queue->room);
    *slot(queue, queue->count++) = message;
    queue->open++;
    pthread_mutex_unlock(&queue->mutex);
    pthread_cond_signal(&queue->message);
}

/* Has a place of its own: behind all others, or below them. */
static void put_sentinel(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    if (queue->lifo)
        queue->first = (queue->first + queue->capacity) % (queue->capacity + 1); /* one back */
    *slot(queue, queue->lifo ? 0 : queue->count) = SENTINEL;
    queue->count++;
    pthread_mutex_unlock(&queue->mutex);
    pthread_cond_signal(&queue->message);
}

static uint64_t get(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->count == 0 && !queue->closed)
        wait_on(queue, &queue->message);
    uint64_t message = SENTINEL;
    if (queue->count > 0) {
        message = *slot(queue, queue->lifo ? queue->count - 1 : 0);
        queue->count--;
        queue->first = queue->lifo ? queue->first : (queue->first + 1) % (queue->capacity + 1);
    }
    pthread_mutex_unlock(&queue->mutex);
    pthread_cond_signal(&queue->room);
    return message;
}

static void task_done(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    bool last = --queue->open == 0;
    pthread_mutex_unlock(&queue->mutex);
    if (last)
        pthread_cond_broadcast(&queue->joined);
}

/* The last producer: waits until every message has been dealt with, and sends the consumers home. */
static void join_and_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->open > 0)
        pthread_cond_wait(&queue->joined, &queue->mutex);
    queue->closed = true;
    pthread_mutex_unlock(&queue->mutex);
    pthread_cond_broadcast(&queue->message);
}

static void produce(struct queue *queue, unsigned producer, uint64_t items)
{
    uint64_t first = items * producer / queue->producers, end = items * (producer + 1) / queue->producers;
    for (uint64_t message = first; message < end;) {
        uint64_t burst_end = end - message < queue->burst ? end : message + queue->burst, begun = message;
        while (message < burst_end)
            put(queue, ++message);
        work_steps((burst_end - begun) * queue->work, message);
    }
    pthread_mutex_lock(&queue->mutex);
    bool last = --queue->producing == 0;
    pthread_mutex_unlock(&queue->mutex);
    if (last && queue->join)
        join_and_close(queue);
    else if (last)
        put_sentinel(queue);
}

static uint64_t consume(struct queue *queue)
{
    uint64_t sum = 0, message;
    while ((message = get(queue)) != SENTINEL) {
        work_steps(queue->work, message);
        sum += message;
        if (queue->join)
            task_done(queue);
    }
    if (!queue->join)
        put_sentinel(queue);
    return sum;
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct queue *queue = run_data(run);
    run_arrive(run);
    if (task->index >= queue->producers)
        return consume(queue);
    produce(queue, (unsigned)task->index, run_items(run));
    return 0;
}

static unsigned roles(const struct cell *cell)
{
    return (unsigned)(workload_key_number(cell, "producers") + workload_key_number(cell, "consumers"));
}

/* Also makes the queue ready for the next round. */
static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct queue *queue = run_data(run);
    account->checksum = workload_sum_of_indices(items);
    account->value = (double)atomic_exchange(&queue->timeouts, 0);
    queue->producing = queue->producers;
    queue->first = queue->count = queue->open = 0;
    queue->closed = false;
}

const struct workload workload_comm_queue = {
    .family = "comm",
    .name = "queue",
    .summary = "producers and consumers with a bounded queue between them; value: time limits that passed",
    .item = "message",
    .value_unit = "timeouts",
    .params = params,
    .needs = MODEL_CONCURRENT,
    .together = true,
    .roles = roles,
    .prepare = prepare,
    .task = task,
    .account = account,
};
