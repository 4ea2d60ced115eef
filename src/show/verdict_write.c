/* SPDX-License-Identifier: MIT */
/* The verdict table: a row a rule for people, with one a pair below it if there are several; a row a pair for
 * programs. */
#include "verdict_table.h"

#include <jansson.h>
#include <string.h>

#include "answers.h"
#include "map_text.h"
#include "wording.h"

enum {
    RULE,
    CLAIM,
    DOCUMENTS,
    RUNTIME,
    PAIR,
    KIND,
    RULE_VERDICT,
    VERDICT,
    REASON,
    JSON_EFFECT,
    METRIC,
    BETTER,
    WORSE,
    EFFECT,
    N,
    RATIO,
    CI_LOW,
    CI_HIGH,
    CI_LEVEL,
    P,
    P_ADJUSTED,
    CROSSING,
    CROSSING_LOW,
    CROSSING_HIGH,
    CROSSING_INTERVAL,
    VALUE,
    POINTS,
    BLOCKS,
    COLUMN_END
};

/* From so many columns of a terminal on, ratios of several runtimes have their intervals. */
enum { BESIDE_WIDE = 120 };

/* Those of CSV and their order are the contract of verdicts.csv. */
static const struct table_column verdict_columns[COLUMN_END] = {
    [RULE] = {"rule", "rule", TABLE_ALL, .anchor = true, .strong = true},
    [CLAIM] = {"claim", "claim", TABLE_PEOPLE | TABLE_JSON, .fit = TABLE_UNDER},
    [DOCUMENTS] = {"documents", "", TABLE_JSON},
    [RUNTIME] = {"runtime", "", TABLE_MACHINES},
    [PAIR] = {"pair", "", TABLE_MACHINES},
    [KIND] = {"kind", "", TABLE_MACHINES},
    [RULE_VERDICT] = {"rule_verdict", "", TABLE_MACHINES},
    [VERDICT] = {"verdict", "verdict", TABLE_ALL},
    [REASON] = {"reason", "", TABLE_MACHINES},
    [JSON_EFFECT] = {"effect", "", TABLE_JSON},
    [METRIC] = {"metric", "", TABLE_MACHINES},
    [BETTER] = {"better", "", TABLE_CSV},
    [WORSE] = {"worse", "", TABLE_CSV},
    [EFFECT] = {"effect", "", TABLE_CSV},
    [N] = {"n", "", TABLE_CSV},
    [RATIO] = {"ratio", "ratio (95 % interval)", TABLE_PEOPLE | TABLE_CSV, .aside_word = "ratio"},
    [CI_LOW] = {"ci_low", "", TABLE_CSV},
    [CI_HIGH] = {"ci_high", "", TABLE_CSV},
    [CI_LEVEL] = {"ci_level", "", TABLE_CSV},
    [P] = {"p", "", TABLE_MACHINES},
    [P_ADJUSTED] = {"p_adjusted", "", TABLE_MACHINES},
    [CROSSING] = {"crossing", "", TABLE_MACHINES},
    [CROSSING_LOW] = {"crossing_low", "", TABLE_CSV},
    [CROSSING_HIGH] = {"crossing_high", "", TABLE_CSV},
    [CROSSING_INTERVAL] = {"crossing_interval", "", TABLE_JSON},
    [VALUE] = {"value", "", TABLE_CSV}, /* kinds that judge a figure that is not a ratio */
    [POINTS] = {"points", "", TABLE_JSON},
    [BLOCKS] = {"n", "n", TABLE_PEOPLE, .right = true},
};

static void set_judgement(struct table *table, size_t column, enum judgement judgement)
{
    static const enum table_role roles[] = {TABLE_GOOD, TABLE_BAD, TABLE_UNCLEAR};
    table_text(table, column, "%s", judgement_names[judgement]);
    table_role(table, column, roles[judgement]);
}

static void set_words(struct table *table, const struct verdicts *verdicts, const struct verdict *verdict)
{
    const struct verdict_point *point = verdict_main_point(verdicts, verdict);
    char reason[200], crossing[128], effect[24], ratio[96], at[96];
    word_reason(verdict, reason, sizeof reason);
    word_crossing(verdict, crossing, sizeof crossing);
    word_effect(verdict->pair->effect, effect, sizeof effect);
    word_point_ratio(point, ratio, sizeof ratio);
    table_aside(table, VERDICT, "%s", reason);
    table_brief(table, VERDICT, verdict->reason);
    if (*crossing)
        table_aside(table, VERDICT, "ahead by %s %s", effect, crossing);
    table_words(table, RATIO, "%s", ratio);
    word_at(verdict, point, at, sizeof at);
    if (*ratio && *at && verdict->pair->kind != RULE_MAP) /* whose reason tells it */
        table_aside(table, RATIO, "%s", at + 1);
    table_count(table, BLOCKS, point->n);
}

static void set_figures(struct table *table, const struct verdicts *verdicts, const struct verdict *verdict)
{
    const struct verdict_point *point = verdict_main_point(verdicts, verdict);
    table_text(table, REASON, "%s", verdict->reason);
    table_text(table, METRIC, "%s", columns[verdict->pair->metric].name);
    table_text(table, BETTER, "%s", point->better);
    table_text(table, WORSE, "%s", point->worse);
    table_number(table, EFFECT, verdict->pair->effect);
    table_number(table, JSON_EFFECT, verdict->pair->effect);
    table_count(table, N, point->n);
    table_number(table, RATIO, point->ratio);
    table_number(table, CI_LOW, point->ci_low);
    table_number(table, CI_HIGH, point->ci_high);
    table_number(table, CI_LEVEL, point->ci_level);
    table_number(table, P, verdict->p);
    table_number(table, P_ADJUSTED, verdict->p_adjusted);
    table_number(table, CROSSING, verdict->crossing);
    table_number(table, CROSSING_LOW, verdict->crossing_low);
    table_number(table, CROSSING_HIGH, verdict->crossing_high);
    table_number(table, VALUE, verdict->value);
    table_range(table, CROSSING_INTERVAL, verdict->crossing_low, verdict->crossing_high);
    set_words(table, verdicts, verdict);
}

static void set_rule(struct table *table, const struct verdict *verdict)
{
    table_text(table, RULE, "%s", verdict->rule->id);
    if (strcmp(verdict->runtime, "native") != 0)
        table_words(table, RULE, "%s (%s)", verdict->rule->id, verdict->runtime);
    table_text(table, CLAIM, "%s", verdict->rule->claim);
    table_text(table, DOCUMENTS, "%s", verdict->rule->documents);
    table_text(table, RUNTIME, "%s", verdict->runtime);
    table_text(table, PAIR, "%s", verdict->pair_name);
    table_text(table, KIND, "%s", rule_kind_names[verdict->pair->kind]);
    table_text(table, RULE_VERDICT, "%s", judgement_names[verdict->rule_judgement]);
}

static void add_pair(struct table *table, const struct verdicts *verdicts, const struct verdict *verdict,
                     unsigned formats, unsigned level)
{
    struct table points;
    table_row(table, formats, level);
    set_rule(table, verdict);
    set_judgement(table, VERDICT, verdict->judgement);
    set_figures(table, verdicts, verdict);
    if (table->format == TABLE_JSON) {
        points_table(verdicts, verdict, TABLE_JSON, &points);
        table_nested(table, POINTS, &points);
    }
    if (level) {
        table_words(table, RULE, "%s", verdict->pair_name);
        table_words(table, CLAIM, "%s", "");
    }
}

size_t verdicts_group_end(const struct verdicts *verdicts, size_t first)
{
    size_t end = first;
    while (end < verdicts->count && verdicts->verdicts[end].rule == verdicts->verdicts[first].rule &&
           strcmp(verdicts->verdicts[end].runtime, verdicts->verdicts[first].runtime) == 0)
        end++;
    return end;
}

void verdicts_table(const struct verdicts *verdicts, enum table_format format, struct table *table)
{
    table_open(table, format, verdict_columns, COLUMN_END);
    for (size_t first = 0, end; first < verdicts->count; first = end) {
        end = verdicts_group_end(verdicts, first);
        if (end - first == 1) {
            add_pair(table, verdicts, &verdicts->verdicts[first], TABLE_ALL, 0);
            continue;
        }
        table_row(table, TABLE_PEOPLE, 0);
        set_rule(table, &verdicts->verdicts[first]);
        set_judgement(table, VERDICT, verdicts->verdicts[first].rule_judgement);
        for (size_t i = first; i < end; i++)
            add_pair(table, verdicts, &verdicts->verdicts[i], TABLE_ALL,
                     table->format & TABLE_PEOPLE ? 1 : 0);
    }
}

static int write_json(const struct verdicts *verdicts, const struct table *table, FILE *out)
{
    json_t *root =
        json_pack("{s:f, s:I, s:I, s:o}", "alpha", verdicts->alpha, "tests", (json_int_t)verdicts->tests,
                  "blocks_needed", (json_int_t)verdicts->blocks_needed, "verdicts", table_json(table));
    int result = root && !table->failed ? json_dumpf(root, out, JSON_INDENT(2)) : -1;
    json_decref(root);
    putc('\n', out);
    return result;
}

void verdicts_count(const struct verdicts *verdicts, const char *runtime, size_t counts[3])
{
    memset(counts, 0, 3 * sizeof *counts);
    for (size_t i = 0; i < verdicts->count; i = verdicts_group_end(verdicts, i))
        if (strcmp(verdicts->verdicts[i].runtime, runtime) == 0)
            counts[verdicts->verdicts[i].rule_judgement]++;
}

static void put_summary(const struct verdicts *verdicts, FILE *out)
{
    const char *names[VERDICT_RUNTIMES_MAX];
    size_t counts[3], runtimes = verdicts_runtimes(verdicts, names);
    for (size_t i = 0; i < runtimes; i++) {
        verdicts_count(verdicts, names[i], counts);
        fprintf(out, "%s%s%s%zu hold%s, %zu do%s not hold, %zu inconclusive", i ? "; " : "\n",
                runtimes > 1 ? names[i] : "", runtimes > 1 ? ": " : "", counts[0], counts[0] == 1 ? "s" : "",
                counts[1], counts[1] == 1 ? "es" : "", counts[2]);
    }
    fprintf(out, " (%zu test%s, Holm-adjusted, %g %%)", verdicts->tests, verdicts->tests == 1 ? "" : "s",
            100 * verdicts->alpha);
}

static int put_answers(const struct verdicts *verdicts, const struct table_style *style, FILE *out)
{
    char too_few[128];
    struct table table;
    int failed = 0;
    answers_word_too_few(verdicts, too_few, sizeof too_few);
    answers_table(verdicts, TABLE_TEXT, &table);
    if (table.count && *too_few)
        fprintf(out, "%s\n\n", too_few);
    else if (table.count) {
        failed = table_write(&table, style, out);
        putc('\n', out);
    }
    table_free(&table);
    return failed;
}

int verdicts_write(const struct verdicts *verdicts, const char *format_name, int colour, int width, FILE *out,
                   struct error *error)
{
    const struct table_style style = {.colour = colour, .width = width > 0 ? (size_t)width : 0};
    struct table table;
    if (strcmp(format_name, "plain") == 0) {
        verdicts_write_plain(verdicts, out);
        return ferror(out) ? error_set(error, "cannot write the verdicts") : 0;
    }
    int format = table_format_find(format_name, error), result = 0;
    if (format < 0)
        return -1;
    bool text = format == TABLE_TEXT, markdown = format == TABLE_MARKDOWN;
    const char *names[VERDICT_RUNTIMES_MAX];
    if ((text || markdown) && verdicts_runtimes(verdicts, names) > 1)
        verdicts_beside_table(verdicts, (enum table_format)format,
                              markdown || width <= 0 || width >= BESIDE_WIDE, &table);
    else
        verdicts_table(verdicts, (enum table_format)format, &table);
    if (format == TABLE_JSON) {
        result = write_json(verdicts, &table, out);
    } else if ((text || markdown) && !verdicts->count) {
        fputs(markdown ? "No rule was measured.\n" : "no rule was measured\n", out);
    } else {
        result = (text && put_answers(verdicts, &style, out)) || table_write(&table, &style, out);
        if (text || markdown)
            put_summary(verdicts, out);
        fputs(markdown ? ".\n" : text ? "\n" : "", out);
        if (text || markdown)
            result = map_write(verdicts, NULL, (enum table_format)format, &style, out) || result;
    }
    table_free(&table);
    return result || ferror(out) ? error_set(error, "cannot write the verdicts") : 0;
}
