/* SPDX-License-Identifier: MIT */
#include "advice_write.h"

#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "wording.h"
#include "words.h"

enum { TOPIC, SAYS = ADVICE_SAYS, TOPICS_END };
static const struct table_column topic_columns[TOPICS_END] = {
    [TOPIC] = {"topic", "", TABLE_PEOPLE, .strong = true},
    [SAYS] = {"says", "advice", TABLE_PEOPLE, .fit = TABLE_WRAP},
};

enum { CANDIDATE, RATE, LOST, MEMORY, P, CANDIDATES_END };
static const struct table_column candidate_columns[CANDIDATES_END] = {
    [CANDIDATE] = {"candidate", "candidate", TABLE_PEOPLE, .fit = TABLE_LEAD},
    [RATE] = {"per_second", "per second (95 %)", TABLE_PEOPLE, .right = true},
    [LOST] = {"ratio", "chosen is ahead", TABLE_PEOPLE, .right = true},
    [MEMORY] = {"memory", "memory", TABLE_PEOPLE, .right = true},
    [P] = {"p", "p, adjusted", TABLE_PEOPLE, .right = true},
};

static const struct advice_candidate *at(const struct advice *advice, size_t index)
{
    return index == SIZE_MAX ? NULL : &advice->candidates[index];
}

void advice_open(struct table *table, enum table_format format)
{
    table_open(table, format, topic_columns, TOPICS_END);
    table->bare = format == TABLE_TEXT || format == TABLE_HTML;
}

void advice_topic(struct table *table, const char *topic)
{
    table_row(table, TABLE_PEOPLE, 0);
    table_text(table, TOPIC, "%s", topic);
}

static double loss_percent(double ratio)
{
    return 100 * (1 - 1 / ratio);
}

/* "loses 12 % (8 to 15)" */
static void word_loss(const struct advice_candidate *candidate, char *text, size_t text_bytes)
{
    if (isnan(candidate->ratio))
        snprintf(text, text_bytes, "could not be compared");
    else if (candidate->ratio < 1)
        snprintf(text, text_bytes, "gains %.0f %% (%.0f to %.0f), for more memory",
                 -loss_percent(candidate->ratio), -loss_percent(candidate->ratio_high),
                 -loss_percent(candidate->ratio_low));
    else
        snprintf(text, text_bytes, "loses %.0f %% (%.0f to %.0f)", loss_percent(candidate->ratio),
                 loss_percent(candidate->ratio_low), loss_percent(candidate->ratio_high));
}

static void add_class(const struct advice *advice, struct table *table)
{
    const struct advice_class *class = &advice->class;
    char item[32];
    word_metric(COLUMN_WALL_NS, class->item_s * 1e9, item, sizeof item);
    advice_topic(table, "class");
    table_text(table, SAYS, "%s: %.0f %% computing, %.0f %% in the kernel, %.0f %% waiting; a task takes %s",
               class->lock > 0.5 ? "computing under the interpreter lock" : class->word,
               100 * class->computing, 100 * class->kernel, 100 * class->waiting, item);
    if (isfinite(class->lock)) {
        advice_topic(table, "");
        table_text(table, SAYS, "%.0f %% of its computing holds the interpreter lock", 100 * class->lock);
    }
    if (isfinite(advice->import_s)) {
        char pickling[32], import[32];
        word_metric(COLUMN_WALL_NS, advice->pickling_s * 1e9, pickling, sizeof pickling);
        word_metric(COLUMN_WALL_NS, advice->import_s * 1e9, import, sizeof import);
        advice_topic(table, "beside the work");
        table_text(table, SAYS, "importing its module %s, once a process that is started anew", import);
        if (isfinite(advice->pickling_s)) {
            advice_topic(table, "");
            table_text(table, SAYS,
                       "pickling of arguments and result %s, for a task sent by itself; where a pool sends "
                       "chunks, what their tasks share is pickled once",
                       pickling);
        }
    }
}

static void add_choice(const struct advice *advice, struct table *table)
{
    const struct advice_candidate *chosen = at(advice, advice->chosen), *serial = at(advice, advice->serial);
    char rate[32], low[32], high[32], faster[96] = "";
    word_metric(COLUMN_ITEMS_PER_SECOND, chosen->median, rate, sizeof rate);
    word_metric(COLUMN_ITEMS_PER_SECOND, chosen->low, low, sizeof low);
    word_metric(COLUMN_ITEMS_PER_SECOND, chosen->high, high, sizeof high);
    if (serial && serial != chosen && serial->ratio > 0)
        snprintf(faster, sizeof faster, ", %.3g times one at a time (%.3g to %.3g)", serial->ratio,
                 serial->ratio_low, serial->ratio_high);
    advice_topic(table, "choose");
    table_text(table, SAYS, "%s: %s (%s to %s)%s", chosen->label, rate, low, high, faster);
    table_role(table, SAYS, TABLE_GOOD);
}

static void word_saving(const struct advice_candidate *chosen, const struct advice_candidate *other,
                        char *text, size_t text_bytes)
{
    double less = other->memory_bytes - chosen->memory_bytes;
    char bytes[32];
    *text = '\0';
    if (!(less > 0.05 * other->memory_bytes))
        return;
    word_metric(COLUMN_MEMORY_BYTES, less, bytes, sizeof bytes);
    snprintf(text, text_bytes, ", and takes %s more in all", bytes);
}

static void add_ties(const struct advice *advice, struct table *table)
{
    const struct advice_candidate *chosen = at(advice, advice->chosen);
    char saving[64];
    for (size_t i = 0; i < advice->count; i++) {
        const struct advice_candidate *candidate = &advice->candidates[i];
        if (i == advice->chosen || !candidate->tied)
            continue;
        word_saving(chosen, candidate, saving, sizeof saving);
        advice_topic(table, "tied");
        table_text(table, SAYS, "%s: within %.0f %%%s%s", candidate->label, 100 * advice_effect,
                   candidate->equivalent ? ", which is shown" : "", saving);
    }
}

static void add_losers(const struct advice *advice, struct table *table)
{
    const struct advice_candidate *second = at(advice, advice->second), *tree = at(advice, advice->tree);
    char loss[96];
    if (second) {
        word_loss(second, loss, sizeof loss);
        advice_topic(table, "second best");
        table_text(table, SAYS, "%s %s", second->label, loss);
    }
    if (!tree)
        return;
    advice_topic(table, "documents");
    if (tree == at(advice, advice->chosen)) {
        table_text(table, SAYS, "their decision tree picks it too, for %.0f %% computing",
                   100 * (advice->class.computing + advice->class.kernel));
        return;
    }
    word_loss(tree, loss, sizeof loss);
    table_text(table, SAYS, "their decision tree picks %s for %.0f %% computing: that %s", tree->label,
               100 * (advice->class.computing + advice->class.kernel), tree->tied ? "is as good" : loss);
}

static void add_rest(const struct advice *advice, struct table *table)
{
    for (size_t i = 0; i < advice->change_count; i++) {
        advice_topic(table, i ? "" : "would change it");
        table_text(table, SAYS, "%s", advice->change[i]);
    }
    advice_topic(table, "how sure");
    table_text(table, SAYS,
               "%u block%s of fresh processes in random order, %zu finalist%s of %zu candidates; intervals "
               "and p are "
               "corrected for %zu comparison%s, at 5 %%",
               advice->blocks, advice->blocks == 1 ? "" : "s", advice->finalists,
               advice->finalists == 1 ? "" : "s", advice->count, advice->comparisons,
               advice->comparisons == 1 ? "" : "s");
    for (size_t i = 0; i < advice->untold_count; i++) {
        advice_topic(table, i ? "" : "not told");
        table_text(table, SAYS, "%s", advice->untold[i]);
    }
}

static void fill_candidates(const struct advice *advice, struct table *table)
{
    for (size_t i = 0; i < advice->count; i++) {
        const struct advice_candidate *candidate = &advice->candidates[i];
        char memory[32];
        if (!(candidate->median > 0))
            continue;
        table_row(table, TABLE_PEOPLE, 0);
        table_text(table, CANDIDATE, "%s%s", candidate->label, i == advice->chosen ? " (chosen)" : "");
        table_set_interval(table, RATE, COLUMN_ITEMS_PER_SECOND, candidate->median, candidate->low,
                           candidate->high);
        if (i != advice->chosen) {
            char ratio[64];
            word_ratio(candidate->ratio, candidate->ratio_low, candidate->ratio_high, ratio, sizeof ratio);
            table_text(table, LOST, "%s", ratio);
            table_number(table, P, candidate->p);
        }
        word_metric(COLUMN_MEMORY_BYTES, candidate->memory_bytes, memory, sizeof memory);
        if (candidate->memory_bytes > 0)
            table_text(table, MEMORY, "%s", memory);
    }
}

int advice_write_tables(const struct advice *advice, enum table_format format,
                        const struct table_style *style, FILE *out)
{
    struct table topics, candidates;
    advice_open(&topics, format);
    add_class(advice, &topics);
    add_choice(advice, &topics);
    add_ties(advice, &topics);
    add_losers(advice, &topics);
    add_rest(advice, &topics);
    table_open(&candidates, format, candidate_columns, CANDIDATES_END);
    fill_candidates(advice, &candidates);
    table_hide_empty(&candidates);
    int failed = table_write(&topics, style, out);
    fputc('\n', out);
    failed |= table_write(&candidates, style, out);
    table_free(&topics);
    table_free(&candidates);
    return failed;
}

/* JSON */

static void set_number(json_t *object, const char *key, double value)
{
    if (isfinite(value))
        json_object_set_new(object, key, json_real(value));
}

static json_t *candidate_json(const struct advice *advice, size_t index)
{
    const struct advice_candidate *candidate = &advice->candidates[index];
    json_t *object = json_pack("{s:s, s:s, s:i}", "cell", candidate->name, "label", candidate->label,
                               "in_flight", (int)candidate->in_flight);
    set_number(object, "first_look_per_second", candidate->rate);
    set_number(object, "items_per_second", candidate->median);
    set_number(object, "items_per_second_low", candidate->low);
    set_number(object, "items_per_second_high", candidate->high);
    set_number(object, "memory_bytes", candidate->memory_bytes);
    set_number(object, "chosen_ratio", candidate->ratio);
    set_number(object, "chosen_ratio_low", candidate->ratio_low);
    set_number(object, "chosen_ratio_high", candidate->ratio_high);
    set_number(object, "p_adjusted", candidate->p);
    json_object_set_new(object, "finalist", json_boolean(candidate->finalist));
    json_object_set_new(object, "tied", json_boolean(candidate->tied));
    json_object_set_new(object, "equivalent", json_boolean(candidate->equivalent));
    if (candidate->problem[0])
        json_object_set_new(object, "problem", json_string(candidate->problem));
    return object;
}

static json_t *notes_json(const char (*notes)[256], size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(notes[i]));
    return array;
}

static void set_cell(json_t *object, const char *key, const struct advice *advice, size_t index)
{
    if (index != SIZE_MAX)
        json_object_set_new(object, key, json_string(advice->candidates[index].name));
}

static int write_json(const struct advice *advice, FILE *out)
{
    const struct advice_class *class = &advice->class;
    json_t *root =
        json_pack("{s:s, s:s, s:i, s:i, s:i, s:f, s:f}", "work", advice->work, "runtime", advice->runtime,
                  "units", (int)advice->units, "blocks", (int)advice->blocks, "comparisons",
                  (int)advice->comparisons, "interval_level", advice->level, "seconds", advice->spent_s);
    json_t *shares =
        json_pack("{s:s, s:f, s:f, s:f, s:f}", "word", class->word, "computing", class->computing, "kernel",
                  class->kernel, "waiting", class->waiting, "task_s", class->item_s);
    json_t *candidates = json_array();
    set_number(shares, "processor_time_growth", class->cpu_growth);
    set_number(shares, "lock", class->lock);
    json_object_set_new(root, "class", shares);
    set_cell(root, "choose", advice, advice->chosen);
    set_cell(root, "fastest", advice, advice->fastest);
    set_cell(root, "second", advice, advice->second);
    set_cell(root, "tree", advice, advice->tree);
    for (size_t i = 0; i < advice->count; i++)
        json_array_append_new(candidates, candidate_json(advice, i));
    json_object_set_new(root, "candidates", candidates);
    json_object_set_new(root, "change", notes_json(advice->change, advice->change_count));
    json_object_set_new(root, "not_told", notes_json(advice->untold, advice->untold_count));
    set_number(root, "pickling_s", advice->pickling_s);
    set_number(root, "import_s", advice->import_s);
    set_number(root, "foreign_cpu_fraction", advice->foreign_cpu);
    int failed = json_dumpf(root, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(root);
    return failed;
}

static int write_text(const struct advice *advice, enum table_format format, const struct table_style *style,
                      FILE *out)
{
    word_print(out, format == TABLE_MARKDOWN ? "**%s in %s**\n\n" : "%s in %s\n\n", advice->work,
               advice->runtime);
    return advice_write_tables(advice, format, style, out);
}

int advice_check_format(const char *format, struct error *error)
{
    if (strcmp(format, "text") == 0 || strcmp(format, "json") == 0 || strcmp(format, "markdown") == 0)
        return 0;
    return error_set(error, "no format '%s'; known: text, json, markdown", format);
}

int advice_write(const struct advice *advice, const char *format, const struct table_style *style, FILE *out,
                 struct error *error)
{
    if (advice_check_format(format, error))
        return -1;
    int failed =
        strcmp(format, "json") == 0
            ? write_json(advice, out)
            : write_text(advice, strcmp(format, "text") == 0 ? TABLE_TEXT : TABLE_MARKDOWN, style, out);
    return failed ? error_set(error, "what was measured cannot be written") : 0;
}
