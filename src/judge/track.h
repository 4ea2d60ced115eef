/* SPDX-License-Identifier: MIT */
/* Figures of cells over sessions: did one of them step? Pure: arrays in, rows out.
 *
 * A session is one sample of a cell, as what differs between two (memory layout, neighbours, temperature) is
 * the same for all rows of one. What a session does to all cells alike (another runner, a warmer day) is the
 * median of their distances from where they were; it is taken off each cell, and followed as a line of its
 * own, the suite's.
 *
 * At each session, in their order, a line's last few (`confirm` to `confirm` + 2) stand against up to
 * TRACK_BASE of those before, whose scatter is that between sessions: Student's t on logarithms (step.h),
 * times 3 for the choice, Holm-adjusted over all lines, below alpha; the difference reaches the effect, half
 * of it also before the suite's was taken off; and each session lies beyond all before (from 20 on, all but
 * one), which holds for figures of any distribution: a runner with two speeds has shown both. A confirmed
 * step starts a new level; the scatter about the levels before still counts. One that a canary took along is
 * the machine's, and no verdict on the commit (track_canary.h). */
#ifndef CROSSPOINT_TRACK_H
#define CROSSPOINT_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TRACK_BASE = 30,
    TRACK_BASE_NEEDED = 8,
    TRACK_LEVEL_NEEDED = 3,
    TRACK_WINDOWS = 3,
    TRACK_CONFIRM_MAX = 10,
    TRACK_SUITE_CELLS = 8 /* fewer have no line in common */
};

/* Readings of the machine itself: logs[canary * sessions + session], more is faster; NaN: not known. */
struct track_canaries {
    const double *logs;
    size_t count, sessions;
};

struct track_options {
    double effect;                  /* 0.05: a step of 5 % matters; at least 0 */
    const double *effects;          /* of each cell; NULL: that of all */
    unsigned confirm;               /* sessions that a step must last, 1 to TRACK_CONFIRM_MAX */
    double alpha;                   /* of any wrong `slower` in a session, and of any wrong `faster` */
    struct track_canaries canaries; /* count of 0: none */
};
extern const struct track_options track_options_default;

enum track_verdict {
    TRACK_SLOWER, /* one of the last confirm + 2 sessions began a confirmed step */
    TRACK_FASTER,
    TRACK_MACHINE,   /* either, and a canary with it */
    TRACK_SUSPECTED, /* fewer than `confirm` sessions, but far off */
    TRACK_STEADY,
    TRACK_SHORT,   /* a step of (1 + effect)^2 might not be found, more sessions would do */
    TRACK_NOISY,   /* nor would they */
    TRACK_FAILING, /* all launches of the last `confirm` sessions failed, of some before not */
    TRACK_ENDED,   /* no figure in the last confirm + 2 sessions */
    TRACK_VERDICT_COUNT
};
extern const char *const track_verdict_names[TRACK_VERDICT_COUNT];

struct track_step {
    size_t first, told;      /* sessions: the first of the new level, the one that confirmed it */
    double ratio, low, high; /* above 1: faster; interval of 95 % */
    double p_adjusted;
    size_t canary; /* that stepped with it; SIZE_MAX: none did */
    double canary_ratio;
};

/* Absent figures are NaN. */
struct track_row {
    size_t sessions;      /* that have a figure */
    size_t base;          /* of them, those that the last are judged against */
    double usual, latest; /* of the logarithms: mean of the base, and the last figure */
    double scatter;       /* standard deviation from session to session, without what all cells share */
    double detectable;    /* a step of this logarithm is found in `confirm` sessions with a power of 90 % */
    size_t needed;        /* sessions at the present scatter for one of (1 + effect)^2; 0: enough, or noisy */
    double p_adjusted;    /* of the last sessions; NaN: not tested */
    struct track_step suspect; /* of the last sessions, not confirmed; of TRACK_FAILING, `first` alone */
    struct track_step *steps;  /* all that were confirmed, in their order */
    size_t step_count;
    enum track_verdict verdict;
};

struct track {
    struct track_options options;
    struct track_row *rows;
    size_t count, sessions;
    bool has_suite; /* the last row is the suite's */
    size_t tests;   /* at the last session */
};

/* logs[cell * sessions + session]: logarithms, more is better; NaN: none, INFINITY: all
 * launches failed. 0, or -1: out of memory. Free with
 * track_free, also after an error. */
int track_judge(const double *logs, size_t cells, size_t sessions, const struct track_options *options,
                struct track *track);
void track_free(struct track *track);

/* The last step, if one of the last sessions began it; else NULL. */
const struct track_step *track_recent(const struct track *track, const struct track_row *row);

#endif
