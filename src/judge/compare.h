/* SPDX-License-Identifier: MIT */
/* Two runs, cell by cell: is NEW slower than BASE? Pure: tables in, rows out.
 *
 * ratio = how many times faster NEW is than BASE: new/base where more is better, base/new for times and
 * memory; below 1 NEW is slower. The effect E is symmetric on the logarithm of the ratio: slower        the
 * ratio is shown to lie below 1/(1 + E) faster        ... above 1 + E same          ... between the two (two
 * one-sided tests, Schuirmann 1987) inconclusive  none of them, or the data cannot carry a verdict; reason
 * says why Shown: the one-sided rank test's p, Holm-adjusted over all comparable cells, lies below 5 %. Each
 * of the three words has its own adjustment: the chance of any wrong `slower` in a table stays below 5 %, so
 * does that of any wrong `faster`, and of any wrong `same`. */
#ifndef CROSSPOINT_COMPARE_H
#define CROSSPOINT_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "error.h"
#include "gate.h"
#include "samples.h"

enum compare_pairing {
    COMPARE_UNPAIRED, /* rank-sum test: the runs came one after the other, so that a change of the machine
                         between them counts as a change of the program */
    COMPARE_PAIRED,   /* signed-rank test block by block: the runs were interleaved, a block number means one
                         time */
    COMPARE_SESSIONS, /* Student's t of the runs' medians: the new run against several of the base, whose
                         scatter from session to session is known from them */
};

enum compare_verdict {
    COMPARE_SLOWER,
    COMPARE_FASTER,
    COMPARE_SAME,
    COMPARE_INCONCLUSIVE,
    COMPARE_VERDICT_COUNT
};
extern const char *const compare_verdict_names[COMPARE_VERDICT_COUNT];

struct compare_options {
    double effect; /* 0.05 for 5 %; at least 0 */
    enum compare_pairing pairing;
    const struct samples *history; /* COMPARE_SESSIONS: further runs of the base, with the metric */
    size_t history_count;
    const struct gate *gate; /* NULL: none */
};

/* Absent figures are NaN. */
struct compare_row {
    const char *cell;
    double effect;        /* compare_options', or what the gate says of the cell */
    size_t n_base, n_new; /* rows used; paired: blocks in common, twice the same; sessions: runs, and 1 */
    double base, new;     /* medians of the metric */
    double ratio, ci_low, ci_high, ci_level;         /* Hodges-Lehmann, exact 95 % interval */
    double p_slower, p_faster, p_same, p_not_slower; /* Holm-adjusted */
    double p_adjusted; /* of the verdict; inconclusive: the smallest of the three */
    double detectable; /* a difference this far beyond the effect would have been shown with 90 % power; 0.05
                          is 5 %. INFINITY: none. Where it is larger than the effect, not even `same` could be
                          expected */
    double again, again_low, again_high; /* the ratio when it was measured once more */
    double between;  /* sessions: standard deviation of the logarithms of the base runs' medians */
    bool exact;      /* false: normal approximation */
    bool comparable; /* both sides have figures for a ratio */
    bool judged;     /* comparable, with rows enough for a verdict */
    bool broken;     /* most launches failed in new and none in base: a regression, whatever the figures of
                        the rest */
    size_t failed_base, failed_new; /* launches */
    enum compare_verdict verdict;
    char reason[160]; /* inconclusive: why; of any verdict: which launches failed */
};

/* Geometric mean of the ratios of a family's comparable cells, with Student's 95 % interval of their
 * logarithms: the cells taken as a sample of programs. NaN: of one cell. */
struct compare_mean {
    char family[64]; /* "native/cpu" */
    size_t cells;
    double mean, low, high;
};

struct compared {
    struct compare_options options;
    enum column metric;
    struct compare_row *rows; /* by name */
    size_t count;
    size_t comparable; /* = the m of Holm's adjustment */
    size_t verdicts[COMPARE_VERDICT_COUNT];
    size_t too_little; /* comparable cells of which the data can neither show nor exclude `slower`: they are
                          inconclusive, and too few or too scattered for the effect */
    size_t in_base, missing; /* cells that base has figures of; of these, those without a ratio */
    size_t broken, failed_base, failed_new; /* cells; launches of all cells */
    size_t again, confirmed, unjudged; /* cells that were slower or broken, and measured again; of these, so
                                          again; not judged again */
    bool again_void;                   /* the second round had nothing comparable */
    bool interrupted;                  /* it did not end */
    size_t samples_needed;             /* per side and cell; below, no verdict is possible */
    double alpha;
    struct compare_mean *means; /* by family */
    size_t mean_count;
};

/* The tables must have the metric and outlive the rows. 0, or -1 with error (out of memory). Free with
 * compared_free, also after an error. */
int compare_tables(const struct samples *base, const struct samples *new, enum column metric,
                   const struct compare_options *options, struct compared *compared, struct error *error);
void compared_free(struct compared *compared);

/* means of the rows. compare_tables does it. 0, or -1: out of memory. */
int compared_set_means(struct compared *compared);

/* What was slower has been measured once more: what is not slower again becomes inconclusive, and its reason
 * says what came out. What failed in new alone there is broken. */
void compared_confirm(struct compared *first, const struct compared *again);

/* The second round did not end: what is slower, or failed, says that it is not confirmed. */
void compared_interrupt(struct compared *first);

/* The row is slower or broken, or faster where the gate asks for that; *exempt (may be NULL): it would fail,
 * but for this section. */
bool compare_row_fails(const struct compared *compared, const struct compare_row *row,
                       const struct gate_section **exempt);

/* Is the row's interval one of 95 %? Few rows have none. */
bool compare_has_interval(const struct compare_row *row);

/* 130 if interrupted; 1 if a cell fails, and the gate on that; 3 if none is comparable, or was in the second
 * round; 4 if that could not judge every cell, or more than half of the cells have too little data, or of
 * base's have no ratio; else 0. */
int compared_exit_code(const struct compared *compared);

/* "regression: CELL, failed in new: ..." for each cell that is broken: no figure of its row tells. */
void compared_name_broken(const struct compared *compared, FILE *out);

/* --format text|csv|json|markdown|github; colour and width as verdicts_write. -1: unknown format, error names
 * the known ones, or out failed. */
int compared_write(const struct compared *compared, const char *format, int colour, int width, FILE *out,
                   struct error *error);

/* --format github: annotations of what fails, then what stands under the table and what to do next. 0, or -1.
 */
int compared_write_github(const struct compared *compared, FILE *out, struct error *error);

/* What stands under the table, a sentence a line. */
void compared_put_sentences(const struct compared *compared, FILE *out);

/* FOLDER/report.html: the table of what was compared as a page. 0, or -1 with error. */
int compared_write_page(const struct compared *compared, const char *const names[2], const char *folder,
                        struct error *error);

#endif
