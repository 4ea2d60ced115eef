/* SPDX-License-Identifier: MIT */
/* All rows of a run in memory, by cell and block, with the figures that were asked for: 20 bytes a row and 8
 * for each figure. And the one pairing of two cells by block, from which everything is judged. */
#ifndef CROSSPOINT_SAMPLES_H
#define CROSSPOINT_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "result.h"

struct samples_row {
    uint32_t block, line;
    uint32_t cell;   /* index into samples.cells */
    uint32_t reason; /* samples_reason tells it */
    unsigned char status;
};

struct samples_cell {
    char *name;
    size_t first, count;       /* its rows stand together, by block */
    size_t rows[STATUS_COUNT]; /* how many have this status */
    /* Of the earliest block that gives one, whatever the order of the rows; "" if none does. */
    const char *reasons[STATUS_COUNT];
    double items_low, items_high; /* of the ok rows; NaN: none tells */
    unsigned conc, workers;       /* as its name says; 0: it does not */
    bool ragged; /* an ok row whose items are no whole rounds of conc: tasks that wait together end unlike */
    /* The ok rows that tell how busy the load generator was, and in how many of them it was at its limit. */
    size_t generator_rows, generator_rows_limited;
    double generator_ceiling; /* items a second at which it would be busy all the time, the highest of them;
                                 0: none tells */
};

/* Texts, each once. */
struct samples_texts {
    char **texts;
    size_t count, room;
    struct samples_slot {
        uint32_t hash, number; /* index + 1; 0: free */
    } * slots;
    size_t slot_count;
};

/* Filled row by row, in any order, then finished: cells by name (numbers in it by value), rows by block. */
struct samples {
    char run_id[64];
    struct samples_cell *cells;
    size_t cell_count;
    struct samples_row *rows;
    bool kept[COLUMN_COUNT];
    double *figures[COLUMN_COUNT]; /* as rows, of the columns that are kept. NaN: absent */
    size_t row_count;
    unsigned units_max; /* what workers:max meant; from run.json if there, else the most `workers` that a cell
                           names, place:one-core apart */
    size_t cut_bytes;   /* of a last line that was left out, as result_read */
    /* Of use while it is filled: */
    size_t cell_room, row_room;
    struct samples_texts names, reasons;
    uint32_t (*reason_blocks)[STATUS_COUNT];
};

/* metrics[count]: the figures that are kept; nothing but COLUMN_NUMBER columns, twice is once. */
void samples_init(struct samples *samples, const enum column *metrics, size_t count);

struct samples_input {
    const char *cell, *reason;
    uint32_t block;
    enum status status;
    size_t line;
    double items;            /* NaN: absent */
    double generator_busy;   /* share of its time; NaN: there is none */
    const double *by_column; /* COLUMN_COUNT, of which those that are kept are read */
};
/* Each: 0, or -1 with error. samples_finish refuses two ok rows of one cell and block, by their lines. */
int samples_add(struct samples *samples, const struct samples_input *input, struct error *error);
int samples_finish(struct samples *samples, struct error *error);

/* All three on a results folder or a samples.csv; errors name the file. */
int samples_load(const char *path, const enum column *metrics, size_t count, struct samples *samples,
                 struct error *error);
/* Also after an error. */
void samples_free(struct samples *samples);

/* NULL: no row is of it. */
const struct samples_cell *samples_find(const struct samples *samples, const char *cell);
/* "" if the row gives none. */
const char *samples_reason(const struct samples *samples, const struct samples_row *row);
/* The order of cells: alphabetical, numbers by their value. */
int samples_compare_names(const char *a, const char *b);

/* The ok rows' figures of a metric that was asked for, by block; absent ones are left out. Returns how many.
 */
size_t samples_values(const struct samples *samples, const struct samples_cell *cell, enum column metric,
                      double *values);

/* Two cells block by block. */
struct sample_pair {
    unsigned block;
    double better, worse;
};
struct samples_side {
    const struct samples_cell *cell;       /* NULL: there is none */
    size_t ok, with_figure, without_ratio; /* ok rows; with a figure; of these, with one that is 0 or below */
};
struct samples_pairing {
    enum column metric;
    struct samples_side better, worse;
    struct sample_pair *pairs; /* both ok, both with a figure, by block */
    size_t count;
};
/* The cells may be of two tables, or of one. NULL cells give no pair. 0, or -1: out of memory. Free with
 * samples_pairing_free, or keep the pairs. */
int samples_pair(const struct samples *better_table, const struct samples_cell *better,
                 const struct samples *worse_table, const struct samples_cell *worse, enum column metric,
                 struct samples_pairing *pairing);
void samples_pairing_free(struct samples_pairing *pairing);

#endif
