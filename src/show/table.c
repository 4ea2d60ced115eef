/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "table_write.h"
#include "words.h"

static const struct {
    const char *name;
    enum table_format format;
    int (*write)(const struct table *, const struct table_style *, FILE *);
} formats[] = {{"text", TABLE_TEXT, table_write_text},
               {"csv", TABLE_CSV, table_write_csv},
               {"json", TABLE_JSON, table_write_json},
               {"markdown", TABLE_MARKDOWN, table_write_markdown},
               {NULL, TABLE_HTML, table_write_html}};

enum { FORMAT_COUNT = sizeof formats / sizeof *formats };

int table_format_find(const char *name, struct error *error)
{
    return table_format_find_beside(name, NULL, error);
}

int table_format_find_beside(const char *name, const char *beside, struct error *error)
{
    if (beside && strcmp(name, beside) == 0)
        return 0;
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (formats[i].name && strcmp(name, formats[i].name) == 0)
            return (int)formats[i].format;
    struct nearest nearest;
    nearest_begin(&nearest, name, strlen(name), "");
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (formats[i].name)
            nearest_offer(&nearest, formats[i].name);
    if (beside)
        nearest_offer(&nearest, beside);
    return error_set(error, "unknown format '%s'; %s", name, nearest_tell(&nearest));
}

int table_write(const struct table *table, const struct table_style *style, FILE *out)
{
    static const struct table_style plain = {.colour = false};
    for (size_t i = 0; i < FORMAT_COUNT && !table->failed; i++)
        if (formats[i].format == table->format)
            return formats[i].write(table, style ? style : &plain, out) || ferror(out) ? -1 : 0;
    return -1;
}

void table_open(struct table *table, enum table_format format, const struct table_column *columns,
                size_t column_count)
{
    *table = (struct table){.format = format, .columns = columns, .column_count = column_count};
}

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        for (size_t k = 0; k < table->column_count; k++) {
            struct table_cell *cell = &table->rows[i].cells[k];
            free(cell->text);
            free(cell->aside);
            free(cell->brief);
            if (cell->nested)
                table_free(cell->nested);
            free(cell->nested);
        }
        free(table->rows[i].cells);
    }
    free(table->rows);
    *table = (struct table){.rows = NULL};
}

bool table_shows(const struct table *table, size_t column)
{
    return (table->columns[column].formats & table->format) && !(table->hidden >> column & 1);
}

void table_hide_empty(struct table *table)
{
    for (size_t k = 0; k < table->column_count; k++) {
        bool empty = true;
        for (size_t i = 0; i < table->count && empty; i++)
            empty = !table->rows[i].cells[k].text && !table->rows[i].cells[k].aside;
        table->hidden |= (uint64_t)empty << k;
    }
}

/* Room doubles: a row more is needed at each power of two. */
static bool grow(struct table *table)
{
    if (table->count & (table->count - 1))
        return true;
    size_t room = table->count ? 2 * table->count : 1;
    struct table_row *rows = realloc(table->rows, room * sizeof *rows);
    if (rows)
        table->rows = rows;
    return rows != NULL;
}

void table_row(struct table *table, unsigned shown, unsigned level)
{
    table->passing = !(shown & table->format);
    if (table->passing)
        return;
    struct table_cell *cells = calloc(table->column_count, sizeof *cells);
    if (!cells || !grow(table)) {
        free(cells);
        table->failed = table->passing = true;
        return;
    }
    table->rows[table->count++] = (struct table_row){.level = level, .cells = cells};
}

static struct table_cell *cell_at(struct table *table, size_t column, unsigned shown)
{
    if (table->passing || !table->count || !(table->format & shown) || !table_shows(table, column))
        return NULL;
    return &table->rows[table->count - 1].cells[column];
}

/* People see control characters as what they are: a terminal would obey them. */
static char *copy_words(const struct table *table, const char *text)
{
    size_t bytes = strlen(text) + 1;
    if (!(table->format & TABLE_PEOPLE) || word_is_plain(text))
        return strdup(text);
    char *plain = malloc(WORD_PLAIN_GROWTH * bytes);
    if (plain)
        word_plain(text, plain, WORD_PLAIN_GROWTH * bytes);
    return plain;
}

static void set_words(struct table *table, char **to, const char *text)
{
    free(*to);
    *to = copy_words(table, text);
    table->failed |= !*to;
}

static void set_formatted(struct table *table, struct table_cell *cell, const char *format, va_list arguments)
{
    char *text;
    if (vasprintf(&text, format, arguments) < 0) {
        table->failed = true;
        return;
    }
    set_words(table, &cell->text, text);
    cell->kind = TABLE_WORDS;
    free(text);
}

void table_heading(struct table *table, const char *text)
{
    table_row(table, TABLE_PEOPLE, 0);
    if (table->passing)
        return;
    table->rows[table->count - 1].heading = true;
    set_words(table, &table->rows[table->count - 1].cells[0].text, text);
}

void table_text(struct table *table, size_t column, const char *format, ...)
{
    struct table_cell *cell = cell_at(table, column, TABLE_ALL);
    va_list arguments;
    va_start(arguments, format);
    if (cell)
        set_formatted(table, cell, format, arguments);
    va_end(arguments);
}

void table_words(struct table *table, size_t column, const char *format, ...)
{
    struct table_cell *cell = cell_at(table, column, TABLE_PEOPLE);
    va_list arguments;
    va_start(arguments, format);
    if (cell)
        set_formatted(table, cell, format, arguments);
    va_end(arguments);
}

static void set_number(struct table *table, size_t column, int kind, const char *text, double low,
                       double high)
{
    struct table_cell *cell = cell_at(table, column, TABLE_ALL);
    if (!cell)
        return;
    cell->kind = kind;
    cell->number[0] = low;
    cell->number[1] = high;
    set_words(table, &cell->text, text);
}

void table_number(struct table *table, size_t column, double value)
{
    char text[40];
    if (table->format & TABLE_PEOPLE)
        word_figure(value, text, sizeof text);
    else
        word_number(value, text, sizeof text);
    set_number(table, column, isfinite(value) ? TABLE_NUMBER : TABLE_ABSENT, text, value, 0);
}

void table_count(struct table *table, size_t column, size_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", value);
    set_number(table, column, TABLE_COUNT, text, (double)value, 0);
}

void table_truth(struct table *table, size_t column, bool value)
{
    set_number(table, column, TABLE_TRUTH, value ? "true" : "false", value, 0);
}

void table_range(struct table *table, size_t column, double low, double high)
{
    set_number(table, column, TABLE_RANGE, "", low, high);
}

void table_nested(struct table *table, size_t column, struct table *nested)
{
    struct table_cell *cell = cell_at(table, column, TABLE_ALL);
    struct table *kept = cell ? malloc(sizeof *kept) : NULL;
    table->failed |= nested->failed || (cell && !kept);
    if (!kept) {
        table_free(nested);
        return;
    }
    *kept = *nested;
    cell->kind = TABLE_NESTED;
    cell->nested = kept;
}

/* Line upon line. */
void table_aside(struct table *table, size_t column, const char *format, ...)
{
    struct table_cell *cell = cell_at(table, column, TABLE_PEOPLE);
    char *text, *plain, *both = NULL;
    va_list arguments;
    va_start(arguments, format);
    int bytes = cell ? vasprintf(&text, format, arguments) : 0;
    va_end(arguments);
    if (bytes > 0) {
        plain = copy_words(table, text);
        if (!plain ||
            asprintf(&both, "%s%s%s", cell->aside ? cell->aside : "", cell->aside ? "\n" : "", plain) < 0)
            both = NULL;
        free(plain);
        table->failed |= !both;
        free(cell->aside);
        cell->aside = both;
    }
    if (cell && bytes >= 0)
        free(text);
    table->failed |= bytes < 0;
}

void table_brief(struct table *table, size_t column, const char *text)
{
    struct table_cell *cell = cell_at(table, column, TABLE_PEOPLE);
    if (cell && *text)
        set_words(table, &cell->brief, text);
}

void table_role(struct table *table, size_t column, enum table_role role)
{
    struct table_cell *cell = cell_at(table, column, TABLE_PEOPLE);
    if (cell)
        cell->role = role;
}
