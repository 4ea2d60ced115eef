/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_TRACK_WRITE_H
#define CROSSPOINT_TRACK_WRITE_H

#include <stdio.h>

#include "error.h"
#include "table.h"
#include "track_history.h"

/* What a history comes to, over the series that are current. */
struct track_counts {
    size_t rows; /* cells and metrics that have figures, with the suites' */
    size_t verdicts[TRACK_VERDICT_COUNT];
    size_t flips;
    size_t fails, flips_failing; /* as the gate says */
    size_t exempt;               /* of both: they would fail, but for an exemption */
    size_t needed;               /* sessions that would do for most of those that are too short */
};
void track_count(const struct track_history *history, struct track_counts *counts);

/* A row a series, metric and cell; for people only those that changed, unless all. Free the table. */
void track_table(const struct track_history *history, enum table_format format, bool all,
                 struct table *table);

/* At most 20 lines: what changed, and what to do next. */
void track_put_summary(const struct track_history *history, size_t width, FILE *out);

/* --format text|csv|json|markdown; colour and width as verdicts_write. -1 with error. */
int track_write(const struct track_history *history, const char *format, bool all, int exit_code, int colour,
                int width, FILE *out, struct error *error);

/* --format github: annotations, then the summary. */
int track_write_github(const struct track_history *history, FILE *out, struct error *error);

/* What the gate looks at: GATE_SLOWER of a row that is slower or fails, GATE_FASTER; GATE_LOST or
 * GATE_GAINED. */
int track_row_direction(const struct track_row *row);
int track_flip_direction(const struct track_flip *flip);

/* The step, the suspected one, or the first failure that a row's verdict tells of; NULL: none. */
const struct track_step *track_told(const struct track *track, const struct track_row *row);
/* "canary memory 0.7×", of TRACK_MACHINE; else empty. */
void track_word_canary(const struct track_row *row, const struct track_step *step, char *text,
                       size_t text_bytes);

#endif
