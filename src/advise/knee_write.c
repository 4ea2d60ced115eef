/* SPDX-License-Identifier: MIT */
#include "knee_write.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "advice_write.h"
#include "wording.h"
#include "words.h"

#define GENERATOR_BUSY 0.8
#define FAILING        0.001 /* of messages: worth a word */

enum { CONNECTIONS, LOAD, OFFERED, ANSWERS, SHARE, P50, P99, ERRORS, POINTS_END };
static const struct table_column point_columns[POINTS_END] = {
    [CONNECTIONS] = {"connections", "connections", TABLE_ALL, .right = true},
    [LOAD] = {"load", "offered", TABLE_ALL, .right = true},
    [OFFERED] = {"offered_per_second", "a second", TABLE_ALL, .right = true},
    [ANSWERS] = {"answers_per_second", "answered", TABLE_ALL, .right = true},
    [SHARE] = {"share", "of the most", TABLE_ALL, .right = true},
    [P50] = {"p50_ns", "p50", TABLE_ALL, .right = true},
    [P99] = {"p99_ns", "p99", TABLE_ALL, .right = true},
    [ERRORS] = {"errors", "errors", TABLE_ALL, .right = true},
};

static void word_share(const struct median_interval *share, char *text, size_t text_bytes)
{
    snprintf(text, text_bytes, "%.0f %% (%.0f to %.0f)", 100 * share->median, 100 * share->low,
             100 * share->high);
}

static void word_interval(enum column metric, const struct median_interval *interval, char *text,
                          size_t text_bytes)
{
    char median[32], low[32], high[32];
    word_metric(metric, interval->median, median, sizeof median);
    word_metric(metric, interval->low, low, sizeof low);
    word_metric(metric, interval->high, high, sizeof high);
    if (isfinite(interval->median))
        snprintf(text, text_bytes, "%s (%s to %s)", median, low, high);
    else
        snprintf(text, text_bytes, "not told: too few answers");
}

static void add_points(struct table *table, const struct knee *knee, const struct knee_point *points,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct knee_point *point = &points[i];
        char text[96];
        table_row(table, TABLE_ALL, 0);
        table_count(table, CONNECTIONS, point->connections);
        if (point->load > 0) {
            table_number(table, LOAD, point->load);
            table_words(table, LOAD, "%.0f %%", 100 * point->load);
            table_number(table, OFFERED, point->rate);
            word_metric(COLUMN_ITEMS_PER_SECOND, point->rate, text, sizeof text);
            table_words(table, OFFERED, "%s", text);
        }
        table_number(table, ANSWERS, point->answers.median);
        word_metric(COLUMN_ITEMS_PER_SECOND, point->answers.median, text, sizeof text);
        table_words(table, ANSWERS, "%s", text);
        table_number(table, SHARE, point->share.median);
        word_share(&point->share, text, sizeof text);
        table_words(table, SHARE, "%s", point == &knee->closed[knee->most] ? "100 %" : text);
        table_number(table, P50, point->p50_ns.median);
        table_number(table, P99, point->p99_ns.median);
        if (isfinite(point->p50_ns.median)) {
            word_metric(COLUMN_LATENCY_P50_NS, point->p50_ns.median, text, sizeof text);
            table_words(table, P50, "%s", text);
        }
        if (isfinite(point->p99_ns.median)) {
            word_metric(COLUMN_LATENCY_P99_NS, point->p99_ns.median, text, sizeof text);
            table_words(table, P99, "%s", text);
        }
        table_number(table, ERRORS, point->errors);
        table_words(table, ERRORS, "%.2g %%", 100 * point->errors);
    }
}

static bool any_point(const struct knee *knee, bool (*holds)(const struct knee_point *))
{
    bool found = false;
    for (size_t i = 0; i < knee->closed_count; i++)
        found |= holds(&knee->closed[i]);
    for (size_t i = 0; i < knee->open_count; i++)
        found |= holds(&knee->open[i]);
    return found;
}

static bool is_generator_busy(const struct knee_point *point)
{
    return point->generator >= GENERATOR_BUSY;
}

static bool is_failing(const struct knee_point *point)
{
    return point->errors > FAILING;
}

static void add_choice(const struct knee *knee, struct table *topics)
{
    const struct knee_point *chosen = &knee->closed[knee->chosen], *most = &knee->closed[knee->most];
    char rate[96], share[64];
    word_interval(COLUMN_ITEMS_PER_SECOND, &chosen->answers, rate, sizeof rate);
    word_share(&chosen->share, share, sizeof share);
    advice_topic(topics, "choose");
    if (chosen == most)
        table_text(topics, ADVICE_SAYS, "%u connection%s at once: %s, the most that was seen",
                   chosen->connections, chosen->connections == 1 ? "" : "s", rate);
    else
        table_text(topics, ADVICE_SAYS, "%u connection%s at once: %s, which is %s of what %u give",
                   chosen->connections, chosen->connections == 1 ? "" : "s", rate, share, most->connections);
    for (size_t i = 0; i < knee->closed_count; i++) {
        if (i == knee->chosen || i == knee->most)
            continue;
        word_share(&knee->closed[i].share, share, sizeof share);
        advice_topic(topics, knee->closed[i].connections < chosen->connections ? "fewer" : "more");
        table_text(topics, ADVICE_SAYS, "%u: %s", knee->closed[i].connections, share);
    }
}

static void add_latency(const struct knee *knee, struct table *topics)
{
    for (size_t i = 0; i < knee->open_count; i++) {
        const struct knee_point *point = &knee->open[i];
        char p50[32], p99[96];
        word_metric(COLUMN_LATENCY_P50_NS, point->p50_ns.median, p50, sizeof p50);
        word_interval(COLUMN_LATENCY_P99_NS, &point->p99_ns, p99, sizeof p99);
        advice_topic(topics, i ? "" : "latency");
        table_text(topics, ADVICE_SAYS, "offered %.0f %% of the most: p50 %s, p99 %s", 100 * point->load,
                   isfinite(point->p50_ns.median) ? p50 : "not told", p99);
    }
}

static void add_rest(const struct knee *knee, struct table *topics)
{
    advice_topic(topics, "would change it");
    if (knee->failing_from)
        table_text(topics, ADVICE_SAYS,
                   "no more: from %u connections on messages stay without a right answer",
                   knee->failing_from);
    else
        table_text(topics, ADVICE_SAYS, "more connections than %u were not tried; --conc tries more",
                   knee->tried_most);
    advice_topic(topics, "how sure");
    table_text(topics, ADVICE_SAYS,
               "%d blocks of rounds in random order, each from a process of its own, after a look that "
               "chose; medians "
               "with intervals of %.0f %%",
               KNEE_BLOCKS, 100 * knee->closed[knee->chosen].answers.level);
    advice_topic(topics, "not told");
    table_text(topics, ADVICE_SAYS, "what the server would do alone: what loads it runs on the same machine");
    if (any_point(knee, is_generator_busy)) {
        advice_topic(topics, "");
        table_text(
            topics, ADVICE_SAYS,
            "whether the server could do more: what loads it was busy for more than %.0f %% of its time",
            100 * GENERATOR_BUSY);
    }
    if (any_point(knee, is_failing)) {
        advice_topic(topics, "");
        table_text(topics, ADVICE_SAYS,
                   "what becomes of messages without a right answer; `crosspoint load` counts them by kind");
    }
}

static int write_json(const struct knee *knee, FILE *out)
{
    struct table points;
    table_open(&points, TABLE_JSON, point_columns, POINTS_END);
    add_points(&points, knee, knee->closed, knee->closed_count);
    add_points(&points, knee, knee->open, knee->open_count);
    json_t *root =
        json_pack("{s:s, s:i, s:i, s:i, s:f}", "server", knee->server, "choose",
                  (int)knee->closed[knee->chosen].connections, "most",
                  (int)knee->closed[knee->most].connections, "blocks", KNEE_BLOCKS, "seconds", knee->spent_s);
    json_t *rows = table_json(&points);
    if (knee->failing_from)
        json_object_set_new(root, "failing_from", json_integer(knee->failing_from));
    int failed = !root || !rows || json_object_set_new(root, "points", rows) ||
                 json_dumpf(root, out, JSON_INDENT(2)) || fputc('\n', out) == EOF;
    json_decref(root);
    table_free(&points);
    return failed ? -1 : 0;
}

int knee_write(const struct knee *knee, const char *format, const struct table_style *style, FILE *out)
{
    if (strcmp(format, "json") == 0)
        return write_json(knee, out);
    enum table_format kind = strcmp(format, "markdown") == 0 ? TABLE_MARKDOWN : TABLE_TEXT;
    struct table topics, points;
    advice_open(&topics, kind);
    add_choice(knee, &topics);
    add_latency(knee, &topics);
    add_rest(knee, &topics);
    table_open(&points, kind, point_columns, POINTS_END);
    add_points(&points, knee, knee->closed, knee->closed_count);
    add_points(&points, knee, knee->open, knee->open_count);
    word_print(out, kind == TABLE_MARKDOWN ? "**%s**\n\n" : "%s\n\n", knee->server);
    int failed = table_write(&topics, style, out);
    fputc('\n', out);
    failed |= table_write(&points, style, out);
    table_free(&topics);
    table_free(&points);
    return failed;
}
