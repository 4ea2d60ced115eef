/* SPDX-License-Identifier: MIT */
/* The comparisons that a rule asks for, a value of its sweep each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule_reader.h"

bool rule_is_number(const char *text)
{
    char *end;
    return strtod(text, &end) > 0 && !*end;
}

bool rule_names_key(const struct cell *cell, const char *key)
{
    return strcmp(key, "workers") == 0 ? cell->workers || cell->workers_max
           : strcmp(key, "conc") == 0  ? cell->conc > 0
           : strcmp(key, "place") == 0 ? *cell->place != '\0'
                                       : cell_param(cell, key) != NULL;
}

int rule_sweep_cell(struct cell *cell, const struct rule_sweep *sweep, const char *value, struct error *error)
{
    return rule_names_key(cell, sweep->key) ? 0 : cell_set(cell, sweep->key, value, error);
}

/* Comparisons */

static bool contains(const struct rule_value_list *list, const char *value)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->values[i], value) == 0)
            return true;
    return false;
}

static bool is_amount(const char *text)
{
    return rule_is_number(text) || strcmp(text, "0") == 0;
}

/* Puts value where a rising or falling sweep has its place; at the end if the values are not numbers. */
static void insert_value(struct rule_value_list *list, const char *value)
{
    size_t at = list->count;
    if (list->count >= 2 && is_amount(value)) {
        double first = strtod(list->values[0], NULL), last = strtod(list->values[list->count - 1], NULL);
        double direction = last > first ? 1 : -1, x = strtod(value, NULL);
        while (at > 0 && is_amount(list->values[at - 1]) &&
               direction * (strtod(list->values[at - 1], NULL) - x) > 0)
            at--;
    }
    memmove(&list->values[at + 1], &list->values[at], (list->count - at) * sizeof list->values[0]);
    list->values[at] = value;
    list->count++;
}

static void list_values(const struct rule_sweep *full, const struct rule_sweep *quick, enum rule_values which,
                        struct rule_value_list *list)
{
    const struct rule_sweep *sweep = which == RULE_VALUES_QUICK ? quick : full;
    list->count = 0;
    for (size_t i = 0; i < sweep->count; i++)
        list->values[list->count++] = sweep->values[i];
    for (size_t i = 0; which == RULE_VALUES_ANY && i < quick->count; i++)
        if (!contains(list, quick->values[i]))
            insert_value(list, quick->values[i]);
    if (!list->count)
        list->values[list->count++] = "";
}

void rule_list_axes(const struct rule_pair *pair, enum rule_values which, struct rule_axes *axes)
{
    list_values(&pair->sweep, &pair->sweep_quick, which, &axes->x);
    list_values(&pair->sweep_y, &pair->sweep_y_quick, which, &axes->y);
}

/* What a cell's name said before it was resolved. */
struct resolved {
    bool is_max; /* workers:max */
    bool fixed;  /* names the swept key itself */
};

static int resolve_cell(const char *name, const char *runtime, const struct rule_sweep *sweep,
                        const char *value, unsigned workers_max, struct resolved *resolved, struct cell *cell,
                        struct error *error)
{
    if (cell_parse(name, runtime, cell, error))
        return -1;
    resolved->fixed = *value && rule_names_key(cell, sweep->key);
    if (*value && rule_sweep_cell(cell, sweep, value, error))
        return -1;
    resolved->is_max = cell->workers_max;
    cell_resolve(cell, workers_max);
    return 0;
}

bool rule_means_runtime(const char *word, const char *runtime)
{
    bool native = strcmp(runtime, "native") == 0;
    return strcmp(word, "native") == 0 ? native : !native;
}

static bool has_runtime(const struct rule_runtimes *runtimes, const char *runtime)
{
    for (size_t i = 0; i < runtimes->count; i++)
        if (rule_means_runtime(runtimes->words[i], runtime))
            return true;
    return false;
}

int rule_pair_comparisons(const struct rule *rule, const struct rule_pair *pair, const char *runtime,
                          enum rule_values values, unsigned workers_max, struct comparison *comparisons,
                          size_t capacity, struct error *error)
{
    struct rule_value_list list;
    if (workers_max < pair->units_min || (pair->only_full && values == RULE_VALUES_QUICK) ||
        !has_runtime(&rule->runtimes, runtime) ||
        (pair->runtimes.count && !has_runtime(&pair->runtimes, runtime)))
        return 0;
    if (pair->kind == RULE_MAP)
        return rule_map_comparisons(rule, runtime, values, workers_max, comparisons, capacity, error);
    list_values(&pair->sweep, &pair->sweep_quick, values, &list);
    for (size_t i = 0; i < list.count; i++) {
        struct comparison comparison = {.rule = rule, .pair = pair};
        const char *value = list.values[i];
        struct resolved better, worse;
        snprintf(comparison.sweep_value, sizeof comparison.sweep_value, "%s", value);
        if (resolve_cell(pair->better, runtime, &pair->sweep, value, workers_max, &better, &comparison.better,
                         error) ||
            resolve_cell(pair->worse, runtime, &pair->sweep, value, workers_max, &worse, &comparison.worse,
                         error))
            return error_prefix(error, "rule %s", rule->id);
        comparison.parallelism = better.is_max != worse.is_max;
        comparison.better_fixed = better.fixed;
        comparison.worse_fixed = worse.fixed;
        if (i < capacity)
            comparisons[i] = comparison;
    }
    return (int)list.count;
}

void comparison_word_place(const struct comparison *comparison, char *text, size_t text_bytes)
{
    const struct rule_pair *pair = comparison->pair;
    text[0] = '\0';
    if (*comparison->sweep_y_value)
        snprintf(text, text_bytes, "%s:%s %s:%s", pair->sweep.key, comparison->sweep_value, pair->sweep_y.key,
                 comparison->sweep_y_value);
    else if (*comparison->sweep_value)
        snprintf(text, text_bytes, "%s:%s", pair->sweep.key, comparison->sweep_value);
}

int rule_comparisons(const struct rule *rule, const char *runtime, enum rule_values values,
                     unsigned workers_max, struct comparison *comparisons, size_t capacity,
                     struct error *error)
{
    int count = 0;
    for (size_t i = 0; i < rule->pair_count; i++) {
        size_t used = (size_t)count < capacity ? (size_t)count : capacity;
        int added = rule_pair_comparisons(rule, &rule->pairs[i], runtime, values, workers_max,
                                          comparisons + used, capacity - used, error);
        if (added < 0)
            return -1;
        count += added;
    }
    return count;
}
