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

/* For people: which machines the group has; what could be the default of all, line by line. Their context is
 * a struct fleet_group. */
void fleet_put_head(const void *context, FILE *out);
void fleet_put_defaults(const void *context, FILE *out);

/* --format text|csv|json|markdown; colour and width as verdicts_write. CSV: a row a machine, rule and pair.
 * -1 with error. */
int fleet_write(const struct fleet *fleet, const char *format, int colour, int width, FILE *out,
                struct error *error);

/* For page_make, its context a struct fleet: draws FOLDER/charts/RULE-RUNTIME for the rules of the first
 * group that have ratios on two machines or more. Of very many machines some are drawn, evenly by their
 * ratio. -1 with error. */
int fleet_charts_draw(const void *context, const char *script_folder, const char *folder, unsigned jobs,
                      struct drawn *drawn, struct error *error);
void fleet_chart_id(const struct fleet_line *line, char *id, size_t id_bytes);

/* What fleet_write prints, with charts, as FOLDER/index.html; as page_make. */
int fleet_page_make(const struct fleet *fleet, const char *folder, struct error *error);

#endif
