/* SPDX-License-Identifier: MIT */
#include "figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

/* clang-format off */
const struct measure measures[MEASURE_COUNT] = {
    {"throughput", "items a second", COLUMN_ITEMS_PER_SECOND, MEASURE_RATE, true, MEASURE_PLAIN},
    {"time-per-item", "the inverse of throughput", COLUMN_ITEMS_PER_SECOND, MEASURE_TIME_NS, false, MEASURE_INVERSE},
    {"latency", "median latency", COLUMN_LATENCY_P50_NS, MEASURE_TIME_NS, false, MEASURE_PLAIN},
    {"latency-p90", "90th percentile of latency", COLUMN_LATENCY_P90_NS, MEASURE_TIME_NS, false, MEASURE_PLAIN},
    {"latency-p99", "99th percentile of latency", COLUMN_LATENCY_P99_NS, MEASURE_TIME_NS, false, MEASURE_PLAIN},
    {"latency-p999", "99.9th percentile of latency", COLUMN_LATENCY_P999_NS, MEASURE_TIME_NS, false, MEASURE_PLAIN},
    {"latency-max", "the longest latency", COLUMN_LATENCY_MAX_NS, MEASURE_TIME_NS, false, MEASURE_PLAIN},
    {"latency-uncorrected", "median latency from the real send", COLUMN_LATENCY_UNCORRECTED_P50_NS, MEASURE_TIME_NS, false, MEASURE_PLAIN},
    {"latency-uncorrected-p99", "99th percentile of the same", COLUMN_LATENCY_UNCORRECTED_P99_NS, MEASURE_TIME_NS, false, MEASURE_PLAIN},
    {"startup", "making all workers", COLUMN_STARTUP_NS, MEASURE_TIME_NS, false, MEASURE_PLAIN},
    {"cpu-user", "user CPU time an item", COLUMN_CPU_USER_NS, MEASURE_TIME_NS, false, MEASURE_PER_ITEM},
    {"cpu-system", "system CPU time an item", COLUMN_CPU_SYSTEM_NS, MEASURE_TIME_NS, false, MEASURE_PER_ITEM},
    {"memory", "memory of all workers at peak load", COLUMN_MEMORY_BYTES, MEASURE_BYTES, false, MEASURE_PLAIN},
    {"fairness", "Jain's index of the items of each worker", COLUMN_FAIRNESS, MEASURE_SHARE, true, MEASURE_PLAIN},
};
/* clang-format on */

const char *measure_unit_name(enum measure_unit unit, bool seconds)
{
    switch (unit) {
    case MEASURE_RATE:
        return "items/s";
    case MEASURE_TIME_NS:
        return seconds ? "seconds" : "ns";
    case MEASURE_BYTES:
        return "bytes";
    case MEASURE_SHARE:
        return "ratio";
    }
    return "";
}

double figure_in_seconds(const struct figure *figure, double value)
{
    return figure->measure->unit == MEASURE_TIME_NS ? value / 1e9 : value;
}

const struct figure *measured_find(const struct measured_cell *cell, const char *measure)
{
    for (size_t i = 0; i < cell->count; i++)
        if (strcmp(cell->figures[i].measure->name, measure) == 0)
            return &cell->figures[i];
    return NULL;
}

size_t measure_columns(enum column room[COLUMN_COUNT])
{
    bool wanted[COLUMN_COUNT] = {[COLUMN_ITEMS] = true};
    size_t count = 0;
    for (size_t i = 0; i < MEASURE_COUNT; i++)
        wanted[measures[i].column] = true;
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (wanted[column])
            room[count++] = (enum column)column;
    return count;
}

/* NaN: the row has none. */
static double row_figure(const struct samples *samples, size_t row, const struct measure *measure)
{
    double value = samples->figures[measure->column][row], items = samples->figures[COLUMN_ITEMS][row];
    if (samples->rows[row].status != STATUS_OK || !isfinite(value))
        return NAN;
    switch (measure->kind) {
    case MEASURE_PER_ITEM:
        return items > 0 ? value / items : NAN;
    case MEASURE_INVERSE:
        return value > 0 ? 1e9 / value : NAN;
    case MEASURE_PLAIN:
        break;
    }
    return value;
}

/* count stays 0 if no row has any. */
static int reduce_figure(const struct samples *samples, const struct samples_cell *cell,
                         const struct measure *measure, struct figure *figure)
{
    *figure = (struct figure){.measure = measure, .values = malloc((cell->count + 1) * sizeof(double))};
    if (!figure->values)
        return -1;
    for (size_t row = cell->first; row < cell->first + cell->count; row++) {
        double value = row_figure(samples, row, measure);
        if (isfinite(value))
            figure->values[figure->count++] = value;
    }
    if (statistics_median(figure->values, figure->count, judge_level, &figure->median))
        return -1;
    figure->has_interval = figure->count && figure->median.level >= judge_level - 1e-9;
    return 0;
}

static int reduce_cell(const struct samples *samples, const struct samples_cell *cell, bool lower_only,
                       struct measured_cell *measured)
{
    *measured = (struct measured_cell){.name = cell->name, .cell = cell};
    for (size_t i = 0; i < MEASURE_COUNT; i++) {
        const struct measure *measure = &measures[i];
        if (lower_only ? measure->higher_better : measure->kind == MEASURE_INVERSE)
            continue;
        struct figure *figure = &measured->figures[measured->count];
        int result = reduce_figure(samples, cell, measure, figure);
        if (!result && figure->count)
            measured->count++;
        else
            free(figure->values);
        if (result)
            return -1;
    }
    return 0;
}

static void free_cell(struct measured_cell *cell)
{
    for (size_t i = 0; i < cell->count; i++)
        free(cell->figures[i].values);
}

int measured_reduce(const struct samples *samples, bool lower_only, struct measured *measured,
                    struct error *error)
{
    *measured = (struct measured){.cells = calloc(samples->cell_count + 1, sizeof *measured->cells)};
    int result = measured->cells ? 0 : -1;
    for (size_t i = 0; !result && i < samples->cell_count; i++) {
        struct measured_cell *cell = &measured->cells[measured->count];
        result = reduce_cell(samples, &samples->cells[i], lower_only, cell);
        if (cell->count)
            measured->count++;
    }
    return result ? error_set(error, "out of memory") : 0;
}

void measured_free(struct measured *measured)
{
    for (size_t i = 0; i < measured->count; i++)
        free_cell(&measured->cells[i]);
    free(measured->cells);
    *measured = (struct measured){.cells = NULL};
}
