/* SPDX-License-Identifier: MIT */
/* The documents' decision tree, each branch true, false or open on this machine. */
#ifndef CROSSPOINT_TREE_H
#define CROSSPOINT_TREE_H

#include "table.h"
#include "verdict.h"

/* A row a branch of which a rule was measured, a column a runtime. No rows: none was. Free with table_free,
 * before the next call: its columns are static. */
void tree_table(const struct verdicts *verdicts, enum table_format format, struct table *table);

#endif
