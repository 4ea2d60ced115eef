/* SPDX-License-Identifier: MIT */
/* How it was measured, and what did not count. */
#include <stdlib.h>
#include <string.h>

#include "cells_table.h"
#include "report_part.h"
#include "table.h"

enum { BLOCK, CELL, STATUS, REASON, COLUMN_END };

static const struct table_column row_columns[COLUMN_END] = {
    [BLOCK] = {"block", "block", TABLE_ALL},
    [CELL] = {"cell", "cell", TABLE_ALL, .code = true},
    [STATUS] = {"status", "status", TABLE_ALL},
    [REASON] = {"reason", "reason", TABLE_ALL},
};

static int compare_reasons(const void *a, const void *b)
{
    const struct sample *left = *(const struct sample *const *)a, *right = *(const struct sample *const *)b;
    if (left->block != right->block)
        return left->block < right->block ? -1 : 1;
    int order = (int)left->status - (int)right->status;
    order = order ? order : strcmp(left->reason, right->reason);
    return order ? order : (left > right) - (left < right);
}

/* alike[i]: how many rows of its block say the same as sample i, which is the first of them; else 0. */
static int count_alike(const struct results *results, size_t *alike)
{
    const struct sample **sorted = calloc(results->sample_count + 1, sizeof *sorted);
    size_t count = 0;
    if (!sorted)
        return -1;
    for (size_t i = 0; i < results->sample_count; i++)
        if (results->samples[i].status != STATUS_OK)
            sorted[count++] = &results->samples[i];
    qsort(sorted, count, sizeof *sorted, compare_reasons);
    for (size_t i = 0, first = 0; i < count; i++) {
        if (sorted[i]->block != sorted[first]->block || sorted[i]->status != sorted[first]->status ||
            strcmp(sorted[i]->reason, sorted[first]->reason) != 0)
            first = i;
        alike[sorted[first] - results->samples]++;
    }
    free(sorted);
    return 0;
}

static int put_rows_not_ok(FILE *out, const struct results *results, struct error *error)
{
    struct table table;
    size_t *alike = calloc(results->sample_count + 1, sizeof *alike);
    if (!alike || count_alike(results, alike)) {
        free(alike);
        return error_set(error, "out of memory");
    }
    table_open(&table, TABLE_HTML, row_columns, COLUMN_END);
    for (size_t i = 0; i < results->sample_count; i++) {
        const struct sample *sample = &results->samples[i];
        if (!alike[i])
            continue;
        table_row(&table, TABLE_ALL, 0);
        table_count(&table, BLOCK, sample->block);
        table_text(&table, CELL, "%s", results->cells[sample->cell]);
        if (alike[i] > 1)
            table_text(&table, CELL, "%zu cells", alike[i]);
        table_text(&table, STATUS, "%s", status_names[sample->status]);
        table_text(&table, REASON, "%s", sample->reason);
    }
    fputs("<details><summary>All rows that are not ok</summary>\n", out);
    int failed = table_write(&table, NULL, out);
    fputs("</details>\n", out);
    table_free(&table);
    free(alike);
    return failed ? error_set(error, "cannot write the page") : 0;
}

int report_put_method(FILE *out, const struct verdicts *verdicts, const struct results *results,
                      struct error *error)
{
    size_t counts[STATUS_COUNT] = {0};
    for (size_t i = 0; i < results->sample_count; i++)
        counts[results->samples[i].status]++;
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
                "%zu comparisons of this page, below %g %%; with fewer than %zu blocks it is refused.",
                verdicts->point_count, 100 * verdicts->alpha, verdicts->blocks_needed);
    fputs(" Whether the machine was quiet is decided from its counters and three fixed pieces of work, never "
          "from the time of a cell.</p>\n<p>",
          out);
    fprintf(out, "%zu samples of %zu cells: ", results->sample_count, results->cell_count);
    for (int status = 0; status < STATUS_COUNT; status++)
        fprintf(out, "%s%zu %s", status ? ", " : "", counts[status], status_names[status]);
    fputs(".</p>\n", out);
    if (counts[STATUS_OK] < results->sample_count && put_rows_not_ok(out, results, error))
        return -1;
    fputs("<p class=\"quiet\">The samples stand in <code>samples.csv</code>, the verdicts in "
          "<code>verdicts.csv</code>; "
          "<code>gnuplot NAME.gp</code> in <code>charts</code> draws a chart again.</p>\n",
          out);
    return 0;
}

void report_put_cells(FILE *out, const struct results *results, bool open)
{
    struct table table;
    cells_table(results, NULL, TABLE_HTML, &table);
    fprintf(out, "<h2>Cells</h2>\n<details%s><summary>Medians of every cell</summary>\n",
            open ? " open" : "");
    table_write(&table, NULL, out);
    fputs("</details>\n", out);
    table_free(&table);
}
