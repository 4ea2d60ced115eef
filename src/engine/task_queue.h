/* SPDX-License-Identifier: MIT */
/* Bounded queue of task indices in shared memory, for any number of producers and consumers, threads or
 * processes: the same code for both pools. A ring of slots with sequence numbers (Vyukov's bounded MPMC
 * queue, 2010); whoever finds it empty or full spins a little if told to, then sleeps on a futex. */
#ifndef CROSSPOINT_TASK_QUEUE_H
#define CROSSPOINT_TASK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

enum { TASK_QUEUE_BATCH_MAX = 16 };

struct task_queue;

struct task_queue_options {
    size_t capacity;      /* tasks; a power of two, at least 2 * TASK_QUEUE_BATCH_MAX */
    unsigned consumers;   /* how many share it: sets how much one may take at once */
    bool one_by_one;      /* never more than one at once: each task matters by itself */
    bool private;         /* all users are threads of one process */
    unsigned spin_rounds; /* of task_queue_spin_pop; 0 where consumers outnumber processing units */
};

/* Lives in the arena; nothing to free. NULL when the arena is full. */
struct task_queue *task_queue_create(struct arena *arena, const struct task_queue_options *options);

/* Puts the indices first .. first + count - 1; sleeps while there is no room. */
void task_queue_push(struct task_queue *queue, uint64_t first, uint64_t count);

/* Takes up to TASK_QUEUE_BATCH_MAX tasks, in the order they were put: one at a time when few are left or
 * tasks are scarce, more while many wait (guided self-scheduling; Polychronopoulos & Kuck 1987). Returns how
 * many; 0 if the queue is empty now. */
size_t task_queue_try_pop(struct task_queue *queue, uint64_t tasks[TASK_QUEUE_BATCH_MAX]);

/* The same, but tries again for spin_rounds before it gives up. */
size_t task_queue_spin_pop(struct task_queue *queue, uint64_t tasks[TASK_QUEUE_BATCH_MAX]);

/* The same, but sleeps until there is at least one. */
size_t task_queue_pop(struct task_queue *queue, uint64_t tasks[TASK_QUEUE_BATCH_MAX]);

#endif
