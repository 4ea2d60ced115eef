/* SPDX-License-Identifier: MIT */
/* Which panels a chart has, and where each sits. */
#include <math.h>
#include <string.h>

#include "chart_private.h"
#include "gnuplot.h"

static bool has_data(const struct panel *panel)
{
    for (size_t i = 0; i < panel->count; i++)
        if (panel->points[i].n)
            return true;
    return false;
}

static void add_panel(struct chart *chart, const struct verdict *verdict, size_t first, size_t count,
                      bool sweep)
{
    struct panel panel = {
        .verdict = verdict, .points = &chart->verdicts->points[first], .count = count, .sweep = sweep};
    while (sweep && panel.count && !panel.points[panel.count - 1].n)
        panel.count--;
    while (sweep && panel.count && !panel.points[0].n) {
        panel.points++;
        panel.count--;
    }
    if (chart->panel_count < PANELS_MAX && has_data(&panel))
        chart->panels[chart->panel_count++] = panel;
}

/* Verdicts of one pair and runtime share a panel if it is drawn over its sweep. */
void chart_list_panels(struct chart *chart)
{
    for (size_t i = 0, end; i < chart->count; i = end) {
        const struct verdict *verdict = &chart->first[i];
        size_t points = 0;
        for (end = i; end < chart->count && chart->first[end].pair == verdict->pair &&
                      strcmp(chart->first[end].runtime, verdict->runtime) == 0;
             end++)
            points += chart->first[end].point_count;
        chart->several_runtimes |= strcmp(verdict->runtime, chart->first[0].runtime) != 0;
        bool numeric = isfinite(chart->verdicts->points[verdict->point_first].x);
        if (points > 1 && numeric && strcmp(verdict->rule->chart_script, "sweep") == 0)
            add_panel(chart, verdict, verdict->point_first, points, true);
        else
            for (size_t k = 0; k < points; k++)
                add_panel(chart, verdict->pair->kind == RULE_CROSSOVER ? verdict : &chart->first[i + k],
                          verdict->point_first + k, 1, false);
    }
}

static void place(struct panel *panel, int left, int right, int top, int height)
{
    panel->left = left;
    panel->right = right;
    panel->top = top;
    panel->bottom = top + height;
}

static int stack(struct chart *chart, bool sweep, int left, int right, int height)
{
    int top = chart->head;
    for (size_t i = 0; i < chart->panel_count; i++) {
        struct panel *panel = &chart->panels[i];
        if (panel->sweep != sweep)
            continue;
        place(panel, left, right, top, height);
        top = panel->bottom;
    }
    return top;
}

/* Bars alone: one column. Sweeps alone: side by side, two a row. Both: bars left, sweeps right. */
void chart_lay_out(struct chart *chart, int subtitle_lines)
{
    size_t sweeps = 0;
    chart->head = gnuplot_head_height(subtitle_lines);
    for (size_t i = 0; i < chart->panel_count; i++)
        sweeps += chart->panels[i].sweep;
    int bottom = chart->head, middle = GNUPLOT_WIDTH * 44 / 100;
    if (sweeps == chart->panel_count && sweeps > 1) {
        for (size_t i = 0; i < sweeps; i++) {
            bool right = i % 2;
            place(&chart->panels[i], right ? GNUPLOT_WIDTH / 2 : 0, right ? GNUPLOT_WIDTH : GNUPLOT_WIDTH / 2,
                  chart->head + SWEEP_HEIGHT * (int)(i / 2), SWEEP_HEIGHT);
            bottom = chart->panels[i].bottom;
        }
    } else {
        bool both = sweeps && sweeps < chart->panel_count;
        int bars_height = BARS_HEIGHT;
        if (both) { /* as high as the sweeps beside them, within reason */
            int room = (int)sweeps * SWEEP_HEIGHT / (int)(chart->panel_count - sweeps);
            bars_height = room < BARS_HEIGHT ? BARS_HEIGHT : room > BARS_HEIGHT_MAX ? BARS_HEIGHT_MAX : room;
        }
        int bars_bottom = stack(chart, false, 0, both ? middle : GNUPLOT_WIDTH, bars_height);
        int sweeps_bottom = stack(chart, true, both ? middle : 0, GNUPLOT_WIDTH, SWEEP_HEIGHT);
        bottom = bars_bottom > sweeps_bottom ? bars_bottom : sweeps_bottom;
    }
    chart->height = bottom + FOOT;
}
