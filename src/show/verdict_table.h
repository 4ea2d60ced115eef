/* SPDX-License-Identifier: MIT */
/* Verdicts as tables. */
#ifndef CROSSPOINT_VERDICT_TABLE_H
#define CROSSPOINT_VERDICT_TABLE_H

#include "table.h"
#include "verdict.h"

/* The verdicts of one rule and runtime stand together: the end of those that begin at first. */
size_t verdicts_group_end(const struct verdicts *verdicts, size_t first);

/* Each is opened here and freed by the caller. */

/* All verdicts. */
void verdicts_table(const struct verdicts *verdicts, enum table_format format, struct table *table);

/* The comparisons of a verdict: its cells and their figures. */
void points_table(const struct verdicts *verdicts, const struct verdict *verdict, enum table_format format,
                  struct table *table);
/* More of them below. */
void points_table_add(const struct verdicts *verdicts, const struct verdict *verdict, struct table *table);

#endif
