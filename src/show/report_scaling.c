/* SPDX-License-Identifier: MIT */
#include "report_part.h"
#include "scaling.h"
#include "table.h"
#include "wording.h"

enum { MODEL, WORKERS, SPEEDUP, BLOCKS, COLUMN_END };

static const struct table_column scaling_columns[COLUMN_END] = {
    [MODEL] = {"model", "model", TABLE_ALL},
    [WORKERS] = {"workers", "workers", TABLE_ALL, .right = true},
    [SPEEDUP] = {"speedup", "speedup", TABLE_ALL, .right = true},
    [BLOCKS] = {"n", "n", TABLE_ALL, .right = true},
};

static void add_series(struct table *table, const struct scaling_series *series)
{
    for (size_t i = 0; i < series->count; i++) {
        const struct scaling_point *point = &series->points[i];
        char ratio[96];
        word_ratio(point->speedup.median, point->speedup.low, point->speedup.high, ratio, sizeof ratio);
        table_row(table, TABLE_ALL, 0);
        table_text(table, MODEL, "%s", i ? "" : series->model);
        table_count(table, WORKERS, point->workers);
        table_number(table, SPEEDUP, point->speedup.median);
        table_words(table, SPEEDUP, "%s", ratio);
        table_count(table, BLOCKS, point->n);
    }
}

static void put_fit(FILE *out, const struct scaling_chart *chart, const struct scaling_series *series)
{
    char usl[128], amdahl[128];
    html_put_element(out, "<p><b>", series->model, ".</b> ");
    if (series->fitted) {
        scaling_word_usl(series, usl, sizeof usl);
        scaling_word_amdahl(series, amdahl, sizeof amdahl);
        html_put_element(out, "Universal Scalability Law: ", usl, "");
        fprintf(out, ", residual %.2g", series->scale * series->usl.residual);
        html_put_element(out, "; Amdahl: ", amdahl, "");
        fprintf(out, ", residual %.2g.", series->scale * series->amdahl.residual);
    } else {
        scaling_word_no_fit(chart, series, usl, sizeof usl);
        html_put_element(out, "", usl, ".");
    }
    fputs("</p>\n", out);
}

static int put_numbers(FILE *out, const struct scaling_chart *chart)
{
    char reference[128];
    struct table table;
    scaling_word_reference(chart, reference, sizeof reference);
    html_put_element(out, "<details><summary>Numbers</summary>\n<p>", reference, "; fits: ");
    fputs("speedup(n) = n / (1 + σ (n − 1) + κ n (n − 1)), times the speedup with one worker (1 if that was "
          "not measured); Amdahl: κ = 0; residual: root mean square of the medians less the fit.</p>\n",
          out);
    table_open(&table, TABLE_HTML, scaling_columns, COLUMN_END);
    for (size_t i = 0; i < chart->count; i++)
        add_series(&table, &chart->series[i]);
    int failed = table_write(&table, NULL, out);
    table_free(&table);
    for (size_t i = 0; i < chart->count; i++)
        put_fit(out, chart, &chart->series[i]);
    fputs("</details>", out);
    return failed;
}

static int put_scaling_chart(FILE *out, const struct scaling_chart *chart, const struct page *page,
                             struct error *error)
{
    char title[128];
    snprintf(title, sizeof title, "Scaling of %s/%s", chart->cell.family, chart->cell.workload);
    html_put_element(out, "<section id=\"", chart->id, "\">\n");
    if (report_put_chart(out, chart->id, title, page, error))
        return -1;
    if (put_numbers(out, chart))
        return error_set(error, "%s: cannot write the page", page->folder);
    fputs("</section>\n", out);
    return 0;
}

int report_put_scaling(FILE *out, const struct samples *samples, const struct page *page, struct error *error)
{
    struct scaling scaling;
    int result = scaling_find(samples, &scaling, error);
    if (!result && scaling.count)
        fputs("<h2>Scaling</h2>\n", out);
    for (size_t i = 0; !result && i < scaling.count; i++)
        result = put_scaling_chart(out, &scaling.charts[i], page, error);
    if (!result && scaling.left_out)
        fprintf(out, "<p>%zu more curves than %d are not drawn.</p>\n", scaling.left_out, SCALING_CHARTS_MAX);
    scaling_free(&scaling);
    return result;
}
