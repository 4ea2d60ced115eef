/* SPDX-License-Identifier: MIT */
#include "scaling.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

/* What was measured */

struct arm {
    struct cell cell;
    const struct samples_cell *rows;
};
struct arms {
    struct arm *arms; /* those with data, by what a chart shares, then by model and workers */
    size_t count;
};

/* What a chart shares, but for conc: the reference has none. */
static int compare_workload(const struct cell *left, const struct cell *right)
{
    char left_params[CELL_PARAMS_MAX * 48], right_params[CELL_PARAMS_MAX * 48];
    int order = strcmp(left->runtime, right->runtime);
    order = order ? order : strcmp(left->family, right->family);
    order = order ? order : strcmp(left->workload, right->workload);
    order = order ? order : strcmp(left->place, right->place);
    if (order)
        return order;
    cell_format_params(left, left_params, sizeof left_params);
    cell_format_params(right, right_params, sizeof right_params);
    return strcmp(left_params, right_params);
}

static int compare_charts(const struct cell *left, const struct cell *right)
{
    int order = compare_workload(left, right);
    return order ? order : (left->conc > right->conc) - (left->conc < right->conc);
}

static int compare_arms(const void *a, const void *b)
{
    const struct cell *left = &((const struct arm *)a)->cell, *right = &((const struct arm *)b)->cell;
    int order = compare_charts(left, right);
    order = order ? order : strcmp(left->model, right->model);
    return order ? order : (left->workers > right->workers) - (left->workers < right->workers);
}

static bool has_rate(const struct samples *samples, const struct samples_cell *cell)
{
    for (size_t i = cell->first; i < cell->first + cell->count; i++)
        if (samples->rows[i].status == STATUS_OK && samples->figures[COLUMN_ITEMS_PER_SECOND][i] > 0)
            return true;
    return false;
}

static int gather_arms(const struct samples *samples, struct arms *arms, struct error *error)
{
    arms->arms = calloc(samples->cell_count + 1, sizeof *arms->arms);
    if (!arms->arms)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < samples->cell_count; i++) {
        struct arm arm = {.rows = &samples->cells[i]};
        if (has_rate(samples, arm.rows) && !cell_parse(arm.rows->name, NULL, &arm.cell, NULL))
            arms->arms[arms->count++] = arm;
    }
    qsort(arms->arms, arms->count, sizeof *arms->arms, compare_arms);
    return 0;
}

/* Among all models of one chart. */
static const struct arm *find_reference(const struct arm *arms, size_t count)
{
    const struct arm *found = NULL;
    for (size_t i = 0; i < count; i++)
        if (arms[i].cell.workers == 0) /* one task after the other needs none */
            found = &arms[i];
    return found;
}

/* Points and fits */

/* A point without a block in common with its reference is left out; a rate of 0 tells no speedup. */
static int add_point(struct scaling_series *series, const struct samples *samples, const struct arm *arm,
                     const struct arm *reference, struct error *error)
{
    struct scaling_point point = {.workers = arm->cell.workers};
    struct samples_pairing pairing;
    int result =
        samples_pair(samples, arm->rows, samples, reference->rows, COLUMN_ITEMS_PER_SECOND, &pairing);
    double *speedups = result ? NULL : malloc((pairing.count + 1) * sizeof *speedups);
    point.samples = result ? NULL : malloc((pairing.count + 1) * sizeof *point.samples);
    for (size_t i = 0; speedups && point.samples && i < pairing.count; i++) {
        const struct sample_pair *pair = &pairing.pairs[i];
        if (!(pair->better > 0 && pair->worse > 0))
            continue;
        speedups[point.n] = pair->better / pair->worse;
        point.samples[point.n] = (struct scaling_sample){pair->block, speedups[point.n]};
        point.n++;
    }
    if (!speedups || !point.samples || statistics_median(speedups, point.n, 0.95, &point.speedup))
        result = error_set(error, "out of memory");
    if (!result && point.n)
        series->points[series->count++] = point;
    else
        free(point.samples);
    free(speedups);
    samples_pairing_free(&pairing);
    return result;
}

/* The curves start at one worker: at the speedup measured there; where it was not, at the reference if that
 * is serial. */
static int fit_series(struct scaling_series *series, unsigned units, struct error *error)
{
    double *workers = malloc((series->count + 1) * sizeof *workers);
    double *speedups = malloc((series->count + 1) * sizeof *speedups);
    size_t n = 0;
    int result = workers && speedups ? 0 : error_set(error, "out of memory");
    series->scale = series->points[0].workers == 1 ? series->points[0].speedup.median : 1;
    for (size_t i = 0; !result && i < series->count && series->points[i].workers <= units; i++) {
        workers[n] = series->points[i].workers;
        speedups[n] = series->points[i].speedup.median / series->scale;
        series->fit_count += i == 0 || workers[n] > workers[n - 1];
        series->fit_workers_max = series->points[i].workers;
        n++;
    }
    if (!result && series->fit_count >= SCALING_FIT_COUNTS_MIN && series->reference_workers <= 1)
        series->fitted = !scaling_fit_usl(workers, speedups, n, &series->usl) &&
                         !scaling_fit_amdahl(workers, speedups, n, &series->amdahl);
    free(workers);
    free(speedups);
    return result;
}

static void free_series(struct scaling_series *series)
{
    for (size_t i = 0; i < series->count; i++)
        free(series->points[i].samples);
    free(series->points);
}

/* arms[count]: one model. Left out if it comes to fewer than two worker counts. */
static int add_series(struct scaling_chart *chart, const struct samples *samples, const struct arm *arms,
                      size_t count, const struct arm *reference, struct error *error)
{
    struct scaling_series series = {.reference_workers = reference ? 0 : arms->cell.workers,
                                    .points = calloc(count, sizeof *series.points)};
    snprintf(series.model, sizeof series.model, "%s", arms->cell.model);
    int result = series.points ? 0 : error_set(error, "out of memory");
    for (size_t i = 0; !result && i < count; i++)
        result = add_point(&series, samples, &arms[i], reference ? reference : arms, error);
    if (!result && series.count && series.points[0].workers < series.points[series.count - 1].workers) {
        result = fit_series(&series, chart->units, error);
        if (!result) {
            chart->series[chart->count++] = series;
            return 0;
        }
    }
    free_series(&series);
    return result;
}

/* Charts */

static int compare_series(const void *a, const void *b)
{
    const struct scaling_series *left = a, *right = b;
    double left_last = left->points[left->count - 1].speedup.median,
           right_last = right->points[right->count - 1].speedup.median;
    if (left_last != right_last)
        return left_last > right_last ? -1 : 1;
    return strcmp(left->model, right->model);
}

static void append(char *text, size_t text_bytes, const char *part)
{
    size_t used = strlen(text);
    if (*part && used < text_bytes)
        snprintf(text + used, text_bytes - used, "-%s", part);
}

static bool is_taken(const struct scaling *scaling, const char *id)
{
    for (size_t i = 0; i < scaling->count; i++)
        if (strcmp(scaling->charts[i].id, id) == 0)
            return true;
    return false;
}

/* For file names; where two would be the same, they are numbered. */
static void name_chart(const struct scaling *scaling, struct scaling_chart *chart)
{
    const struct cell *cell = &chart->cell;
    char base[SCALING_ID_BYTES - 12] = "scaling", conc[24] = "";
    if (strcmp(cell->runtime, "native") != 0)
        append(base, sizeof base, cell->runtime);
    append(base, sizeof base, cell->family);
    append(base, sizeof base, cell->workload);
    if (cell->conc)
        snprintf(conc, sizeof conc, "conc-%u", cell->conc);
    append(base, sizeof base, conc);
    for (size_t i = 0; i < cell->param_count; i++) {
        append(base, sizeof base, cell->params[i].key);
        append(base, sizeof base, cell->params[i].value);
    }
    append(base, sizeof base, cell->place);
    snprintf(chart->id, sizeof chart->id, "%s", base);
    for (unsigned number = 2; is_taken(scaling, chart->id); number++)
        snprintf(chart->id, sizeof chart->id, "%s-%u", base, number);
}

static void free_chart(struct scaling_chart *chart)
{
    for (size_t i = 0; i < chart->count; i++)
        free_series(&chart->series[i]);
    free(chart->series);
}

/* arms[count]: all models of one chart. */
static int add_chart(struct scaling *scaling, const struct samples *samples, const struct arm *arms,
                     size_t count, unsigned units_max, struct error *error)
{
    /* With conc there is no ideal to one task at a time. */
    const struct arm *reference = arms->cell.conc ? NULL : find_reference(arms, count);
    struct scaling_chart chart = {.cell = arms->cell,
                                  .units = strcmp(arms->cell.place, "one-core") == 0 ? 1 : units_max,
                                  .series = calloc(count, sizeof *chart.series)};
    if (reference)
        memcpy(chart.reference, reference->cell.model, sizeof chart.reference);
    int result = chart.series ? 0 : error_set(error, "out of memory");
    for (size_t first = 0, end; !result && first < count; first = end) {
        for (end = first + 1; end < count && strcmp(arms[end].cell.model, arms[first].cell.model) == 0; end++)
            ;
        if (arms[first].cell.workers && arms[first].cell.workers < arms[end - 1].cell.workers)
            result = add_series(&chart, samples, &arms[first], end - first, reference, error);
    }
    bool room = scaling->count < SCALING_CHARTS_MAX;
    if (result || !chart.count || !room) {
        scaling->left_out += !result && chart.count && !room;
        free_chart(&chart);
        return result;
    }
    qsort(chart.series, chart.count, sizeof *chart.series, compare_series);
    name_chart(scaling, &chart);
    scaling->charts[scaling->count++] = chart;
    return 0;
}

int scaling_find(const struct samples *samples, struct scaling *scaling, struct error *error)
{
    struct arms all = {0};
    memset(scaling, 0, sizeof *scaling);
    int result = gather_arms(samples, &all, error);
    scaling->charts = result ? NULL : calloc(all.count + 1, sizeof *scaling->charts);
    if (!result && !scaling->charts)
        result = error_set(error, "out of memory");
    for (size_t first = 0, end; !result && first < all.count; first = end) {
        for (end = first + 1;
             end < all.count && compare_charts(&all.arms[end].cell, &all.arms[first].cell) == 0; end++)
            ;
        result = add_chart(scaling, samples, &all.arms[first], end - first, samples->units_max, error);
    }
    free(all.arms);
    return result;
}

void scaling_free(struct scaling *scaling)
{
    for (size_t i = 0; i < scaling->count; i++)
        free_chart(&scaling->charts[i]);
    free(scaling->charts);
    memset(scaling, 0, sizeof *scaling);
}

const struct scaling_series *scaling_furthest(const struct scaling_chart *chart,
                                              const struct scaling_point **point)
{
    const struct scaling_series *furthest = NULL;
    for (size_t i = 0; i < chart->count; i++)
        for (size_t k = 0; k < chart->series[i].count; k++)
            if (!furthest || chart->series[i].points[k].speedup.median > (*point)->speedup.median) {
                furthest = &chart->series[i];
                *point = &furthest->points[k];
            }
    return furthest;
}

/* Words */

void scaling_word_reference(const struct scaling_chart *chart, char *text, size_t text_bytes)
{
    unsigned workers = chart->series[0].reference_workers;
    bool same = true;
    for (size_t i = 1; i < chart->count; i++)
        same &= chart->series[i].reference_workers == workers;
    if (*chart->reference)
        snprintf(text, text_bytes, "speedup over %s in the same block", chart->reference);
    else if (same)
        snprintf(text, text_bytes, "speedup over the same model with %u worker%s in the same block", workers,
                 workers == 1 ? "" : "s");
    else
        snprintf(text, text_bytes, "speedup over the same model with its fewest workers in the same block");
}

void scaling_word_no_fit(const struct scaling_chart *chart, const struct scaling_series *series, char *text,
                         size_t text_bytes)
{
    if (series->fit_count >= SCALING_FIT_COUNTS_MIN)
        snprintf(text, text_bytes, "no fit without one worker");
    else
        snprintf(text, text_bytes,
                 "too few cores%s for a fit (%zu worker counts within the units, %d needed)",
                 chart->units < SCALING_FIT_COUNTS_MIN ? "" : " measured", series->fit_count,
                 SCALING_FIT_COUNTS_MIN);
}

static void word_coefficient(double value, char *text, size_t text_bytes)
{
    if (value > 0 && value < 1e-6)
        snprintf(text, text_bytes, "< 0.000001");
    else if (value > 0)
        word_figure(value, text, text_bytes);
    else
        snprintf(text, text_bytes, "0");
}

void scaling_word_usl(const struct scaling_series *series, char *text, size_t text_bytes)
{
    char sigma[24], kappa[24], peak[40];
    word_coefficient(series->usl.sigma, sigma, sizeof sigma);
    word_coefficient(series->usl.kappa, kappa, sizeof kappa);
    if (!isfinite(series->usl.peak))
        snprintf(peak, sizeof peak, "no peak");
    else if (series->usl.peak > series->fit_workers_max)
        snprintf(peak, sizeof peak, "peak beyond %u", series->fit_workers_max);
    else
        snprintf(peak, sizeof peak, "peak at %.0f", series->usl.peak);
    snprintf(text, text_bytes, "σ %s, κ %s, %s", sigma, kappa, peak);
}

/* Amdahl's law knows no peak: fitted to a curve that has one, its limit may lie below what was measured. */
static bool is_limit(const struct scaling_series *series, double limit)
{
    for (size_t i = 0; i < series->count; i++)
        if (series->points[i].speedup.median > limit)
            return false;
    return true;
}

void scaling_word_amdahl(const struct scaling_series *series, char *text, size_t text_bytes)
{
    char sigma[24], limit[24];
    word_coefficient(series->amdahl.sigma, sigma, sizeof sigma);
    size_t used = (size_t)snprintf(text, text_bytes, "σ %s", sigma);
    double limit_speedup = series->scale / series->amdahl.sigma;
    if (series->amdahl.sigma < 1e-6 || !is_limit(series, limit_speedup) || used >= text_bytes)
        return;
    word_figure(limit_speedup, limit, sizeof limit);
    snprintf(text + used, text_bytes - used, ", at most %s×", limit);
}
