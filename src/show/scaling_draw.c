/* SPDX-License-Identifier: MIT */
/* What is drawn stands in scaling.gp; here are the data, the fits, the ranges and the words beside the plot.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drawing.h"
#include "gnuplot.h"
#include "scaling.h"
#include "wording.h"

enum {
    PLOT_LEFT = 86,
    PLOT_RIGHT = 650,
    PLOT_HEIGHT_MIN = 400,
    PLOT_ABOVE = 26,
    PLOT_BELOW = 90,
    FINDING_COLUMNS = 132,
    KEY_LEFT = 676,
    KEY_LINE = 17,
    KEY_GAP = 9
};

struct drawing {
    const struct scaling_chart *chart;
    char finding[512];
    int head, height; /* pixels */
    bool fitted;      /* any series */
    bool logarithmic;
};

/* Data */

static void put_data(FILE *out, const struct scaling_chart *chart)
{
    fputs("series,kind,reference,model,workers,speedup,low,high,n,block\n", out);
    for (size_t i = 0; i < chart->count; i++) {
        const struct scaling_series *series = &chart->series[i];
        char reference[64], figure[3][40];
        snprintf(reference, sizeof reference, "%s", chart->reference);
        if (series->reference_workers)
            snprintf(reference, sizeof reference, "workers:%u", series->reference_workers);
        for (const struct scaling_point *point = series->points; point < series->points + series->count;
             point++) {
            word_number(point->speedup.median, figure[0], sizeof figure[0]);
            word_number(point->speedup.low, figure[1], sizeof figure[1]);
            word_number(point->speedup.high, figure[2], sizeof figure[2]);
            fprintf(out, "%zu,median,%s,%s,%u,%s,%s,%s,%zu,\n", i + 1, reference, series->model,
                    point->workers, figure[0], figure[1], figure[2], point->n);
        }
        for (const struct scaling_point *point = series->points; point < series->points + series->count;
             point++)
            for (size_t k = 0; k < point->n; k++) {
                word_number(point->samples[k].speedup, figure[0], sizeof figure[0]);
                fprintf(out, "%zu,sample,%s,%s,%u,%s,,,,%u\n", i + 1, reference, series->model,
                        point->workers, figure[0], point->samples[k].block);
            }
    }
}

/* Script: one word a series */

static void put_numbers(FILE *out, const char *name, const struct scaling_chart *chart,
                        double (*number)(const struct scaling_series *))
{
    fprintf(out, "%s = \"", name);
    for (size_t i = 0; i < chart->count; i++) {
        char text[40];
        word_number(number(&chart->series[i]), text, sizeof text);
        fprintf(out, "%s%s", i ? " " : "", text);
    }
    fputs("\"\n", out);
}

static double fit_first(const struct scaling_series *series)
{
    return series->fitted ? 1 : 0;
}

static double fit_last(const struct scaling_series *series)
{
    return series->fitted ? series->fit_workers_max : 0;
}

static double fit_scale(const struct scaling_series *series)
{
    return series->scale;
}

static double usl_sigma(const struct scaling_series *series)
{
    return series->usl.sigma;
}

static double usl_kappa(const struct scaling_series *series)
{
    return series->usl.kappa;
}

static double amdahl_sigma(const struct scaling_series *series)
{
    return series->amdahl.sigma;
}

static void put_series(FILE *out, const struct scaling_chart *chart)
{
    fprintf(out, "SERIES = %zu\nMODELS = \"", chart->count);
    for (size_t i = 0; i < chart->count; i++)
        fprintf(out, "%s%s", i ? " " : "", chart->series[i].model);
    fputs("\"\n# Fits, a word a series, of these worker counts; none: 0 to 0\n", out);
    put_numbers(out, "FITTED_FIRST", chart, fit_first);
    put_numbers(out, "FITTED_LAST", chart, fit_last);
    put_numbers(out, "FITTED_SCALE", chart, fit_scale);
    put_numbers(out, "USL_SIGMA", chart, usl_sigma);
    put_numbers(out, "USL_KAPPA", chart, usl_kappa);
    put_numbers(out, "AMDAHL_SIGMA", chart, amdahl_sigma);
}

/* Ideal is as many times the reference as there are times its workers. */
static void put_ideals(FILE *out, const struct scaling_chart *chart)
{
    fputs("IDEALS = \"", out);
    for (size_t i = 0; i < chart->count; i++) {
        unsigned workers = chart->series[i].reference_workers;
        bool seen = false;
        for (size_t k = 0; k < i; k++)
            seen |= chart->series[k].reference_workers == workers;
        if (!seen)
            fprintf(out, "%s%u", i ? " " : "", workers ? workers : 1);
    }
    fputs("\"\n", out);
}

struct extent {
    double x_min, x_max, y_min, y_max;
};

static struct extent find_extent(const struct scaling_chart *chart)
{
    struct extent extent = {INFINITY, 0, INFINITY, 0};
    for (size_t i = 0; i < chart->count; i++)
        for (size_t k = 0; k < chart->series[i].count; k++) {
            const struct scaling_point *point = &chart->series[i].points[k];
            extent.x_min = fmin(extent.x_min, point->workers);
            extent.x_max = fmax(extent.x_max, point->workers);
            for (size_t sample = 0; sample < point->n; sample++) {
                extent.y_min = fmin(extent.y_min, point->samples[sample].speedup);
                extent.y_max = fmax(extent.y_max, point->samples[sample].speedup);
            }
        }
    return extent;
}

static int compare_numbers(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The worker counts that were measured, as far as they do not stand too near one another. */
static int put_worker_tics(FILE *out, const struct drawing *drawing, double x_min, double x_max)
{
    const struct scaling_chart *chart = drawing->chart;
    size_t count = 0, room = 0;
    for (size_t i = 0; i < chart->count; i++)
        room += chart->series[i].count;
    double *workers = malloc((room + 1) * sizeof *workers), last = -INFINITY;
    if (!workers)
        return -1;
    for (size_t i = 0; i < chart->count; i++)
        for (size_t k = 0; k < chart->series[i].count; k++)
            workers[count++] = chart->series[i].points[k].workers;
    qsort(workers, count, sizeof *workers, compare_numbers);
    fputs("X_TICS = 'set xtics (", out);
    for (size_t i = 0; i < count; i++) {
        double at = drawing->logarithmic ? log(workers[i] / x_min) / log(x_max / x_min)
                                         : (workers[i] - x_min) / (x_max - x_min);
        if (at < last + 0.045)
            continue;
        fprintf(out, "%s%.0f", isfinite(last) ? ", " : "", workers[i]);
        last = at;
    }
    fputs(")'\n", out);
    free(workers);
    return 0;
}

/* The ideal line runs out of the plot where it is far above the data. */
static int put_ranges(FILE *out, struct drawing *drawing)
{
    struct extent extent = find_extent(drawing->chart);
    double span = extent.x_max - extent.x_min, ratio = pow(extent.x_max / extent.x_min, 0.05);
    drawing->logarithmic = extent.x_max / extent.x_min > 16;
    double x_min = drawing->logarithmic ? extent.x_min / ratio : fmax(0, extent.x_min - 0.06 * span);
    double x_max = drawing->logarithmic ? extent.x_max * ratio : extent.x_max + 0.06 * span;
    double ideal = extent.x_max / fmax(1, drawing->chart->series[0].reference_workers);
    double y_max = fmax(1.1 * extent.y_max, fmin(1.06 * ideal, 1.35 * extent.y_max));
    fprintf(out, "LOGARITHMIC = %d\n", drawing->logarithmic);
    gnuplot_put_value(out, "X_MIN", x_min);
    gnuplot_put_value(out, "X_MAX", x_max);
    gnuplot_put_value(out, "Y_MIN", drawing->logarithmic ? fmin(0.9, 0.9 * extent.y_min) : 0);
    gnuplot_put_value(out, "Y_MAX", fmax(1.1, y_max));
    put_ideals(out, drawing->chart);
    fprintf(out, "UNITS = %u\n", drawing->chart->units);
    return put_worker_tics(out, drawing, x_min, x_max);
}

/* The key: each model with its figures, from the top in the order of the curves' ends. */

static void put_key_label(FILE *out, const struct drawing *drawing, size_t number, int top, const char *text,
                          const char *font)
{
    char name[40];
    snprintf(name, sizeof name, "KEY_%zu", number);
    gnuplot_put_string(out, name, text);
    fprintf(out, "set label %zu %s noenhanced at screen %.5f, %.5f left font '%s' textcolor rgb %s\n",
            200 + number, name, (KEY_LEFT + 22.0) / GNUPLOT_WIDTH, 1 - (double)top / drawing->height, font,
            *font == ',' && font[1] == '1' && font[2] == '2' ? "cp_dark" : "cp_grey");
}

static void describe_end(const struct scaling_series *series, char *text, size_t text_bytes)
{
    const struct scaling_point *last = &series->points[series->count - 1];
    char ratio[96];
    word_ratio(last->speedup.median, last->speedup.low, last->speedup.high, ratio, sizeof ratio);
    snprintf(text, text_bytes, "%s with %u workers", ratio, last->workers);
}

static int put_key_series(FILE *out, const struct drawing *drawing, size_t index, int top, size_t *labels)
{
    const struct scaling_series *series = &drawing->chart->series[index];
    char text[160], fit[128];
    fprintf(out,
            "set label %zu '' at screen %.5f, %.5f point pt cp_shape(word(MODELS, %zu)) ps 0.9 lc rgb "
            "cp_colour(word(MODELS, %zu))\n",
            200 + ++*labels, (KEY_LEFT + 8.0) / GNUPLOT_WIDTH, 1 - (double)top / drawing->height, index + 1,
            index + 1);
    put_key_label(out, drawing, ++*labels, top, series->model, ",12");
    describe_end(series, text, sizeof text);
    put_key_label(out, drawing, ++*labels, top += KEY_LINE, text, ",10");
    if (series->fitted) {
        scaling_word_usl(series, fit, sizeof fit);
        snprintf(text, sizeof text, "USL: %s", fit);
        put_key_label(out, drawing, ++*labels, top += KEY_LINE, text, ",10");
        scaling_word_amdahl(series, fit, sizeof fit);
        snprintf(text, sizeof text, "Amdahl: %s", fit);
        put_key_label(out, drawing, ++*labels, top += KEY_LINE, text, ",10");
    } else if (drawing->fitted) {
        scaling_word_no_fit(drawing->chart, series, text, sizeof text);
        put_key_label(out, drawing, ++*labels, top += KEY_LINE, text, ",10");
    }
    return top + KEY_LINE + KEY_GAP;
}

/* What the lines are; scaling.gp draws one of each at the left of its words. */
static void put_key_line(FILE *out, const struct drawing *drawing, const char *name, size_t number, int top,
                         const char *text)
{
    gnuplot_put_value(out, name, 1 - (double)top / drawing->height);
    put_key_label(out, drawing, number, top, text, ",10");
}

static int key_height(const struct drawing *drawing)
{
    int height = (drawing->fitted ? 3 : 1) * KEY_LINE + KEY_GAP;
    for (size_t i = 0; i < drawing->chart->count; i++)
        height += KEY_LINE * (drawing->chart->series[i].fitted ? 4 : drawing->fitted ? 3 : 2) + KEY_GAP;
    return height;
}

static void put_key(FILE *out, const struct drawing *drawing)
{
    size_t labels = 0;
    int top = drawing->head + PLOT_ABOVE + 6;
    for (size_t i = 0; i < drawing->chart->count; i++)
        top = put_key_series(out, drawing, i, top, &labels);
    gnuplot_put_value(out, "KEY_LEFT", (double)KEY_LEFT / GNUPLOT_WIDTH);
    put_key_line(out, drawing, "IDEAL_AT", ++labels, top, "ideal: twice the workers, twice the work");
    fprintf(out, "FITTED = %d\n", drawing->fitted);
    if (!drawing->fitted)
        return;
    put_key_line(out, drawing, "USL_AT", ++labels, top += KEY_LINE, "fitted: Universal Scalability Law");
    put_key_line(out, drawing, "AMDAHL_AT", ++labels, top += KEY_LINE, "fitted: Amdahl's law");
}

/* The head */

static void describe(struct drawing *drawing)
{
    const struct scaling_chart *chart = drawing->chart;
    const struct scaling_point *point;
    const struct scaling_series *series = scaling_furthest(chart, &point), *most_counts = chart->series;
    char ratio[96], no_fit[128] = "";
    drawing->fitted = false;
    for (size_t i = 0; i < chart->count; i++) {
        drawing->fitted |= chart->series[i].fitted;
        if (chart->series[i].fit_count > most_counts->fit_count)
            most_counts = &chart->series[i];
    }
    word_ratio(point->speedup.median, point->speedup.low, point->speedup.high, ratio, sizeof ratio);
    if (!drawing->fitted)
        scaling_word_no_fit(chart, most_counts, no_fit, sizeof no_fit);
    snprintf(drawing->finding, sizeof drawing->finding, "Furthest: %s, %s with %u worker%s%s%s",
             series->model, ratio, point->workers, point->workers == 1 ? "" : "s", *no_fit ? "; " : "",
             no_fit);
}

/* ", conc:64, terms:1000, place:compact" */
static void describe_keys(const struct cell *cell, char *text, size_t text_bytes)
{
    size_t used = 0;
    text[0] = '\0';
    if (cell->conc)
        used = (size_t)snprintf(text, text_bytes, ", conc:%u", cell->conc);
    for (size_t i = 0; i < cell->param_count && used < text_bytes; i++)
        used += (size_t)snprintf(text + used, text_bytes - used, ", %s:%s", cell->params[i].key,
                                 cell->params[i].value);
    if (*cell->place && used < text_bytes)
        snprintf(text + used, text_bytes - used, ", place:%s", cell->place);
}

static void put_head(FILE *out, const struct drawing *drawing)
{
    const struct scaling_chart *chart = drawing->chart;
    char title[128], reference[128], keys[256], subtitle[448], foot[256];
    size_t n_min = SIZE_MAX, n_max = 0;
    for (size_t i = 0; i < chart->count; i++)
        for (size_t k = 0; k < chart->series[i].count; k++) {
            n_min = chart->series[i].points[k].n < n_min ? chart->series[i].points[k].n : n_min;
            n_max = chart->series[i].points[k].n > n_max ? chart->series[i].points[k].n : n_max;
        }
    snprintf(title, sizeof title, "Scaling of %s/%s", chart->cell.family, chart->cell.workload);
    scaling_word_reference(chart, reference, sizeof reference);
    *reference = 'S';
    describe_keys(&chart->cell, keys, sizeof keys);
    snprintf(subtitle, sizeof subtitle, "%s   ·   %s%s", reference, chart->cell.runtime, keys);
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

static int put_script(FILE *out, const struct scaling_chart *chart, const char *style, const char *script)
{
    struct drawing drawing = {.chart = chart};
    describe(&drawing);
    drawing.head = gnuplot_head_height(gnuplot_wrap(drawing.finding, FINDING_COLUMNS));
    int plot = key_height(&drawing) > PLOT_HEIGHT_MIN ? key_height(&drawing) : PLOT_HEIGHT_MIN;
    drawing.height = drawing.head + PLOT_ABOVE + plot + PLOT_BELOW;
    gnuplot_put_start(out, chart->id, style, drawing.height);
    put_head(out, &drawing);
    double height = drawing.height;
    fprintf(out, "LEFT = %.5f\nRIGHT = %.5f\n", (double)PLOT_LEFT / GNUPLOT_WIDTH,
            (double)PLOT_RIGHT / GNUPLOT_WIDTH);
    fprintf(out, "TOP = %.5f\nBOTTOM = %.5f\nPIXEL = %.6f\n", 1 - (drawing.head + PLOT_ABOVE) / height,
            PLOT_BELOW / height, 1 / height);
    put_series(out, chart);
    int result = put_ranges(out, &drawing);
    put_key(out, &drawing);
    fputs(script, out);
    gnuplot_put_end(out);
    return result;
}

/* Files */

static int write_chart(const struct scaling_chart *chart, const char *style, const char *script,
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

static int draw_charts(const struct scaling *scaling, const char *script_folder, const char *folder,
                       unsigned jobs, struct drawn *drawn, struct error *error)
{
    char *style = gnuplot_read_script(script_folder, "style.gp", error);
    char *script = style ? gnuplot_read_script(script_folder, "scaling.gp", error) : NULL;
    const char **ids = calloc(scaling->count, sizeof *ids);
    int result = script ? gnuplot_make_folder(folder, error) : -1;
    if (!ids)
        result = error_set(error, "out of memory");
    for (size_t i = 0; !result && i < scaling->count; i++) {
        ids[i] = scaling->charts[i].id;
        result = write_chart(&scaling->charts[i], style, script, folder, error);
    }
    if (!result)
        result = drawing_run(folder, ids, scaling->count, jobs, DRAWING_TIMEOUT_S, drawn, error);
    free(ids);
    free(script);
    free(style);
    return result;
}

int scaling_draw(const struct samples *samples, const char *script_folder, const char *folder, unsigned jobs,
                 struct drawn *drawn, struct error *error)
{
    struct scaling scaling;
    int result = scaling_find(samples, &scaling, error);
    if (!result && scaling.count)
        result = draw_charts(&scaling, script_folder, folder, jobs, drawn, error);
    int count = (int)scaling.count;
    scaling_free(&scaling);
    return result ? -1 : count;
}
