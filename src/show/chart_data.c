/* SPDX-License-Identifier: MIT */
/* The data of a chart. */
#include <math.h>

#include "chart_private.h"
#include "wording.h"

static void put_row(FILE *out, size_t panel, const char *kind, const char *arm, const char *model, double x,
                    const double *figures, size_t n, long block)
{
    char text[40];
    fprintf(out, "%zu,%s,%s,%s", panel, kind, arm, model);
    word_number(x, text, sizeof text);
    fprintf(out, ",%s", text);
    for (int i = 0; i < 3; i++) {
        word_number(figures[i], text, sizeof text);
        fprintf(out, ",%s", text);
    }
    if (block < 0)
        fprintf(out, ",%zu,\n", n);
    else
        fprintf(out, ",,%ld\n", block);
}

/* Medians first and in the order of the sweep, so that gnuplot joins them. */
static void put_panel_data(FILE *out, const struct panel *panel, size_t number)
{
    const struct verdict_point *end = panel->points + panel->count;
    int arms = panel_is_fact(panel) ? 1 : 2;
    for (int arm = 0; arm < arms; arm++)
        for (const struct verdict_point *point = panel->points; point < end; point++) {
            double better[] = {point->better_median, point->better_low, point->better_high};
            double worse[] = {point->worse_median, point->worse_low, point->worse_high};
            size_t n = point_arm_n(point, arm == 0);
            if (n)
                put_row(out, number, "median", arm ? "worse" : "better",
                        arm ? point->comparison.worse.model : point->comparison.better.model, point->x,
                        arm ? worse : better, n, -1);
        }
    for (size_t i = 0; i < panel->limit_count; i++) {
        const struct panel_limit *limit = &panel->limits[i];
        const struct comparison *comparison = &limit->last->comparison;
        double at[] = {limit->better ? limit->last->better_median : limit->last->worse_median, NAN, NAN};
        put_row(out, number, "limit", limit->better ? "better" : "worse",
                limit->better ? comparison->better.model : comparison->worse.model, limit->last->x, at, 0,
                -1);
    }
    for (const struct verdict_point *point = panel->points; point < end; point++) {
        bool interval = isfinite(point->ci_level);
        double ratio[] = {point->ratio, interval ? point->ci_low : point->ratio,
                          interval ? point->ci_high : point->ratio};
        if (point->n && arms == 2)
            put_row(out, number, "ratio", "", "", point->x, ratio, point->n, -1);
    }
    for (const struct verdict_point *point = panel->points; point < end; point++)
        for (size_t i = 0; i < point->n; i += chart_dot_step(point->n)) {
            double better[] = {point->samples[i].better, NAN, NAN},
                   worse[] = {point->samples[i].worse, NAN, NAN};
            put_row(out, number, "sample", "better", point->comparison.better.model, point->x, better, 0,
                    (long)point->samples[i].block);
            if (arms == 2)
                put_row(out, number, "sample", "worse", point->comparison.worse.model, point->x, worse, 0,
                        (long)point->samples[i].block);
        }
}

void chart_put_data(FILE *out, const struct chart *chart)
{
    fputs("panel,kind,arm,model,x,y,low,high,n,block\n", out);
    for (size_t i = 0; i < chart->panel_count; i++)
        put_panel_data(out, &chart->panels[i], i + 1);
}
