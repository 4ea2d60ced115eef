/* SPDX-License-Identifier: MIT */
/* One chart of how latencies are distributed, for what several models were measured in: charts/latency.csv
 * and latency.gp. */
#ifndef CROSSPOINT_LATENCY_CHART_H
#define CROSSPOINT_LATENCY_CHART_H

#include "drawing.h"
#include "error.h"
#include "samples.h"

#define LATENCY_CHART_ID    "latency"
#define LATENCY_CHART_TITLE "How long one waits for an answer"

/* The figures that it needs. */
enum { LATENCY_METRICS = 6 };
extern const enum column latency_metrics[LATENCY_METRICS];

/* 0, also where no two models have latencies of the same; -1 with error. samples have latency_metrics. */
int latency_chart_draw(const struct samples *samples, const char *script_folder, const char *folder,
                       struct drawn *drawn, struct error *error);

#endif
