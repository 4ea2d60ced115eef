/* SPDX-License-Identifier: MIT */
/* Made-up tables: a column of the first run, one of the second, block by block. All assert on failure. */
#ifndef CROSSPOINT_TESTS_MADE_PAIR_H
#define CROSSPOINT_TESTS_MADE_PAIR_H

#include "compare.h"
#include "synthetic.h"

typedef double scatter(struct synthetic *random); /* ln of a factor about 1 */

struct pair {
    struct samples base, new;
    enum column metric;
    struct compared compared;
};

void pair_open(struct pair *pair, enum column metric);
void pair_close(struct pair *pair);

/* One row more, with this figure in every column; or of a launch that has none. */
void pair_add_row(struct samples *samples, struct samples_input *input, double value);
void pair_add(struct samples *samples, const char *cell, unsigned block, double value);
void pair_add_status(struct samples *samples, const char *cell, unsigned block, enum status status,
                     const char *reason);

/* Cell number i, `factor` times the value in the second run. */
void pair_fill(struct pair *pair, unsigned i, unsigned n, scatter *draw, double factor,
               struct synthetic *random);

/* A cell of 14 launches a side, of which the last ones failed. */
void pair_fill_failed(struct pair *pair, const char *cell, unsigned failed_base, unsigned failed_new);

/* The rows of the comparison. */
const struct compare_row *pair_compare(struct pair *pair, enum compare_pairing pairing, double effect);

/* As compared_write; to be freed. */
char *pair_write(const struct compared *compared, const char *format);

#endif
