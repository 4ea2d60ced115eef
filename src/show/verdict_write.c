/* SPDX-License-Identifier: MIT */
/* The formats of the verdict table: a table of writers. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "table_text.h"
#include "verdict.h"
#include "wording.h"

struct style {
    int colour, width;
};
struct format {
    const char *name;
    int (*write)(const struct verdicts *, const struct style *, FILE *);
};

/* The verdicts of one rule and runtime stand together: the end of those that begin at first. */
static size_t group_end(const struct verdicts *verdicts, size_t first)
{
    size_t end = first;
    while (end < verdicts->count && verdicts->verdicts[end].rule == verdicts->verdicts[first].rule &&
           strcmp(verdicts->verdicts[end].runtime, verdicts->verdicts[first].runtime) == 0)
        end++;
    return end;
}

static void group_name(const struct verdict *verdict, char *text, size_t text_bytes)
{
    bool native = strcmp(verdict->runtime, "native") == 0;
    snprintf(text, text_bytes, "%s%s%s%s", verdict->rule->id, native ? "" : " (",
             native ? "" : verdict->runtime, native ? "" : ")");
}

/* CSV */

static int write_csv(const struct verdicts *verdicts, const struct style *style, FILE *out)
{
    (void)style;
    fputs("rule,runtime,pair,kind,rule_verdict,verdict,reason,metric,better,worse,effect,n,ratio,ci_low,ci_"
          "high,"
          "ci_level,p,p_adjusted,crossing,crossing_low,crossing_high,value\n",
          out);
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct verdict *verdict = &verdicts->verdicts[i];
        const struct verdict_point *point = verdict_main_point(verdicts, verdict);
        const char *texts[] = {verdict->rule->id,
                               verdict->runtime,
                               verdict->pair_name,
                               rule_kind_names[verdict->pair->kind],
                               judgement_names[verdict->rule_judgement],
                               judgement_names[verdict->judgement],
                               verdict->reason,
                               columns[verdict->pair->metric].name,
                               point->better,
                               point->worse};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            if (k)
                putc(',', out);
            put_csv_field(out, texts[k]);
        }
        putc(',', out);
        put_csv_number(out, verdict->pair->effect);
        fprintf(out, ",%zu", point->n);
        double numbers[] = {
            point->ratio,        point->ci_low,     point->ci_high,        point->ci_level,       verdict->p,
            verdict->p_adjusted, verdict->crossing, verdict->crossing_low, verdict->crossing_high};
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            putc(',', out);
            put_csv_number(out, numbers[k]);
        }
        fputs(",\n", out); /* value: kinds that judge a figure that is not a ratio */
    }
    return 0;
}

/* JSON */

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *interval(double low, double high)
{
    return json_pack("[o, o]", number_or_null(low), number_or_null(high));
}

static json_t *point_object(const struct verdict_point *point)
{
    return json_pack(
        "{s:s, s:s, s:s, s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "better",
        point->better, "worse", point->worse, "sweep_value", point->comparison.sweep_value, "n",
        (json_int_t)point->n, "verdict", judgement_names[point->judgement], "reason", point->reason, "ratio",
        number_or_null(point->ratio), "interval", interval(point->ci_low, point->ci_high), "level",
        number_or_null(point->ci_level), "p_holds", number_or_null(point->p_holds), "p_holds_adjusted",
        number_or_null(point->p_holds_adjusted), "p_fails", number_or_null(point->p_fails),
        "p_fails_adjusted", number_or_null(point->p_fails_adjusted), "better_median",
        number_or_null(point->better_median), "better_interval",
        interval(point->better_low, point->better_high), "worse_median", number_or_null(point->worse_median),
        "worse_interval", interval(point->worse_low, point->worse_high));
}

static json_t *verdict_object(const struct verdicts *verdicts, const struct verdict *verdict)
{
    json_t *points = json_array();
    for (size_t i = 0; i < verdict->point_count; i++)
        json_array_append_new(points, point_object(&verdicts->points[verdict->point_first + i]));
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:f, s:s, s:o, s:o, s:o, s:o, s:o}", "rule",
        verdict->rule->id, "claim", verdict->rule->claim, "documents", verdict->rule->documents, "runtime",
        verdict->runtime, "pair", verdict->pair_name, "kind", rule_kind_names[verdict->pair->kind],
        "rule_verdict", judgement_names[verdict->rule_judgement], "verdict",
        judgement_names[verdict->judgement], "reason", verdict->reason, "effect", verdict->pair->effect,
        "metric", columns[verdict->pair->metric].name, "p", number_or_null(verdict->p), "p_adjusted",
        number_or_null(verdict->p_adjusted), "crossing", number_or_null(verdict->crossing),
        "crossing_interval", interval(verdict->crossing_low, verdict->crossing_high), "points", points);
}

static int write_json(const struct verdicts *verdicts, const struct style *style, FILE *out)
{
    (void)style;
    json_t *list = json_array();
    for (size_t i = 0; i < verdicts->count; i++)
        json_array_append_new(list, verdict_object(verdicts, &verdicts->verdicts[i]));
    json_t *root = json_pack("{s:f, s:I, s:I, s:o}", "alpha", verdicts->alpha, "tests",
                             (json_int_t)verdicts->point_count, "blocks_needed",
                             (json_int_t)verdicts->blocks_needed, "verdicts", list);
    int result = root ? json_dumpf(root, out, JSON_INDENT(2)) : -1;
    json_decref(root);
    putc('\n', out);
    return result;
}

/* Markdown */

static void put_markdown_verdict(FILE *out, enum judgement judgement, const char *reason)
{
    fprintf(out, " **%s**", judgement_names[judgement]);
    if (*reason) {
        fputs("<br>", out);
        put_markdown(out, reason);
    }
}

static void put_markdown_figures(FILE *out, const struct verdicts *verdicts, const struct verdict *verdict)
{
    const struct verdict_point *point = verdict_main_point(verdicts, verdict);
    char ratio[96], crossing[128], effect[24];
    word_point_ratio(point, ratio, sizeof ratio);
    word_crossing(verdict, crossing, sizeof crossing);
    word_effect(verdict->pair->effect, effect, sizeof effect);
    fprintf(out, " | %s", ratio);
    if (*ratio && verdict->pair->kind == RULE_CROSSOVER)
        fprintf(out, "<br>at %s:%s", verdict->pair->sweep.key, point->comparison.sweep_value);
    if (*crossing)
        fprintf(out, "<br>ahead by %s %s", effect, crossing);
    fprintf(out, " | %zu |\n", point->n);
}

static void put_summary(const struct verdicts *verdicts, FILE *out)
{
    size_t counts[3] = {0};
    for (size_t i = 0; i < verdicts->count; i = group_end(verdicts, i))
        counts[verdicts->verdicts[i].rule_judgement]++;
    fprintf(out, "%zu hold%s, %zu do%s not hold, %zu inconclusive (%zu test%s, Holm-adjusted, %g %%)",
            counts[0], counts[0] == 1 ? "s" : "", counts[1], counts[1] == 1 ? "es" : "", counts[2],
            verdicts->point_count, verdicts->point_count == 1 ? "" : "s", 100 * verdicts->alpha);
}

static int write_markdown(const struct verdicts *verdicts, const struct style *style, FILE *out)
{
    (void)style;
    if (!verdicts->count) {
        fputs("No rule was measured.\n", out);
        return 0;
    }
    fputs("| rule | claim | verdict | ratio (95 % interval) | n |\n|---|---|---|---|--:|\n", out);
    for (size_t first = 0, end; first < verdicts->count; first = end) {
        const struct verdict *verdict = &verdicts->verdicts[first];
        char name[96], reason[200];
        end = group_end(verdicts, first);
        group_name(verdict, name, sizeof name);
        fprintf(out, "| **%s** | ", name);
        put_markdown(out, verdict->rule->claim);
        fputs(" |", out);
        word_reason(verdict, reason, sizeof reason);
        put_markdown_verdict(out, verdict->rule_judgement, end - first == 1 ? reason : "");
        if (end - first == 1) {
            put_markdown_figures(out, verdicts, verdict);
            continue;
        }
        fputs(" | | |\n", out);
        for (size_t i = first; i < end; i++) {
            fputs("| | ", out);
            put_markdown(out, verdicts->verdicts[i].pair_name);
            fputs(" |", out);
            word_reason(&verdicts->verdicts[i], reason, sizeof reason);
            put_markdown_verdict(out, verdicts->verdicts[i].judgement, reason);
            put_markdown_figures(out, verdicts, &verdicts->verdicts[i]);
        }
    }
    putc('\n', out);
    put_summary(verdicts, out);
    fputs(".\n", out);
    return 0;
}

/* Text: one line a rule, and one a pair if there are several. From WIDE columns on the claim and short
 * reasons stand in the line, below it they stand under it. */
enum { WIDE = 120, CLAIM_WIDTH_MIN = 24, REASON_INLINE_WIDTH = 18, INDENT = 4 };

struct line {
    char name[96];
    const char *claim; /* NULL: a pair of the rule above */
    enum judgement judgement;
    char reason_inline[40], ratio[96], n[24];
    char note[400];
};
struct table {
    struct line *lines;
    size_t count;
    size_t name_width, claim_width, verdict_width, ratio_width, n_width; /* claim_width 0: under the line */
};

static void write_note(struct line *line, const struct verdicts *verdicts, const struct verdict *verdict,
                       bool wide)
{
    char reason[200], crossing[128], effect[24];
    word_reason(verdict, reason, sizeof reason);
    word_crossing(verdict, crossing, sizeof crossing);
    word_effect(verdict->pair->effect, effect, sizeof effect);
    size_t used = 0;
    line->note[0] = '\0';
    if (wide && *verdict->reason && word_width(verdict->reason) <= REASON_INLINE_WIDTH)
        snprintf(line->reason_inline, sizeof line->reason_inline, ": %s", verdict->reason);
    else if (*reason)
        used = (size_t)snprintf(line->note, sizeof line->note, "%s", reason);
    if (*crossing)
        used += (size_t)snprintf(line->note + used, sizeof line->note - used, "%sahead by %s %s",
                                 used ? "; " : "", effect, crossing);
    if (verdict->pair->kind == RULE_CROSSOVER && *line->ratio)
        snprintf(line->note + used, sizeof line->note - used, "%sratio at %s:%s", used ? "; " : "",
                 verdict->pair->sweep.key, verdict_main_point(verdicts, verdict)->comparison.sweep_value);
}

static void fill_figures(struct line *line, const struct verdicts *verdicts, const struct verdict *verdict,
                         bool wide)
{
    const struct verdict_point *point = verdict_main_point(verdicts, verdict);
    word_point_ratio(point, line->ratio, sizeof line->ratio);
    snprintf(line->n, sizeof line->n, "%zu", point->n);
    write_note(line, verdicts, verdict, wide);
}

static void fill_table(struct table *table, const struct verdicts *verdicts, bool wide)
{
    for (size_t first = 0, end; first < verdicts->count; first = end) {
        const struct verdict *verdict = &verdicts->verdicts[first];
        struct line *line = &table->lines[table->count++];
        end = group_end(verdicts, first);
        group_name(verdict, line->name, sizeof line->name);
        line->claim = verdict->rule->claim;
        line->judgement = verdict->rule_judgement;
        if (end - first == 1) {
            fill_figures(line, verdicts, verdict, wide);
            continue;
        }
        for (size_t i = first; i < end; i++) {
            line = &table->lines[table->count++];
            snprintf(line->name, sizeof line->name, "  %s", verdicts->verdicts[i].pair_name);
            line->judgement = verdicts->verdicts[i].judgement;
            fill_figures(line, verdicts, &verdicts->verdicts[i], wide);
        }
    }
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void measure_table(struct table *table, size_t width)
{
    table->name_width = word_width("rule");
    table->verdict_width = word_width("verdict");
    table->ratio_width = word_width("ratio (95 % interval)");
    table->n_width = 1;
    size_t claim_width = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct line *line = &table->lines[i];
        table->name_width = larger(table->name_width, word_width(line->name));
        table->verdict_width = larger(table->verdict_width, word_width(judgement_names[line->judgement]) +
                                                                word_width(line->reason_inline));
        table->ratio_width = larger(table->ratio_width, word_width(line->ratio));
        table->n_width = larger(table->n_width, word_width(line->n));
        claim_width = larger(claim_width, line->claim ? word_width(line->claim) : 0);
    }
    size_t others = table->name_width + table->verdict_width + table->ratio_width + table->n_width + 4 * 2;
    if (width == 0 || others + claim_width <= width)
        table->claim_width = claim_width;
    else if (width >= WIDE && others + CLAIM_WIDTH_MIN <= width)
        table->claim_width = width - others;
}

static void put_padded(FILE *out, const char *text, size_t width)
{
    size_t used = word_width(text);
    fprintf(out, "%s%*s", text, used < width ? (int)(width - used) : 0, "");
}

/* Words broken into lines of width columns, each indented. */
static void put_wrapped(FILE *out, const char *text, size_t width)
{
    size_t column = 0;
    while (*text) {
        text += strspn(text, " ");
        size_t bytes = strcspn(text, " ");
        char word[400];
        snprintf(word, sizeof word, "%.*s", (int)bytes, text);
        if (column && width && column + 1 + word_width(word) > width) {
            putc('\n', out);
            column = 0;
        }
        if (*word)
            column += (size_t)fprintf(out, "%*s", column ? 1 : INDENT, "") + word_width(word);
        fputs(word, out);
        text += bytes;
    }
    putc('\n', out);
}

static void put_line(FILE *out, const struct table *table, const struct line *line, const struct style *style)
{
    static const char *const colours[] = {"\033[32m", "\033[31m", "\033[33m"};
    char claim[200], verdict[80];
    put_padded(out, line->name, table->name_width);
    fputs("  ", out);
    if (table->claim_width) {
        word_cut(line->claim ? line->claim : "", table->claim_width, claim, sizeof claim);
        put_padded(out, claim, table->claim_width);
        fputs("  ", out);
    }
    snprintf(verdict, sizeof verdict, "%s%s", judgement_names[line->judgement], line->reason_inline);
    bool last = !*line->n;
    if (style->colour)
        fputs(colours[line->judgement], out);
    fputs(verdict, out);
    if (style->colour)
        fputs("\033[0m", out);
    if (!last) {
        fprintf(out, "%*s  ", (int)(table->verdict_width - word_width(verdict)), "");
        put_padded(out, line->ratio, table->ratio_width);
        fprintf(out, "  %*s", (int)table->n_width, line->n);
    }
    putc('\n', out);
    if (style->colour)
        fputs("\033[2m", out);
    if (line->claim && !table->claim_width)
        put_wrapped(out, line->claim, (size_t)style->width);
    if (*line->note)
        put_wrapped(out, line->note, (size_t)style->width);
    if (style->colour)
        fputs("\033[0m", out);
}

static void put_header(FILE *out, const struct table *table, const struct style *style)
{
    if (style->colour)
        fputs("\033[1m", out);
    put_padded(out, "rule", table->name_width + 2);
    if (table->claim_width)
        put_padded(out, "claim", table->claim_width + 2);
    put_padded(out, "verdict", table->verdict_width + 2);
    put_padded(out, "ratio (95 % interval)", table->ratio_width + 2);
    fprintf(out, "%*s%s\n", (int)table->n_width, "n", style->colour ? "\033[0m" : "");
}

static int write_text(const struct verdicts *verdicts, const struct style *style, FILE *out)
{
    if (!verdicts->count) {
        fputs("no rule was measured\n", out);
        return 0;
    }
    struct table table = {.lines = calloc(2 * verdicts->count, sizeof *table.lines)};
    if (!table.lines)
        return -1;
    fill_table(&table, verdicts, style->width == 0 || style->width >= WIDE);
    measure_table(&table, (size_t)style->width);
    put_header(out, &table, style);
    for (size_t i = 0; i < table.count; i++)
        put_line(out, &table, &table.lines[i], style);
    putc('\n', out);
    put_summary(verdicts, out);
    putc('\n', out);
    free(table.lines);
    return 0;
}

int verdicts_write(const struct verdicts *verdicts, const char *format, int colour, int width, FILE *out,
                   struct error *error)
{
    static const struct format formats[] = {
        {"text", write_text}, {"csv", write_csv}, {"json", write_json}, {"markdown", write_markdown}};
    struct style style = {colour, width > 0 ? width : 0};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(format, formats[i].name) != 0)
            continue;
        if (formats[i].write(verdicts, &style, out) || ferror(out))
            return error_set(error, "cannot write the verdicts");
        return 0;
    }
    return error_set(error, "unknown format '%s'; known: text, csv, json, markdown", format);
}
