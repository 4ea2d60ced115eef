/* SPDX-License-Identifier: MIT */
/* Sweeps for terminals: each point a line, with its median and interval on one axis. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sweep_draw.h"
#include "sweep_private.h"
#include "wording.h"

enum { SHOWN_MAX = 6, POINTS_MAX = 60, WIDTH = 80, INDENT = 4, FIGURE_COLUMNS = 11, PLOT_MIN = 20 };

struct axis {
    double low, high;
    bool logarithmic;
    int value_columns, plot_columns;
};

static double plotted(double figure, double otherwise)
{
    return isfinite(figure) && figure > 0 ? figure : otherwise;
}

static struct axis find_axis(const struct sweep_chart *chart, size_t width)
{
    struct axis axis = {.low = INFINITY, .high = 0};
    for (size_t i = 0; i < chart->count; i++)
        for (size_t k = 0; k < chart->series[i].count; k++) {
            const struct sweep_point *point = &chart->series[i].points[k];
            const struct median_interval *figure = &point->figure;
            int wide = (int)word_width(point->value);
            axis.value_columns = wide > axis.value_columns ? wide : axis.value_columns;
            axis.low = fmin(axis.low, plotted(figure->low, figure->median));
            axis.high = fmax(axis.high, plotted(figure->high, figure->median));
        }
    axis.logarithmic = axis.high > 10 * axis.low;
    if (!axis.logarithmic)
        axis.low = 0;
    int rest = (int)width - INDENT - axis.value_columns - 2 - FIGURE_COLUMNS;
    axis.plot_columns = rest > PLOT_MIN ? rest : PLOT_MIN;
    return axis;
}

static int column_of(const struct axis *axis, double figure)
{
    double at = axis->logarithmic ? log(figure / axis->low) / log(axis->high / axis->low)
                                  : (figure - axis->low) / (axis->high - axis->low);
    return (int)lround(at * (axis->plot_columns - 1));
}

static void word_one(const struct sweep_chart *chart, double figure, char *text, size_t text_bytes)
{
    if (chart->scaling)
        word_ratio(figure, NAN, NAN, text, text_bytes);
    else
        word_metric(chart->metric, figure, text, text_bytes);
}

static void put_point(FILE *out, const struct sweep_chart *chart, const struct sweep_point *point,
                      const struct axis *axis)
{
    const struct median_interval *figure = &point->figure;
    char text[40];
    int median = column_of(axis, figure->median), low = column_of(axis, plotted(figure->low, figure->median)),
        high = column_of(axis, plotted(figure->high, figure->median));
    fprintf(out, "%*s%*s  ", INDENT, "", axis->value_columns, point->value);
    for (int column = 0; column < axis->plot_columns; column++)
        fputs(column == median ? "●" : column >= low && column <= high ? "─" : " ", out);
    word_one(chart, figure->median, text, sizeof text);
    fprintf(out, "%*s%s\n", FIGURE_COLUMNS - (int)word_width(text), "", text);
}

static void put_axis(FILE *out, const struct sweep_chart *chart, const struct axis *axis)
{
    char low[40], high[40];
    const char *kind = axis->logarithmic ? "logarithmic" : "";
    if (axis->low > 0)
        word_one(chart, axis->low, low, sizeof low);
    else
        snprintf(low, sizeof low, "0");
    word_one(chart, axis->high, high, sizeof high);
    int gap = axis->plot_columns - (int)(word_width(low) + word_width(kind) + word_width(high));
    fprintf(out, "%*s%*s  %s%*s%s%*s%s\n", INDENT, "", axis->value_columns, "", low, gap / 2, "", kind,
            gap - gap / 2, "", high);
}

static void put_sweep(FILE *out, const struct sweep_chart *chart, size_t width)
{
    struct axis axis = find_axis(chart, width);
    char title[128], figure[128], keys[256], line[640];
    size_t points = 0;
    sweep_word_title(chart, title, sizeof title);
    sweep_word_figure(chart, figure, sizeof figure);
    sweep_word_keys(&chart->cell, chart->key, keys, sizeof keys);
    snprintf(line, sizeof line, "%s: %s (median, interval)%s", title, figure, keys);
    fputs("\n", out);
    word_wrap(out, line, 0, 0, width);
    put_axis(out, chart, &axis);
    for (size_t i = 0; i < chart->count && points < POINTS_MAX; i++) {
        fprintf(out, "  %s\n", chart->series[i].label);
        for (size_t k = 0; k < chart->series[i].count && points++ < POINTS_MAX; k++)
            put_point(out, chart, &chart->series[i].points[k], &axis);
    }
    if (points >= POINTS_MAX)
        fputs("  ...\n", out);
}

int sweeps_write(const struct sweeps *sweeps, const struct table_style *style, FILE *out)
{
    size_t shown = sweeps->count > SHOWN_MAX ? SHOWN_MAX : sweeps->count;
    for (size_t i = 0; i < shown; i++)
        put_sweep(out, &sweeps->charts[i], style->width ? style->width : WIDTH);
    if (sweeps->count > shown)
        fprintf(out, "\n%zu more such charts are in the report.\n", sweeps->count - shown);
    return ferror(out) ? -1 : 0;
}
