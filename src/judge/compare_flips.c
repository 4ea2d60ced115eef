/* SPDX-License-Identifier: MIT */
#include "compare_flips.h"

#include <stdlib.h>
#include <string.h>

int flip_direction(const char *from, const char *to)
{
    static const char holds[] = "holds", refuted[] = "does not hold";
    if (strcmp(from, holds) == 0 && strcmp(to, refuted) == 0)
        return GATE_LOST;
    return strcmp(from, refuted) == 0 && strcmp(to, holds) == 0 ? GATE_GAINED : GATE_NONE;
}

static const struct verdict_line *find(const struct verdict_lines *lines, const struct verdict_line *like)
{
    for (size_t i = 0; i < lines->count; i++)
        if (strcmp(lines->lines[i].rule, like->rule) == 0 &&
            strcmp(lines->lines[i].runtime, like->runtime) == 0)
            return &lines->lines[i];
    return NULL;
}

struct compare_flip *compare_flips(const struct verdict_lines *base, const struct verdict_lines *new,
                                   const struct gate *gate, size_t *count)
{
    struct compare_flip *flips = malloc((base->count + 1) * sizeof *flips);
    *count = 0;
    for (size_t i = 0; flips && i < base->count; i++) {
        const struct verdict_line *before = &base->lines[i], *now = find(new, before);
        int direction = now ? flip_direction(before->word, now->word) : GATE_NONE;
        if (direction)
            flips[(*count)++] =
                (struct compare_flip){before, now, gate_fails_rule(gate, before->rule, direction, NULL)};
    }
    return flips;
}
