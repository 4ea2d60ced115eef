/* SPDX-License-Identifier: MIT */
/* From a results folder to verdicts, charts and a page: what run, rules and report share. */
#ifndef CROSSPOINT_CONCLUDE_H
#define CROSSPOINT_CONCLUDE_H

#include <stdbool.h>

#include "error.h"
#include "samples.h"
#include "rules.h"
#include "sweeps.h"
#include "verdict.h"

struct conclusion {
    struct samples samples;
    struct rules rules;
    struct verdicts verdicts;
    struct sweeps sweeps;
    bool own_rules; /* the user's: one that was not measured is told */
};

/* path: results folder or samples.csv. rules_path: NULL for the program's own. conclusion_free also after an
 * error. */
int conclusion_open(const char *path, const char *rules_path, struct conclusion *conclusion,
                    struct error *error);
void conclusion_free(struct conclusion *conclusion);

/* verdicts.csv, charts/ and report.html. Without gnuplot the page is made all the same and the error says so.
 */
int conclusion_write(const struct conclusion *conclusion, const char *folder, struct error *error);

/* Says on stderr which of the user's own rules was not measured, and which cell it lacks. */
void conclusion_tell_missing(const struct conclusion *conclusion);

/* EXIT_FINE, or EXIT_NOTHING_COMPARABLE if no row is ok or none of the user's own rules was measured. */
int conclusion_exit_code(const struct conclusion *conclusion);

#endif
