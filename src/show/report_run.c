/* SPDX-License-Identifier: MIT */
#include "report_run.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"

static void put_scalar(FILE *out, const json_t *value)
{
    char *text = NULL;
    if (json_is_string(value))
        html_put_text(out, json_string_value(value));
    else if (!json_is_null(value) && (text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6))))
        html_put_text(out, text);
    free(text);
}

static bool is_nested(const json_t *value)
{
    size_t index;
    json_t *item;
    if (json_is_object(value))
        return true;
    json_array_foreach(value, index, item) if (json_is_object(item) || json_is_array(item)) return true;
    return false;
}

static void put_value(FILE *out, const json_t *value)
{
    size_t index;
    json_t *item;
    if (!json_is_array(value)) {
        put_scalar(out, value);
        return;
    }
    json_array_foreach(value, index, item)
    {
        fputs(index ? ", " : "", out);
        put_scalar(out, item);
    }
}

static void put_facts(FILE *out, const char *prefix, const json_t *value);

static void put_fact(FILE *out, const char *prefix, const char *key, const json_t *value)
{
    char name[256];
    snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "", key);
    if (is_nested(value)) {
        put_facts(out, name, value);
        return;
    }
    html_put_element(out, "<tr><td>", name, "</td><td>");
    put_value(out, value);
    fputs("</td></tr>\n", out);
}

static void put_facts(FILE *out, const char *prefix, const json_t *value)
{
    const char *key;
    json_t *item;
    size_t index;
    if (json_is_object(value))
        json_object_foreach((json_t *)value, key, item) put_fact(out, prefix, key, item);
    json_array_foreach(value, index, item)
    {
        char number[24];
        snprintf(number, sizeof number, "%zu", index + 1);
        put_fact(out, prefix, number, item);
    }
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
    size_t index;
    const char *key;
    json_t *record, *item;
    fputs("<tr>", out);
    json_object_foreach(json_array_get(value, 0), key, item) html_put_element(out, "<th>", key, "</th>");
    fputs("</tr>\n", out);
    json_array_foreach(value, index, record)
    {
        fputs("<tr>", out);
        json_object_foreach(json_array_get(value, 0), key, item)
        {
            fputs("<td>", out);
            put_value(out, json_object_get(record, key));
            fputs("</td>", out);
        }
        fputs("</tr>\n", out);
    }
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
static void put_fact_table(FILE *out, const char *title, const json_t *value)
{
    size_t count = count_facts(value);
    if (!count)
        return;
    if (count > FACTS_SHOWN_MAX)
        html_put_element(out, "<details><summary>", title, "</summary>");
    else
        html_put_element(out, "<div><h4>", title, "</h4>");
    fputs("<table>\n", out);
    if (is_records(value))
        put_records(out, value);
    else
        put_facts(out, "", value);
    fprintf(out, "</table>%s\n", count > FACTS_SHOWN_MAX ? "</details>" : "</div>");
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
            put_fact_table(out, key, item);
        else
            json_object_set(plain, key, item);
    }
    put_fact_table(out, "run", plain);
    json_decref(plain);
    fputs("</div>\n", out);
}
