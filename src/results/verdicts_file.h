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

/* A row of the file, as far as it has the columns: absent texts are empty, absent figures NaN. */
struct verdict_file_row {
    char rule[64], runtime[32], pair[64], kind[16], rule_word[24], word[24], reason[160];
    char better[256], worse[256];
    double effect, n, ratio, low, high, crossing, crossing_low, crossing_high, value;
};
/* Each row of FOLDER/verdicts.csv that names a rule; none if there is no file. take: -1 with error ends it.
 * 0, or -1 with error, which names the file. */
typedef int verdict_row_taker(void *context, const struct verdict_file_row *row, struct error *error);
int verdict_rows_read(const char *folder, verdict_row_taker *take, void *context, struct error *error);

/* FOLDER/verdicts.csv; none is no line. 0, or -1 with error. Free with verdict_lines_free also after an
 * error. */
int verdict_lines_load(const char *folder, struct verdict_lines *lines, struct error *error);
void verdict_lines_free(struct verdict_lines *lines);

#endif
