/* SPDX-License-Identifier: MIT */
/* One data set, processed in chunks: a task sums the squares of the words of its chunk. After the last chunk
 * the first one comes again. */
#include "error.h"
#include "resource_limits.h"
#include "sums.h"
#include "work.h"
#include "workload.h"

enum { WORDS_PER_KIB = 1024 / sizeof(uint64_t), KIB_PER_MIB = 1024 };
#define STRIDE UINT64_C(0x9e3779b97f4a7c15)

static const struct workload_param params[] = {
    {.key = "chunk-kib", .value_default = "64", .summary = "a task's part of it in KiB, some 0.2 us each"},
    {.key = "mib", .value_default = "4", .summary = "size of the data set in MiB"},
    {0},
};

struct chunks {
    uint64_t word_count, words_per_chunk, chunk_count; /* the last chunk may be shorter */
    uint64_t words[];                                  /* word i is i * STRIDE */
};

static int possible(const struct cell *cell, unsigned workers, unsigned in_flight, struct error *error)
{
    uint64_t mib = workload_key_number(cell, "mib"), kib = workload_key_number(cell, "chunk-kib");
    (void)workers;
    (void)in_flight;
    if (kib > mib * KIB_PER_MIB)
        return error_set(error,
                         "chunk-kib:%llu is more than the data set of mib:%llu; take a smaller chunk-kib",
                         (unsigned long long)kib, (unsigned long long)mib);
    return limits_check_memory(1, mib * KIB_PER_MIB * 1024, error);
}

static int prepare(struct run *run)
{
    uint64_t word_count = run_key_number(run, "mib") * KIB_PER_MIB * WORDS_PER_KIB;
    struct chunks *chunks = run_allocate(run, sizeof *chunks + word_count * sizeof chunks->words[0]);
    if (!chunks)
        return -1;
    chunks->word_count = word_count;
    chunks->words_per_chunk = run_key_number(run, "chunk-kib") * WORDS_PER_KIB;
    chunks->chunk_count = (word_count + chunks->words_per_chunk - 1) / chunks->words_per_chunk;
    for (uint64_t i = 0; i < word_count; i++)
        chunks->words[i] = i * STRIDE;
    run_set_data(run, chunks);
    return 0;
}

static void settle(struct run *run, unsigned worker)
{
    const struct chunks *chunks = run_data(run);
    (void)worker;
    work_map_pages(chunks->words, chunks->word_count * sizeof chunks->words[0]);
}

/* Where a data set ends that has so many chunks. */
static uint64_t words_in(const struct chunks *chunks, uint64_t count)
{
    return count < chunks->chunk_count ? count * chunks->words_per_chunk : chunks->word_count;
}

/* Each square waits for the one before it, as in cpu/sum-squares. */
static uint64_t task(struct run *run, const struct task *task)
{
    const struct chunks *chunks = run_data(run);
    uint64_t chunk = task->index % chunks->chunk_count, sum = 0, one = 1;
    __asm__ volatile("" : "+r"(one));
    for (uint64_t i = words_in(chunks, chunk), end = words_in(chunks, chunk + 1); i < end; i++)
        sum = sum * one + chunks->words[i] * chunks->words[i];
    return sum;
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    const struct chunks *chunks = run_data(run);
    uint64_t whole = items / chunks->chunk_count, rest = words_in(chunks, items % chunks->chunk_count);
    account->checksum =
        STRIDE * STRIDE * (whole * sum_of_squares_below(chunks->word_count) + sum_of_squares_below(rest));
}

const struct workload workload_cpu_chunks = {
    .family = "cpu",
    .name = "chunks",
    .summary = "one data set processed chunk by chunk",
    .item = "chunk",
    .params = params,
    .computes = true,
    .possible = possible,
    .prepare = prepare,
    .settle = settle,
    .task = task,
    .account = account,
};
