/* SPDX-License-Identifier: MIT */
/* Maps as charts: what is drawn stands in map.gp; here are the data, the words in the tiles, and where all
 * sits. */
#ifndef CROSSPOINT_MAP_DRAW_H
#define CROSSPOINT_MAP_DRAW_H

#include "chart_private.h"
#include "gnuplot.h"

/* A panel a runtime. */
void map_list_panels(struct chart *chart);
void map_put_data(FILE *out, const struct chart *chart);
void map_put_script(FILE *out, struct chart *chart, const char *style, const char *script);

/* Small multiples, of whatever machines and runtimes: panels of chart, which are all of one rule, with a
 * title each. Tiles have their colours, and no words. head->foot and height are set here. */
void map_put_multiples(FILE *out, struct chart *chart, const char (*titles)[128], struct gnuplot_head *head,
                       const char *id, const char *style, const char *script);

#endif
