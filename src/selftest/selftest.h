/* SPDX-License-Identifier: MIT */
/* The instrument checks itself on this machine: one function a test, each of which measures into folders of
 * its own below `folder` and adds rows to `checks`. */
#ifndef CROSSPOINT_SELFTEST_H
#define CROSSPOINT_SELFTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "compare_runs.h"
#include "error.h"
#include "selftest_check.h"
#include "session.h"

struct selftest {
    char folder[PATH_BYTES], run_id[64];
    uint64_t seed;
    bool quick, quiet;
    struct selftest_checks checks;
};

/* Each: 0, 1 when interrupted, -1 with error. */
int selftest_aa(struct selftest *selftest, struct error *error);          /* identical code found identical */
int selftest_slowdown(struct selftest *selftest, struct error *error);    /* more work found, and how much */
int selftest_double(struct selftest *selftest, struct error *error);      /* twice the work: half as fast */
int selftest_analytic(struct selftest *selftest, struct error *error);    /* waits that can be reckoned */
int selftest_disturbance(struct selftest *selftest, struct error *error); /* a disturbed machine noticed */
int selftest_omission(struct selftest *selftest, struct error *error);    /* what waits is counted */

/* What the tests share: a session for one of their parts. */

struct selftest_part {
    const char *name; /* of its folder; with two builds, base/ and new/ in it */
    size_t builds;    /* 1 or 2, both this very program */
    unsigned blocks;
    double launch_ms, timeout_s;
    bool gate;
};

/* A session with an empty plan, to be filled. To be closed with run_setup_close also after an error. */
int selftest_open(const struct selftest *selftest, const struct selftest_part *part, struct session *session,
                  struct error *error);
/* Adds a cell by name to build 0. Its index, or -1 with error. */
long selftest_add(struct session *session, const char *name, struct error *error);
/* Calibrates, and adds the partners of a two-armed part, which do the same work. 0, 1 when interrupted, -1
 * with error. */
int selftest_calibrate(struct session *session, struct error *error);
/* Makes the folders and measures. 0, 1 when interrupted, -1 with error. */
int selftest_measure(const struct selftest *selftest, const struct selftest_part *part,
                     struct session *session, struct error *error);
/* Says on stderr what begins, unless quiet. */
void selftest_announce(const struct selftest *selftest, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* run.json of a two-armed part. NULL with error. */
json_t *selftest_load_run(const struct selftest *selftest, const char *part, struct error *error);

/* base/ against new/ of a part, paired by block, with an effect of 5 %. 0, or -1 with error. Free with
 * compare_runs_free also after an error. */
int selftest_compare(const struct selftest *selftest, const char *part, struct compare_runs *runs,
                     struct error *error);
/* One cell of them in a table of its own, as if nothing else had been measured. `one` borrows from `runs`; to
 * be freed also after an error. */
int selftest_compare_alone(const struct compare_runs *runs, const char *cell, struct compared *one,
                           struct error *error);

#endif
