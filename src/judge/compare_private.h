/* SPDX-License-Identifier: MIT */
/* What the files of a comparison share. */
#ifndef CROSSPOINT_COMPARE_PRIVATE_H
#define CROSSPOINT_COMPARE_PRIVATE_H

#include <stddef.h>

#include "compare.h"
#include "judge.h"
#include "samples.h"
#include "statistics.h"

/* One cell in both runs. */
struct arms {
    const struct samples_cell *base, *new; /* NULL: not in that run */
    struct samples_pairing pairing;        /* better: new; worse: base */
    size_t n_base, n_new;
    double *session_logs; /* COMPARE_SESSIONS alone: the base runs' medians, in logarithms */
    size_t sessions;      /* of them */
};

struct comparer {
    struct compared *compared;
    const struct samples *base, *new;
    struct arms *arms;                            /* as compared.rows */
    double *base_values, *new_values, *x, *y, *d; /* one allocation, of the cell that is judged */
    struct statistics_cache cache;
};

static inline size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static inline size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t launches_of(const struct samples_cell *cell)
{
    return cell ? cell->rows[STATUS_OK] + cell->rows[STATUS_INVALID] + cell->rows[STATUS_FAILED] : 0;
}

static inline size_t failed_of(const struct samples_cell *cell)
{
    return cell ? cell->rows[STATUS_FAILED] : 0;
}

/* Each writes to row->reason. */

/* "failed in new (9 of 14 launches): the launch was killed ...": which side, how often if not always, why.
 * what_is_left stands in between. */
void compare_explain_failed(const struct arms *arms, const char *what_is_left, struct compare_row *row);
/* Of a row that has a verdict or another reason: which launches failed. */
void compare_note_failures(const struct arms *arms, struct compare_row *row);
/* Why there is no ratio, or a ratio of too few rows. */
void compare_explain_lack(const struct compared *compared, const struct arms *arms, struct compare_row *row);
/* Why the ratio decides nothing. */
void compare_explain_undecided(const struct compared *compared, struct compare_row *row);

#endif
