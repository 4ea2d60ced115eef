/* SPDX-License-Identifier: MIT */
/* What is drawn stands in curves.gp; here are the data, the ranges and the words beside the plot. */
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chart_private.h"
#include "chart_tics.h"
#include "gnuplot.h"
#include "sweep_draw.h"
#include "sweep_private.h"
#include "wording.h"

enum { PLOT_LEFT = 86, PLOT_RIGHT = 650, PLOT_HEIGHT_MIN = 400, PLOT_BELOW = 90, FINDING_COLUMNS = 132 };

/* Data */

static void put_figures(FILE *out, const double *figures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[40];
        word_number(figures[i], text, sizeof text);
        fprintf(out, ",%s", text);
    }
}

static void put_data(FILE *out, const struct sweep_chart *chart)
{
    fprintf(out, "series,kind,reference,model,%s,%s,low,high,n,block\n", chart->words ? "x" : chart->key,
            chart->scaling ? "speedup" : columns[chart->metric].name);
    for (size_t i = 0; i < chart->count; i++) {
        const struct sweep_series *series = &chart->series[i];
        char reference[64];
        snprintf(reference, sizeof reference, "%s", chart->reference);
        if (series->reference_workers)
            snprintf(reference, sizeof reference, "workers:%u", series->reference_workers);
        for (size_t k = 0; k < series->count; k++) {
            const struct sweep_point *point = &series->points[k];
            const struct median_interval *figure = &point->figure;
            fprintf(out, "%zu,median,%s,%s,%.10g", i + 1, reference, series->label, point->x);
            put_figures(out, (double[]){figure->median, figure->low, figure->high}, 3);
            fprintf(out, ",%zu,\n", point->n);
        }
        if (*series->limit.value) {
            const struct sweep_point *last = &series->points[series->count - 1];
            fprintf(out, "%zu,limit,%s,%s,%.10g", i + 1, reference, series->label, last->x);
            put_figures(out, &last->figure.median, 1);
            fputs(",,,,\n", out);
        }
        for (size_t k = 0; k < series->count; k++)
            for (size_t m = 0; m < series->points[k].n; m += chart_dot_step(series->points[k].n)) {
                const struct sweep_sample *sample = &series->points[k].samples[m];
                fprintf(out, "%zu,sample,%s,%s,%.10g", i + 1, reference, series->label, series->points[k].x);
                put_figures(out, &sample->figure, 1);
                fprintf(out, ",,,,%u\n", sample->block);
            }
    }
}

/* Ranges */

struct extent {
    double x_min, x_max, y_min, y_max;
};

static struct extent find_extent(const struct sweep_chart *chart)
{
    double scale = chart->scaling ? 1 : chart_metric_scale(chart->metric);
    struct extent extent = {INFINITY, 0, INFINITY, 0};
    for (size_t i = 0; i < chart->count; i++)
        for (size_t k = 0; k < chart->series[i].count; k++) {
            const struct sweep_point *point = &chart->series[i].points[k];
            extent.x_min = fmin(extent.x_min, point->x);
            extent.x_max = fmax(extent.x_max, point->x);
            for (size_t sample = 0; sample < point->n; sample++) {
                extent.y_min = fmin(extent.y_min, scale * point->samples[sample].figure);
                extent.y_max = fmax(extent.y_max, scale * point->samples[sample].figure);
            }
        }
    return extent;
}

static int compare_points(const void *a, const void *b)
{
    double left = (*(const struct sweep_point *const *)a)->x,
           right = (*(const struct sweep_point *const *)b)->x;
    return (left > right) - (left < right);
}

/* The values that were measured, as far as they do not stand too near one another. */
static int put_x_tics(FILE *out, const struct sweep_chart *chart, bool logarithmic, double x_min,
                      double x_max)
{
    size_t count = 0, room = 0;
    for (size_t i = 0; i < chart->count; i++)
        room += chart->series[i].count;
    const struct sweep_point **points = malloc((room + 1) * sizeof *points);
    double last = -INFINITY;
    if (!points)
        return -1;
    for (size_t i = 0; i < chart->count; i++)
        for (size_t k = 0; k < chart->series[i].count; k++)
            points[count++] = &chart->series[i].points[k];
    qsort(points, count, sizeof *points, compare_points);
    fputs("X_TICS = 'set xtics (", out);
    for (size_t i = 0; i < count; i++) {
        double x = points[i]->x,
               at = logarithmic ? log(x / x_min) / log(x_max / x_min) : (x - x_min) / (x_max - x_min);
        char text[40];
        if (at < last + 0.045)
            continue;
        tics_word(COLUMN_VALUE, x, text, sizeof text);
        fprintf(out, "%s\"%s\" %.10g", isfinite(last) ? ", " : "", chart->words ? points[i]->value : text, x);
        last = at;
    }
    fputs(")'\n", out);
    free(points);
    return 0;
}

/* The ideal line runs out of the plot where it is far above the data. */
static void put_speedups(FILE *out, const struct sweep_chart *chart, const struct extent *extent,
                         bool logarithmic)
{
    double ideal = extent->x_max / fmax(1, chart->series[0].reference_workers);
    double y_max = fmax(1.1 * extent->y_max, fmin(1.06 * ideal, 1.35 * extent->y_max));
    gnuplot_put_value(out, "Y_MIN", logarithmic ? fmin(0.9, 0.9 * extent->y_min) : 0);
    gnuplot_put_value(out, "Y_MAX", fmax(1.1, y_max));
    fprintf(out, "Y_LOG = %d\nY_TICS = 'set ytics autofreq'\nSCALE = 1\n", logarithmic);
    gnuplot_put_string(out, "Y_LABEL", "speedup");
}

static void put_figures_range(FILE *out, const struct sweep_chart *chart, const struct extent *extent)
{
    bool logarithmic = extent->y_max / extent->y_min > 10;
    double margin = pow(extent->y_max / extent->y_min, 0.06);
    double y_min = logarithmic ? extent->y_min / margin : 0,
           y_max = extent->y_max * (logarithmic ? margin : 1.1);
    struct tics tics;
    if (logarithmic)
        tics_log(y_min, y_max, 8, &tics);
    else
        tics_linear(y_min, y_max, 8, &tics);
    gnuplot_put_value(out, "Y_MIN", y_min);
    gnuplot_put_value(out, "Y_MAX", y_max);
    fprintf(out, "Y_LOG = %d\n", logarithmic);
    tics_put(out, "Y_TICS", "y", &tics, chart->metric);
    gnuplot_put_value(out, "SCALE", chart_metric_scale(chart->metric));
    gnuplot_put_string(out, "Y_LABEL", word_metric_name(chart->metric));
}

static int put_ranges(FILE *out, const struct sweep_chart *chart)
{
    struct extent extent = find_extent(chart);
    double span = extent.x_max - extent.x_min, ratio = pow(extent.x_max / extent.x_min, 0.05);
    bool logarithmic = !chart->words && extent.x_min > 0 && extent.x_max / extent.x_min > 16;
    double aside = chart->words ? 0.5 : 0.06 * span;
    double x_min = logarithmic ? extent.x_min / ratio : chart->words ? -aside : fmax(0, extent.x_min - aside);
    double x_max = logarithmic ? extent.x_max * ratio : extent.x_max + aside;
    fprintf(out, "SCALING = %d\nWORDS = %d\nX_LOG = %d\n", chart->scaling, chart->words, logarithmic);
    gnuplot_put_value(out, "X_MIN", x_min);
    gnuplot_put_value(out, "X_MAX", x_max);
    gnuplot_put_string(out, "X_LABEL", chart->key);
    if (chart->scaling)
        put_speedups(out, chart, &extent, logarithmic);
    else
        put_figures_range(out, chart, &extent);
    fprintf(out, "UNITS = %u\n", chart->units);
    return put_x_tics(out, chart, logarithmic, x_min, x_max);
}

/* The head */

static void describe(struct sweep_drawing *drawing)
{
    const struct sweep_chart *chart = drawing->chart;
    const struct sweep_point *point;
    const struct sweep_series *series = sweep_best(chart, &point), *most_counts = chart->series;
    char figure[128], no_fit[128] = "";
    drawing->fitted = false;
    for (size_t i = 0; i < chart->count; i++) {
        drawing->fitted |= chart->series[i].fitted;
        if (chart->series[i].fit_count > most_counts->fit_count)
            most_counts = &chart->series[i];
    }
    if (chart->scaling && !drawing->fitted)
        scaling_word_no_fit(chart, most_counts, no_fit, sizeof no_fit);
    sweep_word_point(chart, point, figure, sizeof figure);
    size_t used = (size_t)snprintf(drawing->finding, sizeof drawing->finding, "%s: %s, %s%s%s",
                                   chart->scaling ? "Furthest" : "Best", series->label, figure,
                                   *no_fit ? "; " : "", no_fit);
    for (size_t i = 0; i < chart->count && used < sizeof drawing->finding; i++)
        if (*chart->series[i].limit.value)
            used += (size_t)snprintf(drawing->finding + used, sizeof drawing->finding - used,
                                     ". × %s ends before %s: %s", chart->series[i].label,
                                     chart->series[i].limit.value, chart->series[i].limit.reason);
}

static void put_head(FILE *out, const struct sweep_drawing *drawing)
{
    const struct sweep_chart *chart = drawing->chart;
    char title[128], what[128], keys[256], subtitle[448], foot[256];
    size_t n_min = SIZE_MAX, n_max = 0;
    for (size_t i = 0; i < chart->count; i++)
        for (size_t k = 0; k < chart->series[i].count; k++) {
            n_min = chart->series[i].points[k].n < n_min ? chart->series[i].points[k].n : n_min;
            n_max = chart->series[i].points[k].n > n_max ? chart->series[i].points[k].n : n_max;
        }
    sweep_word_title(chart, title, sizeof title);
    sweep_word_figure(chart, what, sizeof what);
    *what = (char)toupper((unsigned char)*what);
    sweep_word_keys(&chart->cell, chart->key, keys, sizeof keys);
    snprintf(subtitle, sizeof subtitle, "%s   ·   %s%s", what, chart->cell.runtime, keys);
    size_t used = (size_t)snprintf(foot, sizeof foot, "medians and %s; dots: every block, n = %zu",
                                   n_min < 6 ? "ranges" : "exact 95 % intervals", n_min);
    if (n_max > n_min)
        used += (size_t)snprintf(foot + used, sizeof foot - used, " to %zu", n_max);
    if (drawing->fitted)
        snprintf(foot + used, sizeof foot - used, "   ·   fits start at one worker");
    struct gnuplot_head head = {
        .title = title, .subtitle = subtitle, .finding = drawing->finding, .finding_word = "", .foot = foot};
    gnuplot_put_head(out, &head, drawing->height);
}

static int put_script(FILE *out, const struct sweep_chart *chart, const char *style, const char *script)
{
    struct sweep_drawing drawing = {.chart = chart};
    describe(&drawing);
    drawing.head = gnuplot_head_height(gnuplot_wrap(drawing.finding, FINDING_COLUMNS));
    int key = sweep_key_height(&drawing), plot = key > PLOT_HEIGHT_MIN ? key : PLOT_HEIGHT_MIN;
    drawing.height = drawing.head + SWEEP_ABOVE + plot + PLOT_BELOW;
    gnuplot_put_start(out, chart->id, style, drawing.height);
    put_head(out, &drawing);
    double height = drawing.height;
    fprintf(out, "LEFT = %.5f\nRIGHT = %.5f\n", (double)PLOT_LEFT / GNUPLOT_WIDTH,
            (double)PLOT_RIGHT / GNUPLOT_WIDTH);
    fprintf(out, "TOP = %.5f\nBOTTOM = %.5f\nPIXEL = %.6f\n", 1 - (drawing.head + SWEEP_ABOVE) / height,
            PLOT_BELOW / height, 1 / height);
    sweep_put_series(out, chart);
    int result = put_ranges(out, chart);
    sweep_put_key(out, &drawing);
    fputs(script, out);
    gnuplot_put_end(out);
    return result;
}

/* Files */

static int write_chart(const struct sweep_chart *chart, const char *style, const char *script,
                       const char *folder, struct error *error)
{
    struct file_new file;
    if (!gnuplot_open(&file, folder, chart->id, "csv", error))
        return -1;
    put_data(file.stream, chart);
    if (gnuplot_close(&file, chart->id, error) || !gnuplot_open(&file, folder, chart->id, "gp", error))
        return -1;
    if (put_script(file.stream, chart, style, script)) {
        file_drop(&file);
        return error_set(error, "out of memory");
    }
    return gnuplot_close(&file, chart->id, error);
}

static int draw_charts(const struct sweeps *sweeps, const char *script_folder, const char *folder,
                       unsigned jobs, struct drawn *drawn, struct error *error)
{
    char *style = gnuplot_read_script(script_folder, "style.gp", error);
    char *script = style ? gnuplot_read_script(script_folder, "curves.gp", error) : NULL;
    const char **ids = calloc(sweeps->count, sizeof *ids);
    int result = script ? gnuplot_make_folder(folder, error) : -1;
    if (!ids)
        result = error_set(error, "out of memory");
    for (size_t i = 0; !result && i < sweeps->count; i++) {
        ids[i] = sweeps->charts[i].id;
        result = write_chart(&sweeps->charts[i], style, script, folder, error);
    }
    if (!result)
        result = drawing_run(folder, ids, sweeps->count, jobs, DRAWING_TIMEOUT_S, drawn, error);
    free(ids);
    free(script);
    free(style);
    return result;
}

int sweeps_draw(const struct sweeps *sweeps, const char *script_folder, const char *folder, unsigned jobs,
                struct drawn *drawn, struct error *error)
{
    return sweeps->count ? draw_charts(sweeps, script_folder, folder, jobs, drawn, error) : 0;
}
