/* SPDX-License-Identifier: MIT */
/* Maps: the sections [model NAME], what a tree picks at a point, and the comparisons there. */
#include <stdlib.h>
#include <string.h>

#include "rule_reader.h"

static bool is_true(const struct rule_where *where, const struct rule_pair *map, const char *x, const char *y)
{
    for (size_t i = 0; i < where->count; i++) {
        const struct rule_test *test = &where->tests[i];
        double value = strtod(strcmp(test->key, map->sweep.key) == 0 ? x : y, NULL);
        if (!rule_is_expected(test->sign, test->value, value))
            return false;
    }
    return true;
}

bool rule_is_expected(enum rule_expect sign, double expected, double value)
{
    switch (sign) {
    case RULE_EXPECT_EQUAL:
        return value == expected;
    case RULE_EXPECT_ABOVE:
        return value > expected;
    case RULE_EXPECT_AT_LEAST:
        return value >= expected;
    case RULE_EXPECT_BELOW:
        return value < expected;
    case RULE_EXPECT_AT_MOST:
        return value <= expected;
    case RULE_EXPECT_COUNT:
        break;
    }
    return false;
}

const struct rule_model *rule_map_pick(const struct rule *rule, const char *x, const char *y)
{
    for (size_t i = 0; i < rule->model_count; i++)
        if (rule->models[i].picked && is_true(&rule->models[i].pick, rule->pairs, x, y))
            return &rule->models[i];
    return NULL;
}

static bool competes(const struct rule *rule, const struct rule_model *model, enum rule_values values,
                     const char *x, const char *y)
{
    return !(model->only_full && values == RULE_VALUES_QUICK) && is_true(&model->where, rule->pairs, x, y);
}

/* Reading */

/* "share >= 50, conc < 100" */
static int read_where(struct rule_reader *reader, const char *key, const char *value,
                      struct rule_where *where)
{
    char copy[160];
    if (rule_copy_text(reader, key, value, copy, sizeof copy))
        return -1;
    char *rest = copy;
    for (char *item; (item = strsep(&rest, ","));) {
        item += strspn(item, " ");
        size_t length = strcspn(item, " <=>");
        struct rule_test *test = &where->tests[where->count];
        if (where->count == RULE_TESTS_MAX)
            return rule_fail_at(reader, reader->line, "%s has more than %d conditions", key, RULE_TESTS_MAX);
        if (length == 0 || length >= sizeof test->key ||
            rule_read_expect(item + length + strspn(item + length, " "), &test->sign, &test->value))
            return rule_fail_at(reader, reader->line,
                                "%s: '%s' compares no swept key with a number, such as conc <= 100", key,
                                item);
        snprintf(test->key, sizeof test->key, "%.*s", (int)length, item);
        where->count++;
    }
    return 0;
}

static struct rule_model *find_model(struct rule_reader *reader, const char *name)
{
    struct rule *rule = reader->rule;
    for (size_t i = 0; i < rule->model_count; i++)
        if (strcmp(rule->models[i].name, name) == 0)
            return &rule->models[i];
    struct rule_model *model = &rule->models[rule->model_count];
    if (!*name || strlen(name) >= sizeof model->name) {
        rule_fail_at(reader, reader->line, "the name of [model %s] is empty or longer than %zu bytes", name,
                     sizeof model->name - 1);
        return NULL;
    }
    if (rule->model_count == RULE_MODELS_MAX) {
        rule_fail_at(reader, reader->line, "more than %d models", RULE_MODELS_MAX);
        return NULL;
    }
    rule->model_count++;
    snprintf(model->name, sizeof model->name, "%s", name);
    model->line = reader->line;
    return model;
}

static int read_pick(struct rule_reader *reader, const char *value, struct rule_model *model)
{
    model->picked = true;
    return strcmp(value, "else") == 0 ? 0 : read_where(reader, "pick", value, &model->pick);
}

int rule_read_model_key(struct rule_reader *reader, const char *name, const char *key, const char *value)
{
    struct rule_model *model = find_model(reader, name);
    if (!model)
        return -1;
    if (strcmp(key, "cell") == 0 && !*model->cell)
        return rule_read_cell(reader, key, value, model->cell);
    if (strcmp(key, "label") == 0 && !*model->label)
        return rule_copy_text(reader, key, value, model->label, sizeof model->label);
    if (strcmp(key, "where") == 0 && !model->where.count)
        return read_where(reader, key, value, &model->where);
    if (strcmp(key, "pick") == 0 && !model->picked)
        return read_pick(reader, value, model);
    if (strcmp(key, "quick") == 0)
        return rule_read_quick(reader, value, &model->only_full);
    static const char *const once[] = {"cell", "label", "where", "pick"};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++)
        if (strcmp(key, once[i]) == 0)
            return rule_fail_at(reader, reader->line, "%s stands twice", key);
    return rule_fail_at(reader, reader->line,
                        "unknown key '%s' in [model %s]; known: cell, label, where, pick, quick", key, name);
}

/* Checking */

static int check_where(struct rule_reader *reader, const struct rule_model *model,
                       const struct rule_where *where)
{
    const struct rule_pair *map = reader->rule->pairs;
    for (size_t i = 0; i < where->count; i++)
        if (strcmp(where->tests[i].key, map->sweep.key) != 0 &&
            strcmp(where->tests[i].key, map->sweep_y.key) != 0)
            return rule_fail_at(reader, model->line, "model %s asks for '%s', and the map is over %s and %s",
                                model->name, where->tests[i].key, map->sweep.key, map->sweep_y.key);
    return 0;
}

static int check_model(struct rule_reader *reader, const struct rule_model *model)
{
    const struct rule_pair *map = reader->rule->pairs;
    struct cell cell;
    if (!*model->cell)
        return rule_fail_at(reader, model->line, "model %s has no cell", model->name);
    cell_parse(model->cell, "native", &cell, NULL);
    for (int axis = 0; axis < 2; axis++) {
        const struct rule_sweep *sweep = axis ? &map->sweep_y : &map->sweep;
        if (rule_names_key(&cell, sweep->key))
            return rule_fail_at(reader, model->line, "model %s: its cell names %s, which the map sweeps",
                                model->name, sweep->key);
        if (cell_set(&cell, sweep->key, sweep->values[0], NULL))
            return rule_fail_at(reader, model->line, "model %s: more than %d workload keys with the sweeps'",
                                model->name, CELL_PARAMS_MAX);
    }
    if (model->picked && model->only_full)
        return rule_fail_at(reader, model->line, "model %s is picked, and cannot have quick = no",
                            model->name);
    return check_where(reader, model, &model->where) || check_where(reader, model, &model->pick) ? -1 : 0;
}

static int check_point(struct rule_reader *reader, enum rule_values values, const char *x, const char *y)
{
    const struct rule *rule = reader->rule;
    const struct rule_model *pick = rule_map_pick(rule, x, y);
    const char *x_key = rule->pairs->sweep.key, *y_key = rule->pairs->sweep_y.key;
    size_t rivals = 0;
    if (!pick)
        return rule_fail_at(reader, rule->models->line,
                            "at %s:%s %s:%s no model is picked; give one pick = else", x_key, x, y_key, y);
    if (!competes(rule, pick, values, x, y))
        return rule_fail_at(reader, pick->line, "at %s:%s %s:%s model %s is picked where it is not", x_key, x,
                            y_key, y, pick->name);
    for (size_t i = 0; i < rule->model_count; i++)
        rivals += &rule->models[i] != pick && competes(rule, &rule->models[i], values, x, y);
    return rivals ? 0
                  : rule_fail_at(reader, pick->line, "at %s:%s %s:%s model %s has no other beside it", x_key,
                                 x, y_key, y, pick->name);
}

static int check_axis(struct rule_reader *reader, const struct rule_sweep *sweep)
{
    double before = -1;
    for (size_t i = 0; i < sweep->count; i++) {
        char *end;
        double value = strtod(sweep->values[i], &end);
        if (*end || !(value > before))
            return rule_fail_at(reader, reader->base.line, "the values of %s in a map are numbers that rise",
                                sweep->key);
        before = value;
    }
    return 0;
}

int rule_check_map(struct rule_reader *reader)
{
    const struct rule *rule = reader->rule;
    const struct rule_pair *map = rule->pairs;
    struct rule_axes axes;
    if (map->kind != RULE_MAP)
        return rule->model_count
                   ? rule_fail_at(reader, rule->models->line,
                                  "[model %s]: only a rule of kind map has models", rule->models->name)
                   : 0;
    if (rule->model_count < 2)
        return rule_fail_at(reader, reader->base.line, "a map needs two sections [model NAME] or more");
    if (strcmp(map->sweep.key, map->sweep_y.key) == 0)
        return rule_fail_at(reader, reader->base.line, "sweep and sweep_y are both over '%s'",
                            map->sweep.key);
    const struct rule_sweep *sweeps[] = {&map->sweep, &map->sweep_quick, &map->sweep_y, &map->sweep_y_quick};
    for (size_t i = 0; i < sizeof sweeps / sizeof *sweeps; i++)
        if (check_axis(reader, sweeps[i]))
            return -1;
    for (size_t i = 0; i < rule->model_count; i++)
        if (check_model(reader, &rule->models[i]))
            return -1;
    for (int values = RULE_VALUES_FULL; values <= RULE_VALUES_ANY; values++) {
        rule_list_axes(map, (enum rule_values)values, &axes);
        if (axes.x.count * axes.y.count * (rule->model_count - 1) > RULE_COMPARISONS_MAX)
            return rule_fail_at(reader, reader->base.line,
                                "a map of more than %d comparisons: %zu × %zu points of %zu models",
                                RULE_COMPARISONS_MAX, axes.x.count, axes.y.count, rule->model_count);
        for (size_t x = 0; x < axes.x.count; x++)
            for (size_t y = 0; y < axes.y.count; y++)
                if (check_point(reader, (enum rule_values)values, axes.x.values[x], axes.y.values[y]))
                    return -1;
    }
    return 0;
}

/* Comparisons */

static int place_cell(const struct rule_model *model, const struct comparison *comparison,
                      const char *runtime, unsigned workers_max, struct cell *cell, struct error *error)
{
    const struct rule_pair *map = comparison->pair;
    if (cell_parse(model->cell, runtime, cell, error) ||
        cell_set(cell, map->sweep.key, comparison->sweep_value, error) ||
        cell_set(cell, map->sweep_y.key, comparison->sweep_y_value, error))
        return -1;
    cell_resolve(cell, workers_max);
    return 0;
}

/* What another model has over the one that is picked: the others in their order. */
static int compare_at(const struct comparison *at, const char *runtime, enum rule_values values,
                      unsigned workers_max, struct comparison *comparisons, size_t capacity,
                      struct error *error)
{
    const struct rule *rule = at->rule;
    int count = 0;
    for (size_t i = 0; i < rule->model_count; i++) {
        const struct rule_model *rival = &rule->models[i];
        struct comparison comparison = *at;
        if (rival == at->pick || !competes(rule, rival, values, at->sweep_value, at->sweep_y_value))
            continue;
        comparison.rival = rival;
        if (place_cell(rival, &comparison, runtime, workers_max, &comparison.better, error) ||
            place_cell(at->pick, &comparison, runtime, workers_max, &comparison.worse, error))
            return error_prefix(error, "rule %s", rule->id);
        if ((size_t)count < capacity)
            comparisons[count] = comparison;
        count++;
    }
    return count;
}

int rule_map_comparisons(const struct rule *rule, const char *runtime, enum rule_values values,
                         unsigned workers_max, struct comparison *comparisons, size_t capacity,
                         struct error *error)
{
    struct rule_axes axes;
    size_t count = 0;
    rule_list_axes(rule->pairs, values, &axes);
    for (size_t x = 0; x < axes.x.count; x++)
        for (size_t y = 0; y < axes.y.count; y++) {
            struct comparison at = {.rule = rule, .pair = rule->pairs};
            snprintf(at.sweep_value, sizeof at.sweep_value, "%s", axes.x.values[x]);
            snprintf(at.sweep_y_value, sizeof at.sweep_y_value, "%s", axes.y.values[y]);
            at.pick = rule_map_pick(rule, at.sweep_value, at.sweep_y_value);
            size_t used = count < capacity ? count : capacity;
            int added =
                compare_at(&at, runtime, values, workers_max, comparisons + used, capacity - used, error);
            if (added < 0)
                return -1;
            count += (size_t)added;
        }
    return (int)count;
}
