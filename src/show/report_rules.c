/* SPDX-License-Identifier: MIT */
/* The verdicts at a glance, and rule by rule. */
#include <string.h>

#include "answers.h"
#include "map_text.h"
#include "report_part.h"
#include "tree.h"
#include "verdict_table.h"
#include "wording.h"

static const char *const chip_classes[] = {"holds", "refuted", "unclear"};

static void put_chip(FILE *out, enum judgement judgement, const char *text)
{
    fprintf(out, "<span class=\"chip %s\">%s</span>", chip_classes[judgement], text);
}

void report_put_counts(FILE *out, const struct verdicts *verdicts)
{
    static const char *const names_many[] = {"hold", "do not hold", "inconclusive"};
    const char *names[VERDICT_RUNTIMES_MAX];
    size_t counts[3], runtimes = verdicts_runtimes(verdicts, names);
    for (size_t k = 0; k < runtimes; k++) {
        verdicts_count(verdicts, names[k], counts);
        fputs("<p>", out);
        if (runtimes > 1)
            html_put_element(out, "", names[k], ": &nbsp; ");
        for (int i = 0; i < 3; i++) {
            char count[24];
            snprintf(count, sizeof count, "%zu", counts[i]);
            put_chip(out, (enum judgement)i, count);
            fprintf(out, " %s%s", counts[i] == 1 ? judgement_names[i] : names_many[i],
                    i < 2 ? " &nbsp; " : "</p>\n");
        }
    }
}

void report_put_answers(FILE *out, const struct verdicts *verdicts)
{
    char too_few[128];
    struct table table;
    answers_word_too_few(verdicts, too_few, sizeof too_few);
    answers_table(verdicts, TABLE_HTML, &table);
    if (table.count && *too_few)
        html_put_element(out, "<p><b>", too_few, "</b></p>\n");
    else if (table.count)
        table_write(&table, NULL, out);
    table_free(&table);
}

static bool is_map(const struct verdict *verdict)
{
    return verdict->pair->kind == RULE_MAP;
}

static int put_maps(FILE *out, const struct verdicts *verdicts, const struct page *page, struct error *error)
{
    const struct rule *drawn = NULL;
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct rule *rule = verdicts->verdicts[i].rule;
        if (!is_map(&verdicts->verdicts[i]) || rule == drawn)
            continue;
        drawn = rule;
        if (report_put_chart(out, rule->id, rule->chart_title, page, error))
            return -1;
    }
    return 0;
}

int report_put_tree(FILE *out, const struct verdicts *verdicts, const struct page *page, struct error *error)
{
    struct table table;
    bool any = false;
    for (size_t i = 0; i < verdicts->count; i++)
        any |= is_map(&verdicts->verdicts[i]);
    tree_table(verdicts, TABLE_HTML, &table);
    if (any || table.count)
        fputs("<h2 id=\"tree\">The documents\u2019 decision tree</h2>\n", out);
    int result = put_maps(out, verdicts, page, error);
    if (table.count)
        table_write(&table, NULL, out);
    table_free(&table);
    return result;
}

int report_put_overview(FILE *out, const struct verdicts *verdicts)
{
    struct table table;
    int failed = 0;
    fputs("<h2>Verdicts</h2>\n", out);
    const char *names[VERDICT_RUNTIMES_MAX];
    if (verdicts_runtimes(verdicts, names) > 1)
        verdicts_beside_table(verdicts, TABLE_HTML, true, &table);
    else
        verdicts_table(verdicts, TABLE_HTML, &table);
    if (verdicts->count)
        failed = table_write(&table, NULL, out);
    else
        fputs("<p>No rule was measured.</p>\n", out);
    table_free(&table);
    return failed;
}

static bool several_runtimes(const struct verdicts *verdicts, size_t first, size_t end)
{
    return strcmp(verdicts->verdicts[first].runtime, verdicts->verdicts[end - 1].runtime) != 0;
}

static int put_numbers(FILE *out, const struct verdicts *verdicts, size_t first, size_t end)
{
    struct table table;
    points_table(verdicts, NULL, TABLE_HTML, &table);
    for (size_t i = first; i < end; i++) {
        const struct verdict *verdict = &verdicts->verdicts[i];
        char heading[128];
        snprintf(heading, sizeof heading, "%s%s%s", verdict->pair_name, *verdict->pair_name ? ": " : "",
                 word_metric_name(verdict->pair->metric));
        table_heading(&table, heading);
        points_table_add(verdicts, verdict, &table);
    }
    fputs("<details><summary>Numbers; p-values are adjusted</summary>\n", out);
    int failed = table_write(&table, NULL, out);
    fputs("</details>\n", out);
    table_free(&table);
    return failed;
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

static void put_head(FILE *out, const struct verdicts *verdicts, size_t first, size_t end)
{
    const struct verdict *verdict = &verdicts->verdicts[first];
    const struct rule *rule = verdict->rule;
    html_put_element(out, "<section><h3 id=\"", rule->id, "\">");
    html_put_element(out, "", rule->claim, "</h3>\n<p class=\"quiet\">");
    for (size_t i = first; i < end; i = verdicts_group_end(verdicts, i)) {
        if (several_runtimes(verdicts, first, end))
            html_put_element(out, i > first ? " &nbsp; " : "", verdicts->verdicts[i].runtime, " ");
        put_chip(out, verdicts->verdicts[i].rule_judgement,
                 judgement_names[verdicts->verdicts[i].rule_judgement]);
    }
    html_put_element(out, " &nbsp; <code>", rule->id, "</code>");
    if (*rule->documents)
        html_put_element(out, ", claimed by the tutorials ", rule->documents, "");
    fputs("</p>\n", out);
}

int report_put_rules(FILE *out, const struct verdicts *verdicts, const struct page *page, struct error *error)
{
    if (verdicts->count)
        html_put_element(out, "<h2>Rule by rule</h2>\n<p class=\"quiet\">", word_documents, "</p>\n");
    for (size_t first = 0, end; first < verdicts->count; first = end) {
        const struct rule *rule = verdicts->verdicts[first].rule;
        end = verdicts_rule_end(verdicts, first);
        put_head(out, verdicts, first, end);
        put_sentences(out, verdicts, first, end);
        if (is_map(&verdicts->verdicts[first])) {
            fputs("<p>The picture stands <a href=\"#tree\">above</a>.</p>\n", out);
            map_write(verdicts, rule, TABLE_HTML, NULL, out);
        } else if (report_put_chart(out, rule->id, rule->chart_title, page, error)) {
            return -1;
        }
        if (put_numbers(out, verdicts, first, end))
            return error_set(error, "%s: cannot write the page", page->folder);
        fputs("</section>\n", out);
    }
    return 0;
}
