/* SPDX-License-Identifier: MIT */
#include "wording.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char word_documents[] = "D0 to D4 are five tutorials on concurrency that make these claims; "
                              "docs/measurement.md names their subjects.";

void word_point_ratio(const struct verdict_point *point, char *text, size_t text_bytes)
{
    bool interval = point->ci_level >= 0.95 - 1e-9;
    word_ratio(point->ratio, interval ? point->ci_low : NAN, interval ? point->ci_high : NAN, text,
               text_bytes);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

void word_span_blocks(const struct verdict_point *points, size_t count, size_t *least, size_t *most)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = points[i].n;
        *least = n && n < *least ? n : *least;
        *most = n > *most ? n : *most;
    }
}

void word_metric(enum column metric, double value, char *text, size_t text_bytes)
{
    static const struct {
        double factor;
        const char *unit;
    } times[] = {{1e9, " s"}, {1e6, " ms"}, {1e3, " µs"}, {1, " ns"}},
      sizes[] = {{1 << 30, " GiB"}, {1 << 20, " MiB"}, {1 << 10, " KiB"}, {1, " B"}};
    text[0] = '\0';
    if (!isfinite(value))
        return;
    bool time = ends_with(columns[metric].name, "_ns"), size = ends_with(columns[metric].name, "_bytes");
    if (time || size) {
        size_t i = 0;
        while (i < 3 && fabs(value) < (time ? times[i].factor : sizes[i].factor))
            i++;
        word_figure_plain(value / (time ? times[i].factor : sizes[i].factor),
                          time ? times[i].unit : sizes[i].unit, text, text_bytes);
        return;
    }
    char figure[24];
    word_figure(value, figure, sizeof figure);
    snprintf(text, text_bytes, "%s%s", figure, ends_with(columns[metric].name, "_per_second") ? "/s" : "");
}

void table_set_interval(struct table *table, size_t column, enum column metric, double median, double low,
                        double high)
{
    char words[3][40];
    word_metric(metric, median, words[0], sizeof words[0]);
    word_metric(metric, low, words[1], sizeof words[1]);
    word_metric(metric, high, words[2], sizeof words[2]);
    table_words(table, column, "%s", words[0]);
    if (*words[0])
        table_aside(table, column, "%s–%s", words[1], words[2]);
}

const char *word_metric_name(enum column metric)
{
    switch (metric) {
    case COLUMN_ITEMS_PER_SECOND:
        return "work per second";
    case COLUMN_WALL_NS:
        return "wall time";
    case COLUMN_LATENCY_P50_NS:
        return "median latency";
    case COLUMN_LATENCY_P90_NS:
        return "latency (p90)";
    case COLUMN_LATENCY_P99_NS:
        return "latency (p99)";
    case COLUMN_LATENCY_P999_NS:
        return "latency (p99.9)";
    case COLUMN_LATENCY_MAX_NS:
        return "longest latency";
    case COLUMN_STARTUP_NS:
        return "start-up time";
    case COLUMN_CPU_USER_NS:
        return "user CPU time";
    case COLUMN_CPU_SYSTEM_NS:
        return "system CPU time";
    case COLUMN_MEMORY_BYTES:
        return "memory";
    case COLUMN_TASKS_LOST:
        return "tasks lost";
    default:
        return columns[metric].name;
    }
}

/* The keys of a cell as a list, in their order. */
struct key_list {
    struct cell_param keys[CELL_PARAMS_MAX + 3];
    size_t count;
};

static void list_keys(const struct cell *cell, struct key_list *list)
{
    list->count = 0;
    if (cell->workers || cell->workers_max) {
        struct cell_param *key = &list->keys[list->count++];
        snprintf(key->key, sizeof key->key, "workers");
        if (cell->workers_max)
            snprintf(key->value, sizeof key->value, "max");
        else
            snprintf(key->value, sizeof key->value, "%u", cell->workers);
    }
    if (cell->conc) {
        struct cell_param *key = &list->keys[list->count++];
        snprintf(key->key, sizeof key->key, "conc");
        snprintf(key->value, sizeof key->value, "%u", cell->conc);
    }
    for (size_t i = 0; i < cell->param_count; i++)
        list->keys[list->count++] = cell->params[i];
    if (*cell->place) {
        struct cell_param *key = &list->keys[list->count++];
        snprintf(key->key, sizeof key->key, "place");
        snprintf(key->value, sizeof key->value, "%s", cell->place);
    }
}

static bool shares(const struct key_list *list, const struct cell_param *key)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->keys[i].key, key->key) == 0 && strcmp(list->keys[i].value, key->value) == 0)
            return true;
    return false;
}

void word_arm(const struct cell *cell, const struct cell *other, char *text, size_t text_bytes)
{
    struct key_list own, others;
    list_keys(cell, &own);
    list_keys(other, &others);
    size_t used = (size_t)snprintf(text, text_bytes, "%s", cell->model);
    bool one_for_all =
        cell->conc && cell->workers == 1; /* what follows from conc has no workers in its name */
    for (size_t i = 0; i < own.count && used < text_bytes; i++)
        if (!shares(&others, &own.keys[i]) && !(one_for_all && strcmp(own.keys[i].key, "workers") == 0))
            used += (size_t)snprintf(text + used, text_bytes - used, " %s:%s", own.keys[i].key,
                                     own.keys[i].value);
}

static bool all_share(const struct cell *const *cells, size_t count, const struct cell_param *key)
{
    struct key_list list;
    for (size_t i = 0; i < count; i++) {
        list_keys(cells[i], &list);
        if (!shares(&list, key))
            return false;
    }
    return true;
}

void word_common(const struct cell *const *cells, size_t count, const char *key, char *text,
                 size_t text_bytes)
{
    struct key_list own;
    bool one_workload = true;
    for (size_t i = 1; i < count; i++)
        one_workload &= strcmp(cells[i]->family, cells[0]->family) == 0 &&
                        strcmp(cells[i]->workload, cells[0]->workload) == 0;
    list_keys(cells[0], &own);
    size_t used = (size_t)snprintf(text, text_bytes, one_workload ? "%s/%s" : "%s", cells[0]->family,
                                   cells[0]->workload);
    for (size_t i = 0; i < own.count && used < text_bytes; i++)
        if ((!key || strcmp(key, own.keys[i].key) != 0) && all_share(cells, count, &own.keys[i]))
            used += (size_t)snprintf(text + used, text_bytes - used, ", %s:%s", own.keys[i].key,
                                     own.keys[i].value);
}

/* What is swept is counted in whole numbers. */
static void word_count(double value, char *text, size_t text_bytes)
{
    if (value < 1000)
        snprintf(text, text_bytes, "%.0f", value);
    else
        word_figure(value, text, text_bytes);
}

void word_crossing(const struct verdict *verdict, char *text, size_t text_bytes)
{
    char at[24], low[24], high[24];
    text[0] = '\0';
    if (!isfinite(verdict->crossing))
        return;
    word_count(verdict->crossing, at, sizeof at);
    word_count(verdict->crossing_low, low, sizeof low);
    word_count(verdict->crossing_high, high, sizeof high);
    const struct rule_sweep *sweep = &verdict->pair->sweep;
    bool falling = strtod(sweep->values[sweep->count - 1], NULL) < strtod(sweep->values[0], NULL);
    snprintf(text, text_bytes, "%s %s %s (%s–%s)", falling ? "up to" : "from", sweep->key, at,
             *low ? low : "…", *high ? high : "…");
}

void word_at(const struct verdict *verdict, const struct verdict_point *point, char *text, size_t text_bytes)
{
    char place[80];
    comparison_word_place(&point->comparison, place, sizeof place);
    bool several = verdict->pair->kind == RULE_CROSSOVER || verdict->pair->kind == RULE_MAP;
    snprintf(text, text_bytes, "%s%s", several ? " at " : "", several ? place : "");
}

void word_reason(const struct verdict *verdict, char *text, size_t text_bytes)
{
    static const struct {
        const char *label, *before, *after; /* the effect stands in between if there is an after */
    } labels[] = {
        {"equivalent", "equivalent: within ", " of each other"},
        {"smaller", "smaller: ahead, but by less than ", ""},
        {"opposite", "opposite: behind, not ahead", NULL},
        {"larger", "larger: ahead by more than ", ""},
        {"not larger", "not larger: not ahead by ", ""},
        {"ahead throughout", "ahead throughout: by ", " at every point, nothing to overtake"},
        {"never ahead", "never ahead: not by ", " at the end of the sweep"},
        {"falls back", "falls back: ahead by ", ", then no longer"},
    };
    char effect[24];
    const char *reason = verdict->reason, *rest = reason + strcspn(reason, ";");
    word_effect(verdict->pair->effect, effect, sizeof effect);
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strlen(labels[i].label) == (size_t)(rest - reason) &&
            strncmp(reason, labels[i].label, (size_t)(rest - reason)) == 0) {
            snprintf(text, text_bytes, "%s%s%s%s", labels[i].before, labels[i].after ? effect : "",
                     labels[i].after ? labels[i].after : "", rest);
            return;
        }
    snprintf(text, text_bytes, "%s", reason);
}

/* "A does 1.97 times (95 % interval 1.95–1.99) the work per second of B, n = 12". */
static void word_finding(const struct verdict_point *point, char *text, size_t text_bytes)
{
    const struct comparison *comparison = &point->comparison;
    char better[128], worse[128], ratio[24], low[24], high[24], interval[96] = "";
    enum column metric = comparison->pair->metric;
    if (comparison->pair->kind == RULE_FACT) {
        snprintf(text, text_bytes, "the median %s of %s is %g, expected %s %g, n = %zu", columns[metric].name,
                 point->better, point->value, rule_expect_signs[comparison->pair->expect],
                 comparison->pair->expected, point->n);
        return;
    }
    word_arm(&comparison->better, &comparison->worse, better, sizeof better);
    word_arm(&comparison->worse, &comparison->better, worse, sizeof worse);
    word_figure(point->ratio, ratio, sizeof ratio);
    word_figure(point->ci_low, low, sizeof low);
    word_figure(point->ci_high, high, sizeof high);
    if (isfinite(point->ci_level))
        snprintf(interval, sizeof interval, "(%.3g %% interval %s–%s) ", 100 * point->ci_level, low, high);
    if (metric == COLUMN_ITEMS_PER_SECOND)
        snprintf(text, text_bytes, "%s does %s times %sthe work per second of %s, n = %zu", better, ratio,
                 interval, worse, point->n);
    else if (columns[metric].lower_better)
        snprintf(text, text_bytes, "the %s of %s is %s times %sthat of %s, n = %zu", word_metric_name(metric),
                 worse, ratio, interval, better, point->n);
    else
        snprintf(text, text_bytes, "the %s of %s is %s times %sthat of %s, n = %zu", word_metric_name(metric),
                 better, ratio, interval, worse, point->n);
}

/* Its reason tells the figure and where it is. */
static void word_map_sentence(const struct verdict *verdict, const struct verdict_point *point,
                              const char *start, char *text, size_t text_bytes)
{
    char low[24], high[24], interval[80] = "";
    word_figure(point->ci_low, low, sizeof low);
    word_figure(point->ci_high, high, sizeof high);
    if (isfinite(point->ci_level))
        snprintf(interval, sizeof interval, " (%.3g %% interval %s–%s, n = %zu)",
                 fmin(100 * point->ci_level, 99.9), low, high, point->n);
    snprintf(text, text_bytes, "%s: %s%s.", start, verdict->reason, interval);
}

void word_sentence(const struct verdicts *verdicts, const struct verdict *verdict, char *text,
                   size_t text_bytes)
{
    static const char *const starts[] = {"Holds", "Does not hold", "Inconclusive"};
    const struct verdict_point *point = verdict_main_point(verdicts, verdict);
    char reason[200], crossing[128], finding[512] = "", effect[24], at[96] = "";
    if (verdict->pair->kind == RULE_MAP) {
        word_map_sentence(verdict, point, starts[verdict->judgement], text, text_bytes);
        return;
    }
    word_reason(verdict, reason, sizeof reason);
    word_crossing(verdict, crossing, sizeof crossing);
    word_effect(verdict->pair->effect, effect, sizeof effect);
    if (point->n)
        word_finding(point, finding, sizeof finding);
    if (*finding)
        word_at(verdict, point, at, sizeof at);
    size_t used = (size_t)snprintf(text, text_bytes, "%s", starts[verdict->judgement]);
    if (*reason && used < text_bytes)
        used += (size_t)snprintf(text + used, text_bytes - used, " (%s)", reason);
    if (*crossing && used < text_bytes)
        used += (size_t)snprintf(text + used, text_bytes - used, ": ahead by %s %s", effect, crossing);
    if (*finding && used < text_bytes)
        used +=
            (size_t)snprintf(text + used, text_bytes - used, "%s%s %s", *crossing ? ";" : ":", at, finding);
    if (used < text_bytes)
        snprintf(text + used, text_bytes - used, ".");
}
