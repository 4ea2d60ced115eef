/* SPDX-License-Identifier: MIT */
/* On a narrow screen each cell is a line behind its column's title: the page's style does that by data-title.
 */
#include "table_write.h"

#include <string.h>

void html_put_text(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        case '\n':
            fputs("<br>", out);
            break;
        default:
            putc(*text, out);
        }
}

void html_put_element(FILE *out, const char *open, const char *text, const char *close)
{
    fputs(open, out);
    html_put_text(out, text);
    fputs(close, out);
}

/* Names of cells and pairs have no space: they may be broken where one of their parts ends. */
static void put_breakable(FILE *out, const char *text)
{
    for (; *text; text++) {
        html_put_text(out, (char[]){*text, '\0'});
        if (strchr("@:/", *text))
            fputs("<wbr>", out);
    }
}

static void put_titles(const struct table *table, FILE *out)
{
    fputs("<tr>", out);
    for (size_t k = 0; k < table->column_count; k++)
        if (table_shows(table, k))
            html_put_element(out, table->columns[k].right ? "<th class=\"number\">" : "<th>",
                             table->columns[k].title, "</th>");
    fputs("</tr>\n", out);
}

/* A name of words, such as "ID (RUNTIME)", leads to ID. */
static void put_anchored(FILE *out, const char *text)
{
    fputs("<a href=\"#", out);
    for (const char *end = text; *end && *end != ' '; end++)
        html_put_text(out, (char[]){*end, '\0'});
    html_put_element(out, "\">", text, "</a>");
}

static void put_main(FILE *out, const struct table_column *column, const struct table_row *row,
                     const struct table_cell *cell)
{
    static const char *const chips[] = {[TABLE_GOOD] = "<span class=\"chip holds\">",
                                        [TABLE_BAD] = "<span class=\"chip refuted\">",
                                        [TABLE_UNCLEAR] = "<span class=\"chip unclear\">",
                                        [TABLE_QUIET] = "<span class=\"quiet\">"};
    if (cell->role != TABLE_PLAIN)
        html_put_element(out, chips[cell->role], cell->text, "</span>");
    else if (column->anchor && row->level == 0)
        put_anchored(out, cell->text);
    else if (row->level)
        put_breakable(out, cell->text);
    else
        html_put_element(out, column->code ? "<code>" : "", cell->text, column->code ? "</code>" : "");
}

static void put_cell(FILE *out, const struct table_column *column, const struct table_row *row,
                     const struct table_cell *cell, bool first)
{
    fputs("<td", out);
    if (column->right || (first && row->level))
        fputs(column->right ? " class=\"number\"" : " class=\"pair\"", out);
    if (cell->text && *cell->text && !first)
        html_put_element(out, " data-title=\"", column->title, "\"");
    putc('>', out);
    if (cell->text && *cell->text)
        put_main(out, column, row, cell);
    if (cell->aside) {
        fputs(cell->text && *cell->text ? "<br>" : "", out);
        html_put_element(out, "<span class=\"quiet\">", cell->aside, "</span>");
    }
    fputs("</td>", out);
}

static void put_row(const struct table *table, const struct table_row *row, FILE *out)
{
    size_t count = 0;
    fputs("<tr>", out);
    for (size_t k = 0; k < table->column_count; k++)
        if (table_shows(table, k)) {
            if (!row->heading)
                put_cell(out, &table->columns[k], row, &row->cells[k], count == 0);
            count++;
        }
    if (row->heading) {
        fprintf(out, "<th colspan=\"%zu\">", count);
        html_put_element(out, "", row->cells[0].text, "</th>");
    }
    fputs("</tr>\n", out);
}

int table_write_html(const struct table *table, const struct table_style *style, FILE *out)
{
    (void)style;
    fputs("<div class=\"scroll\"><table>\n", out);
    if (!table->bare)
        put_titles(table, out);
    for (size_t i = 0; i < table->count; i++)
        put_row(table, &table->rows[i], out);
    fputs("</table></div>\n", out);
    return 0;
}
