/* SPDX-License-Identifier: MIT */
/* Cells and verdicts in words for people. Every function fills text and cuts what does not fit. */
#ifndef CROSSPOINT_WORDING_H
#define CROSSPOINT_WORDING_H

#include <stddef.h>

#include "cell.h"
#include "result.h"
#include "table.h"
#include "verdict.h"
#include "words.h"

/* What D0 to D4 are. */
extern const char word_documents[];

/* The ratio of a point, with its interval if that has 95 % or more: few blocks do not reach them. */
void word_point_ratio(const struct verdict_point *point, char *text, size_t text_bytes);

/* How many blocks points have: widens [*least, *most], which begin as SIZE_MAX and 0; none at all is no
 * least. */
void word_span_blocks(const struct verdict_point *points, size_t count, size_t *least, size_t *most);

/* A value of a metric with its unit: "12.3 k/s", "4.5 ms", "16 MiB". */
void word_metric(enum column metric, double value, char *text, size_t text_bytes);

/* The median of a metric, its interval below it; nothing if it is NaN. */
void table_set_interval(struct table *table, size_t column, enum column metric, double median, double low,
                        double high);

/* "work per second", "99th percentile of latency", ... */
const char *word_metric_name(enum column metric);

/* What tells cell from other: its model, with the keys in which the two differ: "thread-pool workers:2". */
void word_arm(const struct cell *cell, const struct cell *other, char *text, size_t text_bytes);

/* What all cells have in common, but for key (may be NULL): "cpu/sum-squares, place:compact". */
void word_common(const struct cell *const *cells, size_t count, const char *key, char *text,
                 size_t text_bytes);

/* "from conc 12 (9–15)", of a falling sweep "up to terms 84k (78k–91k)"; empty if there is no crossing. */
void word_crossing(const struct verdict *verdict, char *text, size_t text_bytes);

/* Which of its points the figures of a verdict of several are of: " at conc:1000"; else empty. */
void word_at(const struct verdict *verdict, const struct verdict_point *point, char *text, size_t text_bytes);

/* The reason of a verdict, the sub-labels explained: "smaller: ahead, but by less than 10 %". */
void word_reason(const struct verdict *verdict, char *text, size_t text_bytes);

/* A verdict as a sentence: "Holds: thread-pool does 1.97 times (95 % interval 1.95–1.99) the work per second
 * of serial, n = 12." */
void word_sentence(const struct verdicts *verdicts, const struct verdict *verdict, char *text,
                   size_t text_bytes);

#endif
