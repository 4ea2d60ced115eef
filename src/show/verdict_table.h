/* SPDX-License-Identifier: MIT */
/* Verdicts as tables. */
#ifndef CROSSPOINT_VERDICT_TABLE_H
#define CROSSPOINT_VERDICT_TABLE_H

#include "table.h"
#include "verdict.h"

enum { VERDICT_RUNTIMES_MAX = 4 };

/* The runtimes that the verdicts are of, native first; more than VERDICT_RUNTIMES_MAX are left out. */
size_t verdicts_runtimes(const struct verdicts *verdicts, const char *names[VERDICT_RUNTIMES_MAX]);

/* How many rules of a runtime have each verdict. */
void verdicts_count(const struct verdicts *verdicts, const char *runtime, size_t counts[3]);

/* The verdicts of one rule, of whatever runtime, stand together: the end of those that begin at first. */
size_t verdicts_rule_end(const struct verdicts *verdicts, size_t first);

/* The verdicts of one rule and runtime stand together: the end of those that begin at first. */
size_t verdicts_group_end(const struct verdicts *verdicts, size_t first);

/* Each is opened here and freed by the caller. */

/* All verdicts. */
void verdicts_table(const struct verdicts *verdicts, enum table_format format, struct table *table);

/* The same where they are of several runtimes, for people: a column each. Until the next call: its columns
 * are static. */
void verdicts_beside_table(const struct verdicts *verdicts, enum table_format format, bool intervals,
                           struct table *table);

/* A line a rule, RULE VERDICT RATIO, and one a pair if it has several. */
void verdicts_write_plain(const struct verdicts *verdicts, FILE *out);

/* The comparisons of a verdict: its cells and their figures. */
void points_table(const struct verdicts *verdicts, const struct verdict *verdict, enum table_format format,
                  struct table *table);
/* More of them below. */
void points_table_add(const struct verdicts *verdicts, const struct verdict *verdict, struct table *table);

#endif
