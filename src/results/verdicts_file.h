/* SPDX-License-Identifier: MIT */
/* verdicts.csv of a results folder: what each rule came to. */
#ifndef CROSSPOINT_VERDICTS_FILE_H
#define CROSSPOINT_VERDICTS_FILE_H

#include <stddef.h>

#include "error.h"

struct verdict_line {
    char rule[64], runtime[32];
    char word[24]; /* "holds", "does not hold", "inconclusive" */
};
struct verdict_lines {
    struct verdict_line *lines; /* a rule and runtime each, in the order of the file */
    size_t count;
};

/* FOLDER/verdicts.csv; none is no line. 0, or -1 with error. Free with verdict_lines_free also after an
 * error. */
int verdict_lines_load(const char *folder, struct verdict_lines *lines, struct error *error);
void verdict_lines_free(struct verdict_lines *lines);

#endif
