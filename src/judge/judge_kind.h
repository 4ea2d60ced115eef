/* SPDX-License-Identifier: MIT */
/* How a kind of rule is judged: one struct and one file a kind, listed in judge_kinds, as rule_kinds lists
 * what it reads. */
#ifndef CROSSPOINT_JUDGE_KIND_H
#define CROSSPOINT_JUDGE_KIND_H

#include "judge.h"
#include "verdict.h"

struct judge_kind {
    bool sweep_whole; /* the points of a sweep make one verdict, not one each */
    /* The figures of a point, and its p_holds and p_fails; a point->reason if they cannot be had. 0, or -1:
     * out of memory. */
    int (*measure)(const struct samples *samples, struct verdict_point *point);
    /* p_holds and p_fails of a verdict from its points' that are testable; NaN: it has none. */
    void (*combine)(struct verdict *verdict, const struct verdict_point *points);
    /* Judgement and reason, once the verdict's p are adjusted. 0, or -1: out of memory. */
    int (*decide)(const struct verdicts *verdicts, struct verdict *verdict, struct verdict_point *points);
};
extern const struct judge_kind judge_kind_compare, judge_kind_equal, judge_kind_crossover, judge_kind_fact,
    judge_kind_map;
extern const struct judge_kind *const judge_kinds[RULE_KIND_COUNT];

/* What kinds of two cells share. */

/* Pairs, medians, ratio and the tests at both ends of the effect. A side at the limit of its load generator
 * bounds the ratio on one side: what would need the other has p = 1. */
int point_measure(const struct samples *samples, struct verdict_point *point, struct judge_shift *shift);

/* ln of the ratio in each block, to be freed; NULL: out of memory. */
double *point_log_ratios(const struct verdict_point *point);

/* What the point's judgement claims, with which word, and what undecided ones are told of. */
struct point_words {
    struct judge_claim holds, fails;
    /* Of a refuted point, from the interval of the ratio at the level of sub-labels; NaN: it has none. */
    const char *(*label)(const struct verdict_point *point, double low, double high);
    double alternative, threshold; /* as judge_undecided */
};
/* From p_holds_adjusted and p_fails_adjusted; a point with a reason stays inconclusive. */
int point_decide(const struct verdicts *verdicts, struct verdict_point *point,
                 const struct point_words *words);
/* "opposite", "smaller", "equivalent" or "not larger". */
const char *point_label(const struct verdict_point *point, double low, double high);

/* The same for kinds whose verdicts have one point. */
void verdict_combine_one(struct verdict *verdict, const struct verdict_point *points);
/* Hands the verdict's adjusted p to its point, and takes its judgement back. */
void verdict_hand_down(const struct verdict *verdict, struct verdict_point *point);
void verdict_take_up(struct verdict *verdict, const struct verdict_point *point);

/* A point counts in its verdict's tests. */
bool point_is_tested(const struct verdict_point *point);

/* Adjusts over the family of rules: verdicts->tests, blocks_needed (before), and p_*_adjusted of each verdict
 * (after combine). */
void family_count(struct verdicts *verdicts);
int family_adjust(struct verdicts *verdicts);

#endif
