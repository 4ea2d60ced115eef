/* SPDX-License-Identifier: MIT */
/* The keys of a pair: reading them, what a kind requires, what [rule] lends. */
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "rule_reader.h"

static const char *const pair_key_names[PAIR_KEY_COUNT] = {
    "kind",  "better",      "worse",     "metric",   "effect",  "cell",          "expect",
    "sweep", "sweep_quick", "units_min", "runtimes", "sweep_y", "sweep_y_quick", "quick"};

enum {
    KEYS_OF_ALL =
        1U << KEY_SWEEP | 1U << KEY_SWEEP_QUICK | 1U << KEY_UNITS_MIN | 1U << KEY_RUNTIMES | 1U << KEY_QUICK
};

/* What a kind requires besides itself, and what else it may have besides KEYS_OF_ALL. */
static const struct {
    unsigned required, optional;
    const char *words;
} kind_keys[RULE_KIND_COUNT] = {
#define TWO_CELLS                                                                                            \
    {                                                                                                        \
        1U << KEY_BETTER | 1U << KEY_WORSE | 1U << KEY_METRIC | 1U << KEY_EFFECT, 0,                         \
            "kind, better, worse, metric, effect"                                                            \
    }
    [RULE_COMPARE] = TWO_CELLS,
    [RULE_EQUAL] = TWO_CELLS,
    [RULE_CROSSOVER] = TWO_CELLS,
    [RULE_FACT] = {1U << KEY_CELL | 1U << KEY_METRIC | 1U << KEY_EXPECT, 0, "kind, cell, metric, expect"},
    [RULE_MAP] = {1U << KEY_METRIC | 1U << KEY_EFFECT | 1U << KEY_SWEEP | 1U << KEY_SWEEP_Y,
                  1U << KEY_SWEEP_Y_QUICK, "kind, metric, effect, sweep, sweep_y"},
    [RULE_CURVE] = {1U << KEY_BETTER | 1U << KEY_WORSE | 1U << KEY_METRIC | 1U << KEY_SWEEP, 0,
                    "kind, better, worse, metric, sweep"},
#undef TWO_CELLS
};
const char *const rule_required_keys =
    "kind, better, worse, metric, effect (fact: cell, metric, expect; map: sweep_y)";
const char *const rule_optional_keys = "sweep, sweep_quick, units_min, runtimes, quick";

static int read_kind(struct rule_reader *reader, const char *value, struct rule_pair *pair)
{
    for (int kind = 0; kind < RULE_KIND_COUNT; kind++)
        if (strcmp(value, rule_kind_names[kind]) == 0) {
            pair->kind = (enum rule_kind)kind;
            return 0;
        }
    struct nearest nearest;
    nearest_begin(&nearest, value, strlen(value), "");
    for (int kind = 0; kind < RULE_KIND_COUNT; kind++)
        nearest_offer(&nearest, rule_kind_names[kind]);
    return rule_fail_at(reader, reader->line, "unknown kind '%s'; %s", value, nearest_tell(&nearest));
}

int rule_read_cell(struct rule_reader *reader, const char *key, const char *value, char text[CELL_NAME_BYTES])
{
    struct cell cell;
    struct error inner;
    if (rule_copy_text(reader, key, value, text, CELL_NAME_BYTES))
        return -1;
    if (cell_parse(value, "native", &cell, &inner))
        return rule_fail_at(reader, reader->line, "%s: %s", key, inner.text);
    return 0;
}

static int read_metric(struct rule_reader *reader, const char *value, struct rule_pair *pair)
{
    int column = column_find(value);
    if (column < 0 || !columns[column].metric) {
        struct nearest nearest;
        nearest_begin(&nearest, value, strlen(value), "");
        for (int other = 0; other < COLUMN_COUNT; other++)
            if (columns[other].metric)
                nearest_offer(&nearest, columns[other].name);
        return rule_fail_at(reader, reader->line, "unknown metric '%s'; %s", value, nearest_tell(&nearest));
    }
    pair->metric = (enum column)column;
    return 0;
}

static int read_effect(struct rule_reader *reader, const char *value, struct rule_pair *pair)
{
    char *end;
    double percent = strtod(value, &end);
    if (end == value || strcmp(end, "%") != 0 || !(percent > -100) || percent > 100000)
        return rule_fail_at(reader, reader->line, "effect '%s' is no percentage above -100%%, such as 10%%",
                            value);
    pair->effect = percent / 100;
    return 0;
}

int rule_read_expect(const char *text, enum rule_expect *sign, double *value)
{
    char found[4] = "", *end;
    size_t length = strspn(text, "<=>");
    snprintf(found, sizeof found, "%.*s", (int)(length < 3 ? length : 3), text);
    *value = strtod(text + length, &end);
    for (int expect = 0; expect < RULE_EXPECT_COUNT; expect++)
        if (strcmp(found, rule_expect_signs[expect]) == 0 && end > text + length && !*end) {
            *sign = (enum rule_expect)expect;
            return 0;
        }
    return -1;
}

static int read_expect(struct rule_reader *reader, const char *value, struct rule_pair *pair)
{
    return rule_read_expect(value, &pair->expect, &pair->expected)
               ? rule_fail_at(reader, reader->line,
                              "expect '%s' is no comparison with a number, such as > 0, >= 3 or = 0", value)
               : 0;
}

static int read_sweep(struct rule_reader *reader, const char *key, const char *value,
                      struct rule_sweep *sweep)
{
    char copy[RULE_SWEEP_MAX * 18];
    memset(sweep, 0, sizeof *sweep);
    if (rule_copy_text(reader, key, value, copy, sizeof copy))
        return -1;
    char *rest = strchr(copy, ':');
    if (!rest)
        return rule_fail_at(reader, reader->line, "%s '%s' reads not KEY:VALUE,VALUE,...", key, value);
    *rest++ = '\0';
    for (char *item; (item = strsep(&rest, ","));) {
        struct cell cell = {0};
        struct error inner;
        item += strspn(item, " ");
        if (sweep->count == RULE_SWEEP_MAX)
            return rule_fail_at(reader, reader->line, "%s has more than %d values", key, RULE_SWEEP_MAX);
        if (cell_set(&cell, copy, item, &inner))
            return rule_fail_at(reader, reader->line, "%s: %s", key, inner.text);
        if (strlen(item) >= sizeof sweep->values[0])
            return rule_fail_at(reader, reader->line, "%s: value '%s' is too long", key, item);
        for (size_t i = 0; i < sweep->count; i++)
            if (strcmp(sweep->values[i], item) == 0)
                return rule_fail_at(reader, reader->line, "%s: value '%s' stands twice", key, item);
        snprintf(sweep->values[sweep->count++], sizeof sweep->values[0], "%s", item);
    }
    snprintf(sweep->key, sizeof sweep->key, "%s", copy);
    return 0;
}

static int read_units_min(struct rule_reader *reader, const char *value, struct rule_pair *pair)
{
    enum { UNITS_MIN_MAX = 100000 };
    char *end;
    unsigned long units = strtoul(value, &end, 10);
    if (end == value || *end || *value == '-' || units == 0 || units > UNITS_MIN_MAX)
        return rule_fail_at(reader, reader->line, "units_min '%s' is no number of processing units", value);
    pair->units_min = (unsigned)units;
    return 0;
}

int rule_read_quick(struct rule_reader *reader, const char *value, bool *only_full)
{
    *only_full = strcmp(value, "no") == 0;
    return *only_full || strcmp(value, "yes") == 0
               ? 0
               : rule_fail_at(reader, reader->line, "quick '%s' is neither yes nor no", value);
}

int rule_read_pair_key(struct rule_reader *reader, struct rule_pair_source *source, const char *name,
                       const char *value)
{
    int key = 0;
    while (key < PAIR_KEY_COUNT && strcmp(name, pair_key_names[key]) != 0)
        key++;
    if (key == PAIR_KEY_COUNT)
        return 1;
    if (source->key_lines[key])
        return rule_fail_at(reader, reader->line, "%s stands twice, first in line %zu", name,
                            source->key_lines[key]);
    source->key_lines[key] = reader->line;
    struct rule_pair *pair = &source->pair;
    switch ((enum rule_pair_key)key) {
    case KEY_KIND:
        return read_kind(reader, value, pair);
    case KEY_BETTER:
        return rule_read_cell(reader, name, value, pair->better);
    case KEY_WORSE:
        return rule_read_cell(reader, name, value, pair->worse);
    case KEY_METRIC:
        return read_metric(reader, value, pair);
    case KEY_EFFECT:
        return read_effect(reader, value, pair);
    case KEY_CELL:
        return rule_read_cell(reader, name, value, pair->better) ||
                       rule_read_cell(reader, name, value, pair->worse)
                   ? -1
                   : 0;
    case KEY_EXPECT:
        return read_expect(reader, value, pair);
    case KEY_SWEEP:
        return read_sweep(reader, name, value, &pair->sweep);
    case KEY_SWEEP_QUICK:
        return read_sweep(reader, name, value, &pair->sweep_quick);
    case KEY_UNITS_MIN:
        return read_units_min(reader, value, pair);
    case KEY_RUNTIMES:
        return rule_read_runtimes(reader, value, &pair->runtimes);
    case KEY_SWEEP_Y:
        return read_sweep(reader, name, value, &pair->sweep_y);
    case KEY_SWEEP_Y_QUICK:
        return read_sweep(reader, name, value, &pair->sweep_y_quick);
    case KEY_QUICK:
        return rule_read_quick(reader, value, &pair->only_full);
    case PAIR_KEY_COUNT:
        break;
    }
    return 1;
}

static void inherit(struct rule_pair_source *source, const struct rule_pair_source *base,
                    enum rule_pair_key key)
{
    if (source->key_lines[key] || !base->key_lines[key])
        return;
    source->key_lines[key] = base->key_lines[key];
    struct rule_pair *pair = &source->pair;
    const struct rule_pair *from = &base->pair;
    if (key == KEY_KIND)
        pair->kind = from->kind;
    else if (key == KEY_BETTER)
        memcpy(pair->better, from->better, sizeof pair->better);
    else if (key == KEY_WORSE)
        memcpy(pair->worse, from->worse, sizeof pair->worse);
    else if (key == KEY_METRIC)
        pair->metric = from->metric;
    else if (key == KEY_EFFECT)
        pair->effect = from->effect;
    else if (key == KEY_CELL) {
        memcpy(pair->better, from->better, sizeof pair->better);
        memcpy(pair->worse, from->worse, sizeof pair->worse);
    } else if (key == KEY_EXPECT) {
        pair->expect = from->expect;
        pair->expected = from->expected;
    } else if (key == KEY_SWEEP)
        pair->sweep = from->sweep;
    else if (key == KEY_SWEEP_QUICK)
        pair->sweep_quick = from->sweep_quick;
    else if (key == KEY_UNITS_MIN)
        pair->units_min = from->units_min;
    else if (key == KEY_SWEEP_Y)
        pair->sweep_y = from->sweep_y;
    else if (key == KEY_SWEEP_Y_QUICK)
        pair->sweep_y_quick = from->sweep_y_quick;
    else if (key == KEY_QUICK)
        pair->only_full = from->only_full;
}

/* Without a quick one the sweep is the quick one too. */
static int complete_sweep(struct rule_reader *reader, const struct rule_pair_source *source,
                          enum rule_pair_key key, const struct rule_sweep *sweep, struct rule_sweep *quick)
{
    size_t line_quick = source->key_lines[key + 1];
    const char *name = pair_key_names[key];
    if (line_quick && !source->key_lines[key])
        return rule_fail_at(reader, line_quick, "%s_quick without %s", name, name);
    if (line_quick && strcmp(sweep->key, quick->key) != 0)
        return rule_fail_at(reader, line_quick, "%s_quick is over '%s', %s over '%s'", name, quick->key, name,
                            sweep->key);
    if (!line_quick)
        *quick = *sweep;
    return 0;
}

static int check_sweep(struct rule_reader *reader, struct rule_pair_source *source)
{
    struct rule_pair *pair = &source->pair;
    size_t line = source->key_lines[KEY_SWEEP], line_quick = source->key_lines[KEY_SWEEP_QUICK];
    if (complete_sweep(reader, source, KEY_SWEEP, &pair->sweep, &pair->sweep_quick) ||
        complete_sweep(reader, source, KEY_SWEEP_Y, &pair->sweep_y, &pair->sweep_y_quick))
        return -1;
    if (pair->kind == RULE_CURVE && pair->sweep.count < 2)
        return rule_fail_at(reader, line, "a curve needs two values at least");
    if (pair->kind != RULE_CROSSOVER)
        return 0;
    if (!line)
        return rule_fail_at(reader, source->line, "a crossover needs a sweep, such as sweep = conc:1,4,16");
    if (pair->sweep.count < 2 || pair->sweep_quick.count < 2)
        return rule_fail_at(reader, line_quick ? line_quick : line, "a crossover needs two values at least");
    double direction = 0, before = 0;
    for (size_t i = 0; i < pair->sweep.count; i++) {
        double x = strtod(pair->sweep.values[i], NULL);
        if (!rule_is_number(pair->sweep.values[i]) || (i && direction * (x - before) < 0))
            return rule_fail_at(reader, line,
                                "a crossover sweeps over positive numbers that rise, or that fall");
        if (i)
            direction = x - before;
        before = x;
    }
    return 0;
}

/* What [rule] says for pairs of other kinds is none of this one's. */
static int inherit_keys(struct rule_reader *reader, struct rule_pair_source *source)
{
    inherit(source, &reader->base, KEY_KIND);
    const char *what = *source->pair.name ? "pair " : "the rule", *name = source->pair.name;
    if (!source->key_lines[KEY_KIND])
        return rule_fail_at(reader, source->line, "%s%s has no kind; required: %s", what, name,
                            rule_required_keys);
    unsigned required = kind_keys[source->pair.kind].required,
             has = required | kind_keys[source->pair.kind].optional | KEYS_OF_ALL;
    for (int key = KEY_KIND + 1; key < PAIR_KEY_COUNT; key++) {
        bool needed = required & 1U << key;
        if (!(has & 1U << key) && source->key_lines[key])
            return rule_fail_at(reader, source->key_lines[key], "kind %s has no %s; required: %s",
                                rule_kind_names[source->pair.kind], pair_key_names[key],
                                kind_keys[source->pair.kind].words);
        if (has & 1U << key)
            inherit(source, &reader->base, (enum rule_pair_key)key);
        if (needed && !source->key_lines[key])
            return rule_fail_at(reader, source->line, "%s%s has no %s; required: %s", what, name,
                                pair_key_names[key], kind_keys[source->pair.kind].words);
    }
    return 0;
}

static int check_runtimes(struct rule_reader *reader, const struct rule_pair_source *source)
{
    const struct rule_runtimes *own = &source->pair.runtimes, *all = &reader->rule->runtimes;
    for (size_t i = 0; i < own->count; i++) {
        bool found = false;
        for (size_t k = 0; k < all->count; k++)
            found |= strcmp(own->words[i], all->words[k]) == 0;
        if (!found)
            return rule_fail_at(reader, source->key_lines[KEY_RUNTIMES], "the rule has no runtime '%s'",
                                own->words[i]);
    }
    return 0;
}

int rule_check_pair(struct rule_reader *reader, struct rule_pair_source *source)
{
    if (inherit_keys(reader, source) || check_runtimes(reader, source))
        return -1;
    if (check_sweep(reader, source))
        return -1;
    if (source->pair.kind == RULE_EQUAL && source->pair.effect <= 0)
        return rule_fail_at(reader, source->key_lines[KEY_EFFECT],
                            "the effect of kind equal must be above 0%%");
    if (source->pair.kind == RULE_MAP)
        return *source->pair.name ? rule_fail_at(reader, source->line, "a map is a rule of its own, no pair")
                                  : 0;

    struct cell cells[2];
    char names[2][CELL_NAME_BYTES];
    cell_parse(source->pair.better, "native", &cells[0], NULL);
    cell_parse(source->pair.worse, "native", &cells[1], NULL);
    for (int i = 0; i < 2; i++) {
        const struct rule_sweep *sweep = &source->pair.sweep;
        if (sweep->count && rule_sweep_cell(&cells[i], sweep, sweep->values[sweep->count - 1], NULL))
            return rule_fail_at(reader, source->key_lines[KEY_SWEEP],
                                "more than %d workload keys with the sweep's", CELL_PARAMS_MAX);
        cell_format(&cells[i], names[i]);
    }
    if (source->pair.kind != RULE_FACT && strcmp(names[0], names[1]) == 0)
        return rule_fail_at(reader, source->key_lines[KEY_WORSE], "better and worse are the same cell");
    return 0;
}
