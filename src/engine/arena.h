/* SPDX-License-Identifier: MIT */
/* One shared anonymous mapping: all that workers share, whether they are threads or processes. Allocation
 * only grows and happens before workers start. The kernel frees it with the last process; no name, so nothing
 * can leak. */
#ifndef CROSSPOINT_ARENA_H
#define CROSSPOINT_ARENA_H

#include <stddef.h>

struct arena;

/* size_bytes is address space; pages cost memory when touched. NULL: out of memory. */
struct arena *arena_create(size_t size_bytes);
void arena_destroy(struct arena *arena); /* NULL is allowed */

/* Zeroed, aligned to 64 bytes (a cache line). NULL when the arena is full. */
void *arena_allocate(struct arena *arena, size_t bytes);

#endif
