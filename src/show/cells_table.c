/* SPDX-License-Identifier: MIT */
#include "cells_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* Few blocks do not reach 95 %: then the median stands alone. */
static size_t set_median(struct table *table, size_t column, const struct samples *samples,
                         const struct samples_cell *cell, enum column metric)
{
    struct median_interval figure;
    char median[40], low[40], high[40];
    double *values = malloc((cell->count + 1) * sizeof *values);
    size_t count = values ? samples_values(samples, cell, metric, values) : 0;
    table->failed |= !values || (count && statistics_median(values, count, 0.95, &figure));
    free(values);
    if (!count || table->failed)
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
static void set_reason(struct table *table, const struct samples *samples, const struct samples_cell *cell)
{
    const struct samples_row *rows = &samples->rows[cell->first], *first = NULL;
    for (size_t i = 0; i < cell->count && !first; i++)
        first = rows[i].status == STATUS_OK ? NULL : &rows[i];
    if (!first)
        return;
    const char *reason = samples_reason(samples, first);
    table_aside(table, CELL, "%s%s%s (%zu of %zu blocks)", status_names[first->status], *reason ? ": " : "",
                reason, cell->count - cell->rows[STATUS_OK], cell->count);
}

void cells_table(const struct samples *samples, const struct verdicts *judged, enum table_format format,
                 struct table *table)
{
    table_open(table, format, cell_columns, COLUMN_END);
    for (size_t i = 0; i < samples->cell_count && !table->failed; i++) {
        const struct samples_cell *cell = &samples->cells[i];
        if (judged && verdicts_judge_cell(judged, cell->name))
            continue;
        table_row(table, TABLE_PEOPLE, 0);
        table_text(table, CELL, "%s", cell->name);
        table_count(table, BLOCKS, set_median(table, RATE, samples, cell, COLUMN_ITEMS_PER_SECOND));
        set_median(table, LATENCY, samples, cell, COLUMN_LATENCY_P99_NS);
        set_median(table, VALUE, samples, cell, COLUMN_VALUE);
        set_reason(table, samples, cell);
    }
    table_hide_empty(table);
}

int cells_write_unjudged(const struct samples *samples, const struct verdicts *verdicts,
                         const struct table_style *style, FILE *out)
{
    struct table table;
    cells_table(samples, verdicts, TABLE_TEXT, &table);
    int failed = table.failed ? -1 : 0;
    if (table.count && !failed) {
        fputs(verdicts->count ? "\nCells that no rule judges:\n" : "\n", out);
        failed = table_write(&table, style, out);
    }
    table_free(&table);
    return failed;
}
