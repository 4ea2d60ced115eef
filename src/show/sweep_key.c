/* SPDX-License-Identifier: MIT */
/* Of a chart of a sweep what is told series by series: names, fits, and the key beside the plot. */
#include <stdio.h>
#include <string.h>

#include "gnuplot.h"
#include "sweep_private.h"
#include "wording.h"

enum { KEY_LEFT = 676, KEY_LINE = 17, KEY_GAP = 9 };

/* Words */

void sweep_word_title(const struct sweep_chart *chart, char *text, size_t text_bytes)
{
    if (chart->scaling)
        snprintf(text, text_bytes, "Scaling of %s/%s", chart->cell.family, chart->cell.workload);
    else
        snprintf(text, text_bytes, "%s/%s over %s", chart->cell.family, chart->cell.workload, chart->key);
}

void sweep_word_figure(const struct sweep_chart *chart, char *text, size_t text_bytes)
{
    if (chart->scaling)
        scaling_word_reference(chart, text, text_bytes);
    else
        snprintf(text, text_bytes, "%s", word_metric_name(chart->metric));
}

/* Few blocks do not reach 95 %: then the median stands alone. */
void sweep_word_interval(const struct sweep_chart *chart, const struct sweep_point *point, char *text,
                         size_t text_bytes)
{
    const struct median_interval *figure = &point->figure;
    char median[40], low[40], high[40];
    if (chart->scaling) {
        word_ratio(figure->median, figure->low, figure->high, text, text_bytes);
        return;
    }
    word_metric(chart->metric, figure->median, median, sizeof median);
    word_metric(chart->metric, figure->low, low, sizeof low);
    word_metric(chart->metric, figure->high, high, sizeof high);
    if (figure->level >= 0.95 - 1e-9)
        snprintf(text, text_bytes, "%s (%s–%s)", median, low, high);
    else
        snprintf(text, text_bytes, "%s", median);
}

void sweep_word_point(const struct sweep_chart *chart, const struct sweep_point *point, char *text,
                      size_t text_bytes)
{
    char figure[128];
    sweep_word_interval(chart, point, figure, sizeof figure);
    if (chart->scaling)
        snprintf(text, text_bytes, "%s with %s worker%s", figure, point->value,
                 strcmp(point->value, "1") == 0 ? "" : "s");
    else
        snprintf(text, text_bytes, "%s at %s:%s", figure, chart->key, point->value);
}

void sweep_word_keys(const struct cell *cell, const char *swept, char *text, size_t text_bytes)
{
    size_t used = 0;
    text[0] = '\0';
    if (cell->conc && strcmp(swept, "conc") != 0)
        used = (size_t)snprintf(text, text_bytes, ", conc:%u", cell->conc);
    for (size_t i = 0; i < cell->param_count && used < text_bytes; i++)
        if (strcmp(cell->params[i].key, swept) != 0)
            used += (size_t)snprintf(text + used, text_bytes - used, ", %s:%s", cell->params[i].key,
                                     cell->params[i].value);
    if (*cell->place && strcmp(swept, "place") != 0 && used < text_bytes)
        snprintf(text + used, text_bytes - used, ", place:%s", cell->place);
}

/* How many series before it are of the same model. */
static size_t rank_among_model(const struct sweep_chart *chart, size_t index)
{
    size_t rank = 0;
    for (size_t i = 0; i < index; i++)
        rank += strcmp(chart->series[i].model, chart->series[index].model) == 0;
    return rank;
}

/* Script: one word a series */

static void put_numbers(FILE *out, const char *name, const struct sweep_chart *chart,
                        double (*number)(const struct sweep_series *))
{
    fprintf(out, "%s = \"", name);
    for (size_t i = 0; i < chart->count; i++) {
        char text[40];
        word_number(number(&chart->series[i]), text, sizeof text);
        fprintf(out, "%s%s", i ? " " : "", text);
    }
    fputs("\"\n", out);
}

static double fit_first(const struct sweep_series *series)
{
    return series->fitted ? 1 : 0;
}

static double fit_last(const struct sweep_series *series)
{
    return series->fitted ? series->fit_workers_max : 0;
}

static double fit_scale(const struct sweep_series *series)
{
    return series->scale;
}

static double usl_sigma(const struct sweep_series *series)
{
    return series->usl.sigma;
}

static double usl_kappa(const struct sweep_series *series)
{
    return series->usl.kappa;
}

static double amdahl_sigma(const struct sweep_series *series)
{
    return series->amdahl.sigma;
}

/* Ideal is as many times the reference as there are times its workers. */
static void put_ideals(FILE *out, const struct sweep_chart *chart)
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

void sweep_put_series(FILE *out, const struct sweep_chart *chart)
{
    fprintf(out, "SERIES = %zu\nMODELS = \"", chart->count);
    for (size_t i = 0; i < chart->count; i++)
        fprintf(out, "%s%s", i ? " " : "", chart->series[i].model);
    fputs("\"\nRANKS = \"", out);
    for (size_t i = 0; i < chart->count; i++)
        fprintf(out, "%s%zu", i ? " " : "", rank_among_model(chart, i));
    fputs("\"\n# Fits, a word a series, of these worker counts; none: 0 to 0\n", out);
    put_numbers(out, "FITTED_FIRST", chart, fit_first);
    put_numbers(out, "FITTED_LAST", chart, fit_last);
    put_numbers(out, "FITTED_SCALE", chart, fit_scale);
    put_numbers(out, "USL_SIGMA", chart, usl_sigma);
    put_numbers(out, "USL_KAPPA", chart, usl_kappa);
    put_numbers(out, "AMDAHL_SIGMA", chart, amdahl_sigma);
    put_ideals(out, chart);
}

/* The key: each model with its figures, from the top in the order of the curves' ends. */

static void put_key_label(FILE *out, const struct sweep_drawing *drawing, size_t number, int top,
                          const char *text, const char *font)
{
    char name[40];
    snprintf(name, sizeof name, "KEY_%zu", number);
    gnuplot_put_string(out, name, text);
    fprintf(out, "set label %zu %s noenhanced at screen %.5f, %.5f left font '%s' textcolor rgb %s\n",
            200 + number, name, (KEY_LEFT + 22.0) / GNUPLOT_WIDTH, 1 - (double)top / drawing->height, font,
            *font == ',' && font[1] == '1' && font[2] == '2' ? "cp_dark" : "cp_grey");
}

/* The last point; where the order of values means nothing, the best. */
static void describe_end(const struct sweep_chart *chart, const struct sweep_series *series, char *text,
                         size_t text_bytes)
{
    const struct sweep_point *point = &series->points[series->count - 1];
    const struct sweep_chart alone = {
        .metric = chart->metric, .series = (struct sweep_series *)series, .count = 1};
    if (chart->words)
        sweep_best(&alone, &point);
    sweep_word_point(chart, point, text, text_bytes);
}

static int put_key_series(FILE *out, const struct sweep_drawing *drawing, size_t index, int top,
                          size_t *labels)
{
    const struct sweep_series *series = &drawing->chart->series[index];
    char text[160], fit[128];
    fprintf(
        out,
        "set label %zu '' at screen %.5f, %.5f point pt cp_nth_shape(word(MODELS, %zu), %zu) ps 0.9 lc rgb "
        "cp_colour(word(MODELS, %zu))\n",
        200 + ++*labels, (KEY_LEFT + 8.0) / GNUPLOT_WIDTH, 1 - (double)top / drawing->height, index + 1,
        rank_among_model(drawing->chart, index), index + 1);
    put_key_label(out, drawing, ++*labels, top, series->label, ",12");
    describe_end(drawing->chart, series, text, sizeof text);
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

/* What the lines are; curves.gp draws one of each at the left of its words. */
static void put_key_line(FILE *out, const struct sweep_drawing *drawing, const char *name, size_t number,
                         int top, const char *text)
{
    gnuplot_put_value(out, name, 1 - (double)top / drawing->height);
    put_key_label(out, drawing, number, top, text, ",10");
}

int sweep_key_height(const struct sweep_drawing *drawing)
{
    int height = (drawing->fitted ? 3 : drawing->chart->scaling) * KEY_LINE + KEY_GAP;
    for (size_t i = 0; i < drawing->chart->count; i++)
        height += KEY_LINE * (drawing->chart->series[i].fitted ? 4 : drawing->fitted ? 3 : 2) + KEY_GAP;
    return height;
}

void sweep_put_key(FILE *out, const struct sweep_drawing *drawing)
{
    size_t labels = 0;
    int top = drawing->head + SWEEP_ABOVE + 6;
    for (size_t i = 0; i < drawing->chart->count; i++)
        top = put_key_series(out, drawing, i, top, &labels);
    gnuplot_put_value(out, "KEY_LEFT", (double)KEY_LEFT / GNUPLOT_WIDTH);
    fprintf(out, "FITTED = %d\n", drawing->fitted);
    if (drawing->chart->scaling)
        put_key_line(out, drawing, "IDEAL_AT", ++labels, top, "ideal: twice the workers, twice the work");
    if (!drawing->fitted)
        return;
    put_key_line(out, drawing, "USL_AT", ++labels, top += KEY_LINE, "fitted: Universal Scalability Law");
    put_key_line(out, drawing, "AMDAHL_AT", ++labels, top += KEY_LINE, "fitted: Amdahl's law");
}
