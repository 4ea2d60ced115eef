/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_FLEET_WRITE_H
#define CROSSPOINT_FLEET_WRITE_H

#include <stdio.h>

#include "drawing.h"
#include "error.h"
#include "fleet.h"
#include "table.h"
#include "verdict.h"

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

/* What a page is made of. judged[i]: the first group's machine i, judged anew from its samples for what
 * verdicts.csv does not tell, the decision map; NULL: it could not be. */
enum { FLEET_JUDGED_MAX = 12 };
struct fleet_pages {
    const struct fleet *fleet;
    const struct verdicts *judged[FLEET_JUDGED_MAX];
    size_t judged_count;
};

/* The decision maps of those that were judged, as files for gnuplot, if there are two at least. -1 with
 * error. */
int fleet_maps_write(const struct fleet_pages *pages, const char *script_folder, const char *style,
                     const char *folder, bool *made, struct error *error);
const char *fleet_maps_id(void);

/* For page_make, its context a struct fleet_pages: draws FOLDER/charts/RULE-RUNTIME for the rules of the
 * first group that have ratios on two machines or more. Of very many machines some are drawn, evenly by their
 * ratio. -1 with error. */
int fleet_charts_draw(const void *context, const char *script_folder, const char *folder, unsigned jobs,
                      struct drawn *drawn, struct error *error);
void fleet_chart_id(const struct fleet_line *line, char *id, size_t id_bytes);

/* What fleet_write prints, with charts, as FOLDER/index.html; as page_make. */
int fleet_page_make(const struct fleet_pages *pages, const char *folder, struct error *error);

#endif
