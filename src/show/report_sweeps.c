/* SPDX-License-Identifier: MIT */
#include "report_part.h"
#include "sweep_private.h"
#include "table.h"
#include "wording.h"

enum { MODEL, VALUE, FIGURE, BLOCKS, COLUMN_END };

static void add_series(struct table *table, const struct sweep_chart *chart,
                       const struct sweep_series *series)
{
    for (size_t i = 0; i < series->count; i++) {
        const struct sweep_point *point = &series->points[i];
        char figure[128];
        sweep_word_interval(chart, point, figure, sizeof figure);
        table_row(table, TABLE_ALL, 0);
        table_text(table, MODEL, "%s", i ? "" : series->label);
        table_text(table, VALUE, "%s", point->value);
        table_text(table, FIGURE, "%s", figure);
        table_count(table, BLOCKS, point->n);
    }
}

static void put_fit(FILE *out, const struct sweep_chart *chart, const struct sweep_series *series)
{
    char usl[128], amdahl[128];
    html_put_element(out, "<p><b>", series->label, ".</b> ");
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

static int put_numbers(FILE *out, const struct sweep_chart *chart)
{
    const struct table_column shown[COLUMN_END] = {
        [MODEL] = {"model", "model", TABLE_ALL},
        [VALUE] = {"value", chart->key, TABLE_ALL, .right = true},
        [FIGURE] = {"figure", chart->scaling ? "speedup" : word_metric_name(chart->metric), TABLE_ALL,
                    .right = true},
        [BLOCKS] = {"n", "n", TABLE_ALL, .right = true},
    };
    char figure[128];
    struct table table;
    sweep_word_figure(chart, figure, sizeof figure);
    html_put_element(out, "<details><summary>Numbers</summary>\n<p>", figure, "");
    if (chart->scaling)
        fputs(
            "; fits: speedup(n) = n / (1 + σ (n − 1) + κ n (n − 1)), times the speedup with one worker (1 if "
            "that was not measured); Amdahl: κ = 0; residual: root mean square of the medians less the fit",
            out);
    fputs(".</p>\n", out);
    table_open(&table, TABLE_HTML, shown, COLUMN_END);
    for (size_t i = 0; i < chart->count; i++)
        add_series(&table, chart, &chart->series[i]);
    int failed = table_write(&table, NULL, out);
    table_free(&table);
    for (size_t i = 0; i < chart->count && chart->scaling; i++)
        put_fit(out, chart, &chart->series[i]);
    fputs("</details>", out);
    return failed;
}

static int put_chart(FILE *out, const struct sweep_chart *chart, const struct page *page, struct error *error)
{
    char title[128];
    sweep_word_title(chart, title, sizeof title);
    html_put_element(out, "<section id=\"", chart->id, "\">\n");
    if (report_put_chart(out, chart->id, title, page, error))
        return -1;
    if (put_numbers(out, chart))
        return error_set(error, "%s: cannot write the page", page->folder);
    fputs("</section>\n", out);
    return 0;
}

int report_put_sweeps(FILE *out, const struct sweeps *sweeps, const struct page *page, struct error *error)
{
    int result = 0;
    for (size_t i = 0; !result && i < sweeps->count; i++) {
        if (i == 0 || sweeps->charts[i].scaling != sweeps->charts[i - 1].scaling)
            fputs(sweeps->charts[i].scaling ? "<h2>Scaling</h2>\n" : "<h2>Sweeps</h2>\n", out);
        result = put_chart(out, &sweeps->charts[i], page, error);
    }
    if (!result && sweeps->left_out)
        fprintf(out, "<p>%zu more curves than %d are not drawn.</p>\n", sweeps->left_out, SWEEP_CHARTS_MAX);
    return result;
}
