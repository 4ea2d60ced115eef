/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { LINE_BYTES = 64, CHUNK_BYTES = 1 << 20 };

/* What is told here is private: what a process allocates after a fork is no concern of the others. */
struct chunk {
    struct chunk *next;
    char *memory;
    size_t size_bytes, used_bytes;
};

struct arena {
    struct chunk *chunks; /* the last one first */
    bool fresh;           /* the last one is not ours to fill */
};

static size_t round_up(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

static int add_chunk(struct arena *arena, size_t bytes)
{
    size_t size = bytes > CHUNK_BYTES ? round_up(bytes, CHUNK_BYTES) : CHUNK_BYTES;
    struct chunk *chunk = malloc(sizeof *chunk);
    void *memory = chunk && size >= bytes ? mmap(NULL, size, PROT_READ | PROT_WRITE,
                                                 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                                          : MAP_FAILED;
    if (memory == MAP_FAILED) {
        free(chunk);
        return -1;
    }
    *chunk = (struct chunk){.next = arena->chunks, .memory = memory, .size_bytes = size};
    arena->chunks = chunk;
    arena->fresh = false;
    return 0;
}

struct arena *arena_create(void)
{
    return calloc(1, sizeof(struct arena));
}

void arena_destroy(struct arena *arena)
{
    for (struct chunk *chunk = arena ? arena->chunks : NULL, *next; chunk; chunk = next) {
        next = chunk->next;
        munmap(chunk->memory, chunk->size_bytes);
        free(chunk);
    }
    free(arena);
}

void *arena_allocate(struct arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        return NULL;
    bytes = round_up(bytes, LINE_BYTES);
    struct chunk *chunk = arena->chunks;
    if (!chunk || arena->fresh || bytes > chunk->size_bytes - chunk->used_bytes) {
        if (add_chunk(arena, bytes))
            return NULL;
        chunk = arena->chunks;
    }
    void *memory = chunk->memory + chunk->used_bytes;
    chunk->used_bytes += bytes;
    return memory;
}

void arena_renew(struct arena *arena)
{
    arena->fresh = true;
}
