/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_ADVICE_WRITE_H
#define CROSSPOINT_ADVICE_WRITE_H

#include <stdio.h>

#include "advice.h"
#include "table.h"

/* What would change the advice, how sure it is, and what could not be told: once, when all else is there. */
void advice_conclude(struct advice *advice);

/* format: text, json or markdown. style: of text. 0, or -1 with error: no such format, or what is written to
 * is at its end. */
int advice_check_format(const char *format, struct error *error);
int advice_write(const struct advice *advice, const char *format, const struct table_style *style, FILE *out,
                 struct error *error);

/* The two tables of what is said and of the finalists. 0, or -1. */
int advice_write_tables(const struct advice *advice, enum table_format format,
                        const struct table_style *style, FILE *out);

/* For people: topic by topic what is said, in a table to be opened with advice_open. A row for each;
 * table_text(table, ADVICE_SAYS, ...) then fills it. Empty: it goes on with the topic before. */
enum { ADVICE_SAYS = 1 };
void advice_open(struct table *table, enum table_format format);
void advice_topic(struct table *table, const char *topic);

#endif
