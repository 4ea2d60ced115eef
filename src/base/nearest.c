/* SPDX-License-Identifier: MIT */
#include "nearest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Letters put in, left out or changed, two swapped counting as two; beyond LETTERS_MAX nothing is close. */
static size_t letters_apart(const char *a, size_t a_length, const char *b)
{
    enum { LETTERS_MAX = 60 };
    size_t b_length = strlen(b), row[LETTERS_MAX + 1];
    if (a_length > LETTERS_MAX || b_length > LETTERS_MAX)
        return SIZE_MAX;
    for (size_t k = 0; k <= b_length; k++)
        row[k] = k;
    for (size_t i = 1; i <= a_length; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t k = 1; k <= b_length; k++) {
            size_t best = corner + (a[i - 1] != b[k - 1]);
            corner = row[k];
            best = row[k] + 1 < best ? row[k] + 1 : best;
            row[k] = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
        }
    }
    return row[b_length];
}

void nearest_begin(struct nearest *nearest, const char *typed, size_t length, const char *prefix)
{
    *nearest = (struct nearest){
        .typed = typed, .prefix = prefix, .length = length, .letters = length > 4 ? 3 : 2, .text = "known:"};
    nearest->used = strlen(nearest->text);
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t apart = letters_apart(nearest->typed, nearest->length, name);
    if (apart < nearest->letters && apart < nearest->length) {
        nearest->letters = apart;
        snprintf(nearest->name, sizeof nearest->name, "%s", name);
    }
    if (nearest->used < sizeof nearest->text)
        nearest->used +=
            (size_t)snprintf(nearest->text + nearest->used, sizeof nearest->text - nearest->used, "%s %s%s",
                             strchr(nearest->text, ' ') ? "," : "", nearest->prefix, name);
}

const char *nearest_tell(struct nearest *nearest)
{
    if (*nearest->name)
        snprintf(nearest->text, sizeof nearest->text, "did you mean %s%s?", nearest->prefix, nearest->name);
    return nearest->text;
}
