/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_FLEET_WRITE_H
#define CROSSPOINT_FLEET_WRITE_H

#include <stdio.h>

#include "drawing.h"
#include "error.h"
#include "fleet.h"
#include "table.h"

/* A row a machine of the group; a row a rule and pair. Free the tables. */
void fleet_machines_table(const struct fleet_group *group, enum table_format format, struct table *table);
void fleet_rules_table(const struct fleet_group *group, enum table_format format, struct table *table);

/* Of people: which machines the group has, and, line by line, what could be the default of all. */
void fleet_put_head(const struct fleet *fleet, const struct fleet_group *group, FILE *out);
void fleet_put_defaults(const struct fleet_group *group, FILE *out);

/* --format text|csv|json|markdown; colour and width as verdicts_write. CSV: a row a machine, rule and pair.
 * -1 with error. */
int fleet_write(const struct fleet *fleet, const char *format, int colour, int width, FILE *out,
                struct error *error);

#define FLEET_CHART_ROWS_MAX 60

/* Writes and draws FOLDER/charts/RULE-RUNTIME for the rules of the first group that have ratios on two
 * machines or more; of very many machines so many are drawn, evenly by their ratio. script_folder: as
 * charts_draw. -1 with error. */
int fleet_charts_draw(const struct fleet *fleet, const char *script_folder, const char *folder, unsigned jobs,
                      struct drawn *drawn, struct error *error);
void fleet_chart_id(const struct fleet_line *line, char *id, size_t id_bytes);

/* FOLDER/index.html, with the charts that were drawn. -1 with error. */
int fleet_page_write(const struct fleet *fleet, const char *folder, const struct drawn *drawn,
                     struct error *error);

#endif
