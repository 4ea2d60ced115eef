/* SPDX-License-Identifier: MIT */
/* What the rules and a comparison of two runs judge alike: from two cells' pairs by block to a shift of the
 * logarithms, and the words for what stands in the way of a verdict. Pure. */
#ifndef CROSSPOINT_JUDGE_H
#define CROSSPOINT_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "samples.h"
#include "statistics.h"

enum { JUDGE_REASON_BYTES = 160 };

extern const double judge_alpha; /* 5 %: of any wrong word in a table */
extern const double judge_level; /* 95 %: of intervals */
extern const double judge_power; /* 90 %: with which a named difference would be found */

/* d[i] = ln of how many times better `better` was in pair i, which have figures above 0. */
void judge_log_ratios(const struct samples_pairing *pairing, double *d);

/* Log figures of one comparison. */
struct judge_figures {
    const double *d; /* by block; unpaired: of rows drawn into pairs, for what scatter could show */
    size_t n_d;
    const double *x, *y; /* unpaired: of both sides, more is better; NULL: paired */
    size_t n_x, n_y;
};

/* The rank tests at both ends of a bound on the log ratio: the signed-rank test of pairs, or the rank-sum
 * test. cache may be NULL. 0, or -1 (out of memory, or a figure that is not finite). */
struct judge_shift {
    double estimate, low, high, level; /* Hodges-Lehmann, with its exact interval */
    double p_above_upper, p_below_upper, p_above_lower, p_below_lower; /* upper: bound; lower: -bound */
    bool exact;
};
int judge_test(const struct judge_figures *figures, double bound, double level,
               struct statistics_cache *cache, struct judge_shift *shift);

/* What a test says of the log ratio: it lies above one bound (-INFINITY: none) and below the other. */
struct judge_claim {
    double above, below;
};
/* Two interval methods disagree: a bootstrap's, at the tests' level, reaches over a bound that the claim says
 * is passed. It is asked only where it could, the exact interval at twice its width reaching over, and of at
 * most 100 pairs: beyond, the two agree. 0, or -1: out of memory. */
int judge_skew(const struct judge_figures *figures, const struct judge_shift *shift,
               const struct judge_claim *claim, bool *skew);
void judge_word_skew(char *text, size_t text_bytes);

/* How many times as long everything took `worse`, its times added up (of rates: for the same work), where
 * `ratio` is the pseudo-median of the blocks' ratios. Of pairs above 0. */
double judge_total_ratio(const struct samples_pairing *pairing);

/* Why there is no ratio of the two: figures that are 0 or below (rows must not be left out for their value),
 * or different work. False, and no text, if nothing is in the way. */
bool judge_word_no_ratio(const struct samples_pairing *pairing, char *text, size_t text_bytes);

/* Why there are fewer pairs or rows than a verdict needs. */
struct judge_lack {
    size_t left, needed;
    const char *few;  /* "underpowered" */
    const char *unit; /* "blocks" */
};
void judge_word_lack(const struct samples_pairing *pairing, const struct judge_lack *lack, char *text,
                     size_t text_bytes);

/* "too few events in 3 of 28 rows": appended to what a verdict says on the rest; nothing if none lacks. */
void judge_append_absent(const struct samples_pairing *pairing, char *text, size_t text_bytes);
/* "; " in between if there is text already. */
void judge_append(char *text, size_t text_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Neither side of the effect is shown by n pairs: how many are needed to tell `alternative`, a ratio that is
 * named beforehand and never the one that was seen. threshold: the bound that the estimate is near. */
struct judge_undecided {
    size_t n;
    double needed; /* as statistics_blocks_for */
    double alternative, threshold;
    const char *unit;
    /* Optional: the ratio as it looks, where that is farther from the threshold than alternative is, and the
     * blocks that would show it. 0: none. */
    double seen, needed_seen;
};
void judge_word_undecided(const struct judge_undecided *undecided, char *text, size_t text_bytes);

#endif
