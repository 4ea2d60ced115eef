/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <sys/mman.h>

struct arena {
    size_t size_bytes, used_bytes;
};

enum { LINE_BYTES = 64 };

static size_t round_up(size_t bytes)
{
    return (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
}

struct arena *arena_create(size_t size_bytes)
{
    struct arena *arena =
        mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (arena == MAP_FAILED)
        return NULL;
    arena->size_bytes = size_bytes;
    arena->used_bytes = round_up(sizeof *arena);
    return arena;
}

void arena_destroy(struct arena *arena)
{
    if (arena)
        munmap(arena, arena->size_bytes);
}

void *arena_allocate(struct arena *arena, size_t bytes)
{
    if (bytes > arena->size_bytes - arena->used_bytes ||
        round_up(bytes) > arena->size_bytes - arena->used_bytes)
        return NULL;
    void *memory = (char *)arena + arena->used_bytes;
    arena->used_bytes += round_up(bytes);
    return memory;
}
