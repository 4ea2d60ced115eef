/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drawing.h"
#include "file.h"
#include "html.h"
#include "report_run.h"
#include "run_file.h"
#include "scaling.h"
#include "wording.h"

/* clang-format off */
static const char style[] =
    ":root{color-scheme:light dark;--text:#1f2328;--quiet:#57606a;--page:#ffffff;--card:#f6f8fa;--line:#d0d7de;"
    "--holds:#1a7f37;--refuted:#b3261e;--unclear:#7d5a00}\n"
    "@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--quiet:#9198a1;--page:#0d1117;--card:#161b22;"
    "--line:#30363d;--holds:#238636;--refuted:#c93c37;--unclear:#9e6a03}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:68rem;background:var(--page);color:var(--text);"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}\n"
    "h1{font-size:1.8rem;margin:0 0 .25rem;line-height:1.2}h2{font-size:1.35rem;margin:3rem 0 .75rem}"
    "h3{font-size:1.1rem;margin:2.5rem 0 .25rem}h4{font-size:1rem;margin:1.5rem 0 .5rem}\n"
    "p{margin:.5rem 0}.quiet{color:var(--quiet)}a{color:inherit}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem;width:100%}\n"
    "th,td{text-align:left;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}"
    "th{font-weight:600;color:var(--quiet)}td.number,th.number{text-align:right;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}td.id{white-space:nowrap}td.pair{padding-left:1.25rem;color:var(--quiet)}\n"
    ".chip{display:inline-block;padding:.05rem .6rem;border-radius:1rem;color:#fff;font-size:.82rem;"
    "font-weight:600;white-space:nowrap}.holds{background:var(--holds)}.refuted{background:var(--refuted)}"
    ".unclear{background:var(--unclear)}\n"
    "figure{margin:1rem 0;padding:.5rem;background:#fff;border:1px solid var(--line);border-radius:.5rem}"
    "figure img{display:block;width:100%;height:auto;margin:0 auto}\n"
    "code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.85em;overflow-wrap:anywhere}\n"
    "details{margin:.75rem 0}summary{cursor:pointer;color:var(--quiet)}\n"
    ".facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:0 2.5rem}"
    ".facts td:first-child{color:var(--quiet);white-space:nowrap}.facts td{overflow-wrap:anywhere}\n";
/* clang-format on */

static const char *const chip_classes[] = {"holds", "refuted", "unclear"};

static const char *const judgement_names_many[] = {"hold", "do not hold", "inconclusive"};

static void put_chip(FILE *out, enum judgement judgement)
{
    fprintf(out, "<span class=\"chip %s\">%s</span>", chip_classes[judgement], judgement_names[judgement]);
}

static size_t group_end(const struct verdicts *verdicts, size_t first)
{
    size_t end = first;
    while (end < verdicts->count && verdicts->verdicts[end].rule == verdicts->verdicts[first].rule)
        end++;
    return end;
}

/* Of all runtimes of a rule. */
static bool several_runtimes(const struct verdicts *verdicts, size_t first, size_t end)
{
    return strcmp(verdicts->verdicts[first].runtime, verdicts->verdicts[end - 1].runtime) != 0;
}

/* The verdicts at a glance */

static void put_figures(FILE *out, const struct verdicts *verdicts, const struct verdict *verdict)
{
    const struct verdict_point *point = verdict_main_point(verdicts, verdict);
    char ratio[96];
    word_point_ratio(point, ratio, sizeof ratio);
    html_put_element(out, "<td class=\"number\">", ratio, "");
    if (*ratio && verdict->pair->kind == RULE_CROSSOVER) {
        html_put_element(out, "<br><span class=\"quiet\">at ", verdict->pair->sweep.key, ":");
        html_put_element(out, "", point->comparison.sweep_value, "</span>");
    }
    fprintf(out, "</td><td class=\"number\">%zu</td>", point->n);
}

static void put_notes(FILE *out, const struct verdict *verdict)
{
    char reason[200], crossing[128], effect[24];
    word_reason(verdict, reason, sizeof reason);
    word_crossing(verdict, crossing, sizeof crossing);
    word_effect(verdict->pair->effect, effect, sizeof effect);
    if (*reason)
        html_put_element(out, "<br><span class=\"quiet\">", reason, "</span>");
    if (*crossing) {
        html_put_element(out, "<br><span class=\"quiet\">ahead by ", effect, " ");
        html_put_element(out, "", crossing, "</span>");
    }
}

static void put_overview_row(FILE *out, const struct verdicts *verdicts, const struct verdict *verdict)
{
    fputs("<tr><td class=\"pair\">", out);
    html_put_element(out, "", verdict->pair_name, "</td><td></td><td>");
    put_chip(out, verdict->judgement);
    put_notes(out, verdict);
    fputs("</td>", out);
    put_figures(out, verdicts, verdict);
    fputs("</tr>\n", out);
}

static void put_overview_rule(FILE *out, const struct verdicts *verdicts, size_t first, size_t end)
{
    const struct verdict *verdict = &verdicts->verdicts[first];
    html_put_element(out, "<tr><td class=\"id\"><a href=\"#", verdict->rule->id, "\">");
    html_put_element(out, "", verdict->rule->id, "</a>");
    if (strcmp(verdict->runtime, "native") != 0)
        html_put_element(out, " (", verdict->runtime, ")");
    html_put_element(out, "</td><td>", verdict->rule->claim, "</td><td>");
    put_chip(out, verdict->rule_judgement);
    if (end - first == 1)
        put_notes(out, verdict);
    fputs("</td>", out);
    if (end - first == 1)
        put_figures(out, verdicts, verdict);
    else
        fputs("<td></td><td></td>", out);
    fputs("</tr>\n", out);
    for (size_t i = first; end - first > 1 && i < end; i++)
        put_overview_row(out, verdicts, &verdicts->verdicts[i]);
}

static void put_overview(FILE *out, const struct verdicts *verdicts)
{
    fputs("<h2>Verdicts</h2>\n", out);
    if (!verdicts->count) {
        fputs("<p>No rule was measured.</p>\n", out);
        return;
    }
    fputs("<div class=\"scroll\"><table><tr><th>rule</th><th>claim</th><th>verdict</th>"
          "<th class=\"number\">ratio (95 % interval)</th><th class=\"number\">n</th></tr>\n",
          out);
    for (size_t first = 0, end; first < verdicts->count; first = end) {
        for (end = first + 1;
             end < verdicts->count && verdicts->verdicts[end].rule == verdicts->verdicts[first].rule &&
             strcmp(verdicts->verdicts[end].runtime, verdicts->verdicts[first].runtime) == 0;
             end++)
            ;
        put_overview_rule(out, verdicts, first, end);
    }
    fputs("</table></div>\n", out);
}

/* Each rule */

enum { PICTURE_BYTES_MAX = 32 << 20 };

/* Where the charts of this call are. */
struct page {
    const char *folder;
    const struct drawn *drawn;
};

/* RFC 4648 */
static void put_base64(FILE *out, const unsigned char *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        size_t count = length - i;
        unsigned bits = (unsigned)bytes[i] << 16 | (count > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
                        (count > 2 ? bytes[i + 2] : 0);
        putc(digits[bits >> 18], out);
        putc(digits[bits >> 12 & 63], out);
        putc(count > 1 ? digits[bits >> 6 & 63] : '=', out);
        putc(count > 2 ? digits[bits & 63] : '=', out);
    }
}

/* As an image of its own: the names inside gnuplot's SVGs are the same in each and would clash in one page.
 */
static int put_chart(FILE *out, const char *id, const char *title, const struct page *page,
                     struct error *error)
{
    char path[PATH_BYTES];
    size_t bytes;
    if (!drawn_has(page->drawn, id))
        return 0;
    snprintf(path, sizeof path, "%s/charts/%s.svg", page->folder, id);
    char *picture = file_read(path, FILE_NO_LINK, PICTURE_BYTES_MAX, &bytes, NULL, error);
    if (!picture)
        return -1;
    html_put_element(out, "<figure><img alt=\"", title, "\" src=\"data:image/svg+xml;base64,");
    put_base64(out, (const unsigned char *)picture, bytes);
    fputs("\"></figure>\n", out);
    free(picture);
    return 0;
}

static void put_interval(FILE *out, enum column metric, double median, double low, double high)
{
    char text[3][40];
    word_metric(metric, median, text[0], sizeof text[0]);
    word_metric(metric, low, text[1], sizeof text[1]);
    word_metric(metric, high, text[2], sizeof text[2]);
    fputs("<td class=\"number\">", out);
    if (*text[0]) {
        html_put_element(out, "", text[0], "<br><span class=\"quiet\">");
        html_put_element(out, "", text[1], "–");
        html_put_element(out, "", text[2], "</span>");
    }
    fputs("</td>", out);
}

static void put_p(FILE *out, double p)
{
    if (isfinite(p))
        fprintf(out, "<td class=\"number\">%.2g</td>", p);
    else
        fputs("<td></td>", out);
}

static void put_point(FILE *out, const struct verdict *verdict, const struct verdict_point *point)
{
    char ratio[96];
    enum column metric = verdict->pair->metric;
    word_point_ratio(point, ratio, sizeof ratio);
    html_put_element(out, "<tr><td><code>", point->better, "</code><br>over ");
    html_put_element(out, "<code>", point->worse, "</code>");
    if (*point->reason)
        html_put_element(out, "<br><span class=\"quiet\">", point->reason, "</span>");
    fputs("</td>", out);
    put_interval(out, metric, point->better_median, point->better_low, point->better_high);
    put_interval(out, metric, point->worse_median, point->worse_low, point->worse_high);
    html_put_element(out, "<td class=\"number\">", ratio, "</td>");
    put_p(out, point->p_holds_adjusted);
    put_p(out, point->p_fails_adjusted);
    fprintf(out, "<td class=\"number\">%zu</td></tr>\n", point->n);
}

static void put_numbers(FILE *out, const struct verdicts *verdicts, size_t first, size_t end)
{
    fputs("<details><summary>Numbers; p-values are adjusted</summary><div "
          "class=\"scroll\"><table><tr><th>cells</th>"
          "<th class=\"number\">median of the first</th><th class=\"number\">of the second</th>"
          "<th class=\"number\">ratio</th><th class=\"number\">p, holds</th>"
          "<th class=\"number\">p, fails</th>"
          "<th class=\"number\">n</th></tr>\n",
          out);
    for (size_t i = first; i < end; i++) {
        const struct verdict *verdict = &verdicts->verdicts[i];
        html_put_element(out, "<tr><th colspan=\"7\">", verdict->pair_name, *verdict->pair_name ? ": " : "");
        html_put_element(out, "", word_metric_name(verdict->pair->metric), "</th></tr>\n");
        for (size_t k = 0; k < verdict->point_count; k++)
            put_point(out, verdict, &verdicts->points[verdict->point_first + k]);
    }
    fputs("</table></div></details>\n", out);
}

static void put_sentences(FILE *out, const struct verdicts *verdicts, size_t first, size_t end)
{
    bool runtimes = several_runtimes(verdicts, first, end);
    for (size_t i = first; i < end; i++) {
        const struct verdict *verdict = &verdicts->verdicts[i];
        char sentence[1024];
        word_sentence(verdicts, verdict, sentence, sizeof sentence);
        fputs("<p>", out);
        if (runtimes)
            html_put_element(out, "<b>", verdict->runtime, "</b> ");
        if (*verdict->pair_name)
            html_put_element(out, "<b>", verdict->pair_name, ".</b> ");
        html_put_element(out, "", sentence, "</p>\n");
    }
}

static int put_rules(FILE *out, const struct verdicts *verdicts, const struct page *page, struct error *error)
{
    if (verdicts->count)
        fputs("<h2>Rule by rule</h2>\n", out);
    for (size_t first = 0, end; first < verdicts->count; first = end) {
        const struct rule *rule = verdicts->verdicts[first].rule;
        end = group_end(verdicts, first);
        html_put_element(out, "<section><h3 id=\"", rule->id, "\">");
        html_put_element(out, "", rule->claim, "</h3>\n<p class=\"quiet\">");
        put_chip(out, verdicts->verdicts[first].rule_judgement);
        if (several_runtimes(verdicts, first, end))
            html_put_element(out, " (", verdicts->verdicts[first].runtime, ")");
        fputs(" &nbsp; <code>", out);
        html_put_element(out, "", rule->id, "</code>");
        if (*rule->documents)
            html_put_element(out, ", claimed by the tutorials ", rule->documents, "");
        fputs("</p>\n", out);
        put_sentences(out, verdicts, first, end);
        if (put_chart(out, rule->id, rule->chart_title, page, error))
            return -1;
        put_numbers(out, verdicts, first, end);
        fputs("</section>\n", out);
    }
    return 0;
}

/* Scaling */

static void put_scaling_row(FILE *out, const struct scaling_series *series, const struct scaling_point *point)
{
    char ratio[96];
    word_ratio(point->speedup.median, point->speedup.low, point->speedup.high, ratio, sizeof ratio);
    html_put_element(out, "<tr><td>", point == series->points ? series->model : "", "</td>");
    fprintf(out, "<td class=\"number\">%u</td>", point->workers);
    html_put_element(out, "<td class=\"number\">", ratio, "</td>");
    fprintf(out, "<td class=\"number\">%zu</td></tr>\n", point->n);
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

static int put_scaling_chart(FILE *out, const struct scaling_chart *chart, const struct page *page,
                             struct error *error)
{
    char title[128], reference[128];
    snprintf(title, sizeof title, "Scaling of %s/%s", chart->cell.family, chart->cell.workload);
    html_put_element(out, "<section id=\"", chart->id, "\">\n");
    if (put_chart(out, chart->id, title, page, error))
        return -1;
    scaling_word_reference(chart, reference, sizeof reference);
    html_put_element(out, "<details><summary>Numbers</summary>\n<p>", reference, "; fits: ");
    fputs("speedup(n) = n / (1 + σ (n − 1) + κ n (n − 1)), times the speedup with one worker (1 if that was "
          "not measured); Amdahl: κ = 0; residual: root mean square of the medians less the fit.</p>\n"
          "<div class=\"scroll\"><table><tr><th>model</th><th class=\"number\">workers</th>"
          "<th class=\"number\">speedup</th><th class=\"number\">n</th></tr>\n",
          out);
    for (size_t i = 0; i < chart->count; i++)
        for (size_t k = 0; k < chart->series[i].count; k++)
            put_scaling_row(out, &chart->series[i], &chart->series[i].points[k]);
    fputs("</table></div>\n", out);
    for (size_t i = 0; i < chart->count; i++)
        put_fit(out, chart, &chart->series[i]);
    fputs("</details></section>\n", out);
    return 0;
}

static int put_scaling(FILE *out, const struct results *results, const struct page *page, struct error *error)
{
    struct scaling scaling;
    int result = scaling_find(results, &scaling, error);
    if (!result && scaling.count)
        fputs("<h2>Scaling</h2>\n", out);
    for (size_t i = 0; !result && i < scaling.count; i++)
        result = put_scaling_chart(out, &scaling.charts[i], page, error);
    if (!result && scaling.left_out)
        fprintf(out, "<p>%zu more curves than %d are not drawn.</p>\n", scaling.left_out, SCALING_CHARTS_MAX);
    scaling_free(&scaling);
    return result;
}

/* How it was measured */

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
    size_t *alike = calloc(results->sample_count + 1, sizeof *alike);
    if (!alike || count_alike(results, alike)) {
        free(alike);
        return error_set(error, "out of memory");
    }
    fputs("<details><summary>All rows that are not ok</summary><div class=\"scroll\"><table>"
          "<tr><th class=\"number\">block</th><th>cell</th><th>status</th><th>reason</th></tr>\n",
          out);
    for (size_t i = 0; i < results->sample_count; i++) {
        const struct sample *sample = &results->samples[i];
        if (!alike[i])
            continue;
        fprintf(out, "<tr><td class=\"number\">%u</td>", sample->block);
        if (alike[i] > 1)
            fprintf(out, "<td>%zu cells</td>", alike[i]);
        else
            html_put_element(out, "<td><code>", results->cells[sample->cell], "</code></td>");
        html_put_element(out, "<td>", status_names[sample->status], "</td>");
        html_put_element(out, "<td>", sample->reason, "</td></tr>\n");
    }
    fputs("</table></div></details>\n", out);
    free(alike);
    return 0;
}

static int put_method(FILE *out, const struct verdicts *verdicts, const struct results *results,
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

static const char *text_at(const json_t *object, const char *a, const char *b, const char *c)
{
    const char *text = json_string_value(json_object_get(json_object_get(json_object_get(object, a), b), c));
    return text ? text : "";
}

/* The machine and the day, as far as run.json tells. */
static void put_where(FILE *out, const json_t *run)
{
    const char *cpu = text_at(run, "machine", "fingerprint", "cpu_model");
    const char *units = text_at(run, "machine", "fingerprint", "topology");
    const char *written = json_string_value(json_object_get(json_object_get(run, "outcome"), "written"));
    if (*cpu)
        html_put_element(out, "; ", cpu, "");
    if (*units)
        html_put_element(out, ", ", units, "");
    if (written)
        html_put_element(out, "; ", written, "");
}

static int put_page(FILE *out, const struct verdicts *verdicts, const struct results *results,
                    const json_t *run, const struct page *page, struct error *error)
{
    size_t counts[3] = {0};
    for (size_t i = 0; i < verdicts->count; i++)
        if (i == 0 || verdicts->verdicts[i].rule != verdicts->verdicts[i - 1].rule ||
            strcmp(verdicts->verdicts[i].runtime, verdicts->verdicts[i - 1].runtime) != 0)
            counts[verdicts->verdicts[i].rule_judgement]++;
    html_put_element(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>crosspoint ",
        results->run_id, "</title>\n<style>\n");
    html_put_element(out, style, "",
                     "</style></head><body>\n<h1>Threads, processes or an event loop?</h1>\n");
    html_put_element(out, "<p class=\"quiet\">crosspoint, run <code>", results->run_id, "</code>");
    put_where(out, run);
    fputs("</p>\n<p>", out);
    for (int i = 0; i < 3; i++)
        fprintf(out, "<span class=\"chip %s\">%zu</span> %s%s", chip_classes[i], counts[i],
                counts[i] == 1 ? judgement_names[i] : judgement_names_many[i], i < 2 ? " &nbsp; " : "</p>\n");
    put_overview(out, verdicts);
    if (put_rules(out, verdicts, page, error) || put_scaling(out, results, page, error))
        return -1;
    report_put_run(out, run);
    if (put_method(out, verdicts, results, error))
        return -1;
    fputs("</body></html>\n", out);
    return 0;
}

int report_write(const struct verdicts *verdicts, const struct results *results, const char *folder,
                 const struct drawn *drawn, struct error *error)
{
    char path[PATH_BYTES];
    const struct page page = {.folder = folder, .drawn = drawn};
    struct file_new file;
    json_t *run;
    if (run_file_load_if_any(folder, &run, error))
        return -1;
    snprintf(path, sizeof path, "%s/report.html", folder);
    int result = -1;
    if (file_create(&file, path, error)) {
        result = put_page(file.stream, verdicts, results, run, &page, error);
        if (result)
            file_drop(&file);
        else
            result = file_finish(&file, error);
    }
    json_decref(run);
    return result;
}
