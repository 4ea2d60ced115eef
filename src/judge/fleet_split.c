/* SPDX-License-Identifier: MIT */
#include "fleet_split.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "array.h"
#include "fisher.h"
#include "sample.h"

/* Which parts were tried, by a hash of who is where. */
struct tried {
    uint64_t *hashes;
    size_t count;
};

static int note(struct tried *tried, uint64_t hash, bool *is_new)
{
    *is_new = false;
    for (size_t i = 0; i < tried->count; i++)
        if (tried->hashes[i] == hash)
            return 0;
    uint64_t *grown = array_room(tried->hashes, tried->count, sizeof *grown);
    if (!grown)
        return -1;
    tried->hashes = grown;
    tried->hashes[tried->count++] = hash;
    *is_new = true;
    return 0;
}

/* A part and its complement are one split: the first machine that counts is always on the same side. FNV-1a.
 */
static uint64_t part(const double *values, size_t machines, const enum fleet_word *words,
                     struct fleet_split *split)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    int first = -1;
    split->holds = split->count = split->holds_below = split->count_below = 0;
    for (size_t i = 0; i < machines; i++) {
        bool above = values[i] >= split->threshold, holds = words[i] == FLEET_HOLDS;
        bool counts = words[i] != FLEET_OPEN && !isnan(values[i]);
        if (counts && first < 0)
            first = above;
        hash = (hash ^ (counts ? 1U + (above == (first > 0)) : 0U)) * UINT64_C(1099511628211);
        if (!counts)
            continue;
        *(above ? &split->count : &split->count_below) += 1;
        *(above ? &split->holds : &split->holds_below) += holds;
    }
    return hash;
}

static int try_thresholds(const double *values, size_t machines, const enum fleet_word *words,
                          const struct fleet_split *begin, struct tried *tried, struct fleet_split *best)
{
    size_t count = 0;
    double *sorted = malloc((machines + 1) * sizeof *sorted);
    if (!sorted)
        return -1;
    for (size_t i = 0; i < machines; i++)
        if (words[i] != FLEET_OPEN && !isnan(values[i]))
            sorted[count++] = values[i];
    qsort(sorted, count, sizeof *sorted, sample_compare);
    int result = 0;
    for (size_t i = 1; i < count && !result; i++) {
        struct fleet_split split = *begin;
        bool is_new;
        if (!(sorted[i] > sorted[i - 1]))
            continue;
        split.threshold = sorted[i];
        result = note(tried, part(values, machines, words, &split), &is_new);
        if (result || !is_new)
            continue;
        split.p = fisher_exact(split.holds, split.count, split.holds_below, split.count_below);
        if (split.p < best->p)
            *best = split;
    }
    free(sorted);
    return result;
}

int fleet_split_find(const double *values, size_t properties, size_t machines, const enum fleet_word *words,
                     struct fleet_split *split)
{
    struct tried tried = {.hashes = NULL};
    int result = 0;
    *split = (struct fleet_split){.p = 2};
    for (size_t i = 0; i < properties && !result; i++) {
        const struct fleet_split begin = {.property = i};
        result = try_thresholds(values + i * machines, machines, words, &begin, &tried, split);
    }
    split->tried = tried.count;
    split->p = tried.count ? fmin(1, split->p * (double)tried.count) : 1;
    free(tried.hashes);
    return result;
}
