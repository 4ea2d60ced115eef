/* SPDX-License-Identifier: MIT */
/* What finding sweeps and their scaling share. */
#ifndef CROSSPOINT_SWEEPS_PRIVATE_H
#define CROSSPOINT_SWEEPS_PRIVATE_H

#include "sweeps.h"

struct arm {
    struct cell cell;
    const struct samples_cell *rows;
};

/* A cell as a point of a sweep over one of its keys. */
struct sweep_entry {
    const struct arm *arm;
    const char *key; /* "workers", "conc", "place" or one of the cell's own */
};

/* entries[count]: all models of one chart, which is empty but for its cell and key. Adds those of its models
 * that come to two worker counts. */
int scaling_add_series(struct sweep_chart *chart, const struct samples *samples,
                       const struct sweep_entry *entries, size_t count, struct error *error);

/* Keeps the figures of a point, values[n] by block; nothing is added if n is 0. */
int sweep_add_point(struct sweep_series *series, const char *value, const struct sweep_sample *samples,
                    size_t n, struct error *error);
void sweep_free_series(struct sweep_series *series);

#endif
