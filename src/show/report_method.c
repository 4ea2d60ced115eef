/* SPDX-License-Identifier: MIT */
/* How it was measured, and what did not count. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cells_table.h"
#include "report_part.h"
#include "table.h"
#include "wording.h"

enum { BLOCK, CELL, STATUS, REASON, COLUMN_END };

static const struct table_column row_columns[COLUMN_END] = {
    [BLOCK] = {"block", "block", TABLE_ALL},
    [CELL] = {"cell", "cell", TABLE_ALL, .code = true},
    [STATUS] = {"status", "status", TABLE_ALL},
    [REASON] = {"reason", "reason", TABLE_ALL},
};

static int compare_reasons(const void *a, const void *b)
{
    const struct samples_row *left = *(const struct samples_row *const *)a,
                             *right = *(const struct samples_row *const *)b;
    if (left->block != right->block)
        return left->block < right->block ? -1 : 1;
    int order = (int)left->status - (int)right->status;
    order = order ? order : (left->reason > right->reason) - (left->reason < right->reason);
    return order ? order : (left->line > right->line) - (left->line < right->line);
}

static int compare_lines(const void *a, const void *b)
{
    const struct samples_row *left = *(const struct samples_row *const *)a,
                             *right = *(const struct samples_row *const *)b;
    return (left->line > right->line) - (left->line < right->line);
}

/* The rows that are not ok, of those of a block that say the same the first, in the order of the file; alike:
 * as samples->rows, how many each stands for. Returns how many. */
static size_t list_not_ok(const struct samples *samples, const struct samples_row **rows, size_t *alike)
{
    size_t count = 0, firsts = 0;
    for (size_t i = 0; i < samples->row_count; i++)
        if (samples->rows[i].status != STATUS_OK)
            rows[count++] = &samples->rows[i];
    qsort(rows, count, sizeof *rows, compare_reasons);
    for (size_t i = 0; i < count; i++) {
        const struct samples_row *last = firsts ? rows[firsts - 1] : NULL;
        if (!last || rows[i]->block != last->block || rows[i]->status != last->status ||
            rows[i]->reason != last->reason)
            rows[firsts++] = rows[i];
        alike[rows[firsts - 1] - samples->rows]++;
    }
    qsort(rows, firsts, sizeof *rows, compare_lines);
    return firsts;
}

static int put_rows_not_ok(FILE *out, const struct samples *samples, struct error *error)
{
    struct table table;
    const struct samples_row **rows = calloc(samples->row_count + 1, sizeof *rows);
    size_t *alike = calloc(samples->row_count + 1, sizeof *alike);
    if (!rows || !alike) {
        free(rows);
        free(alike);
        return error_set(error, "out of memory");
    }
    size_t count = list_not_ok(samples, rows, alike);
    table_open(&table, TABLE_HTML, row_columns, COLUMN_END);
    for (size_t i = 0; i < count; i++) {
        const struct samples_row *row = rows[i];
        size_t cells = alike[row - samples->rows];
        table_row(&table, TABLE_ALL, 0);
        table_count(&table, BLOCK, row->block);
        table_text(&table, CELL, "%s", samples->cells[row->cell].name);
        if (cells > 1)
            table_text(&table, CELL, "%zu cells", cells);
        table_text(&table, STATUS, "%s", status_names[row->status]);
        table_text(&table, REASON, "%s", samples_reason(samples, row));
    }
    fputs("<details><summary>All rows that are not ok</summary>\n", out);
    int failed = table_write(&table, NULL, out);
    fputs("</details>\n", out);
    table_free(&table);
    free(rows);
    free(alike);
    return failed ? error_set(error, "cannot write the page") : 0;
}

static void put_independence(FILE *out, const struct verdicts *verdicts)
{
    struct lag_correlation lag;
    if (verdicts_lag_correlation(verdicts, &lag) || !isfinite(lag.correlation))
        return;
    fprintf(
        out,
        "<p>The tests take blocks as independent. The log ratios of neighbouring blocks correlate by %.2f "
        "(standard error %.2f, p %.2g): %s.</p>\n",
        lag.correlation, lag.deviation, lag.p,
        lag.p < verdicts->alpha ? "they are not, quite, and the p-values are off by it"
                                : "nothing speaks against it");
}

/* What its own CPU time says: a figure near to it is the generator's and not the server's. */
static void put_generator(FILE *out, const struct samples *samples)
{
    const struct samples_cell *fastest = NULL;
    size_t rows = 0, limited = 0;
    for (size_t i = 0; i < samples->cell_count; i++) {
        const struct samples_cell *cell = &samples->cells[i];
        rows += cell->generator_rows;
        limited += cell->generator_rows_limited;
        if (cell->generator_ceiling > (fastest ? fastest->generator_ceiling : 0))
            fastest = cell;
    }
    if (!fastest)
        return;
    char rate[40];
    word_metric(COLUMN_ITEMS_PER_SECOND, fastest->generator_ceiling, rate, sizeof rate);
    fprintf(out, "<p>By the CPU time that an item took it, the load generator could drive at most %s (",
            rate);
    html_put_element(out, "<code>", fastest->name, "</code>");
    fprintf(out, "); in %zu of %zu rows it was busy for more than 80 %% of its time.</p>\n", limited, rows);
}

int report_put_method(FILE *out, const struct verdicts *verdicts, const struct samples *samples,
                      struct error *error)
{
    size_t counts[STATUS_COUNT] = {0};
    for (size_t i = 0; i < samples->cell_count; i++)
        for (int status = 0; status < STATUS_COUNT; status++)
            counts[status] += samples->cells[i].rows[status];
    fputs(
        "<h2>How it was measured</h2>\n<p>One sample is one fresh process. Blocks hold each cell once: "
        "groups "
        "of compared cells in random order, and the cells of a group too; only samples of the same block are "
        "compared. Ratios are Hodges–Lehmann estimates over the "
        "blocks with "
        "exact signed-rank intervals; nothing is deleted for its value.",
        out);
    if (verdicts->point_count)
        fprintf(out,
                " A verdict comes from exact one-sided signed-rank tests against the rule's effect, adjusted "
                "by Holm "
                "over the "
                "%zu rules of this page, below %g %%; with fewer than %zu blocks it is refused.",
                verdicts->tests, 100 * verdicts->alpha, verdicts->blocks_needed);
    fputs(" Whether the machine was quiet is decided from its counters and three fixed pieces of work, never "
          "from the time of a cell.</p>\n<p>",
          out);
    fprintf(out, "%zu samples of %zu cells: ", samples->row_count, samples->cell_count);
    for (int status = 0; status < STATUS_COUNT; status++)
        fprintf(out, "%s%zu %s", status ? ", " : "", counts[status], status_names[status]);
    fputs(".</p>\n", out);
    if (counts[STATUS_OK] < samples->row_count && put_rows_not_ok(out, samples, error))
        return -1;
    put_generator(out, samples);
    put_independence(out, verdicts);
    fputs("<p class=\"quiet\">The samples stand in <code>samples.csv</code>, the verdicts in "
          "<code>verdicts.csv</code>; "
          "<code>gnuplot NAME.gp</code> in <code>charts</code> draws a chart again.</p>\n",
          out);
    return 0;
}

void report_put_cells(FILE *out, const struct samples *samples, bool open)
{
    struct table table;
    cells_table(samples, NULL, TABLE_HTML, &table);
    fprintf(out, "<h2>Cells</h2>\n<details%s><summary>Medians of every cell</summary>\n",
            open ? " open" : "");
    table_write(&table, NULL, out);
    fputs("</details>\n", out);
    table_free(&table);
}
