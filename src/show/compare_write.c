/* SPDX-License-Identifier: MIT */
/* The formats of a comparison: a table of writers. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "table_text.h"
#include "wording.h"

struct style {
    int colour;
    size_t width;
};
struct format {
    const char *name;
    int (*write)(const struct compared *, const struct style *, FILE *);
};

static bool is_paired(const struct compared *compared)
{
    return compared->options.pairing == COMPARE_PAIRED;
}

static size_t row_n(const struct compare_row *row)
{
    return row->n_base < row->n_new ? row->n_base : row->n_new;
}

/* CSV */

/* Of a verdict that stands the reason says which test it is from, if that is the weaker one. */
static void put_csv_reason(FILE *out, const struct compared *compared, const struct compare_row *row)
{
    char reason[sizeof row->reason + 16];
    bool unpaired = row->verdict != COMPARE_INCONCLUSIVE && !is_paired(compared);
    snprintf(reason, sizeof reason, "%s%s%s", unpaired ? "unpaired" : "",
             unpaired && *row->reason ? "; " : "", row->reason);
    put_csv_field(out, reason);
}

static int write_csv(const struct compared *compared, const struct style *style, FILE *out)
{
    (void)style;
    fputs("cell,n,base,new,metric,ratio,ci_low,ci_high,p_adjusted,verdict,reason\n", out);
    for (size_t i = 0; i < compared->count; i++) {
        const struct compare_row *row = &compared->rows[i];
        bool interval = compare_has_interval(row);
        const double shift[] = {row->ratio, interval ? row->ci_low : NAN, interval ? row->ci_high : NAN,
                                row->p_adjusted};
        put_csv_field(out, row->cell);
        fprintf(out, ",%zu,", row_n(row));
        put_csv_number(out, row->base);
        putc(',', out);
        put_csv_number(out, row->new);
        fprintf(out, ",%s,", columns[compared->metric].name);
        for (size_t k = 0; k < sizeof shift / sizeof *shift; k++) {
            put_csv_number(out, shift[k]);
            putc(',', out);
        }
        fprintf(out, "%s,", compare_verdict_names[row->verdict]);
        put_csv_reason(out, compared, row);
        putc('\n', out);
    }
    return 0;
}

/* JSON: written as it goes, a cell a line, so that a large table takes no memory */

static void put_json_text(FILE *out, const char *key, const char *text)
{
    json_t *string = json_string(text);
    fprintf(out, "\"%s\": ", key);
    if (!string || json_dumpf(string, out, JSON_ENCODE_ANY))
        fputs("null", out);
    json_decref(string);
}

static void put_json_value(FILE *out, double value)
{
    char text[40];
    word_number(value, text, sizeof text);
    fputs(*text ? text : "null", out);
}

static void put_json_number(FILE *out, const char *key, double value)
{
    fprintf(out, ", \"%s\": ", key);
    put_json_value(out, value);
}

static void put_json_interval(FILE *out, const char *key, double low, double high)
{
    fprintf(out, ", \"%s\": [", key);
    put_json_value(out, low);
    fputs(", ", out);
    put_json_value(out, high);
    putc(']', out);
}

static void put_json_cell(FILE *out, const struct compare_row *row)
{
    fputs("    {", out);
    put_json_text(out, "cell", row->cell);
    fprintf(out, ", \"verdict\": \"%s\", ", compare_verdict_names[row->verdict]);
    put_json_text(out, "reason", row->reason);
    fprintf(out, ", \"n_base\": %zu, \"n_new\": %zu", row->n_base, row->n_new);
    fprintf(out, ", \"failed_base\": %zu, \"failed_new\": %zu, \"broken\": %s", row->failed_base,
            row->failed_new, row->broken ? "true" : "false");
    put_json_number(out, "base", row->base);
    put_json_number(out, "new", row->new);
    put_json_number(out, "ratio", row->ratio);
    put_json_interval(out, "interval", row->ci_low, row->ci_high);
    put_json_number(out, "level", row->ci_level);
    put_json_number(out, "p_adjusted", row->p_adjusted);
    put_json_number(out, "p_slower", row->p_slower);
    put_json_number(out, "p_faster", row->p_faster);
    put_json_number(out, "p_same", row->p_same);
    put_json_number(out, "p_not_slower", row->p_not_slower);
    put_json_number(out, "detectable", row->detectable);
    fprintf(out, ", \"exact\": %s}", row->comparable ? row->exact ? "true" : "false" : "null");
}

static int write_json(const struct compared *compared, const struct style *style, FILE *out)
{
    (void)style;
    fprintf(out, "{\n  \"metric\": \"%s\", \"lower_is_better\": %s", columns[compared->metric].name,
            columns[compared->metric].lower_better ? "true" : "false");
    put_json_number(out, "effect", compared->options.effect);
    put_json_number(out, "alpha", compared->alpha);
    fprintf(out, ",\n  \"paired\": %s, \"test\": \"%s\", \"tests\": %zu, \"samples_needed\": %zu,\n  ",
            is_paired(compared) ? "true" : "false", is_paired(compared) ? "signed-rank" : "rank-sum",
            compared->comparable, compared->samples_needed);
    for (int verdict = 0; verdict < COMPARE_VERDICT_COUNT; verdict++)
        fprintf(out, "\"%s\": %zu, ", compare_verdict_names[verdict], compared->verdicts[verdict]);
    fprintf(out, "\"failed_base\": %zu, \"failed_new\": %zu, \"broken\": %zu,\n  ", compared->failed_base,
            compared->failed_new, compared->broken);
    fprintf(out, "\"not_judged_again\": %zu, ", compared->unjudged);
    fprintf(out, "\"too_little_data\": %zu, \"exit_code\": %d,\n  \"geometric_mean\": ", compared->too_little,
            compared_exit_code(compared));
    put_json_value(out, compared->mean);
    put_json_interval(out, "geometric_mean_interval", compared->mean_low, compared->mean_high);
    fputs(",\n  \"cells\": [", out);
    for (size_t i = 0; i < compared->count; i++) {
        fputs(i ? ",\n" : "\n", out);
        put_json_cell(out, &compared->rows[i]);
    }
    fputs("\n  ]\n}\n", out);
    return 0;
}

/* What stands under a table for people */

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void put_summary(const struct compared *compared, FILE *out)
{
    char effect[24], mean[96];
    size_t apart = compared->count - compared->comparable;
    word_effect(compared->options.effect, effect, sizeof effect);
    fprintf(out, "%zu slower, %zu faster, %zu same, %zu inconclusive", compared->verdicts[COMPARE_SLOWER],
            compared->verdicts[COMPARE_FASTER], compared->verdicts[COMPARE_SAME],
            compared->verdicts[COMPARE_INCONCLUSIVE]);
    if (apart)
        fprintf(out, " (%zu of them not comparable)", apart);
    fprintf(out, ": %s, effect %s.\n", word_metric_name(compared->metric), effect);
    if (compared->failed_base || compared->failed_new)
        fprintf(out, "Failed launches: %zu in base, %zu in new.\n", compared->failed_base,
                compared->failed_new);
    if (compared->broken)
        fprintf(out, "Regression: %zu cell%s in new, in base not or far less often.\n", compared->broken,
                compared->broken == 1 ? " fails" : "s fail");
    if (!compared->comparable)
        return;
    fprintf(out, "%s; %zu test%s, Holm-adjusted, %g %%.\n",
            is_paired(compared)
                ? "Paired by block, signed-rank test"
                : "Unpaired, rank-sum test: the runs were not interleaved, so a machine that changed "
                  "between them looks like a change of the program",
            compared->comparable, plural(compared->comparable), 100 * compared->alpha);
    snprintf(mean, sizeof mean, "%.4g× (%.4g–%.4g)", compared->mean, compared->mean_low, compared->mean_high);
    if (!isfinite(compared->mean_low))
        snprintf(mean, sizeof mean, "%.4g×", compared->mean);
    fprintf(out, "Geometric mean of the ratios (above 1: new is faster): %s over %zu cell%s.\n", mean,
            compared->comparable, plural(compared->comparable));
    fprintf(out, "Detectable: what lies that far beyond %s is shown with a probability of 90 %%.\n", effect);
    if (compared->too_little)
        fprintf(out, "Too little data for %s: %zu cell%s.\n", effect, compared->too_little,
                plural(compared->too_little));
}

struct figures {
    char n[48], base[40], new[40], ratio[96], detectable[32];
};

static void word_figures(const struct compared *compared, const struct compare_row *row,
                         struct figures *figures)
{
    if (row->n_base == row->n_new)
        snprintf(figures->n, sizeof figures->n, "%zu", row->n_base);
    else
        snprintf(figures->n, sizeof figures->n, "%zu/%zu", row->n_base, row->n_new);
    word_metric(compared->metric, row->base, figures->base, sizeof figures->base);
    word_metric(compared->metric, row->new, figures->new, sizeof figures->new);
    bool interval = compare_has_interval(row);
    word_ratio(row->ratio, interval ? row->ci_low : NAN, interval ? row->ci_high : NAN, figures->ratio,
               sizeof figures->ratio);
    figures->detectable[0] = '\0';
    if (isfinite(row->detectable))
        snprintf(figures->detectable, sizeof figures->detectable, "%.2g %%", 100 * row->detectable);
}

/* Markdown */

static int write_markdown(const struct compared *compared, const struct style *style, FILE *out)
{
    (void)style;
    if (compared->count)
        fputs("| cell | n | base | new | ratio (95 % interval) | detectable | verdict |\n"
              "|---|--:|--:|--:|---|--:|---|\n",
              out);
    for (size_t i = 0; i < compared->count; i++) {
        const struct compare_row *row = &compared->rows[i];
        struct figures figures;
        word_figures(compared, row, &figures);
        fputs("| ", out);
        put_markdown(out, row->cell);
        fprintf(out, " | %s | %s | %s | %s | %s | **%s**", figures.n, figures.base, figures.new,
                figures.ratio, figures.detectable, compare_verdict_names[row->verdict]);
        if (*row->reason) {
            fputs("<br>", out);
            put_markdown(out, row->reason);
        }
        fputs(" |\n", out);
    }
    if (compared->count)
        putc('\n', out);
    put_summary(compared, out);
    return 0;
}

/* Text: one line a cell; where the names leave no room, the figures stand under them. */

enum { COLUMN_GAP = 2, TEXT_COLUMNS = 6 };
static const char *const headings[TEXT_COLUMNS] = {"cell",      "n", "base", "new", "ratio (95 % interval)",
                                                   "detectable"};

static void list_fields(const struct compare_row *row, const struct figures *figures,
                        const char *fields[TEXT_COLUMNS])
{
    fields[0] = row->cell;
    fields[1] = figures->n;
    fields[2] = figures->base;
    fields[3] = figures->new;
    fields[4] = figures->ratio;
    fields[5] = figures->detectable;
}

static void measure_columns(const struct compared *compared, size_t widths[TEXT_COLUMNS])
{
    for (size_t k = 0; k < TEXT_COLUMNS; k++)
        widths[k] = word_width(headings[k]);
    for (size_t i = 0; i < compared->count; i++) {
        struct figures figures;
        const char *fields[TEXT_COLUMNS];
        word_figures(compared, &compared->rows[i], &figures);
        list_fields(&compared->rows[i], &figures, fields);
        for (size_t k = 0; k < TEXT_COLUMNS; k++)
            widths[k] = word_width(fields[k]) > widths[k] ? word_width(fields[k]) : widths[k];
    }
}

/* The cell to the left, the figures to the right; the verdict follows. A name on its own line leaves an
 * indent. */
static void put_columns(FILE *out, const char *const fields[TEXT_COLUMNS], const size_t widths[TEXT_COLUMNS],
                        bool stacked)
{
    int first_gap = (int)(widths[0] - word_width(fields[0])) + COLUMN_GAP;
    if (stacked)
        fprintf(out, "%s\n%*s", fields[0], COLUMN_GAP, "");
    else
        fprintf(out, "%s%*s", fields[0], first_gap, "");
    for (size_t k = 1; k < TEXT_COLUMNS; k++) {
        int padding = (int)(widths[k] - word_width(fields[k]));
        bool left = k == 4;
        fprintf(out, "%*s%s%*s", left ? 0 : padding, "", fields[k], COLUMN_GAP + (left ? padding : 0), "");
    }
}

static void put_verdict(FILE *out, const struct compare_row *row, const struct style *style, size_t before)
{
    static const char *const colours[] = {"\033[31m", "\033[32m", "", "\033[33m"};
    const char *name = compare_verdict_names[row->verdict];
    fprintf(out, "%s%s%s", style->colour ? colours[row->verdict] : "", name,
            style->colour && *colours[row->verdict] ? "\033[0m" : "");
    if (*row->reason && style->width &&
        before + strlen(name) + COLUMN_GAP + word_width(row->reason) > style->width)
        fprintf(out, "\n%*s%s", 2 * COLUMN_GAP, "", row->reason);
    else if (*row->reason)
        fprintf(out, ": %s", row->reason);
    putc('\n', out);
}

static int write_text(const struct compared *compared, const struct style *style, FILE *out)
{
    size_t widths[TEXT_COLUMNS], figures_width = 0;
    measure_columns(compared, widths);
    for (size_t k = 1; k < TEXT_COLUMNS; k++)
        figures_width += widths[k] + COLUMN_GAP;
    size_t before = widths[0] + COLUMN_GAP + figures_width;
    bool stacked = style->width && before + strlen("inconclusive") > style->width;
    if (stacked)
        before = COLUMN_GAP + figures_width;
    if (compared->count) {
        fputs(style->colour ? "\033[1m" : "", out);
        put_columns(out, headings, widths, stacked);
        fprintf(out, "verdict%s\n", style->colour ? "\033[0m" : "");
    }
    for (size_t i = 0; i < compared->count; i++) {
        struct figures figures;
        const char *fields[TEXT_COLUMNS];
        word_figures(compared, &compared->rows[i], &figures);
        list_fields(&compared->rows[i], &figures, fields);
        put_columns(out, fields, widths, stacked);
        put_verdict(out, &compared->rows[i], style, before);
    }
    if (compared->count)
        putc('\n', out);
    put_summary(compared, out);
    return 0;
}

int compared_write(const struct compared *compared, const char *format, int colour, int width, FILE *out,
                   struct error *error)
{
    static const struct format formats[] = {
        {"text", write_text}, {"csv", write_csv}, {"json", write_json}, {"markdown", write_markdown}};
    struct style style = {colour, width > 0 ? (size_t)width : 0};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(format, formats[i].name) != 0)
            continue;
        if (formats[i].write(compared, &style, out) || fflush(out) || ferror(out))
            return error_set(error, "cannot write the comparison");
        return 0;
    }
    return error_set(error, "unknown format '%s'; known: text, csv, json, markdown", format);
}

void compared_name_broken(const struct compared *compared, FILE *out)
{
    for (size_t i = 0; i < compared->count; i++)
        if (compared->rows[i].broken)
            fprintf(out, "regression: %s, %s\n", compared->rows[i].cell, compared->rows[i].reason);
}
