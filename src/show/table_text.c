/* SPDX-License-Identifier: MIT */
/* For terminals. A row is a line while the columns fit; how they give way is told by their enum table_fit.
 * What stands beside its cell in other formats stands under the row here, or at its end where there is room.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "table_write.h"
#include "words.h"

/* From WIDE columns on, text that could stand under the row is cut instead, and brief words stand in the
 * line. */
enum { WIDE = 120, CUT_WIDTH_MIN = 24, WRAP_WIDTH_MIN = 12, BRIEF_WIDTH = 18, GAP = 2, INDENT = 4 };

struct layout {
    const struct table *table;
    const struct table_style *style;
    size_t *widths; /* 0: the column is not in the line */
    size_t last;    /* column of the line */
    bool wide;
    bool stacked; /* the first column stands above */
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static const char *text_of(const struct table_cell *cell)
{
    return cell->text ? cell->text : "";
}

/* "" or the words behind a cell that stand in its line. */
static const char *brief_of(const struct layout *layout, const struct table_cell *cell)
{
    bool shown = cell->brief && layout->wide && word_width(cell->brief) <= BRIEF_WIDTH;
    return shown ? cell->brief : "";
}

static size_t cell_width(const struct layout *layout, const struct table_row *row, size_t column)
{
    const struct table_cell *cell = &row->cells[column];
    const char *brief = brief_of(layout, cell);
    return word_width(text_of(cell)) + (*brief ? 2 + word_width(brief) : 0) +
           (column == 0 ? row->level * (size_t)GAP : 0);
}

static size_t line_width(const struct layout *layout)
{
    size_t width = 0;
    for (size_t k = 0; k < layout->table->column_count; k++)
        if (layout->widths[k] && !(layout->stacked && k == 0))
            width += layout->widths[k] + (width ? GAP : 0);
    return width + (layout->stacked ? GAP : 0);
}

static void put_under(struct layout *layout)
{
    for (size_t k = 0; k < layout->table->column_count; k++) {
        size_t line = line_width(layout);
        if (!layout->widths[k] || layout->table->columns[k].fit != TABLE_UNDER ||
            line <= layout->style->width)
            continue;
        size_t others = line - layout->widths[k];
        bool cut = layout->wide && others + CUT_WIDTH_MIN <= layout->style->width;
        layout->widths[k] = cut ? layout->style->width - others : 0;
    }
}

/* The widest of those that can be broken gives way first. */
static void squeeze(struct layout *layout)
{
    for (size_t excess = line_width(layout); excess > layout->style->width; excess--) {
        size_t widest = 0, width = WRAP_WIDTH_MIN;
        for (size_t k = 0; k < layout->table->column_count; k++)
            if (layout->table->columns[k].fit == TABLE_WRAP && layout->widths[k] > width) {
                widest = k;
                width = layout->widths[k];
            }
        if (width == WRAP_WIDTH_MIN)
            return;
        layout->widths[widest]--;
    }
}

static void measure(struct layout *layout)
{
    const struct table *table = layout->table;
    for (size_t k = 0; k < table->column_count; k++) {
        if (!table_shows(table, k))
            continue;
        layout->widths[k] = table->bare ? 1 : larger(1, word_width(table->columns[k].title));
        for (size_t i = 0; i < table->count; i++)
            if (!table->rows[i].heading)
                layout->widths[k] = larger(layout->widths[k], cell_width(layout, &table->rows[i], k));
        layout->last = k;
    }
    if (!layout->style->width || line_width(layout) <= layout->style->width)
        return;
    put_under(layout);
    layout->stacked = table->columns[0].fit == TABLE_LEAD && line_width(layout) > layout->style->width;
    squeeze(layout);
}

static void put_colour(const struct layout *layout, const char *colour, FILE *out)
{
    fputs(layout->style->colour ? colour : "", out);
}

static const char *const role_colours[] = {[TABLE_PLAIN] = "",
                                           [TABLE_GOOD] = "\033[32m",
                                           [TABLE_BAD] = "\033[31m",
                                           [TABLE_UNCLEAR] = "\033[33m",
                                           [TABLE_QUIET] = "\033[2m"};

/* Spaces are owed until something follows: no line ends with them. */
struct pen {
    FILE *out;
    size_t owed;
};

static void put_text(const struct layout *layout, struct pen *pen, const char *text, size_t bytes,
                     const char *colour)
{
    if (bytes) {
        fprintf(pen->out, "%*s", (int)pen->owed, "");
        pen->owed = 0;
        put_colour(layout, colour, pen->out);
        fwrite(text, 1, bytes, pen->out);
        put_colour(layout, *colour ? "\033[0m" : "", pen->out);
    }
}

/* One line of a cell; text moves on to what is left for the next line. */
static void put_cell(const struct layout *layout, struct pen *pen, size_t column, const char **text,
                     const char *colour)
{
    char cut[512];
    const struct table_column *description = &layout->table->columns[column];
    size_t width = layout->widths[column], bytes = strlen(*text), used;
    const char *piece = *text;
    if (word_width(piece) > width && description->fit == TABLE_WRAP) {
        bytes = word_line_bytes(piece, width);
    } else if (word_width(piece) > width && !(layout->stacked && column == 0)) {
        word_cut(piece, width, cut, sizeof cut);
        piece = cut;
    }
    char *line = strndup(piece, piece == cut ? sizeof cut : bytes);
    used = line ? word_width(line) : 0;
    size_t left = used < width ? width - used : 0;
    pen->owed += description->right ? left : 0;
    if (line)
        put_text(layout, pen, line, strlen(line), colour);
    pen->owed += description->right ? 0 : left;
    free(line);
    *text += bytes;
    *text += strspn(*text, " ");
}

static void put_titles(const struct layout *layout, FILE *out)
{
    struct pen pen = {.out = out};
    put_colour(layout, "\033[1m", out);
    for (size_t k = 0; k < layout->table->column_count; k++) {
        const char *title = layout->table->columns[k].title;
        if (!layout->widths[k])
            continue;
        put_cell(layout, &pen, k, &title, "");
        if (layout->stacked && k == 0) {
            putc('\n', out);
            pen.owed = 0;
        }
        pen.owed += GAP;
    }
    put_colour(layout, "\033[0m", out);
    putc('\n', out);
}

/* The lines of one row's cells; those that are not broken are done after the first. */
static void put_lines(const struct layout *layout, const struct table_row *row, const char **rest, FILE *out)
{
    bool more = true;
    for (bool first = true; more; first = false) {
        struct pen pen = {.out = out};
        more = false;
        for (size_t k = 0; k < layout->table->column_count; k++) {
            if (!layout->widths[k])
                continue;
            size_t indent = k == 0 ? row->level * (size_t)GAP : 0;
            pen.owed += indent;
            if (indent && !layout->stacked) /* the width is that of the column, indent and all */
                layout->widths[k] -= indent;
            put_cell(layout, &pen, k, &rest[k], role_colours[row->cells[k].role]);
            if (indent && !layout->stacked)
                layout->widths[k] += indent;
            if (layout->stacked && k == 0 && first) {
                putc('\n', out);
                pen.owed = 0;
            }
            pen.owed += GAP;
            more |= *rest[k] != '\0';
        }
        putc('\n', out);
    }
}

/* All asides in one text, but for what stands in the line; to be freed. */
static char *join_asides(const struct layout *layout, const struct table_row *row)
{
    char *text = NULL;
    size_t bytes;
    FILE *memory = open_memstream(&text, &bytes);
    bool any = false;
    for (size_t k = 0; memory && k < layout->table->column_count; k++) {
        const struct table_cell *cell = &row->cells[k];
        const char *line = cell->aside, *word = layout->table->columns[k].aside_word;
        if (line && *brief_of(layout, cell))
            line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
        while (line) {
            size_t length = strcspn(line, "\n");
            fprintf(memory, "%s%s%s%.*s", any ? "; " : "", word ? word : "", word ? " " : "", (int)length,
                    line);
            any = true;
            line = line[length] ? line + length + 1 : NULL;
        }
    }
    if (memory && fclose(memory) == 0)
        return text;
    free(text);
    return NULL;
}

static bool fits_behind(const struct layout *layout, const struct table_row *row, const char *aside)
{
    const struct table_cell *last = &row->cells[layout->last];
    size_t before = line_width(layout) - layout->widths[layout->last] + word_width(text_of(last));
    return *text_of(last) && last->aside &&
           (!layout->style->width || before + 2 + word_width(aside) <= layout->style->width);
}

static int put_row(const struct layout *layout, const struct table_row *row, const char **rest, FILE *out)
{
    const struct table *table = layout->table;
    char *aside = join_asides(layout, row), *last = NULL;
    if (!aside)
        return -1;
    for (size_t k = 0; k < table->column_count; k++)
        rest[k] = text_of(&row->cells[k]);
    const char *brief = "";
    size_t with_brief = 0;
    for (size_t k = 0; k < table->column_count; k++)
        if (*brief_of(layout, &row->cells[k])) {
            brief = brief_of(layout, &row->cells[k]);
            with_brief = k;
        }
    bool behind = *aside && fits_behind(layout, row, aside);
    if (behind || *brief) {
        size_t column = behind ? layout->last : with_brief;
        if (asprintf(&last, "%s: %s", rest[column], behind ? aside : brief) < 0) {
            free(aside);
            return -1;
        }
        rest[column] = last;
        if (behind)
            layout->widths[column] = larger(layout->widths[column], word_width(last));
    }
    put_lines(layout, row, rest, out);
    put_colour(layout, "\033[2m", out);
    for (size_t k = 0; k < table->column_count; k++)
        if (table_shows(table, k) && !layout->widths[k] && *text_of(&row->cells[k]))
            word_wrap(out, row->cells[k].text, INDENT, INDENT, layout->style->width);
    if (*aside && !behind)
        word_wrap(out, aside, INDENT, INDENT, layout->style->width);
    put_colour(layout, "\033[0m", out);
    free(aside);
    free(last);
    return 0;
}

int table_write_text(const struct table *table, const struct table_style *style, FILE *out)
{
    struct layout layout = {.table = table, .style = style, .wide = !style->width || style->width >= WIDE};
    const char **rest = calloc(table->column_count, sizeof *rest);
    layout.widths = calloc(table->column_count, sizeof *layout.widths);
    int failed = rest && layout.widths ? 0 : -1;
    if (!failed) {
        measure(&layout);
        if (!table->bare)
            put_titles(&layout, out);
    }
    for (size_t i = 0; i < table->count && !failed; i++) {
        if (table->rows[i].heading)
            fprintf(out, "%s\n", table->rows[i].cells[0].text);
        else
            failed = put_row(&layout, &table->rows[i], rest, out);
    }
    free(rest);
    free(layout.widths);
    return failed;
}
