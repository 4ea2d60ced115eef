/* SPDX-License-Identifier: MIT */
/* Results + rules -> verdicts. Pure: no clock, no machine. */
#ifndef CROSSPOINT_VERDICT_H
#define CROSSPOINT_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "error.h"
#include "rules.h"
#include "samples.h"
#include "statistics.h"

enum judgement { JUDGEMENT_HOLDS, JUDGEMENT_DOES_NOT_HOLD, JUDGEMENT_INCONCLUSIVE };
extern const char *const judgement_names[3]; /* "holds", "does not hold", "inconclusive" */

/* One comparison's figures: a point of a sweep, or the whole pair. Absent figures are NaN. */
struct verdict_point {
    struct comparison comparison;
    char better[CELL_NAME_BYTES], worse[CELL_NAME_BYTES];
    double x;                         /* the sweep value as a number, NaN if none */
    struct sample_pair *samples;      /* in order of block */
    size_t n;                         /* blocks in which both are ok and have the metric */
    size_t better_alone, worse_alone; /* n is 0, and only one could be measured: blocks of its figures */
    double better_median, better_low, better_high; /* of the metric, with its exact 95 % interval */
    double worse_median, worse_low, worse_high;
    double ratio, ci_low, ci_high, ci_level; /* how many times better `better` is (Hodges-Lehmann) */
    double p_holds, p_holds_adjusted;        /* crossover: of "is ahead by the effect here" */
    double p_fails, p_fails_adjusted;        /* ... "is not" */
    enum judgement judgement;                /* crossover: holds = shown ahead here */
    double ratio_of_totals;                  /* the same of all blocks' times, or figures, added up */
    bool better_limited, worse_limited;      /* at the limit of the load generator: at least as good */
    double value;                            /* fact: the median */
    size_t as_expected;                      /* fact: in how many blocks */
    char reason[160], note[48];              /* note: part of the reason of a judged point */
};

/* A point of a map: all that is picked from there, and what a tree picks. */
struct verdict_tile {
    size_t first, count;                  /* of the verdict's points: each other model over the pick */
    const struct rule_model *pick, *best; /* best: by the estimates; NULL: nothing could be measured */
    double regret;                        /* how many times better than the pick it is; 1: it is the pick */
    size_t models;                        /* that were measured there */
    unsigned tied; /* a bit a model of the rule: not shown to be worse than the best by the effect */
    enum judgement judgement; /* holds: the pick is shown to be within the effect of all others */
};

/* One row of verdicts.csv: rule x runtime x pair (compare and equal: x sweep value as well). */
struct verdict {
    const struct rule *rule;
    const struct rule_pair *pair;
    char runtime[16];
    char pair_name[64]; /* NAME, NAME@terms:1000 of a swept pair, terms:1000 if it has no name */
    enum judgement rule_judgement, judgement;
    char reason[160];                /* sub-label or cause; empty if there is nothing to add */
    size_t point_first, point_count; /* into verdicts.points; 1 except for crossover and map */
    double p, p_adjusted;            /* of what decided; undecided: of "holds" */
    double value;                    /* fact: the median; map: the share of tiles that are right */
    struct verdict_tile *tiles;      /* map: by sweep, then sweep_y */
    size_t tile_count;
    double crossing;                    /* an estimate inside of what follows; NaN if none */
    double crossing_low, crossing_high; /* the last point shown not ahead, the first from which all are */
    /* Of the whole verdict, as its rule needs it: NaN if it was not measured; adjusted over the rules. */
    double p_holds, p_fails, p_holds_adjusted, p_fails_adjusted;
    size_t refutations; /* crossover and map: what p_fails is the smallest of */
    bool measured;      /* its rule is one of the tests */
};
struct verdicts {
    struct verdict *verdicts; /* by rule, runtime, pair, sweep value */
    size_t count;
    struct verdict_point *points;
    size_t point_count;
    size_t tests;         /* rules (for a runtime) of which something was measured: m of the adjustment */
    size_t blocks_needed; /* n below which a verdict is refused */
    double alpha;
    const struct rule *missing_rule; /* the first of which nothing was run, or NULL */
    char missing_cell[CELL_NAME_BYTES];
};

/* Judges every rule of which at least one comparison was run (both cells occur in the results, whatever their
 * status). samples, which have the rules' metrics, and rules must outlive verdicts. -1 with error (out of
 * memory). Free with verdicts_free, also after an error. */
int verdicts_judge(const struct samples *samples, const struct rules *rules, struct verdicts *verdicts,
                   struct error *error);
void verdicts_free(struct verdicts *verdicts);

/* Is it one of the cells that a rule with a verdict compares? */
bool verdicts_judge_cell(const struct verdicts *verdicts, const char *cell);

/* --format text|csv|json|markdown. csv is the contract of verdicts.csv; text is the table for the terminal
 * (colour: 1 puts ANSI colours round the verdict words; width: columns to fit, 0 = no limit). -1: unknown
 * format, error names the known ones, or out failed. */
int verdicts_write(const struct verdicts *verdicts, const char *format, int colour, int width, FILE *out,
                   struct error *error);

/* How much the log ratios of neighbouring blocks resemble one another, pooled over all points: a drift of one
 * side alone breaks the independence that the tests rest on. -1: out of memory. */
int verdicts_lag_correlation(const struct verdicts *verdicts, struct lag_correlation *correlation);

/* The point whose figures stand for a verdict: of a crossover the last that has any, of a map that
 * of the largest ratio. */
const struct verdict_point *verdict_main_point(const struct verdicts *verdicts,
                                               const struct verdict *verdict);

#endif
