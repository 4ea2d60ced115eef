/* SPDX-License-Identifier: MIT */
/* Made-up results for tests: a samples.csv in a temporary folder, the same at every call. */
#ifndef CROSSPOINT_TESTS_SYNTHETIC_H
#define CROSSPOINT_TESTS_SYNTHETIC_H

#include <stdint.h>
#include <stdio.h>

#include "rules.h"
#include "samples.h"

struct synthetic {
    char folder[64]; /* holds samples.csv */
    FILE *file;
    uint64_t state;
    double items; /* of the rows that follow; 0: none is written */
};

/* Asserts on failure, as all of these do. */
void synthetic_open(struct synthetic *synthetic);
void synthetic_close(struct synthetic *synthetic);  /* the file is whole afterwards */
void synthetic_remove(struct synthetic *synthetic); /* the folder with all that is in it */

/* One row. metric: COLUMN_COUNT writes no figure. */
void synthetic_row(struct synthetic *synthetic, const char *cell, unsigned block, const char *status,
                   const char *reason, enum column metric, double value);

/* Blocks 0 ... blocks-1 of a cell, all ok: log-normal about centre, spread being the standard deviation of
 * ln. */
void synthetic_cell(struct synthetic *synthetic, const char *cell, unsigned blocks, enum column metric,
                    double centre, double spread);

/* Standard normal. */
double synthetic_normal(struct synthetic *synthetic);

/* Writes text to PATH. */
void synthetic_text(const char *path, const char *text);
/* The whole text of FOLDER/NAME, to be freed; NULL if there is none. */
char *synthetic_read(const char *folder, const char *name);
/* The first number of NAME = ... in a gnuplot script, quoted or not. */
double synthetic_script_number(const char *folder, const char *script, const char *name);

/* The folder's rows with the figures that the tests look at. As samples_load. */
int synthetic_load(const struct synthetic *synthetic, struct samples *samples, struct error *error);

/* The rule files' own nine rules on a made-up machine of 2 units: plausible figures, every kind of verdict.
 */
void synthetic_suite(struct synthetic *synthetic, unsigned blocks);

#endif
