/* SPDX-License-Identifier: MIT */
/* Bounded queue of tasks in shared memory, for any number of producers and consumers, threads or
 * processes: the same code for both pools. A ring of slots with sequence numbers (Vyukov's bounded MPMC
 * queue, 2010); whoever finds it empty or full spins a little if told to, then sleeps on a futex. A task is
 * an index, or as many words as the queue was made for. */
#ifndef CROSSPOINT_TASK_QUEUE_H
#define CROSSPOINT_TASK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

enum {
    TASK_QUEUE_BATCH_MAX = 16,
    TASK_QUEUE_SPIN_ROUNDS = 300, /* some 20 us: less than a wake-up across processing units costs */
};

struct task_queue;

struct task_queue_options {
    size_t capacity;      /* tasks; a power of two, at least 2 * TASK_QUEUE_BATCH_MAX */
    unsigned words;       /* of a task; 0: 1, an index */
    unsigned consumers;   /* how many share it: sets how much one may take at once */
    bool one_by_one;      /* never more than one at once: each task matters by itself */
    bool private;         /* all users are threads of one process */
    unsigned spin_rounds; /* of task_queue_spin_pop; 0 where consumers outnumber processing units */
    unsigned units; /* consumers beyond so many take part only while the others do not keep up; 0: all do */
};

/* Lives in the arena; nothing to free. NULL when the arena is full. */
struct task_queue *task_queue_create(struct arena *arena, const struct task_queue_options *options);

/* Puts the indices first .. first + count - 1, and wakes as many consumers at once; sleeps while there is no
 * room. -1: the queue is closed. */
int task_queue_push(struct task_queue *queue, uint64_t first, uint64_t count);

/* The same for one task of all its words; wakes nobody while a consumer is about to look, which wakes the
 * next if there is more for it: for a stream of tasks, each of which may be short. */
int task_queue_put(struct task_queue *queue, const uint64_t *task);

/* The same, but false instead of sleep or error. */
bool task_queue_try_put(struct task_queue *queue, const uint64_t *task);

/* Takes up to TASK_QUEUE_BATCH_MAX tasks, in the order they were put: one at a time when few are left or
 * tasks are scarce, more while many wait (guided self-scheduling; Polychronopoulos & Kuck 1987). `tasks` has
 * room for as many, one after the other. Returns how many; 0 if the queue is empty now. */
size_t task_queue_try_pop(struct task_queue *queue, uint64_t *tasks);

/* The same, but tries again for spin_rounds before it gives up, unless another consumer does so already. */
size_t task_queue_spin_pop(struct task_queue *queue, uint64_t *tasks);

/* The same, but sleeps until there is at least one. 0: the queue is closed and empty. */
size_t task_queue_pop(struct task_queue *queue, uint64_t *tasks);

/* Nothing more can be put; what was is still taken, then each consumer gets 0. */
void task_queue_close(struct task_queue *queue);
bool task_queue_is_closed(const struct task_queue *queue);

#endif
