/* SPDX-License-Identifier: MIT */
/* What the files of a chart share. */
#ifndef CROSSPOINT_CHART_PRIVATE_H
#define CROSSPOINT_CHART_PRIVATE_H

#include <stdbool.h>
#include <stdio.h>

#include "verdict.h"

enum {
    PANELS_MAX = 24,
    FOOT = 30,
    BARS_HEIGHT = 196,
    BARS_HEIGHT_MAX = 224,
    BARS_LEFT = 156,
    BARS_RIGHT = 88,
    SWEEP_HEIGHT = 448,
    SWEEP_LEFT = 86,
    SWEEP_RIGHT = 80,
    SWEEP_AXIS = 54, /* below the plot: its tics and its name */
    LIMIT_LINE = 13, /* what stopped a curve stands below that */
    LIMIT_BYTES = 768,
};

struct panel {
    const struct verdict *verdict; /* the first, if a swept pair has one a value */
    const struct verdict_point *points;
    size_t count; /* of points; 1: bars */
    size_t limit_count;
    struct panel_limit {
        const struct verdict_point *last; /* where a curve ends */
        bool better;                      /* whose it is */
        const struct verdict_point *next; /* that was skipped */
    } limits[2];
    char limit_text[LIMIT_BYTES]; /* its lines broken; "": none */
    int limit_lines;
    bool sweep;
    int left, right, top, bottom; /* pixels from the top left corner, captions included */
};
struct chart {
    const struct verdicts *verdicts;
    const struct verdict *first; /* of the rule; they stand together, over all runtimes */
    size_t count;
    struct panel panels[PANELS_MAX];
    size_t panel_count;
    int head, height;
    bool several_runtimes;
};

/* Of very many samples each so-manieth is drawn, which shows no less; figures are of all. */
static inline size_t chart_dot_step(size_t samples)
{
    enum { DOTS_MAX = 500 };
    return samples > DOTS_MAX ? (samples + DOTS_MAX - 1) / DOTS_MAX : 1;
}

/* A fact is one cell: nothing stands against it, and the line is what is expected. */
static inline bool panel_is_fact(const struct panel *panel)
{
    return panel->verdict->pair->kind == RULE_FACT;
}

/* What was measured of an arm at a point, in blocks. */
static inline size_t point_arm_n(const struct verdict_point *point, bool better)
{
    return point->n ? point->n : better ? point->better_alone : point->worse_alone;
}

/* Lists the panels that have data. */
void chart_list_panels(struct chart *chart);
/* Places them, below a head with so many lines of finding. */
void chart_lay_out(struct chart *chart, int subtitle_lines);

/* The CSV that the panels are drawn from. */
void chart_put_data(FILE *out, const struct chart *chart);
/* What the script of a panel needs: names, ranges, lines. */
void chart_put_panel(FILE *out, const struct chart *chart, const struct panel *panel, size_t number);

/* The finding, in words. */
void chart_describe(const struct chart *chart, char *text, size_t text_bytes);
/* What all cells of all panels share. */
void chart_describe_common(const struct chart *chart, char *text, size_t text_bytes);

#endif
