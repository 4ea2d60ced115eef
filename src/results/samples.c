/* SPDX-License-Identifier: MIT */
#include "samples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"

static const double generator_busy_max = 0.8; /* above, a load generator measures itself */

void samples_init(struct samples *samples, const enum column *metrics, size_t count)
{
    *samples = (struct samples){.units_max = 1};
    for (size_t i = 0; i < count; i++)
        samples->kept[metrics[i]] = true;
}

static void free_texts(struct samples_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->texts[i]);
    free(texts->texts);
    free(texts->slots);
    *texts = (struct samples_texts){.texts = NULL};
}

void samples_free(struct samples *samples)
{
    free_texts(&samples->names);
    free_texts(&samples->reasons);
    free(samples->reason_blocks);
    free(samples->cells);
    free(samples->rows);
    for (int column = 0; column < COLUMN_COUNT; column++)
        free(samples->figures[column]);
    *samples = (struct samples){.units_max = 1};
}

static int out_of_memory(struct error *error)
{
    return error_set(error, "out of memory");
}

/* Texts, each once */

/* FNV-1a (Fowler, Noll, Vo). */
static uint32_t hash_text(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return (uint32_t)(hash ^ hash >> 32);
}

/* The slot that holds the text, or the free one where it belongs. */
static struct samples_slot *find_slot(const struct samples_texts *texts, const char *text, uint32_t hash)
{
    size_t mask = texts->slot_count - 1, at = hash & mask;
    while (texts->slots[at].number &&
           (texts->slots[at].hash != hash || strcmp(texts->texts[texts->slots[at].number - 1], text) != 0))
        at = (at + 1) & mask;
    return &texts->slots[at];
}

static int grow_texts(struct samples_texts *texts)
{
    size_t room = texts->room ? 2 * texts->room : 64;
    char **grown = realloc(texts->texts, room * sizeof *grown);
    if (!grown)
        return -1;
    texts->texts = grown;
    struct samples_slot *slots = calloc(2 * room, sizeof *slots);
    if (!slots)
        return -1;
    free(texts->slots);
    texts->slots = slots;
    texts->slot_count = 2 * room;
    texts->room = room;
    for (size_t i = 0; i < texts->count; i++) {
        uint32_t hash = hash_text(texts->texts[i]);
        *find_slot(texts, texts->texts[i], hash) = (struct samples_slot){hash, (uint32_t)i + 1};
    }
    return 0;
}

static int intern(struct samples_texts *texts, const char *text, uint32_t *index)
{
    if (texts->count == texts->room && grow_texts(texts))
        return -1;
    uint32_t hash = hash_text(text);
    struct samples_slot *slot = find_slot(texts, text, hash);
    if (!slot->number) {
        char *copy = strdup(text);
        if (!copy)
            return -1;
        texts->texts[texts->count] = copy;
        *slot = (struct samples_slot){hash, (uint32_t)++texts->count};
    }
    *index = slot->number - 1;
    return 0;
}

/* Rows */

static int grow_cells(struct samples *samples)
{
    size_t room = samples->cell_room ? 2 * samples->cell_room : 64;
    struct samples_cell *cells = realloc(samples->cells, room * sizeof *cells);
    if (!cells)
        return -1;
    samples->cells = cells;
    uint32_t(*blocks)[STATUS_COUNT] = realloc(samples->reason_blocks, room * sizeof *blocks);
    if (!blocks)
        return -1;
    samples->reason_blocks = blocks;
    samples->cell_room = room;
    return 0;
}

/* A name's index is its cell's while the table is filled. */
static int find_or_add_cell(struct samples *samples, const char *name, uint32_t *index)
{
    if (intern(&samples->names, name, index))
        return -1;
    if (*index < samples->cell_count)
        return 0;
    if (samples->cell_count == samples->cell_room && grow_cells(samples))
        return -1;
    struct samples_cell *cell = &samples->cells[samples->cell_count++];
    *cell = (struct samples_cell){.name = samples->names.texts[*index], .items_low = NAN, .items_high = NAN};
    for (int status = 0; status < STATUS_COUNT; status++)
        cell->reasons[status] = "";
    struct cell parsed;
    if (cell_parse(name, NULL, &parsed, NULL))
        return 0;
    cell->conc = parsed.conc;
    cell->workers = parsed.workers;
    /* one-core cells name more workers than there are units, and conc does not tell of units */
    if (strcmp(parsed.place, "one-core") != 0 && parsed.workers > samples->units_max)
        samples->units_max = parsed.workers;
    return 0;
}

static int grow_rows(struct samples *samples)
{
    size_t room = samples->row_room ? 2 * samples->row_room : 256;
    struct samples_row *rows = realloc(samples->rows, room * sizeof *rows);
    if (!rows)
        return -1;
    samples->rows = rows;
    for (int column = 0; column < COLUMN_COUNT; column++) {
        if (!samples->kept[column])
            continue;
        double *figures = realloc(samples->figures[column], room * sizeof *figures);
        if (!figures)
            return -1;
        samples->figures[column] = figures;
    }
    samples->row_room = room;
    return 0;
}

/* The same whatever the order of the rows: the earliest block's, of those the first in the alphabet. */
static void note_reason(struct samples *samples, uint32_t index, const struct samples_input *input,
                        const char *reason)
{
    const char **first = &samples->cells[index].reasons[input->status];
    uint32_t *block = &samples->reason_blocks[index][input->status];
    if (!*reason ||
        (**first && (input->block > *block || (input->block == *block && strcmp(reason, *first) >= 0))))
        return;
    *first = reason;
    *block = input->block;
}

static void note_work(const struct samples *samples, struct samples_cell *cell,
                      const struct samples_input *input)
{
    cell->items_low = fmin(cell->items_low, input->items); /* fmin passes over NaN */
    cell->items_high = fmax(cell->items_high, input->items);
    cell->ragged = cell->ragged || (cell->conc > 1 && fmod(input->items, cell->conc) > 0);
    cell->generator_rows += !isnan(input->generator_busy);
    if (input->generator_busy > 0.5 && samples->kept[COLUMN_ITEMS_PER_SECOND])
        cell->generator_ceiling =
            fmax(cell->generator_ceiling, input->by_column[COLUMN_ITEMS_PER_SECOND] / input->generator_busy);
    cell->generator_rows_limited += input->generator_busy > generator_busy_max;
}

int samples_add(struct samples *samples, const struct samples_input *input, struct error *error)
{
    uint32_t cell, reason;
    size_t row = samples->row_count;
    if (find_or_add_cell(samples, input->cell, &cell) || intern(&samples->reasons, input->reason, &reason) ||
        (row == samples->row_room && grow_rows(samples)))
        return out_of_memory(error);
    samples->rows[row] = (struct samples_row){.block = input->block,
                                              .line = (uint32_t)input->line,
                                              .cell = cell,
                                              .reason = reason,
                                              .status = (unsigned char)input->status};
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (samples->kept[column])
            samples->figures[column][row] = input->by_column[column];
    samples->row_count++;
    samples->cells[cell].count++;
    samples->cells[cell].rows[input->status]++;
    note_reason(samples, cell, input, samples->reasons.texts[reason]);
    if (input->status == STATUS_OK)
        note_work(samples, &samples->cells[cell], input);
    return 0;
}

/* In order */

/* strverscmp, but from the first digits that can differ: cells have long beginnings in common. */
int samples_compare_names(const char *a, const char *b)
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
    return samples_compare_names(((const struct samples_cell *)a)->name,
                                 ((const struct samples_cell *)b)->name);
}

/* Cells take their places; places[i]: that of the cell that was i. */
static int order_cells(struct samples *samples)
{
    uint32_t *places = malloc((samples->cell_count + 1) * sizeof *places);
    if (!places)
        return -1;
    for (size_t i = 0; i < samples->cell_count; i++)
        samples->cells[i].first = i;
    if (samples->cell_count)
        qsort(samples->cells, samples->cell_count, sizeof *samples->cells, compare_cells);
    size_t first = 0;
    for (size_t i = 0; i < samples->cell_count; i++) {
        places[samples->cells[i].first] = (uint32_t)i;
        samples->cells[i].first = first;
        first += samples->cells[i].count;
    }
    for (size_t i = 0; i < samples->row_count; i++)
        samples->rows[i].cell = places[samples->rows[i].cell];
    free(places);
    return 0;
}

struct place {
    struct samples_row row;
    uint32_t from;
};

static int compare_places(const void *a, const void *b)
{
    const struct samples_row *left = &((const struct place *)a)->row,
                             *right = &((const struct place *)b)->row;
    if (left->block != right->block)
        return left->block < right->block ? -1 : 1;
    return (left->line > right->line) - (left->line < right->line);
}

/* Rows come block by block: putting them cell by cell keeps them so, and most cells are in order then. */
static void sort_cell(const struct samples_cell *cell, struct place *places)
{
    size_t i = 1;
    while (i < cell->count && compare_places(&places[i - 1], &places[i]) <= 0)
        i++;
    if (i < cell->count)
        qsort(places, cell->count, sizeof *places, compare_places);
}

static int group_rows(struct samples *samples)
{
    struct place *places = malloc((samples->row_count + 1) * sizeof *places);
    double *moved = malloc((samples->row_count + 1) * sizeof *moved);
    if (!places || !moved) {
        free(places);
        free(moved);
        return -1;
    }
    for (size_t i = 0; i < samples->cell_count; i++)
        samples->cells[i].count = 0;
    for (size_t i = 0; i < samples->row_count; i++) {
        struct samples_cell *cell = &samples->cells[samples->rows[i].cell];
        places[cell->first + cell->count++] = (struct place){samples->rows[i], (uint32_t)i};
    }
    for (size_t i = 0; i < samples->cell_count; i++)
        sort_cell(&samples->cells[i], &places[samples->cells[i].first]);
    for (size_t i = 0; i < samples->row_count; i++)
        samples->rows[i] = places[i].row;
    for (int column = 0; column < COLUMN_COUNT; column++) {
        if (!samples->figures[column])
            continue;
        for (size_t i = 0; i < samples->row_count; i++)
            moved[i] = samples->figures[column][places[i].from];
        double *free_now = samples->figures[column];
        samples->figures[column] = moved;
        moved = free_now;
    }
    free(places);
    free(moved);
    return 0;
}

static int refuse_doubles(const struct samples *samples, struct error *error)
{
    const struct samples_row *before = NULL;
    for (size_t i = 0; i < samples->row_count; i++) {
        const struct samples_row *row = &samples->rows[i];
        if (row->status != STATUS_OK)
            continue;
        if (before && before->cell == row->cell && before->block == row->block)
            return error_set(error, "line %u: a second ok row of %s in block %u; the first is in line %u",
                             row->line, samples->cells[row->cell].name, row->block, before->line);
        before = row;
    }
    return 0;
}

int samples_finish(struct samples *samples, struct error *error)
{
    free(samples->reason_blocks);
    samples->reason_blocks = NULL;
    if (order_cells(samples) || group_rows(samples))
        return out_of_memory(error);
    samples->row_room = samples->row_count;
    return refuse_doubles(samples, error);
}

const struct samples_cell *samples_find(const struct samples *samples, const char *cell)
{
    const struct samples_cell wanted = {.name = (char *)cell};
    return samples->cell_count
               ? bsearch(&wanted, samples->cells, samples->cell_count, sizeof wanted, compare_cells)
               : NULL;
}

const char *samples_reason(const struct samples *samples, const struct samples_row *row)
{
    return samples->reasons.texts[row->reason];
}
