/* SPDX-License-Identifier: MIT */
#include "rules.h"

#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "utf8.h"

const char *const rule_kind_names[RULE_KIND_COUNT] = {"compare", "equal", "crossover", "fact"};
const char *const rule_expect_signs[RULE_EXPECT_COUNT] = {"=", ">", ">=", "<", "<="};

static const char *const chart_scripts[] = {"bars", "sweep"};
static const char *const runtimes_known[] = {"native", "cpython"};

/* Keys that stand in [rule] or in a [pair NAME], and those that stand in [rule] only. */
enum pair_key {
    KEY_KIND,
    KEY_BETTER,
    KEY_WORSE,
    KEY_METRIC,
    KEY_EFFECT,
    KEY_CELL,
    KEY_EXPECT,
    KEY_SWEEP,
    KEY_SWEEP_QUICK,
    PAIR_KEY_COUNT
};
static const char *const pair_key_names[PAIR_KEY_COUNT] = {"kind", "better", "worse", "metric",     "effect",
                                                           "cell", "expect", "sweep", "sweep_quick"};

/* What a kind requires besides itself; it has sweep and sweep_quick too, and nothing else. */
static const struct {
    unsigned required;
    const char *words;
} kind_keys[RULE_KIND_COUNT] = {
#define TWO_CELLS                                                                                            \
    {                                                                                                        \
        1U << KEY_BETTER | 1U << KEY_WORSE | 1U << KEY_METRIC | 1U << KEY_EFFECT,                            \
            "kind, better, worse, metric, effect"                                                            \
    }
    [RULE_COMPARE] = TWO_CELLS,
    [RULE_EQUAL] = TWO_CELLS,
    [RULE_CROSSOVER] = TWO_CELLS,
    [RULE_FACT] = {1U << KEY_CELL | 1U << KEY_METRIC | 1U << KEY_EXPECT, "kind, cell, metric, expect"},
#undef TWO_CELLS
};
static const char *const required_keys = "kind, better, worse, metric, effect (fact: cell, metric, expect)";

struct pair_source {
    struct rule_pair pair;
    size_t line;                      /* of the section's first key */
    size_t key_lines[PAIR_KEY_COUNT]; /* 0: not set */
};

struct reader {
    FILE *file;
    const char *path;
    size_t line;
    struct rule *rule;
    struct pair_source base; /* what [rule] says */
    struct pair_source pairs[RULE_PAIRS_MAX];
    size_t pair_count;
    struct error *error;
    bool failed;
    size_t failed_line;
};

static int fail_at(struct reader *reader, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail_at(struct reader *reader, size_t line, const char *format, ...)
{
    if (reader->failed)
        return -1; /* the first error is the one to tell */
    reader->failed = true;
    reader->failed_line = line;
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(reader->error, "%s:%zu: %s", reader->path, line, text);
}

static int copy_text(struct reader *reader, const char *key, const char *value, char *text, size_t text_bytes)
{
    if (!*value)
        return fail_at(reader, reader->line, "%s is empty", key);
    if (strlen(value) >= text_bytes)
        return fail_at(reader, reader->line, "%s is longer than %zu bytes", key, text_bytes - 1);
    snprintf(text, text_bytes, "%s", value);
    return 0;
}

static void list_metrics(char *text, size_t text_bytes)
{
    size_t used = 0;
    text[0] = '\0';
    for (int column = 0; column < COLUMN_COUNT && used < text_bytes; column++)
        if (columns[column].metric)
            used += (size_t)snprintf(text + used, text_bytes - used, "%s%s", used ? ", " : "",
                                     columns[column].name);
}

static int read_kind(struct reader *reader, const char *value, struct rule_pair *pair)
{
    for (int kind = 0; kind < RULE_KIND_COUNT; kind++)
        if (strcmp(value, rule_kind_names[kind]) == 0) {
            pair->kind = (enum rule_kind)kind;
            return 0;
        }
    return fail_at(reader, reader->line, "unknown kind '%s'; known: compare, equal, crossover, fact", value);
}

static int read_cell(struct reader *reader, const char *key, const char *value, char *text)
{
    struct cell cell;
    struct error inner;
    if (copy_text(reader, key, value, text, CELL_NAME_BYTES))
        return -1;
    if (cell_parse(value, "native", &cell, &inner))
        return fail_at(reader, reader->line, "%s: %s", key, inner.text);
    return 0;
}

static int read_metric(struct reader *reader, const char *value, struct rule_pair *pair)
{
    int column = column_find(value);
    if (column < 0 || !columns[column].metric) {
        char known[480];
        list_metrics(known, sizeof known);
        return fail_at(reader, reader->line, "unknown metric '%s'; known: %s", value, known);
    }
    pair->metric = (enum column)column;
    return 0;
}

static int read_effect(struct reader *reader, const char *value, struct rule_pair *pair)
{
    char *end;
    double percent = strtod(value, &end);
    if (end == value || strcmp(end, "%") != 0 || !(percent > -100) || percent > 100000)
        return fail_at(reader, reader->line, "effect '%s' is no percentage above -100%%, such as 10%%",
                       value);
    pair->effect = percent / 100;
    return 0;
}

static int read_expect(struct reader *reader, const char *value, struct rule_pair *pair)
{
    char sign[4] = "", *end;
    size_t length = strspn(value, "<=>");
    snprintf(sign, sizeof sign, "%.*s", (int)(length < 3 ? length : 3), value);
    pair->expected = strtod(value + length, &end);
    for (int expect = 0; expect < RULE_EXPECT_COUNT; expect++)
        if (strcmp(sign, rule_expect_signs[expect]) == 0 && end > value + length && !*end) {
            pair->expect = (enum rule_expect)expect;
            return 0;
        }
    return fail_at(reader, reader->line,
                   "expect '%s' is no comparison with a number, such as > 0, >= 3 or = 0", value);
}

static int read_sweep(struct reader *reader, const char *key, const char *value, struct rule_sweep *sweep)
{
    char copy[RULE_SWEEP_MAX * 18];
    memset(sweep, 0, sizeof *sweep);
    if (copy_text(reader, key, value, copy, sizeof copy))
        return -1;
    char *rest = strchr(copy, ':');
    if (!rest)
        return fail_at(reader, reader->line, "%s '%s' reads not KEY:VALUE,VALUE,...", key, value);
    *rest++ = '\0';
    for (char *item; (item = strsep(&rest, ","));) {
        struct cell cell = {0};
        struct error inner;
        item += strspn(item, " ");
        if (sweep->count == RULE_SWEEP_MAX)
            return fail_at(reader, reader->line, "%s has more than %d values", key, RULE_SWEEP_MAX);
        if (cell_set(&cell, copy, item, &inner))
            return fail_at(reader, reader->line, "%s: %s", key, inner.text);
        if (strlen(item) >= sizeof sweep->values[0])
            return fail_at(reader, reader->line, "%s: value '%s' is too long", key, item);
        for (size_t i = 0; i < sweep->count; i++)
            if (strcmp(sweep->values[i], item) == 0)
                return fail_at(reader, reader->line, "%s: value '%s' stands twice", key, item);
        snprintf(sweep->values[sweep->count++], sizeof sweep->values[0], "%s", item);
    }
    snprintf(sweep->key, sizeof sweep->key, "%s", copy);
    return 0;
}

/* 1: no such key. */
static int read_pair_key(struct reader *reader, struct pair_source *source, const char *name,
                         const char *value)
{
    int key = 0;
    while (key < PAIR_KEY_COUNT && strcmp(name, pair_key_names[key]) != 0)
        key++;
    if (key == PAIR_KEY_COUNT)
        return 1;
    if (source->key_lines[key])
        return fail_at(reader, reader->line, "%s stands twice, first in line %zu", name,
                       source->key_lines[key]);
    source->key_lines[key] = reader->line;
    struct rule_pair *pair = &source->pair;
    switch ((enum pair_key)key) {
    case KEY_KIND:
        return read_kind(reader, value, pair);
    case KEY_BETTER:
        return read_cell(reader, name, value, pair->better);
    case KEY_WORSE:
        return read_cell(reader, name, value, pair->worse);
    case KEY_METRIC:
        return read_metric(reader, value, pair);
    case KEY_EFFECT:
        return read_effect(reader, value, pair);
    case KEY_CELL:
        return read_cell(reader, name, value, pair->better) || read_cell(reader, name, value, pair->worse)
                   ? -1
                   : 0;
    case KEY_EXPECT:
        return read_expect(reader, value, pair);
    case KEY_SWEEP:
        return read_sweep(reader, name, value, &pair->sweep);
    case KEY_SWEEP_QUICK:
        return read_sweep(reader, name, value, &pair->sweep_quick);
    case PAIR_KEY_COUNT:
        break;
    }
    return 1;
}

static int read_runtimes(struct reader *reader, const char *value)
{
    struct rule *rule = reader->rule;
    char copy[64];
    if (copy_text(reader, "runtimes", value, copy, sizeof copy))
        return -1;
    char *rest = copy;
    for (char *item; (item = strsep(&rest, " ,"));) {
        if (!*item)
            continue;
        if (strcmp(item, runtimes_known[0]) != 0 && strcmp(item, runtimes_known[1]) != 0)
            return fail_at(reader, reader->line, "unknown runtime '%s'; known: native, cpython", item);
        for (size_t i = 0; i < rule->runtime_count; i++)
            if (strcmp(item, rule->runtimes[i]) == 0)
                return fail_at(reader, reader->line, "runtime '%s' stands twice", item);
        snprintf(rule->runtimes[rule->runtime_count++], sizeof rule->runtimes[0], "%s", item);
    }
    return 0;
}

static int read_rule_key(struct reader *reader, const char *name, const char *value)
{
    struct rule *rule = reader->rule;
    if (!reader->base.line)
        reader->base.line = reader->line;
    if (strcmp(name, "claim") == 0 && !*rule->claim)
        return copy_text(reader, name, value, rule->claim, sizeof rule->claim);
    if (strcmp(name, "documents") == 0 && !*rule->documents)
        return copy_text(reader, name, value, rule->documents, sizeof rule->documents);
    if (strcmp(name, "runtimes") == 0 && !rule->runtime_count)
        return read_runtimes(reader, value);
    if (strcmp(name, "claim") == 0 || strcmp(name, "documents") == 0 || strcmp(name, "runtimes") == 0)
        return fail_at(reader, reader->line, "%s stands twice", name);
    if (read_pair_key(reader, &reader->base, name, value) == 1)
        return fail_at(
            reader, reader->line,
            "unknown key '%s' in [rule]; known: claim, documents, runtimes, %s, sweep, sweep_quick", name,
            required_keys);
    return 0;
}

static int read_chart_key(struct reader *reader, const char *name, const char *value)
{
    struct rule *rule = reader->rule;
    if (strcmp(name, "title") == 0)
        return copy_text(reader, name, value, rule->chart_title, sizeof rule->chart_title);
    if (strcmp(name, "items") == 0)
        return copy_text(reader, name, value, rule->chart_items, sizeof rule->chart_items);
    if (strcmp(name, "axis") == 0)
        return copy_text(reader, name, value, rule->chart_axis, sizeof rule->chart_axis);
    if (strcmp(name, "script") != 0)
        return fail_at(reader, reader->line, "unknown key '%s' in [chart]; known: script, title, items, axis",
                       name);
    if (strcmp(value, chart_scripts[0]) != 0 && strcmp(value, chart_scripts[1]) != 0)
        return fail_at(reader, reader->line, "unknown chart script '%s'; known: bars, sweep", value);
    return copy_text(reader, name, value, rule->chart_script, sizeof rule->chart_script);
}

static int read_answer_key(struct reader *reader, const char *name, const char *value)
{
    struct rule_answer *answer = &reader->rule->answer;
    if (strcmp(name, "question") == 0)
        return copy_text(reader, name, value, answer->question, sizeof answer->question);
    if (answer->count == RULE_ANSWERS_MAX)
        return fail_at(reader, reader->line, "more than %d answers", RULE_ANSWERS_MAX);
    struct rule_words *words = &answer->words[answer->count++];
    return copy_text(reader, "an answer's key", name, words->label, sizeof words->label)
               ? -1
               : copy_text(reader, name, value, words->words, sizeof words->words);
}

static struct pair_source *find_pair(struct reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->pair_count; i++)
        if (strcmp(reader->pairs[i].pair.name, name) == 0)
            return &reader->pairs[i];
    if (!*name || strlen(name) >= sizeof reader->pairs[0].pair.name) {
        fail_at(reader, reader->line, "the name of [pair %s] is empty or longer than %zu bytes", name,
                sizeof reader->pairs[0].pair.name - 1);
        return NULL;
    }
    if (reader->pair_count == RULE_PAIRS_MAX) {
        fail_at(reader, reader->line, "more than %d pairs", RULE_PAIRS_MAX);
        return NULL;
    }
    struct pair_source *source = &reader->pairs[reader->pair_count++];
    snprintf(source->pair.name, sizeof source->pair.name, "%s", name);
    source->line = reader->line;
    return source;
}

static int take_key(void *context, const char *section, const char *name, const char *value)
{
    struct reader *reader = context;
    if (reader->failed)
        return 0;
    if (strcmp(section, "rule") == 0) {
        read_rule_key(reader, name, value);
    } else if (strcmp(section, "chart") == 0) {
        read_chart_key(reader, name, value);
    } else if (strcmp(section, "answer") == 0) {
        read_answer_key(reader, name, value);
    } else if (strncmp(section, "pair ", 5) == 0) {
        struct pair_source *source = find_pair(reader, section + 5 + strspn(section + 5, " "));
        if (source && read_pair_key(reader, source, name, value) == 1)
            fail_at(reader, reader->line, "unknown key '%s' in [%s]; known: %s, sweep, sweep_quick", name,
                    section, required_keys);
    } else {
        fail_at(reader, reader->line, "unknown section [%s]; known: [rule], [pair NAME], [chart], [answer]",
                section);
    }
    return !reader->failed;
}

/* fgets for inih that counts lines, and that refuses those which inih would break in two. */
static char *read_line(char *text, int text_bytes, void *context)
{
    struct reader *reader = context;
    if (!fgets(text, text_bytes, reader->file))
        return NULL;
    reader->line++;
    if (!strchr(text, '\n') && !feof(reader->file)) {
        fail_at(reader, reader->line, "a line of more than %d bytes", text_bytes - 2);
        return NULL;
    }
    if (!utf8_valid(text, strlen(text))) {
        fail_at(reader, reader->line, "not in UTF-8");
        return NULL;
    }
    return text;
}

static void inherit(struct pair_source *source, const struct pair_source *base, enum pair_key key)
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
}

static bool is_number(const char *text)
{
    char *end;
    return strtod(text, &end) > 0 && !*end;
}

static int check_sweep(struct reader *reader, struct pair_source *source)
{
    struct rule_pair *pair = &source->pair;
    size_t line = source->key_lines[KEY_SWEEP], line_quick = source->key_lines[KEY_SWEEP_QUICK];
    if (line_quick && !line)
        return fail_at(reader, line_quick, "sweep_quick without sweep");
    if (line_quick && strcmp(pair->sweep.key, pair->sweep_quick.key) != 0)
        return fail_at(reader, line_quick, "sweep_quick is over '%s', sweep over '%s'", pair->sweep_quick.key,
                       pair->sweep.key);
    if (!line_quick)
        pair->sweep_quick = pair->sweep;
    if (pair->kind != RULE_CROSSOVER)
        return 0;
    if (!line)
        return fail_at(reader, source->line, "a crossover needs a sweep, such as sweep = conc:1,4,16");
    if (pair->sweep.count < 2 || pair->sweep_quick.count < 2)
        return fail_at(reader, line_quick ? line_quick : line, "a crossover needs two values at least");
    double direction = 0, before = 0;
    for (size_t i = 0; i < pair->sweep.count; i++) {
        double x = strtod(pair->sweep.values[i], NULL);
        if (!is_number(pair->sweep.values[i]) || (i && direction * (x - before) < 0))
            return fail_at(reader, line, "a crossover sweeps over positive numbers that rise, or that fall");
        if (i)
            direction = x - before;
        before = x;
    }
    return 0;
}

/* What [rule] says for pairs of other kinds is none of this one's. */
static int inherit_keys(struct reader *reader, struct pair_source *source)
{
    inherit(source, &reader->base, KEY_KIND);
    const char *what = *source->pair.name ? "pair " : "the rule", *name = source->pair.name;
    if (!source->key_lines[KEY_KIND])
        return fail_at(reader, source->line, "%s%s has no kind; required: %s", what, name, required_keys);
    unsigned required = kind_keys[source->pair.kind].required;
    for (int key = KEY_KIND + 1; key < PAIR_KEY_COUNT; key++) {
        bool needed = required & 1U << key;
        if (!needed && key < KEY_SWEEP && source->key_lines[key])
            return fail_at(reader, source->key_lines[key], "kind %s has no %s; required: %s",
                           rule_kind_names[source->pair.kind], pair_key_names[key],
                           kind_keys[source->pair.kind].words);
        if (needed || key >= KEY_SWEEP)
            inherit(source, &reader->base, (enum pair_key)key);
        if (needed && !source->key_lines[key])
            return fail_at(reader, source->line, "%s%s has no %s; required: %s", what, name,
                           pair_key_names[key], kind_keys[source->pair.kind].words);
    }
    return 0;
}

/* Sets a swept key, but where the cell names it: that is what the others are held against. */
static int sweep_cell(struct cell *cell, const struct rule_sweep *sweep, const char *value,
                      struct error *error)
{
    const char *key = sweep->key;
    bool named = strcmp(key, "workers") == 0 ? cell->workers || cell->workers_max
                 : strcmp(key, "conc") == 0  ? cell->conc > 0
                 : strcmp(key, "place") == 0 ? *cell->place != '\0'
                                             : cell_param(cell, key) != NULL;
    return named ? 0 : cell_set(cell, key, value, error);
}

static int check_pair(struct reader *reader, struct pair_source *source)
{
    if (inherit_keys(reader, source))
        return -1;
    if (check_sweep(reader, source))
        return -1;
    if (source->pair.kind == RULE_EQUAL && source->pair.effect <= 0)
        return fail_at(reader, source->key_lines[KEY_EFFECT], "the effect of kind equal must be above 0%%");

    struct cell cells[2];
    char names[2][CELL_NAME_BYTES];
    cell_parse(source->pair.better, "native", &cells[0], NULL);
    cell_parse(source->pair.worse, "native", &cells[1], NULL);
    for (int i = 0; i < 2; i++) {
        const struct rule_sweep *sweep = &source->pair.sweep;
        if (sweep->count && sweep_cell(&cells[i], sweep, sweep->values[sweep->count - 1], NULL))
            return fail_at(reader, source->key_lines[KEY_SWEEP],
                           "more than %d workload keys with the sweep's", CELL_PARAMS_MAX);
        cell_format(&cells[i], names[i]);
    }
    if (source->pair.kind != RULE_FACT && strcmp(names[0], names[1]) == 0)
        return fail_at(reader, source->key_lines[KEY_WORSE], "better and worse are the same cell");
    return 0;
}

static int check_rule(struct reader *reader)
{
    struct rule *rule = reader->rule;
    size_t line = reader->base.line ? reader->base.line : 1;
    if (!reader->base.line)
        return fail_at(reader, line, "no [rule]");
    if (!*rule->claim)
        return fail_at(reader, line, "the rule has no claim");
    if (!rule->runtime_count)
        return fail_at(reader, line, "the rule has no runtimes; known: native, cpython");
    if (!reader->pair_count) {
        reader->pairs[0].line = line;
        reader->pair_count = 1;
    }
    for (size_t i = 0; i < reader->pair_count; i++) {
        if (check_pair(reader, &reader->pairs[i]))
            return -1;
        rule->pairs[rule->pair_count++] = reader->pairs[i].pair;
    }
    if (!*rule->chart_script)
        snprintf(rule->chart_script, sizeof rule->chart_script, "%s",
                 rule->pairs[0].sweep.count ? "sweep" : "bars");
    if (!*rule->chart_title)
        snprintf(rule->chart_title, sizeof rule->chart_title, "%s", rule->claim);
    if (!*rule->chart_items)
        snprintf(rule->chart_items, sizeof rule->chart_items, "tasks");
    if (!*rule->chart_axis)
        snprintf(rule->chart_axis, sizeof rule->chart_axis, "%s", rule->pairs[0].sweep.key);
    if (rule->answer.count && !*rule->answer.question)
        return fail_at(reader, line, "[answer] has no question");
    return 0;
}

static int name_rule(struct reader *reader)
{
    const char *slash = strrchr(reader->path, '/');
    const char *name = slash ? slash + 1 : reader->path;
    size_t length = strlen(name);
    if (length > 4 && strcmp(name + length - 4, ".ini") == 0)
        length -= 4;
    if (length >= sizeof reader->rule->id || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-._") < length)
        return error_set(reader->error,
                         "%s: a rule file's name is at most %zu lower-case letters, digits, - . _",
                         reader->path, sizeof reader->rule->id - 1);
    memcpy(reader->rule->id, name, length);
    return 0;
}

enum { RULE_BYTES_MAX = 1 << 20 };

static int load_file(const char *path, struct rule *rule, struct error *error)
{
    memset(rule, 0, sizeof *rule);
    struct reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return error_set(error, "out of memory");
    *reader = (struct reader){.path = path, .rule = rule, .error = error};
    int result = -1;
    if (name_rule(reader))
        goto done;
    int descriptor = file_open(path, 0, RULE_BYTES_MAX, NULL, NULL, error);
    reader->file = descriptor < 0 ? NULL : fdopen(descriptor, "r");
    if (!reader->file)
        goto done;
    int line = ini_parse_stream(read_line, reader, take_key, reader);
    if (ferror(reader->file))
        result = error_set(error, "%s: %s", path, strerror(errno));
    else if (line > 0 && (!reader->failed || (size_t)line < reader->failed_line))
        result = error_set(error, "%s:%d: neither [section] nor key = value", path, line);
    else
        result = reader->failed ? -1 : check_rule(reader);
    fclose(reader->file);
done:
    free(reader);
    return result;
}

static int append_file(struct rules *rules, const char *path, struct error *error)
{
    struct rule *grown = realloc(rules->rules, (rules->count + 1) * sizeof *grown);
    if (!grown)
        return error_set(error, "out of memory");
    rules->rules = grown;
    if (load_file(path, &rules->rules[rules->count], error))
        return -1;
    rules->count++;
    return 0;
}

static int is_rule_file(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 4 && entry->d_name[0] != '.' && strcmp(entry->d_name + length - 4, ".ini") == 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(((const struct rule *)a)->id, ((const struct rule *)b)->id);
}

int rules_load(const char *path, struct rules *rules, struct error *error)
{
    memset(rules, 0, sizeof *rules);
    struct stat status;
    if (stat(path, &status))
        return error_set(error, "%s: %s", path, strerror(errno));
    if (!S_ISDIR(status.st_mode))
        return append_file(rules, path, error);

    struct dirent **entries;
    int count = scandir(path, &entries, is_rule_file, compare_names);
    if (count < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    int result = count ? 0 : error_set(error, "%s: no rule file (*.ini)", path);
    for (int i = 0; i < count; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        if (!result)
            result = append_file(rules, file, error);
        free(entries[i]);
    }
    free(entries);
    if (rules->count)
        qsort(rules->rules, rules->count, sizeof *rules->rules, compare_ids);
    return result;
}

void rules_free(struct rules *rules)
{
    free(rules->rules);
    memset(rules, 0, sizeof *rules);
}

const struct rule *rules_find(const struct rules *rules, const char *id)
{
    for (size_t i = 0; i < rules->count; i++)
        if (strcmp(rules->rules[i].id, id) == 0)
            return &rules->rules[i];
    return NULL;
}

size_t rules_metrics(const struct rules *rules, enum column *metrics)
{
    bool judged[COLUMN_COUNT] = {false};
    size_t count = 0;
    for (size_t i = 0; i < rules->count; i++)
        for (size_t k = 0; k < rules->rules[i].pair_count; k++)
            judged[rules->rules[i].pairs[k].metric] = true;
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (judged[column])
            metrics[count++] = (enum column)column;
    return count;
}

/* Comparisons */

struct value_list {
    const char *values[2 * RULE_SWEEP_MAX];
    size_t count;
};

static bool contains(const struct value_list *list, const char *value)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->values[i], value) == 0)
            return true;
    return false;
}

/* Puts value where a rising or falling sweep has its place; at the end if the values are not numbers. */
static void insert_value(struct value_list *list, const char *value)
{
    size_t at = list->count;
    if (list->count >= 2 && is_number(value)) {
        double first = strtod(list->values[0], NULL), last = strtod(list->values[list->count - 1], NULL);
        double direction = last > first ? 1 : -1, x = strtod(value, NULL);
        while (at > 0 && is_number(list->values[at - 1]) &&
               direction * (strtod(list->values[at - 1], NULL) - x) > 0)
            at--;
    }
    memmove(&list->values[at + 1], &list->values[at], (list->count - at) * sizeof list->values[0]);
    list->values[at] = value;
    list->count++;
}

static void list_values(const struct rule_pair *pair, enum rule_values which, struct value_list *list)
{
    const struct rule_sweep *sweep = which == RULE_VALUES_QUICK ? &pair->sweep_quick : &pair->sweep;
    list->count = 0;
    for (size_t i = 0; i < sweep->count; i++)
        list->values[list->count++] = sweep->values[i];
    for (size_t i = 0; which == RULE_VALUES_ANY && i < pair->sweep_quick.count; i++)
        if (!contains(list, pair->sweep_quick.values[i]))
            insert_value(list, pair->sweep_quick.values[i]);
    if (!list->count)
        list->values[list->count++] = "";
}

static int resolve_cell(const char *name, const char *runtime, const struct rule_sweep *sweep,
                        const char *value, unsigned workers_max, bool *is_max, struct cell *cell,
                        struct error *error)
{
    if (cell_parse(name, runtime, cell, error))
        return -1;
    if (*value && sweep_cell(cell, sweep, value, error))
        return -1;
    *is_max = cell->workers_max;
    cell_resolve(cell, workers_max);
    return 0;
}

int rule_pair_comparisons(const struct rule *rule, const struct rule_pair *pair, const char *runtime,
                          enum rule_values values, unsigned workers_max, struct comparison *comparisons,
                          size_t capacity, struct error *error)
{
    struct value_list list;
    list_values(pair, values, &list);
    for (size_t i = 0; i < list.count; i++) {
        struct comparison comparison = {.rule = rule, .pair = pair, .runtime = runtime};
        const char *value = list.values[i];
        bool better_max, worse_max;
        snprintf(comparison.sweep_value, sizeof comparison.sweep_value, "%s", value);
        if (resolve_cell(pair->better, runtime, &pair->sweep, value, workers_max, &better_max,
                         &comparison.better, error) ||
            resolve_cell(pair->worse, runtime, &pair->sweep, value, workers_max, &worse_max,
                         &comparison.worse, error))
            return error_prefix(error, "rule %s", rule->id);
        comparison.parallelism = better_max != worse_max;
        if (i < capacity)
            comparisons[i] = comparison;
    }
    return (int)list.count;
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
