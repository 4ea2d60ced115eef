/* SPDX-License-Identifier: MIT */
/* Was the machine quiet? The thresholds, all in one place, and the decision. Pure. */
#ifndef CROSSPOINT_QUIET_H
#define CROSSPOINT_QUIET_H

#include <stddef.h>

enum quiet_check {
    QUIET_STEAL,
    QUIET_FOREIGN_CPU,
    QUIET_THROTTLED,
    QUIET_SWAP,
    QUIET_CLOCK,
    QUIET_CANARY_INTEGER, /* from here on those of enum canary that judge blocks, in its order */
    QUIET_CANARY_MEMORY,
    QUIET_CANARY_WAKE_UP,
    QUIET_CHECK_COUNT
};

struct quiet_threshold {
    const char *key, *name, *source, *unit; /* key: in run.json */
    double scale;                           /* value x scale is in unit */
    double repeat;  /* above: the block is repeated as long as there are repeats left */
    double invalid; /* above: it never counts */
};
extern const struct quiet_threshold quiet_thresholds[QUIET_CHECK_COUNT];

/* Of a run of `blocks` blocks at most this many are repeated. */
unsigned quiet_repeats_max(unsigned blocks);

enum quiet { QUIET_YES, QUIET_REPEAT, QUIET_INVALID };

/* values: NaN where not known, which never disturbs; QUIET_CLOCK infinite where the clock source is poor.
 * reason: the worst check, with value and threshold; empty if quiet. */
enum quiet quiet_judge(const double values[QUIET_CHECK_COUNT], char *reason, size_t reason_bytes);

/* How far the last of n canary readings is off the median of all (|x / median - 1|); NaN while n < 3: no run
 * yet to compare with. Readings of 0 (could not run) are left out. */
double quiet_drift(const double *readings, size_t n);

#endif
