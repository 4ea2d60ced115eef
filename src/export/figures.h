/* SPDX-License-Identifier: MIT */
/* What trackers are given of a cell: a figure a measure, with its samples, median and interval. */
#ifndef CROSSPOINT_FIGURES_H
#define CROSSPOINT_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "samples.h"
#include "statistics.h"

enum measure_unit { MEASURE_RATE, MEASURE_TIME_NS, MEASURE_BYTES, MEASURE_SHARE };

struct measure {
    const char *name; /* kebab case, as trackers have it */
    const char *summary;
    enum column column;
    enum measure_unit unit;
    bool higher_better;
    enum { MEASURE_PLAIN, MEASURE_PER_ITEM, MEASURE_INVERSE } kind;
};

/* Figures that depend on how much work a launch was given (its wall time, its switches) are no measure: the
 * next run is given other work. */
enum { MEASURE_COUNT = 14 };
extern const struct measure measures[MEASURE_COUNT];

/* What the unit is called; times in seconds if `seconds`, else in nanoseconds. */
const char *measure_unit_name(enum measure_unit unit, bool seconds);

struct figure {
    const struct measure *measure;
    double *values; /* of the ok launches, by block */
    size_t count;   /* at least 1 */
    struct median_interval median;
    bool has_interval; /* of 95 %: few launches have none */
};

/* Times in seconds, the rest as it is. */
double figure_in_seconds(const struct figure *figure, double value);

struct measured_cell {
    const char *name;
    const struct samples_cell *cell;
    struct figure figures[MEASURE_COUNT]; /* in the order of measures */
    size_t count;                         /* at least 1 */
};

/* NULL: the cell has no such figure. */
const struct figure *measured_find(const struct measured_cell *cell, const char *measure);

/* The columns that the measures come from; returns how many of the room are used. */
size_t measure_columns(enum column room[COLUMN_COUNT]);

/* The cells that have a figure, by name. lower_only: for trackers to whom less is better always, so that
 * throughput is given as its inverse. samples, which has measure_columns, must outlive them. 0, or -1 with
 * error (out of memory). Free with measured_free, also after an error. */
struct measured {
    struct measured_cell *cells;
    size_t count;
};
int measured_reduce(const struct samples *samples, bool lower_only, struct measured *measured,
                    struct error *error);
void measured_free(struct measured *measured);

#endif
