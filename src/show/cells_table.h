/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_CELLS_TABLE_H
#define CROSSPOINT_CELLS_TABLE_H

#include "result.h"
#include "table.h"
#include "verdict.h"

/* A row a cell, by name: blocks, the median of its rate with the exact 95 % interval, and of its p99 latency
 * and its value where a cell has them; why it has none. judged: the cells that stand in one of its points are
 * left out; NULL: none is. Free with table_free. */
/* samples have items_per_second, latency_p99_ns and value. */
void cells_table(const struct samples *samples, const struct verdicts *judged, enum table_format format,
                 struct table *table);

/* The cells that no rule judged, for terminals: nothing if there is none. -1: out failed. */
int cells_write_unjudged(const struct samples *samples, const struct verdicts *verdicts,
                         const struct table_style *style, FILE *out);

#endif
