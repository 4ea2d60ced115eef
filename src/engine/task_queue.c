/* SPDX-License-Identifier: MIT */
#include "task_queue.h"

#include <stdalign.h>
#include <stdatomic.h>

#include "futex.h"

struct slot {
    _Atomic uint64_t sequence; /* position: free for it; position + 1: filled */
    uint64_t task;
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
    alignas(64) uint64_t mask;
    unsigned consumer_count, spin_rounds;
    bool private;
    struct slot *slots;
};

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

struct task_queue *task_queue_create(struct arena *arena, const struct task_queue_options *options)
{
    struct task_queue *queue = arena_allocate(arena, sizeof *queue);
    struct slot *slots = arena_allocate(arena, options->capacity * sizeof *slots);
    if (!queue || !slots)
        return NULL;
    queue->slots = slots;
    queue->mask = options->capacity - 1;
    /* With as many consumers as there can be tasks, each one's share is less than two. */
    queue->consumer_count = options->one_by_one  ? (unsigned)options->capacity
                            : options->consumers ? options->consumers
                                                 : 1;
    queue->spin_rounds = options->spin_rounds;
    queue->private = options->private;
    for (uint64_t i = 0; i < options->capacity; i++)
        atomic_init(&slots[i].sequence, i);
    return queue;
}

/* Reserves up to `count` free slots in one step; 0 if the ring is full. */
static uint64_t try_push(struct task_queue *queue, uint64_t first, uint64_t count)
{
    uint64_t tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);
    for (;;) {
        uint64_t free = 0;
        while (free < count && free <= queue->mask) {
            struct slot *slot = &queue->slots[(tail + free) & queue->mask];
            if (atomic_load(&slot->sequence) != tail + free)
                break;
            free++;
        }
        if (free == 0) {
            uint64_t now = atomic_load_explicit(&queue->tail, memory_order_relaxed);
            if (now == tail)
                return 0;
            tail = now;
            continue;
        }
        if (!atomic_compare_exchange_weak(&queue->tail, &tail, tail + free))
            continue;
        for (uint64_t i = 0; i < free; i++) {
            struct slot *slot = &queue->slots[(tail + i) & queue->mask];
            slot->task = first + i;
            publish(slot, tail + i + 1, i + 1 == free);
        }
        return free;
    }
}

void task_queue_push(struct task_queue *queue, uint64_t first, uint64_t count)
{
    while (count > 0) {
        uint64_t pushed = try_push(queue, first, count < TASK_QUEUE_BATCH_MAX ? count : TASK_QUEUE_BATCH_MAX);
        if (pushed == 0) {
            uint32_t epoch = atomic_load(&queue->producers.epoch);
            atomic_fetch_add(&queue->producers.tokens, 1);
            pushed = try_push(queue, first, 1);
            if (pushed == 0)
                futex_wait(&queue->producers.epoch, epoch, queue->private);
        }
        first += pushed;
        count -= pushed;
        for (uint64_t i = 0; i < pushed && atomic_load(&queue->consumers.tokens); i++)
            wake_one(queue, &queue->consumers);
    }
}

/* Producers are woken when half of the ring is free: one wake then serves many pushes. The head is read anew:
 * while the caller emptied its slots, others may have taken all that came after them and gone to sleep. */
static void wake_producer(struct task_queue *queue)
{
    if (atomic_load(&queue->producers.tokens) == 0)
        return;
    uint64_t head = atomic_load(&queue->head), tail = atomic_load(&queue->tail);
    if (tail - head <= (queue->mask + 1) / 2)
        wake_one(queue, &queue->producers);
}

size_t task_queue_try_pop(struct task_queue *queue, uint64_t tasks[TASK_QUEUE_BATCH_MAX])
{
    /* Acquired, so that the tail is never seen older than the head: their distance would be a huge share. */
    uint64_t head = atomic_load_explicit(&queue->head, memory_order_acquire);
    for (;;) {
        uint64_t waiting = atomic_load_explicit(&queue->tail, memory_order_relaxed) - head;
        uint64_t share = waiting / (2 * queue->consumer_count);
        uint64_t wanted = share < 1 ? 1 : share > TASK_QUEUE_BATCH_MAX ? TASK_QUEUE_BATCH_MAX : share;
        uint64_t filled = 0;
        while (filled < wanted) {
            struct slot *slot = &queue->slots[(head + filled) & queue->mask];
            if (atomic_load(&slot->sequence) != head + filled + 1)
                break;
            filled++;
        }
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
            struct slot *slot = &queue->slots[(head + i) & queue->mask];
            tasks[i] = slot->task;
            publish(slot, head + i + queue->mask + 1, i + 1 == filled);
        }
        wake_producer(queue);
        return filled;
    }
}

size_t task_queue_spin_pop(struct task_queue *queue, uint64_t tasks[TASK_QUEUE_BATCH_MAX])
{
    size_t count = task_queue_try_pop(queue, tasks);
    for (unsigned round = 0; count == 0 && round < queue->spin_rounds; round++) {
        pause_briefly();
        count = task_queue_try_pop(queue, tasks);
    }
    return count;
}

size_t task_queue_pop(struct task_queue *queue, uint64_t tasks[TASK_QUEUE_BATCH_MAX])
{
    for (;;) {
        uint32_t epoch = atomic_load(&queue->consumers.epoch);
        atomic_fetch_add(&queue->consumers.tokens, 1);
        size_t count = task_queue_try_pop(queue, tasks);
        if (count)
            return count;
        futex_wait(&queue->consumers.epoch, epoch, queue->private);
    }
}
