/* SPDX-License-Identifier: MIT */
/* From a command line to a session that can be calibrated and measured: what run and compare --ab share. */
#ifndef CROSSPOINT_RUN_SETUP_H
#define CROSSPOINT_RUN_SETUP_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "own_work.h"
#include "selection.h"
#include "session.h"

enum { RUN_PYTHONS_MAX = 7 };

struct run_options {
    struct selection selection;
    const char *pythons[RUN_PYTHONS_MAX]; /* none: the first python3 there is */
    size_t python_count;
    unsigned blocks;             /* 0: the profile's */
    double launch_ms, timeout_s; /* 0: the profile's */
    bool seed_given, quiet;
    bool given; /* any of these but quiet */
    uint64_t seed;
    const char *out;   /* NULL: below $CROSSPOINT_RESULTS or ./results, named after time and host */
    const char *rules; /* NULL: those that come along; else one's own: a file or a folder */
    struct own_work own;
    const char *like; /* NULL, or a results folder whose work per launch is taken over */
};

/* Opens the machine and prepares one build, which runs this very program. session->topology is the session's
 * own until run_setup_close. 0, or -1 with error. */
int run_setup_open(struct session *session, struct error *error);
void run_setup_close(struct session *session);

/* Fills the plan with the chosen cells, not yet calibrated but for those that --like knows. 0, or -1 with
 * error. */
int run_setup_plan(struct session *session, const struct run_options *options, struct error *error);

/* The one that is given, or a random one. */
uint64_t run_setup_seed(const struct run_options *options);

/* The interpreters whose cells can be asked for; those that are no good are told. 0, or -1 with error. */
int run_setup_pythons(const struct run_options *options, struct error *error);

/* The same to go on with the run in a folder: only if it had cells of theirs. */
int run_setup_pythons_again(const char *folder, const struct run_options *options, struct error *error);

/* And the user's own work: it has to be named again, as it was. 0, or -1 with error. */
int run_setup_own_again(const char *folder, const struct run_options *options, struct error *error);

/* Loads the user's own rules and keeps their path, or (path NULL) those that come along. */
int run_setup_rules(struct session *session, const char *path, struct rules *rules, struct error *error);

/* Makes the results folder, session->folder and that of build 0, and names the run: `out`, which must not
 * exist, or if NULL one below $CROSSPOINT_RESULTS named after time, host and suffix. What stands in the way
 * is told before anything is measured; run_setup_close removes the folder if it is still empty. 0, or -1 with
 * error.
 */
int run_setup_folder(struct session *session, const char *out, const char *suffix, struct error *error);

/* The head of run.json: machine, versions, limits, options, command. After calibration. */
void run_setup_describe(struct session *session, const struct run_options *options);

/* results/latest -> the session's folder, if that was not named by --out. A convenience: where it cannot be
 * made, stderr says why. */
void run_setup_link_latest(const struct session *session, const struct run_options *options);

#endif
