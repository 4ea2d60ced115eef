/* SPDX-License-Identifier: MIT */
/* Runs in memory and what their comparison says. */
#ifndef CROSSPOINT_COMPARE_RUNS_H
#define CROSSPOINT_COMPARE_RUNS_H

#include "compare.h"
#include "error.h"
#include "samples.h"

struct compare_runs {
    struct samples *tables; /* base, new, further runs of the base */
    size_t count;
    enum column metric;
    struct compared compared; /* of compare_tables; borrows from tables */
};

/* Reads count >= 2 results folders or samples.csv files, two at a time: base, new, further runs of the base.
 * 0, or -1 with error. Free with compare_runs_free also after an error. */
int compare_runs_load(const char *const *paths, size_t count, enum column metric, struct compare_runs *runs,
                      struct error *error);

/* options->history is set here. 0, or -1 with error. */
int compare_runs_judge(struct compare_runs *runs, const struct compare_options *options, struct error *error);

void compare_runs_free(struct compare_runs *runs);

#endif
