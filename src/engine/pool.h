/* SPDX-License-Identifier: MIT */
/* A pool of threads as a program uses one: tasks one by one, with a callback each, or a map over indices.
 * They come through the bounded queue that the measured pools have too; idle workers sleep. (Those pools are
 * apart because their workers are processes as well, may die, and tell when they are ready.) */
#ifndef CROSSPOINT_POOL_H
#define CROSSPOINT_POOL_H

#include <stddef.h>

#include "error.h"

struct pool;

/* 0, or what went wrong: an errno, or a code of one's own. */
typedef int pool_function(void *argument);
typedef int pool_index_function(void *context, size_t index);

/* In the worker, straight after the task. */
typedef void pool_done(void *argument);
typedef void pool_problem(void *argument, int problem);

/* Both at least 1. The capacity, how many tasks may wait, is rounded up to a power of two, at least 32.
 * NULL: see error. */
struct pool *pool_create(unsigned workers, size_t capacity, struct error *error);

/* Either callback may be NULL. Blocks while the queue is full; not so in a task of the pool, which may be
 * what would make room: there what finds none waits with its worker. -1 and errno: ESHUTDOWN the pool is
 * closed, ENOMEM. */
int pool_submit(struct pool *pool, pool_function *function, void *argument, pool_done *on_done,
                pool_problem *on_error);

/* Calls function for each index from 0 to count - 1, `chunk` after one another in one worker (0: four chunks
 * a worker), and returns when all are done: 0, or the problem of the lowest index that had one; or ENOMEM,
 * and nothing was done. The caller works too, so that a map within a task, or one that finds the queue full,
 * goes on. */
int pool_map(struct pool *pool, pool_index_function *function, void *context, size_t count, size_t chunk);

/* Nothing more can be submitted; what was is still done. */
void pool_close(struct pool *pool);

/* Closes, waits until all is done and frees the pool. Not from a task. NULL is allowed. */
void pool_join(struct pool *pool);

#endif
