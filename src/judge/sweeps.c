/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweeps_private.h"
#include "verdict.h"

const enum column sweep_metrics[SWEEP_METRICS] = {COLUMN_ITEMS_PER_SECOND, COLUMN_LATENCY_P99_NS,
                                                  COLUMN_VALUE};

/* What was measured, or skipped: every such cell, once for every key that it has. */

struct found {
    struct arm *arms;
    struct sweep_entry *entries; /* those of one chart together, by model, then by the key's value */
    size_t count;
};

static bool has_figure(const struct samples *samples, const struct samples_cell *cell, enum column metric)
{
    for (size_t i = cell->first; i < cell->first + cell->count; i++)
        if (samples->rows[i].status == STATUS_OK && samples->figures[metric][i] > 0)
            return true;
    return false;
}

static bool has_any_figure(const struct samples *samples, const struct samples_cell *cell)
{
    for (size_t i = 0; i < SWEEP_METRICS; i++)
        if (has_figure(samples, cell, sweep_metrics[i]))
            return true;
    return false;
}

static bool was_skipped(const struct samples_cell *cell)
{
    return cell->count && cell->rows[STATUS_SKIPPED] == cell->count;
}

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

static bool is_scaling(const struct sweep_entry *entry)
{
    return strcmp(entry->key, "workers") == 0;
}

/* As it stands in the cell's name. */
static const char *key_value(const struct sweep_entry *entry, char text[24])
{
    const struct cell *cell = &entry->arm->cell;
    if (!is_scaling(entry) && strcmp(entry->key, "conc") != 0)
        return strcmp(entry->key, "place") == 0 ? cell->place : cell_param(cell, entry->key);
    snprintf(text, 24, "%u", is_scaling(entry) ? cell->workers : cell->conc);
    return text;
}

static int compare_params(const struct cell *left, const struct cell *right, const char *but)
{
    size_t a = 0, b = 0;
    for (;; a++, b++) {
        a += a < left->param_count && strcmp(left->params[a].key, but) == 0;
        b += b < right->param_count && strcmp(right->params[b].key, but) == 0;
        if (a >= left->param_count || b >= right->param_count)
            return (a < left->param_count) - (b < right->param_count);
        int order = strcmp(left->params[a].key, right->params[b].key);
        order = order ? order : strcmp(left->params[a].value, right->params[b].value);
        if (order)
            return order;
    }
}

/* What a chart shares: the key, and all other keys but the workers. */
static int compare_charts(const struct sweep_entry *a, const struct sweep_entry *b)
{
    const struct cell *left = &a->arm->cell, *right = &b->arm->cell;
    int order = is_scaling(b) - is_scaling(a);
    order = order ? order : strcmp(a->key, b->key);
    order = order ? order : strcmp(left->runtime, right->runtime);
    order = order ? order : strcmp(left->family, right->family);
    order = order ? order : strcmp(left->workload, right->workload);
    if (!order && strcmp(a->key, "place") != 0)
        order = strcmp(left->place, right->place);
    order = order ? order : compare_params(left, right, a->key);
    if (!order && strcmp(a->key, "conc") != 0)
        order = (left->conc > right->conc) - (left->conc < right->conc);
    return order;
}

static int compare_models(const struct sweep_entry *a, const struct sweep_entry *b)
{
    const struct cell *left = &a->arm->cell, *right = &b->arm->cell;
    int order = strcmp(left->model, right->model);
    if (!order && !is_scaling(a))
        order = (left->workers > right->workers) - (left->workers < right->workers);
    return order;
}

static int compare_entries(const void *a, const void *b)
{
    char left[24], right[24];
    int order = compare_charts(a, b);
    order = order ? order : compare_models(a, b);
    return order ? order : samples_compare_names(key_value(a, left), key_value(b, right));
}

static void add_entry(struct found *found, const struct arm *arm, const char *key)
{
    found->entries[found->count++] = (struct sweep_entry){arm, key};
}

static void add_entries(struct found *found, const struct arm *arm)
{
    if (!was_skipped(arm->rows)) /* a speedup needs figures */
        add_entry(found, arm, "workers");
    if (arm->cell.conc)
        add_entry(found, arm, "conc");
    if (*arm->cell.place)
        add_entry(found, arm, "place");
    for (size_t i = 0; i < arm->cell.param_count; i++)
        add_entry(found, arm, arm->cell.params[i].key);
}

static int gather(const struct samples *samples, struct found *found, struct error *error)
{
    size_t count = 0, keys = 0;
    found->arms = calloc(samples->cell_count + 1, sizeof *found->arms);
    if (!found->arms)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < samples->cell_count; i++) {
        struct arm arm = {.rows = &samples->cells[i]};
        if (!(has_any_figure(samples, arm.rows) || was_skipped(arm.rows)) ||
            cell_parse(arm.rows->name, NULL, &arm.cell, NULL))
            continue;
        found->arms[count++] = arm;
        keys += 3 + arm.cell.param_count;
    }
    found->entries = malloc((keys + 1) * sizeof *found->entries);
    if (!found->entries)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < count; i++)
        add_entries(found, &found->arms[i]);
    qsort(found->entries, found->count, sizeof *found->entries, compare_entries);
    return 0;
}

/* Points and series */

int sweep_add_point(struct sweep_series *series, const char *value, const struct sweep_sample *samples,
                    size_t n, struct error *error)
{
    struct sweep_point point = {.n = n, .x = strtod(value, NULL)};
    if (!n)
        return 0;
    snprintf(point.value, sizeof point.value, "%s", value);
    double *figures = malloc(n * sizeof *figures);
    point.samples = malloc(n * sizeof *point.samples);
    for (size_t i = 0; figures && point.samples && i < n; i++) {
        point.samples[i] = samples[i];
        figures[i] = samples[i].figure;
    }
    if (!figures || !point.samples || statistics_median(figures, n, 0.95, &point.figure)) {
        free(figures);
        free(point.samples);
        return error_set(error, "out of memory");
    }
    free(figures);
    series->points[series->count++] = point;
    return 0;
}

void sweep_free_series(struct sweep_series *series)
{
    for (size_t i = 0; i < series->count; i++)
        free(series->points[i].samples);
    free(series->points);
}

/* The ok rows that have the metric; figures of 0 and below have no place where axes may be logarithmic. */
static int add_point(struct sweep_series *series, const struct samples *samples,
                     const struct sweep_entry *entry, enum column metric, struct error *error)
{
    const struct samples_cell *rows = entry->arm->rows;
    struct sweep_sample *figures = malloc((rows->count + 1) * sizeof *figures);
    char value[24];
    size_t n = 0;
    if (!figures)
        return error_set(error, "out of memory");
    for (size_t i = rows->first; i < rows->first + rows->count; i++)
        if (samples->rows[i].status == STATUS_OK && samples->figures[metric][i] > 0)
            figures[n++] = (struct sweep_sample){samples->rows[i].block, samples->figures[metric][i]};
    int result = sweep_add_point(series, key_value(entry, value), figures, n, error);
    free(figures);
    return result;
}

/* A limit that stops a model at some value stops it at the larger ones too: the first is told. */
static void note_limit(struct sweep_series *series, const struct sweep_entry *entry)
{
    const struct samples_cell *rows = entry->arm->rows;
    char value[24];
    if (!was_skipped(rows) || !series->count)
        return;
    snprintf(series->limit.value, sizeof series->limit.value, "%s", key_value(entry, value));
    series->limit.reason = rows->reasons[STATUS_SKIPPED];
}

/* entries[count]: one model, with as many workers. One that comes to a single value is left out. */
static int add_series(struct sweep_chart *chart, const struct samples *samples,
                      const struct sweep_entry *entries, size_t count, struct error *error)
{
    const struct cell *cell = &entries->arm->cell;
    struct sweep_series series = {.points = calloc(count, sizeof *series.points)};
    snprintf(series.model, sizeof series.model, "%s", cell->model);
    if (cell->workers)
        snprintf(series.label, sizeof series.label, "%s workers:%u", cell->model, cell->workers);
    else
        snprintf(series.label, sizeof series.label, "%s", cell->model);
    int result = series.points ? 0 : error_set(error, "out of memory");
    for (size_t i = 0; !result && i < count; i++) {
        size_t points = series.count;
        result = add_point(&series, samples, &entries[i], chart->metric, error);
        if (series.count > points)
            series.limit = (struct sweep_limit){.value = ""};
        else if (!*series.limit.value)
            note_limit(&series, &entries[i]);
    }
    if (!result && series.count > 1)
        chart->series[chart->count++] = series;
    else
        sweep_free_series(&series);
    return result;
}

static int compare_values(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Values that are no numbers stand in alphabetical order, the same in all series. */
static int number_words(struct sweep_chart *chart, struct error *error)
{
    size_t room = 0, count = 0, distinct = 0;
    for (size_t i = 0; i < chart->count; i++)
        room += chart->series[i].count;
    const char **values = malloc((room + 1) * sizeof *values);
    if (!values)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < chart->count; i++)
        for (size_t k = 0; k < chart->series[i].count; k++) {
            values[count++] = chart->series[i].points[k].value;
            chart->words |= !is_number(values[count - 1]);
        }
    qsort(values, count, sizeof *values, compare_values);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(values[i], values[distinct - 1]) != 0)
            values[distinct++] = values[i];
    for (size_t i = 0; chart->words && i < chart->count; i++)
        for (struct sweep_point *point = chart->series[i].points, *end = point + chart->series[i].count;
             point < end; point++) {
            const char *value = point->value;
            const char *const *found = bsearch(&value, values, distinct, sizeof *values, compare_values);
            point->x = (double)(found - (const char *const *)values);
        }
    free(values);
    return 0;
}

static int add_other_series(struct sweep_chart *chart, const struct samples *samples,
                            const struct sweep_entry *entries, size_t count, struct error *error)
{
    int result = 0;
    for (size_t first = 0, end; !result && first < count; first = end) {
        for (end = first + 1; end < count && compare_models(&entries[first], &entries[end]) == 0; end++)
            ;
        if (end - first > 1)
            result = add_series(chart, samples, &entries[first], end - first, error);
    }
    return result ? result : number_words(chart, error);
}

/* Charts */

static void append(char *text, size_t text_bytes, const char *part)
{
    size_t used = strlen(text);
    if (*part && used < text_bytes)
        snprintf(text + used, text_bytes - used, "%s%s", used ? "-" : "", part);
}

static bool is_taken(const struct sweeps *sweeps, const char *id)
{
    for (size_t i = 0; i < sweeps->count; i++)
        if (strcmp(sweeps->charts[i].id, id) == 0)
            return true;
    return false;
}

/* For file names; where two would be the same, they are numbered. */
static void name_chart(const struct sweeps *sweeps, struct sweep_chart *chart)
{
    const struct cell *cell = &chart->cell;
    char base[SWEEP_ID_BYTES - 12] = "", conc[24] = "";
    append(base, sizeof base, chart->scaling ? "scaling" : chart->key);
    append(base, sizeof base, chart->scaling ? "" : columns[chart->metric].name);
    if (strcmp(cell->runtime, "native") != 0)
        append(base, sizeof base, cell->runtime);
    append(base, sizeof base, cell->family);
    append(base, sizeof base, cell->workload);
    if (cell->conc && strcmp(chart->key, "conc") != 0)
        snprintf(conc, sizeof conc, "conc-%u", cell->conc);
    append(base, sizeof base, conc);
    for (size_t i = 0; i < cell->param_count; i++)
        if (strcmp(cell->params[i].key, chart->key) != 0) {
            append(base, sizeof base, cell->params[i].key);
            append(base, sizeof base, cell->params[i].value);
        }
    append(base, sizeof base, strcmp(chart->key, "place") == 0 ? "" : cell->place);
    for (char *at = base; *at; at++)
        if (*at == '_')
            *at = '-';
    snprintf(chart->id, sizeof chart->id, "%s", base);
    for (unsigned number = 2; is_taken(sweeps, chart->id); number++)
        snprintf(chart->id, sizeof chart->id, "%s-%u", base, number);
}

static void free_chart(struct sweep_chart *chart)
{
    for (size_t i = 0; i < chart->count; i++)
        sweep_free_series(&chart->series[i]);
    free(chart->series);
}

/* entries[count]: all models of one chart. */
static int add_chart(struct sweeps *sweeps, const struct samples *samples, const struct sweep_entry *entries,
                     size_t count, enum column metric, struct error *error)
{
    struct sweep_chart chart = {
        .cell = entries->arm->cell, .metric = metric, .series = calloc(count, sizeof *chart.series)};
    snprintf(chart.key, sizeof chart.key, "%s", entries->key);
    int result = !chart.series         ? error_set(error, "out of memory")
                 : is_scaling(entries) ? scaling_add_series(&chart, samples, entries, count, error)
                                       : add_other_series(&chart, samples, entries, count, error);
    bool room = sweeps->count < SWEEP_CHARTS_MAX;
    if (result || !chart.count || !room) {
        sweeps->left_out += !result && chart.count && !room;
        free_chart(&chart);
        return result;
    }
    name_chart(sweeps, &chart);
    sweeps->charts[sweeps->count++] = chart;
    return 0;
}

/* Only what stands in a series counts. */
static bool is_judged(const struct verdicts *judged, const struct sweep_entry *entries, size_t count)
{
    for (size_t i = 0; judged && i < count; i++) {
        bool single = (i == 0 || compare_models(&entries[i - 1], &entries[i]) != 0) &&
                      (i + 1 == count || compare_models(&entries[i], &entries[i + 1]) != 0);
        if (!single && !verdicts_judge_cell(judged, entries[i].arm->rows->name))
            return false;
    }
    return judged != NULL;
}

static bool shares_chart(const char *cell_name, const struct sweep_entry *entry)
{
    struct arm arm = {.rows = NULL};
    char name[CELL_NAME_BYTES + 64];
    snprintf(name, sizeof name, "%s/%s", entry->arm->cell.runtime, cell_name);
    return cell_parse(name, NULL, &arm.cell, NULL) == 0 &&
           compare_charts(&(struct sweep_entry){&arm, entry->key}, entry) == 0;
}

/* The curve that a rule wants drawn, which no verdict's chart shows; NULL: none does. */
static const struct rule_pair *find_curve(const struct rules *rules, const struct sweep_entry *entry)
{
    for (size_t i = 0; rules && i < rules->count; i++)
        for (size_t k = 0; k < rules->rules[i].pair_count; k++) {
            const struct rule_pair *pair = &rules->rules[i].pairs[k];
            if (pair->kind == RULE_CURVE && strcmp(pair->sweep.key, entry->key) == 0 &&
                (shares_chart(pair->better, entry) || shares_chart(pair->worse, entry)))
                return pair;
        }
    return NULL;
}

/* asked: for this key; else there is only what a rule wants. */
static int add_charts(struct sweeps *sweeps, const struct samples *samples,
                      const struct sweeps_wanted *wanted, bool asked, const struct sweep_entry *entries,
                      size_t count, struct error *error)
{
    if (count < 2)
        return 0;
    if (is_scaling(entries))
        return add_chart(sweeps, samples, entries, count, COLUMN_ITEMS_PER_SECOND, error);
    if (!asked || is_judged(wanted->judged, entries, count)) {
        const struct rule_pair *curve = find_curve(wanted->rules, entries);
        return curve ? add_chart(sweeps, samples, entries, count, curve->metric, error) : 0;
    }
    for (size_t i = 0; i < SWEEP_METRICS; i++)
        if (add_chart(sweeps, samples, entries, count, sweep_metrics[i], error))
            return -1;
    return 0;
}

int sweeps_find(const struct samples *samples, const struct sweeps_wanted *wanted, struct sweeps *sweeps,
                struct error *error)
{
    struct found found = {.arms = NULL};
    memset(sweeps, 0, sizeof *sweeps);
    int result = gather(samples, &found, error);
    sweeps->charts = result ? NULL : calloc(SWEEP_CHARTS_MAX, sizeof *sweeps->charts);
    if (!result && !sweeps->charts)
        result = error_set(error, "out of memory");
    for (size_t first = 0, end; !result && first < found.count; first = end) {
        for (end = first + 1;
             end < found.count && compare_charts(&found.entries[first], &found.entries[end]) == 0; end++)
            ;
        bool asked = !wanted->axes || json_object_get(wanted->axes, found.entries[first].key);
        result = add_charts(sweeps, samples, wanted, asked, &found.entries[first], end - first, error);
    }
    free(found.entries);
    free(found.arms);
    return result;
}

void sweeps_free(struct sweeps *sweeps)
{
    for (size_t i = 0; i < sweeps->count; i++)
        free_chart(&sweeps->charts[i]);
    free(sweeps->charts);
    memset(sweeps, 0, sizeof *sweeps);
}

const struct sweep_series *sweep_best(const struct sweep_chart *chart, const struct sweep_point **point)
{
    bool lower = !chart->scaling && columns[chart->metric].lower_better;
    const struct sweep_series *best = NULL;
    for (size_t i = 0; i < chart->count; i++)
        for (size_t k = 0; k < chart->series[i].count; k++) {
            const struct sweep_point *at = &chart->series[i].points[k];
            if (!best || (lower ? at->figure.median < (*point)->figure.median
                                : at->figure.median > (*point)->figure.median)) {
                best = &chart->series[i];
                *point = at;
            }
        }
    return best;
}
