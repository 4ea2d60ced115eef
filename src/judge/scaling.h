/* SPDX-License-Identifier: MIT */
/* How far more workers carry: of every workload (with its keys and place) of which a model was measured at
 * two or more worker counts, the speedup over the workers. */
#ifndef CROSSPOINT_SCALING_H
#define CROSSPOINT_SCALING_H

#include <stdbool.h>
#include <stddef.h>

#include "cell.h"
#include "error.h"
#include "samples.h"
#include "scaling_fit.h"
#include "statistics.h"

enum {
    SCALING_ID_BYTES = 224,
    SCALING_CHARTS_MAX = 100 /* a second of drawing each */
};

/* items_per_second over that of the reference in the same block. */
struct scaling_sample {
    unsigned block;
    double speedup;
};
struct scaling_point {
    unsigned workers;
    struct scaling_sample *samples; /* in order of block */
    size_t n;
    struct median_interval speedup;
};
struct scaling_series {
    char model[32];
    unsigned reference_workers; /* 0: the chart's reference; else the model itself, with its fewest workers */
    struct scaling_point *points; /* by workers */
    size_t count;
    size_t fit_count; /* distinct worker counts that do not exceed the units: what a fit may rest on */
    unsigned fit_workers_max; /* the last of them */
    bool fitted;
    double scale; /* the curves are scale times the fit: the speedup at one worker, 1 if that is not known */
    struct scaling_fit usl, amdahl;
};
struct scaling_chart {
    char id[SCALING_ID_BYTES]; /* scaling-FAMILY-WORKLOAD..., one of its kind */
    struct cell cell;          /* what all series share; its model and workers tell nothing */
    unsigned units;            /* processing units that its workers can have; 1 with place:one-core */
    char reference[32];        /* the model of the cell without workers that all are held against; "": none */
    struct scaling_series *series; /* the highest speedup at most workers first */
    size_t count;
};
struct scaling {
    struct scaling_chart *charts;
    size_t count;
    size_t left_out; /* beyond SCALING_CHARTS_MAX */
};

/* samples must have items_per_second. -1 with error: out of memory. Free with scaling_free also then. */
int scaling_find(const struct samples *samples, struct scaling *scaling, struct error *error);
void scaling_free(struct scaling *scaling);

/* The series that gets furthest, and at which of its points. */
const struct scaling_series *scaling_furthest(const struct scaling_chart *chart,
                                              const struct scaling_point **point);

/* "speedup over serial in the same block": what 1 stands for. */
void scaling_word_reference(const struct scaling_chart *chart, char *text, size_t text_bytes);
/* Why a series has no fit: "too few cores for a fit (2 of at least 6 worker counts)". */
void scaling_word_no_fit(const struct scaling_chart *chart, const struct scaling_series *series, char *text,
                         size_t text_bytes);
/* "σ 0.0213, κ 0.00042, peak at 22" and "σ 0.0241, at most 41×": no limit is told that was passed. */
void scaling_word_usl(const struct scaling_series *series, char *text, size_t text_bytes);
void scaling_word_amdahl(const struct scaling_series *series, char *text, size_t text_bytes);

struct drawn;
/* Writes FOLDER/charts/ID.csv and ID.gp for each of them and runs gnuplot (at most jobs at a time); those
 * that were drawn go to drawn, which stays the caller's. script_folder holds style.gp and scaling.gp. Returns
 * how many charts were drawn, or -1 with error. */
int scaling_draw(const struct samples *samples, const char *script_folder, const char *folder, unsigned jobs,
                 struct drawn *drawn, struct error *error);

#endif
