/* SPDX-License-Identifier: MIT */
/* What was measured over several values of one key, whether or not a rule asked for it: how a figure goes
 * with the workers (then it is the speedup: how far do more of them carry?), with conc, with a workload's own
 * key, with the place. */
#ifndef CROSSPOINT_SWEEPS_H
#define CROSSPOINT_SWEEPS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cell.h"
#include "error.h"
#include "samples.h"
#include "scaling_fit.h"
#include "statistics.h"

enum {
    SWEEP_ID_BYTES = 224,
    SWEEP_CHARTS_MAX = 100 /* a second of drawing each */
};

struct sweep_sample {
    unsigned block;
    double figure;
};
struct sweep_point {
    char value[24]; /* of the key */
    double x; /* the same as a number; of values that are none, their place in the chart's order, from 0 */
    struct sweep_sample *samples; /* in order of block */
    size_t n;
    struct median_interval figure;
};
struct sweep_series {
    char model[32];
    char label[64];             /* the model, with what else tells it from another of the chart */
    struct sweep_point *points; /* by x */
    size_t count;
    /* Where the next value was skipped: that value, and why. value is empty if none was. */
    struct sweep_limit {
        char value[24];
        const char *reason; /* the samples' */
    } limit;
    /* Of scaling: */
    unsigned reference_workers; /* 0: the chart's reference; else the model itself, with its fewest workers */
    size_t fit_count; /* distinct worker counts that do not exceed the units: what a fit may rest on */
    unsigned fit_workers_max; /* the last of them */
    bool fitted;
    double scale; /* the curves are scale times the fit: the speedup at one worker, 1 if that is not known */
    struct scaling_fit usl, amdahl;
};
struct sweep_chart {
    char id[SWEEP_ID_BYTES]; /* scaling-FAMILY-WORKLOAD..., KEY-METRIC-FAMILY-WORKLOAD..., one of its kind */
    struct cell cell;        /* what all series share; its model, workers and swept key tell nothing */
    char key[24];            /* what is swept */
    bool words;              /* its values are no numbers */
    bool scaling;            /* key is workers: figures are items_per_second over that of a reference */
    enum column metric;
    unsigned units;     /* scaling: processing units that its workers can have; 1 with place:one-core */
    char reference[32]; /* scaling: the model of the cell without workers that all are held against; "": none
                         */
    struct sweep_series *series; /* scaling: the highest speedup at most workers first; else by model */
    size_t count;
};
struct sweeps {
    struct sweep_chart *charts; /* scaling first */
    size_t count;
    size_t left_out; /* beyond SWEEP_CHARTS_MAX */
};

struct verdicts;
struct rules;
/* The metrics whose sweeps are sought; samples must have them. */
extern const enum column sweep_metrics[];
enum { SWEEP_METRICS = 3 };
/* Of the sweeps other than scaling, those of which judged (NULL: nothing) has each cell are left to its
 * rules' charts; with axes (run.json's options.axes; NULL: none), so are all over keys that were not asked
 * for. What is a curve of rules (NULL: none) is drawn of its metric all the same. */
struct sweeps_wanted {
    const struct verdicts *judged;
    const struct rules *rules; /* samples have the metrics of their curves */
    const json_t *axes;
};
/* -1 with error: out of memory. Free with sweeps_free also then. */
int sweeps_find(const struct samples *samples, const struct sweeps_wanted *wanted, struct sweeps *sweeps,
                struct error *error);
void sweeps_free(struct sweeps *sweeps);

/* The series that is best at its best point, and that point. */
const struct sweep_series *sweep_best(const struct sweep_chart *chart, const struct sweep_point **point);

/* "speedup over serial in the same block": what 1 stands for. */
void scaling_word_reference(const struct sweep_chart *chart, char *text, size_t text_bytes);
/* Why a series has no fit: "too few cores for a fit (2 of at least 6 worker counts)". */
void scaling_word_no_fit(const struct sweep_chart *chart, const struct sweep_series *series, char *text,
                         size_t text_bytes);
/* "σ 0.0213, κ 0.00042, peak at 22" and "σ 0.0241, at most 41×": no limit is told that was passed. */
void scaling_word_usl(const struct sweep_series *series, char *text, size_t text_bytes);
void scaling_word_amdahl(const struct sweep_series *series, char *text, size_t text_bytes);

#endif
