/* SPDX-License-Identifier: MIT */
/* The formats of a table, a file each; table_write chooses. */
#ifndef CROSSPOINT_TABLE_WRITE_H
#define CROSSPOINT_TABLE_WRITE_H

#include "table.h"

int table_write_text(const struct table *table, const struct table_style *style, FILE *out);
int table_write_markdown(const struct table *table, const struct table_style *style, FILE *out);
int table_write_html(const struct table *table, const struct table_style *style, FILE *out);
int table_write_csv(const struct table *table, const struct table_style *style, FILE *out);
int table_write_json(const struct table *table, const struct table_style *style, FILE *out);

/* Does the table's format show this column? */
bool table_shows(const struct table *table, size_t column);

#endif
