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

static bool has_arm(const struct verdict_point *point)
{
    return point_arm_n(point, true) || point_arm_n(point, false);
}

/* A limit of the machine stopped one arm, or both. */
static void note_limits(struct panel *panel, const struct verdict_point *end)
{
    for (int arm = 0; arm < 2; arm++) {
        const struct verdict_point *last = NULL;
        for (const struct verdict_point *point = panel->points; point < end; point++)
            if (point_arm_n(point, arm == 0))
                last = point;
        if (last && last + 1 < end && strncmp(last[1].reason, "skipped: ", 9) == 0)
            panel->limits[panel->limit_count++] = (struct panel_limit){last, arm == 0, last + 1};
    }
}

/* "thread-per-task ends before 10000: needs ..."; as wide as one of two panels that share a row. */
static void word_limits(struct panel *panel)
{
    char *text = panel->limit_text;
    size_t used = 0, width = GNUPLOT_WIDTH / 2 / 7;
    for (size_t i = 0; i < panel->limit_count && used < LIMIT_BYTES; i++) {
        const struct panel_limit *limit = &panel->limits[i];
        const struct comparison *next = &limit->next->comparison;
        bool both = i == 0 && panel->limit_count == 2 && panel->limits[1].next == limit->next;
        used += (size_t)snprintf(text + used, LIMIT_BYTES - used, "%s× %s %s before %s: %s", i ? "; " : "",
                                 both            ? "both"
                                 : limit->better ? next->better.model
                                                 : next->worse.model,
                                 both ? "end" : "ends", next->sweep_value,
                                 limit->next->reason + strlen("skipped: "));
        if (both)
            break;
    }
    panel->limit_lines = *text ? gnuplot_wrap(text, width) : 0;
}

static void add_panel(struct chart *chart, const struct verdict *verdict, size_t first, size_t count,
                      bool sweep)
{
    struct panel panel = {
        .verdict = verdict, .points = &chart->verdicts->points[first], .count = count, .sweep = sweep};
    while (sweep && panel.count && !has_arm(&panel.points[panel.count - 1]))
        panel.count--;
    while (sweep && panel.count && !has_arm(&panel.points[0])) {
        panel.points++;
        panel.count--;
    }
    if (sweep)
        note_limits(&panel, &chart->verdicts->points[first + count]);
    word_limits(&panel);
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

static int sweep_height(const struct panel *panel)
{
    return SWEEP_HEIGHT + LIMIT_LINE * panel->limit_lines;
}

/* One below the other, from top on; returns where they end. */
static int stack(struct chart *chart, bool sweep, int left, int right, int top, int height)
{
    for (size_t i = 0; i < chart->panel_count; i++) {
        struct panel *panel = &chart->panels[i];
        if (panel->sweep != sweep)
            continue;
        place(panel, left, right, top, sweep ? sweep_height(panel) : height);
        top = panel->bottom;
    }
    return top;
}

/* Sweeps, two a row. */
static int pair_up(struct chart *chart, int top)
{
    int middle = GNUPLOT_WIDTH / 2, bottom = top;
    size_t placed = 0;
    for (size_t i = 0; i < chart->panel_count; i++) {
        struct panel *panel = &chart->panels[i];
        if (!panel->sweep)
            continue;
        bool right = placed++ % 2;
        top = right ? top : bottom;
        place(panel, right ? middle : 0, right ? GNUPLOT_WIDTH : middle, top, sweep_height(panel));
        bottom = panel->bottom > bottom ? panel->bottom : bottom;
    }
    return bottom;
}

/* As high as the sweep beside them, within reason. */
static int bars_height_beside(size_t bars)
{
    int room = SWEEP_HEIGHT / (int)bars;
    return room < BARS_HEIGHT ? BARS_HEIGHT : room > BARS_HEIGHT_MAX ? BARS_HEIGHT_MAX : room;
}

/* Bars: one column. A sweep: as wide as the chart, or right of the bars. More of them: below the bars. */
void chart_lay_out(struct chart *chart, int subtitle_lines)
{
    size_t sweeps = 0;
    int middle = GNUPLOT_WIDTH * 44 / 100, bottom;
    chart->head = gnuplot_head_height(subtitle_lines);
    for (size_t i = 0; i < chart->panel_count; i++)
        sweeps += chart->panels[i].sweep;
    size_t bars = chart->panel_count - sweeps;
    if (sweeps == 1) {
        int bars_bottom =
            bars ? stack(chart, false, 0, middle, chart->head, bars_height_beside(bars)) : chart->head;
        int sweep_bottom = stack(chart, true, bars ? middle : 0, GNUPLOT_WIDTH, chart->head, SWEEP_HEIGHT);
        bottom = bars_bottom > sweep_bottom ? bars_bottom : sweep_bottom;
    } else {
        bottom = pair_up(chart, stack(chart, false, 0, GNUPLOT_WIDTH, chart->head, BARS_HEIGHT));
    }
    chart->height = bottom + FOOT;
}
