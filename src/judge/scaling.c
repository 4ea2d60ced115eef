/* SPDX-License-Identifier: MIT */
/* How far more workers carry: the speedup over the workers, and the laws fitted to it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweeps_private.h"
#include "words.h"

/* One task after the other needs no workers. */
static const struct arm *find_reference(const struct sweep_entry *entries, size_t count)
{
    const struct arm *found = NULL;
    for (size_t i = 0; i < count; i++)
        if (entries[i].arm->cell.workers == 0)
            found = entries[i].arm;
    return found;
}

/* A point without a block in common with its reference is left out; a rate of 0 tells no speedup. */
static int add_point(struct sweep_series *series, const struct samples *samples, const struct arm *arm,
                     const struct arm *reference, struct error *error)
{
    struct samples_pairing pairing;
    char workers[24];
    size_t n = 0;
    int result =
        samples_pair(samples, arm->rows, samples, reference->rows, COLUMN_ITEMS_PER_SECOND, &pairing);
    struct sweep_sample *speedups = result ? NULL : malloc((pairing.count + 1) * sizeof *speedups);
    for (size_t i = 0; speedups && i < pairing.count; i++) {
        const struct sample_pair *pair = &pairing.pairs[i];
        if (pair->better > 0 && pair->worse > 0)
            speedups[n++] = (struct sweep_sample){pair->block, pair->better / pair->worse};
    }
    snprintf(workers, sizeof workers, "%u", arm->cell.workers);
    result =
        speedups ? sweep_add_point(series, workers, speedups, n, error) : error_set(error, "out of memory");
    free(speedups);
    samples_pairing_free(&pairing);
    return result;
}

/* The curves start at one worker: at the speedup measured there; where it was not, at the reference if that
 * is serial. */
static int fit_series(struct sweep_series *series, unsigned units, struct error *error)
{
    double *workers = malloc((series->count + 1) * sizeof *workers);
    double *speedups = malloc((series->count + 1) * sizeof *speedups);
    size_t n = 0;
    int result = workers && speedups ? 0 : error_set(error, "out of memory");
    series->scale = series->points[0].x <= 1 ? series->points[0].figure.median : 1;
    for (size_t i = 0; !result && i < series->count && series->points[i].x <= units; i++) {
        workers[n] = series->points[i].x;
        speedups[n] = series->points[i].figure.median / series->scale;
        series->fit_count += i == 0 || workers[n] > workers[n - 1];
        series->fit_workers_max = (unsigned)workers[n];
        n++;
    }
    if (!result && series->fit_count >= SCALING_FIT_COUNTS_MIN && series->reference_workers <= 1)
        series->fitted = !scaling_fit_usl(workers, speedups, n, &series->usl) &&
                         !scaling_fit_amdahl(workers, speedups, n, &series->amdahl);
    free(workers);
    free(speedups);
    return result;
}

/* entries[count]: one model. Left out if it comes to fewer than two worker counts. */
static int add_series(struct sweep_chart *chart, const struct samples *samples,
                      const struct sweep_entry *entries, size_t count, const struct arm *reference,
                      struct error *error)
{
    const struct cell *cell = &entries->arm->cell;
    struct sweep_series series = {.reference_workers = reference ? 0 : cell->workers,
                                  .points = calloc(count, sizeof *series.points)};
    snprintf(series.model, sizeof series.model, "%s", cell->model);
    snprintf(series.label, sizeof series.label, "%s", cell->model);
    int result = series.points ? 0 : error_set(error, "out of memory");
    for (size_t i = 0; !result && i < count; i++)
        result = add_point(&series, samples, entries[i].arm, reference ? reference : entries->arm, error);
    if (!result && series.count && series.points[0].x < series.points[series.count - 1].x) {
        result = fit_series(&series, chart->units, error);
        if (!result) {
            chart->series[chart->count++] = series;
            return 0;
        }
    }
    sweep_free_series(&series);
    return result;
}

static int compare_series(const void *a, const void *b)
{
    const struct sweep_series *left = a, *right = b;
    double left_last = left->points[left->count - 1].figure.median,
           right_last = right->points[right->count - 1].figure.median;
    if (left_last != right_last)
        return left_last > right_last ? -1 : 1;
    return strcmp(left->model, right->model);
}

int scaling_add_series(struct sweep_chart *chart, const struct samples *samples,
                       const struct sweep_entry *entries, size_t count, struct error *error)
{
    /* With conc there is no ideal to one task at a time. */
    const struct arm *reference = chart->cell.conc ? NULL : find_reference(entries, count);
    int result = 0;
    chart->scaling = true;
    chart->units = strcmp(chart->cell.place, "one-core") == 0 ? 1 : samples->units_max;
    if (reference)
        memcpy(chart->reference, reference->cell.model, sizeof chart->reference);
    for (size_t first = 0, end; !result && first < count; first = end) {
        const struct cell *cell = &entries[first].arm->cell;
        for (end = first + 1; end < count && strcmp(entries[end].arm->cell.model, cell->model) == 0; end++)
            ;
        if (cell->workers && cell->workers < entries[end - 1].arm->cell.workers)
            result = add_series(chart, samples, &entries[first], end - first, reference, error);
    }
    qsort(chart->series, chart->count, sizeof *chart->series, compare_series);
    return result;
}

/* Words */

void scaling_word_reference(const struct sweep_chart *chart, char *text, size_t text_bytes)
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

void scaling_word_no_fit(const struct sweep_chart *chart, const struct sweep_series *series, char *text,
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

void scaling_word_usl(const struct sweep_series *series, char *text, size_t text_bytes)
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
static bool is_limit(const struct sweep_series *series, double limit)
{
    for (size_t i = 0; i < series->count; i++)
        if (series->points[i].figure.median > limit)
            return false;
    return true;
}

void scaling_word_amdahl(const struct sweep_series *series, char *text, size_t text_bytes)
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
