/* SPDX-License-Identifier: MIT */
#include "cells_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_table.h"
#include "statistics.h"
#include "wording.h"

enum { CELL, BLOCKS, RATE, LATENCY, VALUE, COLUMN_END };

static const struct table_column cell_columns[COLUMN_END] = {
    [CELL] = {"cell", "cell", TABLE_PEOPLE, .fit = TABLE_LEAD, .code = true},
    [BLOCKS] = {"n", "n", TABLE_PEOPLE, .right = true},
    [RATE] = {"rate", "per second (95 % interval)", TABLE_PEOPLE},
    [LATENCY] = {"latency", "p99 latency", TABLE_PEOPLE},
    [VALUE] = {"value", "value", TABLE_PEOPLE},
};

/* The samples of a cell stand together here. */
struct by_cell {
    const struct sample **samples;
    size_t *ends;  /* of cell i; it begins where the one before ends */
    size_t *order; /* cells by name */
    double *values;
};

static int compare_cells(const void *a, const void *b, void *context)
{
    const struct results *results = context;
    return compare_names(results->cells[*(const size_t *)a], results->cells[*(const size_t *)b]);
}

static int gather(const struct results *results, struct by_cell *by)
{
    by->samples = calloc(results->sample_count + 1, sizeof *by->samples);
    by->ends = calloc(results->cell_count + 1, sizeof *by->ends);
    by->order = calloc(results->cell_count + 1, sizeof *by->order);
    by->values = calloc(results->sample_count + 1, sizeof *by->values);
    if (!by->samples || !by->ends || !by->order || !by->values)
        return -1;
    for (size_t i = 0; i < results->sample_count; i++)
        by->ends[results->samples[i].cell + 1]++;
    for (size_t i = 0; i < results->cell_count; i++) {
        by->ends[i + 1] += by->ends[i];
        by->order[i] = i;
    }
    for (size_t i = 0; i < results->sample_count; i++)
        by->samples[by->ends[results->samples[i].cell]++] = &results->samples[i];
    qsort_r(by->order, results->cell_count, sizeof *by->order, compare_cells, (void *)results);
    return 0;
}

static size_t first_of(const struct by_cell *by, size_t cell)
{
    return cell ? by->ends[cell - 1] : 0;
}

static size_t collect(const struct by_cell *by, size_t cell, enum column metric)
{
    size_t count = 0;
    for (size_t i = first_of(by, cell); i < by->ends[cell]; i++)
        if (by->samples[i]->status == STATUS_OK && isfinite(by->samples[i]->number[metric]))
            by->values[count++] = by->samples[i]->number[metric];
    return count;
}

/* Few blocks do not reach 95 %: then the median stands alone. */
static size_t set_median(struct table *table, size_t column, const struct by_cell *by, size_t cell,
                         enum column metric)
{
    struct median_interval figure;
    char median[40], low[40], high[40];
    size_t count = collect(by, cell, metric);
    if (!count || statistics_median(by->values, count, 0.95, &figure))
        return 0;
    word_metric(metric, figure.median, median, sizeof median);
    word_metric(metric, figure.low, low, sizeof low);
    word_metric(metric, figure.high, high, sizeof high);
    if (figure.level >= 0.95 - 1e-9)
        table_text(table, column, "%s (%s–%s)", median, low, high);
    else
        table_text(table, column, "%s", median);
    return count;
}

/* What the first row that is not ok says. */
static void set_reason(struct table *table, const struct by_cell *by, size_t cell)
{
    size_t not_ok = 0;
    const struct sample *first = NULL;
    for (size_t i = first_of(by, cell); i < by->ends[cell]; i++)
        if (by->samples[i]->status != STATUS_OK) {
            first = first ? first : by->samples[i];
            not_ok++;
        }
    if (first)
        table_aside(table, CELL, "%s%s%s (%zu of %zu blocks)", status_names[first->status],
                    *first->reason ? ": " : "", first->reason, not_ok, by->ends[cell] - first_of(by, cell));
}

static bool is_judged(const struct verdicts *judged, const char *cell)
{
    for (size_t i = 0; judged && i < judged->point_count; i++)
        if (strcmp(judged->points[i].better, cell) == 0 || strcmp(judged->points[i].worse, cell) == 0)
            return true;
    return false;
}

void cells_table(const struct results *results, const struct verdicts *judged, enum table_format format,
                 struct table *table)
{
    struct by_cell by = {.samples = NULL};
    table_open(table, format, cell_columns, COLUMN_END);
    table->failed = gather(results, &by);
    for (size_t i = 0; i < results->cell_count && !table->failed; i++) {
        size_t cell = by.order[i];
        if (is_judged(judged, results->cells[cell]))
            continue;
        table_row(table, TABLE_PEOPLE, 0);
        table_text(table, CELL, "%s", results->cells[cell]);
        table_count(table, BLOCKS, set_median(table, RATE, &by, cell, COLUMN_ITEMS_PER_SECOND));
        set_median(table, LATENCY, &by, cell, COLUMN_LATENCY_P99_NS);
        set_median(table, VALUE, &by, cell, COLUMN_VALUE);
        set_reason(table, &by, cell);
    }
    table_hide_empty(table);
    free(by.samples);
    free(by.ends);
    free(by.order);
    free(by.values);
}

int cells_write_unjudged(const struct results *results, const struct verdicts *verdicts,
                         const struct table_style *style, FILE *out)
{
    struct table table;
    cells_table(results, verdicts, TABLE_TEXT, &table);
    int failed = table.failed ? -1 : 0;
    if (table.count && !failed) {
        fputs(verdicts->count ? "\nCells that no rule judges:\n" : "\n", out);
        failed = table_write(&table, style, out);
    }
    table_free(&table);
    return failed;
}
