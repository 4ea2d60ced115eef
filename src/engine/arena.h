/* SPDX-License-Identifier: MIT */
/* Shared anonymous mappings: all that workers share, whether they are threads or processes. Allocation only
 * grows, by as much address space as it takes, and happens before the workers that use it start. The kernel
 * frees it with the last process; no name, so nothing can leak. */
#ifndef CROSSPOINT_ARENA_H
#define CROSSPOINT_ARENA_H

#include <stddef.h>

struct arena;

/* NULL: out of memory. */
struct arena *arena_create(void);
void arena_destroy(struct arena *arena); /* NULL is allowed */

/* Zeroed, aligned to 64 bytes (a cache line). NULL: out of memory, or of address space. */
void *arena_allocate(struct arena *arena, size_t bytes);

/* In a forked process that allocates for itself: what the parent's mapping has left is of the next one too.
 */
void arena_renew(struct arena *arena);

#endif
