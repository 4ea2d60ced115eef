/* SPDX-License-Identifier: MIT */
/* GitHub's tables. */
#include <string.h>

#include "table_write.h"

/* With a backslash before what Markdown would take for its own. */
static void put_escaped(FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text == '\n') {
            fputs("<br>", out);
        } else {
            if (strchr("|\\<*_`", *text))
                putc('\\', out);
            putc(*text, out);
        }
}

static void put_cell(FILE *out, const struct table_column *column, const struct table_cell *cell,
                     unsigned level)
{
    bool strong = cell->role != TABLE_PLAIN || (column->strong && level == 0);
    if (cell->text && *cell->text) {
        fputs(strong ? " **" : " ", out);
        put_escaped(out, cell->text);
        fputs(strong ? "**" : "", out);
    }
    if (cell->aside) {
        fputs(cell->text && *cell->text ? "<br>" : " ", out);
        put_escaped(out, cell->aside);
    }
    fputs(" |", out);
}

static void put_titles(const struct table *table, FILE *out)
{
    putc('|', out);
    for (size_t k = 0; k < table->column_count; k++)
        if (table_shows(table, k))
            fprintf(out, " %s |", table->columns[k].title);
    fputs("\n|", out);
    for (size_t k = 0; k < table->column_count; k++)
        if (table_shows(table, k))
            fputs(table->columns[k].right ? "--:|" : "---|", out);
    putc('\n', out);
}

/* There is no indent: the name of a part stands below the text of its whole, where that column is free. */
static void put_row(const struct table *table, const struct table_row *row, FILE *out)
{
    static const struct table_cell none = {.text = NULL};
    const struct table_cell *moved = NULL;
    bool first = true;
    putc('|', out);
    for (size_t k = 0; k < table->column_count; k++) {
        const struct table_cell *cell = &row->cells[k];
        if (!table_shows(table, k))
            continue;
        if (first && row->level)
            moved = cell;
        if (moved && !first && !(cell->text && *cell->text)) {
            cell = moved;
            moved = NULL;
        }
        put_cell(out, &table->columns[k], first && row->level ? &none : cell, row->level);
        first = false;
    }
    putc('\n', out);
}

int table_write_markdown(const struct table *table, const struct table_style *style, FILE *out)
{
    (void)style;
    put_titles(table, out);
    for (size_t i = 0; i < table->count; i++)
        put_row(table, &table->rows[i], out);
    return 0;
}
