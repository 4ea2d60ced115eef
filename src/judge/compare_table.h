/* SPDX-License-Identifier: MIT */
/* One metric of one run, by cell and block: what a comparison needs of samples.csv, at 24 bytes a row. */
#ifndef CROSSPOINT_COMPARE_TABLE_H
#define CROSSPOINT_COMPARE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "result.h"

struct compare_sample {
    double value; /* above 0 */
    uint32_t block;
    uint32_t cell, line; /* of use while the table is filled */
};

struct compare_cell {
    char *name;
    struct compare_sample *samples; /* the ok rows that have the figure, by block, each block once */
    size_t count;
    size_t rows[STATUS_COUNT];
    char *reasons[STATUS_COUNT]; /* of the earliest block that gives one, or NULL */
    uint32_t reason_blocks[STATUS_COUNT];
    size_t without_figure, without_ratio; /* ok rows: the figure is absent; it is 0 or below */
    double items_low, items_high; /* work per launch, where the metric is a total over it; NaN: unknown */
};

struct compare_slot {
    uint32_t hash, number; /* index of the cell + 1; 0: free */
};

/* Filled row by row, in any order, then finished: cells by name (numbers in it as numbers). */
struct compare_table {
    enum column metric;
    struct compare_cell *cells;
    size_t cell_count;
    struct compare_sample *samples;
    size_t sample_count;
    size_t cell_room, sample_room;
    struct compare_slot *slots; /* cell names, hashed */
    size_t slot_count;
};

struct compare_input {
    const char *cell, *reason;
    uint32_t block;
    enum status status;
    double value, items; /* NaN: absent */
    size_t line;
};

/* 0, or -1 with error. compare_table_finish refuses two ok rows of one cell and block. Free with
 * compare_table_free also after an error. */
void compare_table_init(struct compare_table *table, enum column metric);
int compare_table_add(struct compare_table *table, const struct compare_input *input, struct error *error);
int compare_table_finish(struct compare_table *table, struct error *error);
void compare_table_free(struct compare_table *table);

/* The order of cells: alphabetical, numbers by their value. */
int compare_names(const char *a, const char *b);

/* All three on a results folder or a samples.csv. *cut_bytes: as result_read. */
int compare_table_load(const char *path, enum column metric, struct compare_table *table, size_t *cut_bytes,
                       struct error *error);

#endif
