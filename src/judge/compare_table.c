/* SPDX-License-Identifier: MIT */
#include "compare_table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void compare_table_init(struct compare_table *table, enum column metric)
{
    *table = (struct compare_table){.metric = metric};
}

void compare_table_free(struct compare_table *table)
{
    for (size_t i = 0; i < table->cell_count; i++) {
        free(table->cells[i].name);
        for (int status = 0; status < STATUS_COUNT; status++)
            free(table->cells[i].reasons[status]);
    }
    free(table->cells);
    free(table->samples);
    free(table->slots);
    *table = (struct compare_table){.metric = table->metric};
}

static int out_of_memory(struct error *error)
{
    return error_set(error, "out of memory");
}

/* Cells by name */

/* FNV-1a (Fowler, Noll, Vo). */
static uint32_t hash_name(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return (uint32_t)(hash ^ hash >> 32);
}

/* The slot that holds the name, or the free one where it belongs. */
static struct compare_slot *find_slot(const struct compare_table *table, const char *name, uint32_t hash)
{
    size_t mask = table->slot_count - 1, at = hash & mask;
    while (table->slots[at].number && (table->slots[at].hash != hash ||
                                       strcmp(table->cells[table->slots[at].number - 1].name, name) != 0))
        at = (at + 1) & mask;
    return &table->slots[at];
}

static int grow_cells(struct compare_table *table)
{
    size_t room = table->cell_room ? 2 * table->cell_room : 64;
    struct compare_cell *cells = realloc(table->cells, room * sizeof *cells);
    if (!cells)
        return -1;
    table->cells = cells;
    struct compare_slot *slots = calloc(2 * room, sizeof *slots);
    if (!slots)
        return -1;
    free(table->slots);
    table->slots = slots;
    table->slot_count = 2 * room;
    table->cell_room = room;
    for (size_t i = 0; i < table->cell_count; i++) {
        uint32_t hash = hash_name(cells[i].name);
        *find_slot(table, cells[i].name, hash) = (struct compare_slot){hash, (uint32_t)i + 1};
    }
    return 0;
}

static struct compare_cell *find_or_add_cell(struct compare_table *table, const char *name)
{
    if (table->cell_count == table->cell_room && grow_cells(table))
        return NULL;
    uint32_t hash = hash_name(name);
    struct compare_slot *slot = find_slot(table, name, hash);
    if (slot->number)
        return &table->cells[slot->number - 1];
    struct compare_cell *cell = &table->cells[table->cell_count];
    *cell = (struct compare_cell){.name = strdup(name), .items_low = NAN, .items_high = NAN};
    if (!cell->name)
        return NULL;
    *slot = (struct compare_slot){hash, (uint32_t)++table->cell_count};
    return cell;
}

/* Rows */

/* The same whatever the order of the rows: the earliest block's, of those the first in the alphabet. */
static int note_reason(struct compare_cell *cell, const struct compare_input *input)
{
    char **reason = &cell->reasons[input->status];
    uint32_t *block = &cell->reason_blocks[input->status];
    if (!*input->reason || (*reason && input->block > *block) ||
        (*reason && input->block == *block && strcmp(input->reason, *reason) >= 0))
        return 0;
    char *copy = strdup(input->reason);
    if (!copy)
        return -1;
    free(*reason);
    *reason = copy;
    *block = input->block;
    return 0;
}

static int add_sample(struct compare_table *table, const struct compare_cell *cell,
                      const struct compare_input *input)
{
    if (table->sample_count == table->sample_room) {
        size_t room = table->sample_room ? 2 * table->sample_room : 256;
        struct compare_sample *samples = realloc(table->samples, room * sizeof *samples);
        if (!samples)
            return -1;
        table->samples = samples;
        table->sample_room = room;
    }
    table->samples[table->sample_count++] = (struct compare_sample){
        .value = input->value,
        .block = input->block,
        .cell = (uint32_t)(cell - table->cells),
        .line = (uint32_t)input->line,
    };
    return 0;
}

int compare_table_add(struct compare_table *table, const struct compare_input *input, struct error *error)
{
    struct compare_cell *cell = find_or_add_cell(table, input->cell);
    if (!cell)
        return out_of_memory(error);
    cell->rows[input->status]++;
    if (input->status != STATUS_OK)
        return note_reason(cell, input) ? out_of_memory(error) : 0;
    if (!isfinite(input->value)) {
        cell->without_figure++;
        return 0;
    }
    cell->without_ratio += input->value <= 0;
    cell->items_low = fmin(cell->items_low, input->items);
    cell->items_high = fmax(cell->items_high, input->items);
    return add_sample(table, cell, input) ? out_of_memory(error) : 0;
}

/* In order */

static int compare_samples(const void *a, const void *b)
{
    const struct compare_sample *left = a, *right = b;
    if (left->block != right->block)
        return left->block < right->block ? -1 : 1;
    return (left->line > right->line) - (left->line < right->line);
}

/* Rows come block by block: sorting by cell keeps them so, and most cells are in order then. */
static int group_samples(struct compare_table *table)
{
    struct compare_sample *grouped = malloc((table->sample_count + 1) * sizeof *grouped);
    if (!grouped)
        return -1;
    for (size_t i = 0; i < table->sample_count; i++)
        table->cells[table->samples[i].cell].count++;
    struct compare_sample *next = grouped;
    for (size_t i = 0; i < table->cell_count; i++) {
        table->cells[i].samples = next;
        next += table->cells[i].count;
        table->cells[i].count = 0;
    }
    for (size_t i = 0; i < table->sample_count; i++) {
        struct compare_cell *cell = &table->cells[table->samples[i].cell];
        cell->samples[cell->count++] = table->samples[i];
    }
    free(table->samples);
    table->samples = grouped;
    table->sample_room = table->sample_count + 1;
    return 0;
}

static int sort_cell(struct compare_cell *cell, struct error *error)
{
    struct compare_sample *samples = cell->samples;
    size_t i = 1;
    while (i < cell->count && compare_samples(&samples[i - 1], &samples[i]) < 0)
        i++;
    if (i < cell->count)
        qsort(samples, cell->count, sizeof *samples, compare_samples);
    for (i = 1; i < cell->count; i++)
        if (samples[i].block == samples[i - 1].block)
            return error_set(error, "line %u: a second ok row of %s in block %u; the first is in line %u",
                             samples[i].line, cell->name, samples[i].block, samples[i - 1].line);
    return 0;
}

/* strverscmp, but from the first digits that can differ: cells have long beginnings in common. */
int compare_names(const char *a, const char *b)
{
    size_t at = 0;
    while (a[at] && a[at] == b[at])
        at++;
    while (at && a[at - 1] >= '0' && a[at - 1] <= '9')
        at--;
    return strverscmp(a + at, b + at);
}

static int compare_cells(const void *a, const void *b)
{
    return compare_names(((const struct compare_cell *)a)->name, ((const struct compare_cell *)b)->name);
}

int compare_table_finish(struct compare_table *table, struct error *error)
{
    if (group_samples(table))
        return out_of_memory(error);
    free(table->slots);
    table->slots = NULL;
    table->slot_count = table->cell_room = 0;
    if (table->cell_count)
        qsort(table->cells, table->cell_count, sizeof *table->cells, compare_cells);
    for (size_t i = 0; i < table->cell_count; i++)
        if (sort_cell(&table->cells[i], error))
            return -1;
    return 0;
}

/* Files */

static int parse_status(const char *text, enum status *status, struct error *error)
{
    for (int i = 0; i < STATUS_COUNT; i++)
        if (strcmp(text, status_names[i]) == 0) {
            *status = (enum status)i;
            return 0;
        }
    return error_set(error, "status '%s' is none of ok, invalid, failed, skipped", text);
}

static int parse_figure(const struct row *row, enum column column, double *value, struct error *error)
{
    *value = row_number(row, column);
    if (isnan(*value) && *row->text[column])
        return error_set(error, "%s: '%s' is no number", columns[column].name, row->text[column]);
    return 0;
}

static int take(void *context, const struct row *row, size_t line, struct error *error)
{
    struct compare_table *table = context;
    struct compare_input input = {.cell = row->text[COLUMN_CELL],
                                  .reason = row->text[COLUMN_REASON],
                                  .value = NAN,
                                  .items = NAN,
                                  .line = line};
    if (!*input.cell)
        return error_set(error, "cell is empty");
    if (result_parse_whole(COLUMN_BLOCK, row->text[COLUMN_BLOCK], &input.block, error) ||
        parse_status(row->text[COLUMN_STATUS], &input.status, error) ||
        parse_figure(row, table->metric, &input.value, error))
        return -1;
    if (result_is_total(table->metric) && parse_figure(row, COLUMN_ITEMS, &input.items, error))
        return -1;
    return compare_table_add(table, &input, error);
}

int compare_table_load(const char *path, enum column metric, struct compare_table *table, size_t *cut_bytes,
                       struct error *error)
{
    struct stat status;
    char file[4096];
    compare_table_init(table, metric);
    if (stat(path, &status))
        return error_set(error, "%s: %s", path, strerror(errno));
    snprintf(file, sizeof file, S_ISDIR(status.st_mode) ? "%s/samples.csv" : "%s", path);
    if (result_read(file, take, table, cut_bytes, error))
        return -1;
    return compare_table_finish(table, error) ? error_prefix(error, "%s", file) : 0;
}
