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
#include "rule_reader.h"
#include "utf8.h"

const char *const rule_kind_names[RULE_KIND_COUNT] = {"compare", "equal", "crossover",
                                                      "fact",    "map",   "curve"};
const char *const rule_expect_signs[RULE_EXPECT_COUNT] = {"=", ">", ">=", "<", "<="};

static const char *const chart_scripts[] = {"bars", "sweep", "map"};
static const char *const runtimes_known[] = {"native", "cpython"};

int rule_fail_at(struct rule_reader *reader, size_t line, const char *format, ...)
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

int rule_copy_text(struct rule_reader *reader, const char *key, const char *value, char *text,
                   size_t text_bytes)
{
    if (!*value)
        return rule_fail_at(reader, reader->line, "%s is empty", key);
    if (strlen(value) >= text_bytes)
        return rule_fail_at(reader, reader->line, "%s is longer than %zu bytes", key, text_bytes - 1);
    snprintf(text, text_bytes, "%s", value);
    return 0;
}

int rule_read_runtimes(struct rule_reader *reader, const char *value, struct rule_runtimes *runtimes)
{
    char copy[64];
    if (rule_copy_text(reader, "runtimes", value, copy, sizeof copy))
        return -1;
    char *rest = copy;
    for (char *item; (item = strsep(&rest, " ,"));) {
        if (!*item)
            continue;
        if (strcmp(item, runtimes_known[0]) != 0 && strcmp(item, runtimes_known[1]) != 0)
            return rule_fail_at(reader, reader->line, "unknown runtime '%s'; known: native, cpython", item);
        for (size_t i = 0; i < runtimes->count; i++)
            if (strcmp(item, runtimes->words[i]) == 0)
                return rule_fail_at(reader, reader->line, "runtime '%s' stands twice", item);
        snprintf(runtimes->words[runtimes->count++], sizeof runtimes->words[0], "%s", item);
    }
    return 0;
}

static int read_rule_key(struct rule_reader *reader, const char *name, const char *value)
{
    struct rule *rule = reader->rule;
    if (!reader->base.line)
        reader->base.line = reader->line;
    if (strcmp(name, "claim") == 0 && !*rule->claim)
        return rule_copy_text(reader, name, value, rule->claim, sizeof rule->claim);
    if (strcmp(name, "documents") == 0 && !*rule->documents)
        return rule_copy_text(reader, name, value, rule->documents, sizeof rule->documents);
    if (strcmp(name, "runtimes") == 0 && !rule->runtimes.count)
        return rule_read_runtimes(reader, value, &rule->runtimes);
    if (strcmp(name, "differs") == 0 && !*rule->differs)
        return rule_copy_text(reader, name, value, rule->differs, sizeof rule->differs);
    if (strcmp(name, "branch") == 0 && !*rule->branch)
        return strstr(value, ": ") ? rule_copy_text(reader, name, value, rule->branch, sizeof rule->branch)
                                   : rule_fail_at(reader, reader->line, "branch is no 'WORK: MODEL'");
    if (strcmp(name, "claim") == 0 || strcmp(name, "documents") == 0 || strcmp(name, "runtimes") == 0 ||
        strcmp(name, "branch") == 0 || strcmp(name, "differs") == 0)
        return rule_fail_at(reader, reader->line, "%s stands twice", name);
    if (rule_read_pair_key(reader, &reader->base, name, value) == 1)
        return rule_fail_at(
            reader, reader->line,
            "unknown key '%s' in [rule]; known: claim, documents, runtimes, branch, differs, %s, %s", name,
            rule_required_keys, rule_optional_keys);
    return 0;
}

static int read_chart_key(struct rule_reader *reader, const char *name, const char *value)
{
    struct rule *rule = reader->rule;
    if (strcmp(name, "title") == 0)
        return rule_copy_text(reader, name, value, rule->chart_title, sizeof rule->chart_title);
    if (strcmp(name, "items") == 0)
        return rule_copy_text(reader, name, value, rule->chart_items, sizeof rule->chart_items);
    if (strcmp(name, "axis") == 0)
        return rule_copy_text(reader, name, value, rule->chart_axis, sizeof rule->chart_axis);
    if (strcmp(name, "axis_y") == 0)
        return rule_copy_text(reader, name, value, rule->chart_axis_y, sizeof rule->chart_axis_y);
    if (strcmp(name, "script") != 0)
        return rule_fail_at(reader, reader->line,
                            "unknown key '%s' in [chart]; known: script, title, items, axis, axis_y", name);
    bool known = false;
    for (size_t i = 0; i < sizeof chart_scripts / sizeof *chart_scripts; i++)
        known |= strcmp(value, chart_scripts[i]) == 0;
    if (!known)
        return rule_fail_at(reader, reader->line, "unknown chart script '%s'; known: bars, sweep, map",
                            value);
    return rule_copy_text(reader, name, value, rule->chart_script, sizeof rule->chart_script);
}

static int read_answer_key(struct rule_reader *reader, const char *name, const char *value)
{
    struct rule_answer *answer = &reader->rule->answer;
    if (strcmp(name, "question") == 0)
        return rule_copy_text(reader, name, value, answer->question, sizeof answer->question);
    if (answer->count == RULE_ANSWERS_MAX)
        return rule_fail_at(reader, reader->line, "more than %d answers", RULE_ANSWERS_MAX);
    struct rule_words *words = &answer->words[answer->count++];
    return rule_copy_text(reader, "an answer's key", name, words->label, sizeof words->label)
               ? -1
               : rule_copy_text(reader, name, value, words->words, sizeof words->words);
}

static struct rule_pair_source *find_pair(struct rule_reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->pair_count; i++)
        if (strcmp(reader->pairs[i].pair.name, name) == 0)
            return &reader->pairs[i];
    if (!*name || strlen(name) >= sizeof reader->pairs[0].pair.name) {
        rule_fail_at(reader, reader->line, "the name of [pair %s] is empty or longer than %zu bytes", name,
                     sizeof reader->pairs[0].pair.name - 1);
        return NULL;
    }
    if (reader->pair_count == RULE_PAIRS_MAX) {
        rule_fail_at(reader, reader->line, "more than %d pairs", RULE_PAIRS_MAX);
        return NULL;
    }
    struct rule_pair_source *source = &reader->pairs[reader->pair_count++];
    snprintf(source->pair.name, sizeof source->pair.name, "%s", name);
    source->line = reader->line;
    return source;
}

static int take_key(void *context, const char *section, const char *name, const char *value)
{
    struct rule_reader *reader = context;
    if (reader->failed)
        return 0;
    if (strcmp(section, "rule") == 0) {
        read_rule_key(reader, name, value);
    } else if (strcmp(section, "chart") == 0) {
        read_chart_key(reader, name, value);
    } else if (strcmp(section, "answer") == 0) {
        read_answer_key(reader, name, value);
    } else if (strncmp(section, "pair ", 5) == 0) {
        struct rule_pair_source *source = find_pair(reader, section + 5 + strspn(section + 5, " "));
        if (source && rule_read_pair_key(reader, source, name, value) == 1)
            rule_fail_at(reader, reader->line, "unknown key '%s' in [%s]; known: %s, %s", name, section,
                         rule_required_keys, rule_optional_keys);
    } else if (strncmp(section, "model ", 6) == 0) {
        rule_read_model_key(reader, section + 6 + strspn(section + 6, " "), name, value);
    } else {
        rule_fail_at(reader, reader->line,
                     "unknown section [%s]; known: [rule], [pair NAME], [model NAME], [chart], [answer]",
                     section);
    }
    return !reader->failed;
}

/* fgets for inih that counts lines, and that refuses those which inih would break in two. */
static char *read_line(char *text, int text_bytes, void *context)
{
    struct rule_reader *reader = context;
    if (!fgets(text, text_bytes, reader->file))
        return NULL;
    reader->line++;
    if (!strchr(text, '\n') && !feof(reader->file)) {
        rule_fail_at(reader, reader->line, "a line of more than %d bytes", text_bytes - 2);
        return NULL;
    }
    if (!utf8_valid(text, strlen(text))) {
        rule_fail_at(reader, reader->line, "not in UTF-8");
        return NULL;
    }
    return text;
}

static int check_rule(struct rule_reader *reader)
{
    struct rule *rule = reader->rule;
    size_t line = reader->base.line ? reader->base.line : 1;
    if (!reader->base.line)
        return rule_fail_at(reader, line, "no [rule]");
    if (!*rule->claim)
        return rule_fail_at(reader, line, "the rule has no claim");
    if (!rule->runtimes.count)
        return rule_fail_at(reader, line, "the rule has no runtimes; known: native, cpython");
    if (!reader->pair_count) {
        reader->pairs[0].line = line;
        reader->pair_count = 1;
    }
    for (size_t i = 0; i < reader->pair_count; i++) {
        if (rule_check_pair(reader, &reader->pairs[i]))
            return -1;
        rule->pairs[rule->pair_count++] = reader->pairs[i].pair;
    }
    if (rule->pairs[0].kind == RULE_CURVE)
        return rule_fail_at(reader, reader->pairs[0].line, "the first pair is a curve, which nothing judges");
    if (rule_check_map(reader))
        return -1;
    bool map = rule->pairs[0].kind == RULE_MAP;
    if (!*rule->chart_script)
        snprintf(rule->chart_script, sizeof rule->chart_script, "%s",
                 map                          ? "map"
                 : rule->pairs[0].sweep.count ? "sweep"
                                              : "bars");
    if (map != (strcmp(rule->chart_script, "map") == 0))
        return rule_fail_at(reader, line, "the chart of kind map is a map, and that of no other");
    if (!*rule->chart_title)
        snprintf(rule->chart_title, sizeof rule->chart_title, "%s", rule->claim);
    if (!*rule->chart_items)
        snprintf(rule->chart_items, sizeof rule->chart_items, "tasks");
    if (!*rule->chart_axis)
        snprintf(rule->chart_axis, sizeof rule->chart_axis, "%s", rule->pairs[0].sweep.key);
    if (!*rule->chart_axis_y)
        snprintf(rule->chart_axis_y, sizeof rule->chart_axis_y, "%s", rule->pairs[0].sweep_y.key);
    for (size_t i = 0; i < rule->model_count; i++)
        if (!*rule->models[i].label)
            snprintf(rule->models[i].label, sizeof rule->models[i].label, "%s", rule->models[i].name);
    if (rule->answer.count && !*rule->answer.question)
        return rule_fail_at(reader, line, "[answer] has no question");
    return 0;
}

static int name_rule(struct rule_reader *reader)
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
    struct rule_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return error_set(error, "out of memory");
    *reader = (struct rule_reader){.path = path, .rule = rule, .error = error};
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
    bool used[COLUMN_COUNT] = {false};
    size_t count = 0;
    for (size_t i = 0; i < rules->count; i++)
        for (size_t k = 0; k < rules->rules[i].pair_count; k++)
            used[rules->rules[i].pairs[k].metric] = true;
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (used[column])
            metrics[count++] = (enum column)column;
    return count;
}
