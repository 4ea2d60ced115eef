/* SPDX-License-Identifier: MIT */
/* What selftest showed and what must be: figures in, rows of a table out. Pure but for the writers. */
#ifndef CROSSPOINT_SELFTEST_CHECK_H
#define CROSSPOINT_SELFTEST_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "compare.h"
#include "error.h"

enum selftest_verdict {
    SELFTEST_PASSED,
    SELFTEST_FAILED,    /* shown to be wrong */
    SELFTEST_NOT_SHOWN, /* tried, and neither right nor wrong: a disturbed or too noisy machine */
    SELFTEST_SKIPPED,   /* this machine does not let us try */
    SELFTEST_VERDICT_COUNT
};
extern const char *const selftest_verdict_names[SELFTEST_VERDICT_COUNT];

struct selftest_check {
    char test[16], subject[64], shown[96], required[64], detail[384];
    enum selftest_verdict verdict;
};
struct selftest_checks {
    struct selftest_check *rows;
    size_t count;
};

/* A new row, not shown until it is judged; valid until the next one. NULL: out of memory. */
struct selftest_check *selftest_checks_add(struct selftest_checks *checks, const char *test,
                                           const char *subject);
void selftest_checks_free(struct selftest_checks *checks);

/* EXIT_REGRESSION (1) if one failed, else EXIT_NOTHING_COMPARABLE (3) if one is not shown or there is none,
 * else 0. */
int selftest_checks_exit_code(const struct selftest_checks *checks);

/* test,subject,shown,required,verdict,detail */
int selftest_checks_write_csv(const struct selftest_checks *checks, const char *path, struct error *error);
/* width: columns to fit, 0: no limit. */
void selftest_checks_write_text(const struct selftest_checks *checks, bool colour, size_t width, FILE *out);

/* Comparisons of what is the same. */
struct selftest_tally {
    size_t trials;               /* a verdict was possible */
    size_t wrong, same, covered; /* of these: slower or faster; same; the interval holds 1 */
    size_t lacking;              /* blocks disturbed or lost: no verdict was possible */
    size_t failed, skipped;      /* none, since launches failed; cannot run here */
    char example[192];           /* the first that was wrong, else failed, else lacking */
};
void selftest_tally_add(struct selftest_tally *tally, const struct compared *compared,
                        const struct compare_row *row);

/* Passed: the share of wrong verdicts is at most rate_max; with `prove` its 95 % upper bound is. Failed: its
 * 95 % lower bound is not, or launches failed. */
void selftest_judge_false(const struct selftest_tally *tally, double rate_max, bool prove,
                          struct selftest_check *check);

/* An injected slowdown was found `found` times of n, of n_wanted tries that were planned, each with `blocks`
 * quiet blocks at least, of the blocks_wanted that the requirement is for. Passed: the share is at least
 * power_min, of half of the planned tries or more; failed: its 95 % upper bound is not. */
void selftest_judge_power(size_t found, size_t n, size_t n_wanted, double power_min, size_t blocks,
                          size_t blocks_wanted, struct selftest_check *check);

/* The median of n estimates, half or more of those that were planned, lies within tolerance of expected
 * (relative): passed. Failed: the median's 95 % interval lies outside; that takes 5 estimates. */
void selftest_judge_estimate(const double *estimates, size_t n, size_t n_wanted, double expected,
                             double tolerance, struct selftest_check *check);

/* A/B x B/A = 1 in every row, and the verdicts are each other's mirror. */
void selftest_judge_inverse(const struct compared *forth, const struct compared *back,
                            struct selftest_check *check);

/* What a disturbed run made of itself. */
struct selftest_disturbed {
    size_t blocks, flagged, caused; /* measured; of these found disturbed; of these by the right check */
    const char *reason;             /* of one of the last, or NULL */
};
/* Passed: every block flagged, one at least for the right cause, no verdict but `inconclusive: environment`.
 */
void selftest_judge_disturbed(const struct selftest_disturbed *disturbed, const struct compared *compared,
                              struct selftest_check *check);

#endif
