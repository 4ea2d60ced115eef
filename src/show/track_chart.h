/* SPDX-License-Identifier: MIT */
/* A chart a cell: charts/ID.csv and ID.gp, which stand alone, drawn into ID.svg and ID.png; and the page over
 * them. */
#ifndef CROSSPOINT_TRACK_CHART_H
#define CROSSPOINT_TRACK_CHART_H

#include "drawing.h"
#include "error.h"
#include "gnuplot.h"
#include "track_history.h"

struct track_place {
    size_t series, metric, cell;
};

/* "1-items_per_second-0003-native-cpu-..."; begins with what is unique. */
void track_chart_id(const struct track_history *history, const struct track_place *place,
                    char id[GNUPLOT_ID_BYTES]);

/* For page_make, its context a struct track_history: draws those of current series that have two figures or
 * more. 0, or -1 with error; those that were drawn go to drawn all the same. */
int track_charts_draw(const void *context, const char *script_folder, const char *folder, unsigned jobs,
                      struct drawn *drawn, struct error *error);

/* FOLDER/index.html: what `track` prints, the flips and the charts, changes first; charts are links to their
 * files but for those of cells that changed, which it holds. As page_make. */
int track_page_make(const struct track_history *history, const char *folder, struct error *error);

#endif
