/* SPDX-License-Identifier: MIT */
/* Two runs in memory and what their comparison says. */
#ifndef CROSSPOINT_COMPARE_RUNS_H
#define CROSSPOINT_COMPARE_RUNS_H

#include "compare.h"
#include "error.h"
#include "samples.h"

struct compare_runs {
    struct samples tables[2]; /* base, new */
    enum column metric;
    struct compared compared; /* of compare_tables; borrows from tables */
};

/* Reads two results folders or samples.csv files, both at a time. 0, or -1 with error. Free with
 * compare_runs_free also after an error. */
int compare_runs_load(const char *const paths[2], enum column metric, struct compare_runs *runs,
                      struct error *error);

/* 0, or -1 with error. */
int compare_runs_judge(struct compare_runs *runs, const struct compare_options *options, struct error *error);

void compare_runs_free(struct compare_runs *runs);

#endif
