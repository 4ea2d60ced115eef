/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "samples.h"

size_t samples_values(const struct samples *samples, const struct samples_cell *cell, enum column metric,
                      double *values)
{
    size_t count = 0;
    for (size_t i = cell->first; i < cell->first + cell->count; i++)
        if (samples->rows[i].status == STATUS_OK && isfinite(samples->figures[metric][i]))
            values[count++] = samples->figures[metric][i];
    return count;
}

static void count_side(const struct samples *samples, const struct samples_cell *cell, enum column metric,
                       struct samples_side *side)
{
    *side = (struct samples_side){.cell = cell, .ok = cell ? cell->rows[STATUS_OK] : 0};
    for (size_t i = 0; cell && i < cell->count; i++) {
        double value = samples->figures[metric][cell->first + i];
        bool counts = samples->rows[cell->first + i].status == STATUS_OK && isfinite(value);
        side->with_figure += counts;
        side->without_ratio += counts && value <= 0;
    }
}

/* From row i on, the first that is ok and has a figure; the cell's end if there is none. */
static size_t next(const struct samples *samples, const struct samples_cell *cell, const double *figures,
                   size_t i)
{
    while (i < cell->first + cell->count && (samples->rows[i].status != STATUS_OK || !isfinite(figures[i])))
        i++;
    return i;
}

int samples_pair(const struct samples *better_table, const struct samples_cell *better,
                 const struct samples *worse_table, const struct samples_cell *worse, enum column metric,
                 struct samples_pairing *pairing)
{
    *pairing = (struct samples_pairing){.metric = metric};
    count_side(better_table, better, metric, &pairing->better);
    count_side(worse_table, worse, metric, &pairing->worse);
    size_t room = pairing->better.with_figure < pairing->worse.with_figure ? pairing->better.with_figure
                                                                           : pairing->worse.with_figure;
    pairing->pairs = malloc((room + 1) * sizeof *pairing->pairs);
    if (!pairing->pairs)
        return -1;
    if (!better || !worse)
        return 0;
    const double *ours = better_table->figures[metric], *theirs = worse_table->figures[metric];
    size_t i = next(better_table, better, ours, better->first),
           k = next(worse_table, worse, theirs, worse->first);
    while (i < better->first + better->count && k < worse->first + worse->count) {
        uint32_t left = better_table->rows[i].block, right = worse_table->rows[k].block;
        if (left == right)
            pairing->pairs[pairing->count++] = (struct sample_pair){left, ours[i], theirs[k]};
        i = left <= right ? next(better_table, better, ours, i + 1) : i;
        k = right <= left ? next(worse_table, worse, theirs, k + 1) : k;
    }
    return 0;
}

void samples_pairing_free(struct samples_pairing *pairing)
{
    free(pairing->pairs);
    pairing->pairs = NULL;
    pairing->count = 0;
}
