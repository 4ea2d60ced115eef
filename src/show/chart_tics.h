/* SPDX-License-Identifier: MIT */
/* Where the tics of an axis stand, and what they say. Values are those drawn: samples times
 * chart_metric_scale. */
#ifndef CROSSPOINT_CHART_TICS_H
#define CROSSPOINT_CHART_TICS_H

#include <stddef.h>
#include <stdio.h>

#include "result.h"

struct tics {
    double values[64];
    size_t count;
};

/* Times are drawn in seconds, all else as it is. */
double chart_metric_scale(enum column metric);

/* Round values 1, 2, 2.5 or 5 times a power of ten apart, count_max of them at most. */
void tics_linear(double low, double high, size_t count_max, struct tics *tics);
/* Round values on a logarithmic axis; low > 0. */
void tics_log(double low, double high, size_t count_max, struct tics *tics);

/* "10.0k" is "10k": a tic needs no zeros at its end, and no "/s". COLUMN_COUNT: a plain number. */
void tics_word(enum column metric, double value, char *text, size_t text_bytes);
/* NAME = a gnuplot command that sets them on an axis ("x", "y"). */
void tics_put(FILE *out, const char *name, const char *axis, const struct tics *tics, enum column metric);

#endif
