/* SPDX-License-Identifier: MIT */
/* The questions that rules answer, in the words of their files: what a report begins with. */
#ifndef CROSSPOINT_ANSWERS_H
#define CROSSPOINT_ANSWERS_H

#include "table.h"
#include "verdict.h"

/* A row a question: what to use, and the figure behind it with its interval; open ones say why. Where a pair
 * answers otherwise than the next, a row a pair. No rows: no rule has an [answer]. Free with table_free. */
void answers_table(const struct verdicts *verdicts, enum table_format format, struct table *table);

/* "1 block decides nothing (8 are needed); next: crosspoint run"; empty if any verdict had blocks enough. */
void answers_word_too_few(const struct verdicts *verdicts, char *text, size_t text_bytes);

#endif
