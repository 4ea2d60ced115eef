/* SPDX-License-Identifier: MIT */
#include "report_run.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static bool is_nested(const json_t *value)
{
    size_t index;
    json_t *item;
    if (json_is_object(value))
        return true;
    json_array_foreach(value, index, item) if (json_is_object(item) || json_is_array(item)) return true;
    return false;
}

static void put_scalar(FILE *out, const json_t *value)
{
    char *text = NULL;
    if (json_is_string(value))
        fputs(json_string_value(value), out);
    else if (!json_is_null(value) && (text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6))))
        fputs(text, out);
    free(text);
}

/* A list of scalars is one text. */
static void set_value(struct table *table, size_t column, const json_t *value)
{
    char *text = NULL;
    size_t bytes, index;
    json_t *item;
    FILE *memory = open_memstream(&text, &bytes);
    if (!memory) {
        table->failed = true;
        return;
    }
    if (!json_is_array(value))
        put_scalar(memory, value);
    json_array_foreach(value, index, item)
    {
        fputs(index ? ", " : "", memory);
        put_scalar(memory, item);
    }
    fclose(memory);
    table_text(table, column, "%s", text ? text : "");
    free(text);
}

/* Names and their values */

enum { NAME, VALUE, FACT_COLUMN_END };

static const struct table_column fact_columns[FACT_COLUMN_END] = {
    [NAME] = {"name", "", TABLE_ALL},
    [VALUE] = {"value", "", TABLE_ALL},
};

static void add_facts(struct table *table, const char *prefix, const json_t *value);

static void add_fact(struct table *table, const char *prefix, const char *key, const json_t *value)
{
    char name[256];
    snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "", key);
    if (is_nested(value)) {
        add_facts(table, name, value);
        return;
    }
    table_row(table, TABLE_ALL, 0);
    table_text(table, NAME, "%s", name);
    set_value(table, VALUE, value);
}

static void add_facts(struct table *table, const char *prefix, const json_t *value)
{
    const char *key;
    json_t *item;
    size_t index;
    if (json_is_object(value))
        json_object_foreach((json_t *)value, key, item) add_fact(table, prefix, key, item);
    json_array_foreach(value, index, item)
    {
        char number[24];
        snprintf(number, sizeof number, "%zu", index + 1);
        add_fact(table, prefix, number, item);
    }
}

static void put_facts(FILE *out, const json_t *value)
{
    struct table table;
    table_open(&table, TABLE_HTML, fact_columns, FACT_COLUMN_END);
    table.bare = true;
    add_facts(&table, "", value);
    table_write(&table, NULL, out);
    table_free(&table);
}

/* Objects with the same keys are rows. */
static bool is_records(const json_t *value)
{
    size_t index;
    json_t *item, *first = json_array_get(value, 0);
    json_array_foreach(value, index, item)
    {
        if (!json_is_object(item) || json_object_size(item) != json_object_size(first))
            return false;
    }
    return json_array_size(value) > 1;
}

static void put_records(FILE *out, const json_t *value)
{
    size_t index, count = 0;
    const char *key;
    json_t *record, *item, *first = json_array_get(value, 0);
    struct table_column *columns = calloc(json_object_size(first) + 1, sizeof *columns);
    struct table table;
    if (!columns)
        return;
    json_object_foreach(first, key, item) columns[count++] =
        (struct table_column){.key = key, .title = key, .formats = TABLE_ALL};
    table_open(&table, TABLE_HTML, columns, count);
    json_array_foreach(value, index, record)
    {
        table_row(&table, TABLE_ALL, 0);
        for (size_t k = 0; k < count; k++)
            set_value(&table, k, json_object_get(record, columns[k].key));
    }
    table_write(&table, NULL, out);
    table_free(&table);
    free(columns);
}

enum { FACTS_SHOWN_MAX = 40 };

static size_t count_facts(const json_t *value)
{
    size_t count = 0, index;
    const char *key;
    json_t *item;
    if (!is_nested(value))
        return 1;
    if (json_is_object(value))
        json_object_foreach((json_t *)value, key, item) count += count_facts(item);
    json_array_foreach(value, index, item) count += count_facts(item);
    return count;
}

/* Long lists are folded. */
static void put_part(FILE *out, const char *title, const json_t *value)
{
    size_t count = count_facts(value);
    if (!count)
        return;
    if (count > FACTS_SHOWN_MAX)
        html_put_element(out, "<details><summary>", title, "</summary>\n");
    else
        html_put_element(out, "<div><h4>", title, "</h4>\n");
    if (is_records(value))
        put_records(out, value);
    else
        put_facts(out, value);
    fputs(count > FACTS_SHOWN_MAX ? "</details>\n" : "</div>\n", out);
}

void report_put_run(FILE *out, const json_t *run)
{
    const char *key;
    json_t *item, *plain;
    if (!run)
        return;
    plain = json_object();
    fputs("<h2>Machine and run</h2>\n<div class=\"facts\">\n", out);
    json_object_foreach((json_t *)run, key, item)
    {
        if (strcmp(key, "plan") == 0 || strcmp(key, "blocks") == 0) /* a row a cell or block: for programs */
            continue;
        if (is_nested(item))
            put_part(out, key, item);
        else
            json_object_set(plain, key, item);
    }
    put_part(out, "run", plain);
    json_decref(plain);
    fputs("</div>\n", out);
}
