/* SPDX-License-Identifier: MIT */
/* Two programs' launches interleaved in one run: the way to judge a change on a noisy machine. */
#ifndef CROSSPOINT_COMPARE_AB_H
#define CROSSPOINT_COMPARE_AB_H

#include "compare_runs.h"
#include "error.h"
#include "run_setup.h"

struct compare_ab {
    const char *names[2]; /* BASE and NEW: two builds of crosspoint, or two plugins, as the user calls them */
    const struct program *programs[2]; /* opened; compare_ab does it by itself */
    const struct program *plugins[2];  /* the same, where BASE and NEW are plugins; NULL: they are not */
    const struct run_options *run;
    enum column metric;
    double effect;
    const struct gate *gate;
};

/* One round: measures and compares, paired by block. `only`: NULL, or an earlier round, of which the cells
 * found slower are measured again with the same work. folder: where base/ and new/ go, PATH_BYTES long;
 * empty: chosen by the run options, and filled in. compare_ab_free frees what it holds, also after an error.
 */
struct compare_ab_round {
    char folder[PATH_BYTES];
    struct plan plan; /* what was measured */
    struct compare_runs runs;
};
/* 0, 1 when interrupted, -1 with error. */
int compare_ab_round(const struct compare_ab *ab, const struct compare_ab_round *only,
                     struct compare_ab_round *round, struct error *error);
void compare_ab_free(struct compare_ab_round *round);

/* The whole command: one round; what it finds slower is measured once more in fresh blocks, and only what is
 * slower again counts. Prints one table in the format, of the first round with what the second says of it.
 * Returns an exit code. */
int compare_ab(const struct compare_ab *ab, const char *format);

#endif
