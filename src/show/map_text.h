/* SPDX-License-Identifier: MIT */
/* Maps in words: who is best at each point, and whether the tree is right there. */
#ifndef CROSSPOINT_MAP_TEXT_H
#define CROSSPOINT_MAP_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "table.h"
#include "verdict.h"

/* None of those that were measured there is shown to be worse than the best. */
bool map_is_tie_of_all(const struct verdict_tile *tile);
/* "threads = processes": the best and those that are not shown to be worse; "threads = 4 more" if they are
 * more than names_max; "no clear best" if they are all of several; "left out" if nothing was measured. */
void map_word_best(const struct verdict *verdict, const struct verdict_tile *tile, size_t names_max,
                   char *text, size_t text_bytes);
/* "✓ tree: threads", "✗ tree: event loop, 1.50× behind", "? tree: processes, 1.08× behind". */
void map_word_tree(const struct verdict_tile *tile, char *text, size_t text_bytes);

/* A table a map (of one rule; NULL: of all): a row a value of sweep_y, the largest first. -1: out of memory.
 */
int map_write(const struct verdicts *verdicts, const struct rule *rule, enum table_format format,
              const struct table_style *style, FILE *out);

#endif
