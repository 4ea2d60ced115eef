/* SPDX-License-Identifier: MIT */
/* Fields of CSV and Markdown tables. */
#ifndef CROSSPOINT_TABLE_TEXT_H
#define CROSSPOINT_TABLE_TEXT_H

#include <stdio.h>

/* Quoted if it has to be (RFC 4180). */
void put_csv_field(FILE *out, const char *text);

/* The shortest decimal that reads back the same; nothing for NaN and infinities. */
void put_csv_number(FILE *out, double value);

/* With a backslash before what Markdown would take for its own. */
void put_markdown(FILE *out, const char *text);

#endif
