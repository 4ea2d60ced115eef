/* SPDX-License-Identifier: MIT */
#include "task_queue.h"

#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <time.h>

#include "futex.h"

enum { YIELD_EVERY = 50 /* rounds: who would put the next task may wait for this very processing unit */ };
#define CLOSED ((uint64_t)1 << 63) /* of the tail: one step settles what still came in */

struct slot {
    _Atomic uint64_t sequence; /* position: free for it; position + 1: filled */
    uint64_t words[];
};

/* A place to sleep. Sleepers leave a token and read the epoch; a waker takes a token, moves the epoch and
 * wakes one. A sleeper that changes its mind leaves its token behind, which costs one needless wake; there
 * are never fewer tokens than sleepers, so no wake is lost, and a waker makes no system call for those it has
 * woken already. */
struct sleepers {
    alignas(64) _Atomic uint32_t tokens;
    _Atomic uint32_t epoch;
};

struct task_queue {
    alignas(64) _Atomic uint64_t head; /* next to take */
    alignas(64) _Atomic uint64_t tail; /* next to fill */
    struct sleepers consumers, producers;
    /* A consumer has been woken, or spins, and has not looked yet: it will see what is put meanwhile, and
     * wake the next if there is more. So a stream of short tasks wakes no more consumers than it takes. */
    alignas(64) _Atomic uint32_t searching;
    _Atomic uint32_t asleep;      /* consumers, or nearly so */
    _Atomic uint32_t standing_by; /* a consumer is awake that leaves short tasks to the others */
    alignas(64) uint64_t mask;
    unsigned words, consumer_count, spin_rounds, units;
    bool one_by_one, private;
    uint64_t *slots;
};

static inline struct slot *slot_at(const struct task_queue *queue, uint64_t position)
{
    return (struct slot *)(queue->slots + (position & queue->mask) * (1 + queue->words));
}

static inline void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* The last slot of a batch is stored, and tokens and sequences are loaded, in the one total order of
 * sequentially consistent operations: either the waker sees the sleeper's token or the sleeper's last look
 * sees the slot. */
static inline void publish(struct slot *slot, uint64_t sequence, bool last)
{
    if (last)
        atomic_store(&slot->sequence, sequence);
    else
        atomic_store_explicit(&slot->sequence, sequence, memory_order_release);
}

static void wake_one(struct task_queue *queue, struct sleepers *sleepers)
{
    uint32_t tokens = atomic_load_explicit(&sleepers->tokens, memory_order_relaxed);
    while (tokens > 0)
        if (atomic_compare_exchange_weak(&sleepers->tokens, &tokens, tokens - 1)) {
            atomic_fetch_add(&sleepers->epoch, 1);
            futex_wake(&sleepers->epoch, 1, queue->private);
            return;
        }
}

static void wake_all(struct task_queue *queue, struct sleepers *sleepers)
{
    atomic_store(&sleepers->tokens, 0);
    atomic_fetch_add(&sleepers->epoch, 1);
    futex_wake(&sleepers->epoch, INT_MAX, queue->private);
}

/* So many consumers or more are awake. (Tokens tell no such thing: some are of those that changed their
 * mind.) */
static bool are_awake(const struct task_queue *queue, unsigned consumers)
{
    return atomic_load(&queue->asleep) + (uint64_t)consumers <= queue->consumer_count;
}

/* A consumer clears `searching` before it looks for the last time, so whoever finds it set is seen. Who
 * stands by looks again in a while, whoever has gone to sleep meanwhile. */
static void wake_consumer(struct task_queue *queue)
{
    if (atomic_load(&queue->consumers.tokens) == 0 || atomic_load(&queue->searching))
        return;
    if (queue->units && atomic_load(&queue->standing_by) && are_awake(queue, queue->units + 1))
        return;
    if (!atomic_exchange(&queue->searching, 1))
        wake_one(queue, &queue->consumers);
}

struct task_queue *task_queue_create(struct arena *arena, const struct task_queue_options *options)
{
    unsigned words = options->words ? options->words : 1;
    size_t slot_bytes = (1 + words) * sizeof(uint64_t);
    if (options->capacity > SIZE_MAX / slot_bytes)
        return NULL;
    struct task_queue *queue = arena_allocate(arena, sizeof *queue);
    uint64_t *slots = arena_allocate(arena, options->capacity * slot_bytes);
    if (!queue || !slots)
        return NULL;
    queue->slots = slots;
    queue->words = words;
    queue->mask = options->capacity - 1;
    queue->consumer_count = options->consumers ? options->consumers : 1;
    queue->one_by_one = options->one_by_one;
    queue->spin_rounds = options->spin_rounds;
    queue->units = options->units;
    queue->private = options->private;
    for (uint64_t i = 0; i < options->capacity; i++)
        atomic_init(&slot_at(queue, i)->sequence, i);
    return queue;
}

/* Reserves up to `count` free slots from *tail on, in one step; 0 if the ring is full or closed. */
static uint64_t reserve(struct task_queue *queue, uint64_t count, uint64_t *tail)
{
    *tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);
    for (;;) {
        uint64_t free = 0;
        while (free < count && free <= queue->mask && !(*tail & CLOSED)) {
            if (atomic_load(&slot_at(queue, *tail + free)->sequence) != *tail + free)
                break;
            free++;
        }
        if (free == 0) {
            uint64_t now = atomic_load_explicit(&queue->tail, memory_order_relaxed);
            if (now == *tail)
                return 0;
            *tail = now;
            continue;
        }
        if (atomic_compare_exchange_weak(&queue->tail, tail, *tail + free))
            return free;
    }
}

static uint64_t try_push(struct task_queue *queue, uint64_t first, uint64_t count)
{
    uint64_t tail, free = reserve(queue, count < TASK_QUEUE_BATCH_MAX ? count : TASK_QUEUE_BATCH_MAX, &tail);
    for (uint64_t i = 0; i < free; i++) {
        struct slot *slot = slot_at(queue, tail + i);
        slot->words[0] = first + i;
        publish(slot, tail + i + 1, i + 1 == free);
    }
    for (uint64_t i = 0; i < free && atomic_load(&queue->consumers.tokens); i++)
        wake_one(queue, &queue->consumers);
    return free;
}

bool task_queue_try_put(struct task_queue *queue, const uint64_t *task)
{
    uint64_t tail;
    if (reserve(queue, 1, &tail) == 0)
        return false;
    struct slot *slot = slot_at(queue, tail);
    for (unsigned word = 0; word < queue->words; word++)
        slot->words[word] = task[word];
    publish(slot, tail + 1, true);
    wake_consumer(queue);
    return true;
}

bool task_queue_is_closed(const struct task_queue *queue)
{
    return atomic_load(&queue->tail) & CLOSED;
}

int task_queue_push(struct task_queue *queue, uint64_t first, uint64_t count)
{
    while (count > 0) {
        uint64_t pushed = try_push(queue, first, count);
        if (pushed == 0) {
            uint32_t epoch = atomic_load(&queue->producers.epoch);
            atomic_fetch_add(&queue->producers.tokens, 1);
            pushed = try_push(queue, first, 1);
            if (pushed == 0 && task_queue_is_closed(queue))
                return -1;
            if (pushed == 0)
                futex_wait(&queue->producers.epoch, epoch, queue->private);
        }
        first += pushed;
        count -= pushed;
    }
    return 0;
}

int task_queue_put(struct task_queue *queue, const uint64_t *task)
{
    while (!task_queue_try_put(queue, task)) {
        uint32_t epoch = atomic_load(&queue->producers.epoch);
        atomic_fetch_add(&queue->producers.tokens, 1);
        if (task_queue_try_put(queue, task))
            return 0;
        if (task_queue_is_closed(queue))
            return -1;
        futex_wait(&queue->producers.epoch, epoch, queue->private);
    }
    return 0;
}

/* Producers are woken when half of the ring is free: one wake then serves many pushes. The head is read anew:
 * while the caller emptied its slots, others may have taken all that came after them and gone to sleep. */
static void wake_producer(struct task_queue *queue)
{
    if (atomic_load(&queue->producers.tokens) == 0)
        return;
    uint64_t head = atomic_load(&queue->head), tail = atomic_load(&queue->tail) & ~CLOSED;
    if (tail - head <= (queue->mask + 1) / 2)
        wake_one(queue, &queue->producers);
}

/* How many of those waiting from `head` on one consumer may take. The line of the tail is left to the
 * producers where it is not needed. */
static uint64_t fair_share(struct task_queue *queue, uint64_t head)
{
    if (queue->one_by_one)
        return 1;
    uint64_t waiting = (atomic_load_explicit(&queue->tail, memory_order_relaxed) & ~CLOSED) - head;
    uint64_t share = waiting / (2 * queue->consumer_count);
    return share < 1 ? 1 : share > TASK_QUEUE_BATCH_MAX ? TASK_QUEUE_BATCH_MAX : share;
}

size_t task_queue_try_pop(struct task_queue *queue, uint64_t *tasks)
{
    /* Acquired, so that the tail is never seen older than the head: their distance would be a huge share. */
    uint64_t head = atomic_load_explicit(&queue->head, memory_order_acquire);
    for (;;) {
        uint64_t wanted = fair_share(queue, head), filled = 0;
        while (filled < wanted && atomic_load(&slot_at(queue, head + filled)->sequence) == head + filled + 1)
            filled++;
        if (filled == 0) {
            uint64_t now = atomic_load_explicit(&queue->head, memory_order_acquire);
            if (now == head)
                return 0;
            head = now;
            continue;
        }
        if (!atomic_compare_exchange_weak(&queue->head, &head, head + filled))
            continue;
        for (uint64_t i = 0; i < filled; i++) {
            struct slot *slot = slot_at(queue, head + i);
            for (unsigned word = 0; word < queue->words; word++)
                *tasks++ = slot->words[word];
            publish(slot, head + i + queue->mask + 1, i + 1 == filled);
        }
        wake_producer(queue);
        return filled;
    }
}

static bool has_tasks(const struct task_queue *queue)
{
    return (atomic_load(&queue->tail) & ~CLOSED) != atomic_load(&queue->head);
}

/* Of a consumer that has found something after a search: others are woken for what is left. */
static size_t end_search(struct task_queue *queue, size_t count)
{
    if (has_tasks(queue))
        wake_consumer(queue);
    return count;
}

size_t task_queue_spin_pop(struct task_queue *queue, uint64_t *tasks)
{
    size_t count = task_queue_try_pop(queue, tasks);
    if (count || queue->spin_rounds == 0 || atomic_exchange(&queue->searching, 1))
        return count;
    for (unsigned round = 1; count == 0 && round <= queue->spin_rounds; round++) {
        if (round % YIELD_EVERY == 0)
            sched_yield();
        else
            pause_briefly();
        count = task_queue_try_pop(queue, tasks);
    }
    atomic_store(&queue->searching, 0);
    return count ? end_search(queue, count) : 0;
}

/* More than a few tasks were taken since `head` was read, which is read anew. */
static bool has_advanced(const struct task_queue *queue, uint64_t *head)
{
    uint64_t before = *head;
    *head = atomic_load(&queue->head);
    return *head - before > TASK_QUEUE_BATCH_MAX;
}

/* Of one that was woken. Where as many as there are processing units are awake already, and take one short
 * task after the other, one more would only take processor time from them; but they may come to tasks that
 * wait, and then it must take part. Yielding takes no time where those others wait. */
static void stand_by(struct task_queue *queue)
{
    static const struct timespec a_while = {.tv_nsec = 1000000};
    uint64_t head = atomic_load(&queue->head);
    if (!are_awake(queue, queue->units + 1))
        return;
    sched_yield();
    while (has_advanced(queue, &head) && has_tasks(queue) && are_awake(queue, queue->units + 1)) {
        atomic_store(&queue->standing_by, 1);
        atomic_store(&queue->searching, 0);
        nanosleep(&a_while, NULL);
    }
    atomic_store(&queue->standing_by, 0);
}

size_t task_queue_pop(struct task_queue *queue, uint64_t *tasks)
{
    for (;;) {
        uint32_t epoch = atomic_load(&queue->consumers.epoch);
        atomic_fetch_add(&queue->consumers.tokens, 1);
        atomic_store(&queue->searching, 0);
        size_t count = task_queue_try_pop(queue, tasks);
        if (count)
            return end_search(queue, count);
        uint64_t tail = atomic_load(&queue->tail);
        if (tail & CLOSED && atomic_load(&queue->head) == (tail & ~CLOSED)) {
            wake_all(queue, &queue->consumers); /* who went to sleep while the last was being put */
            return 0;
        }
        atomic_fetch_add(&queue->asleep, 1);
        futex_wait(&queue->consumers.epoch, epoch, queue->private);
        atomic_fetch_sub(&queue->asleep, 1);
        if (queue->units)
            stand_by(queue);
    }
}

void task_queue_close(struct task_queue *queue)
{
    atomic_fetch_or(&queue->tail, CLOSED);
    wake_all(queue, &queue->producers);
    wake_all(queue, &queue->consumers);
}
