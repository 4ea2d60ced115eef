/* SPDX-License-Identifier: MIT */
#include "cell.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORM "FAMILY/WORKLOAD/MODEL[/key:value ...]"

static bool is_word(const char *text, size_t length)
{
    if (length == 0)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!islower((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) && text[i] != '-' &&
            text[i] != '.' && text[i] != '_')
            return false;
    return true;
}

static int parse_count(const char *key, const char *value, unsigned *count, struct error *error)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(value, &end, 10);
    if (!isdigit((unsigned char)*value) || *end || errno || number == 0 || number > 1000000)
        return error_set(error, "%s:%s is not a whole number from 1 to 1000000", key, value);
    *count = (unsigned)number;
    return 0;
}

static int set_param(struct cell *cell, const char *key, const char *value, struct error *error)
{
    size_t at = 0;
    while (at < cell->param_count && strcmp(cell->params[at].key, key) < 0)
        at++;
    bool present = at < cell->param_count && strcmp(cell->params[at].key, key) == 0;
    if (!present) {
        if (cell->param_count == CELL_PARAMS_MAX)
            return error_set(error, "more than %d workload keys; the last is %s:%s", CELL_PARAMS_MAX, key,
                             value);
        memmove(&cell->params[at + 1], &cell->params[at], (cell->param_count - at) * sizeof cell->params[0]);
        cell->param_count++;
    }
    snprintf(cell->params[at].key, sizeof cell->params[at].key, "%s", key);
    snprintf(cell->params[at].value, sizeof cell->params[at].value, "%s", value);
    return 0;
}

int cell_set(struct cell *cell, const char *key, const char *value, struct error *error)
{
    if (!is_word(key, strlen(key)) || strlen(key) >= sizeof cell->params[0].key ||
        !is_word(value, strlen(value)) || strlen(value) >= sizeof cell->params[0].value)
        return error_set(error, "%s:%s is no key:value of lower-case letters, digits, - . _", key, value);
    if (strcmp(key, "workers") == 0) {
        cell->workers_max = strcmp(value, "max") == 0;
        if (!cell->workers_max)
            return parse_count(key, value, &cell->workers, error);
        cell->workers = 0;
        return 0;
    }
    if (strcmp(key, "conc") == 0)
        return parse_count(key, value, &cell->conc, error);
    if (strcmp(key, "place") == 0) {
        if (strlen(value) >= sizeof cell->place)
            return error_set(error, "place:%s is too long", value);
        snprintf(cell->place, sizeof cell->place, "%s", value);
        return 0;
    }
    return set_param(cell, key, value, error);
}

static int parse_key(char *part, struct cell *cell, struct error *error)
{
    char *colon = strchr(part, ':');
    if (!colon)
        return error_set(error, "'%s' is no key:value", part);
    *colon = '\0';
    return cell_set(cell, part, colon + 1, error);
}

int cell_parse(const char *name, const char *runtime, struct cell *cell, struct error *error)
{
    char copy[CELL_NAME_BYTES];
    memset(cell, 0, sizeof *cell);
    if (strlen(name) >= sizeof copy)
        return error_set(error, "cell name longer than %d characters: %.40s...", CELL_NAME_BYTES - 1, name);
    snprintf(copy, sizeof copy, "%s", name);

    struct {
        char *text;
        size_t bytes;
    } head[] = {{cell->runtime, sizeof cell->runtime},
                {cell->family, sizeof cell->family},
                {cell->workload, sizeof cell->workload},
                {cell->model, sizeof cell->model}};
    size_t filled = 0;
    if (runtime)
        snprintf(head[filled++].text, sizeof cell->runtime, "%s", runtime);

    struct error inner;
    char *rest = copy;
    for (char *part; (part = strsep(&rest, "/"));) {
        if (filled < 4) {
            if (!is_word(part, strlen(part)) || strlen(part) >= head[filled].bytes)
                return error_set(error, "cell '%s': '%s' is no name; a cell reads %s", name, part,
                                 runtime ? FORM : "RUNTIME/" FORM);
            snprintf(head[filled].text, head[filled].bytes, "%s", part);
            filled++;
        } else if (parse_key(part, cell, &inner)) {
            return error_set(error, "cell '%s': %s", name, inner.text);
        }
    }
    if (filled < 4)
        return error_set(error, "cell '%s' is too short; a cell reads %s", name,
                         runtime ? FORM : "RUNTIME/" FORM);
    return 0;
}

const char *cell_param(const struct cell *cell, const char *key)
{
    for (size_t i = 0; i < cell->param_count; i++)
        if (strcmp(cell->params[i].key, key) == 0)
            return cell->params[i].value;
    return NULL;
}

void cell_resolve(struct cell *cell, unsigned workers_max)
{
    bool part = strcmp(cell->place, "split") == 0; /* the larger half has the work */
    if (cell->workers_max)
        cell->workers = part ? (workers_max + 1) / 2 : workers_max;
    if (cell->workers_max && cell->conc && cell->conc < cell->workers)
        cell->workers = cell->conc;
    cell->workers_max = false;
}

void cell_format_params(const struct cell *cell, char *text, size_t text_bytes)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < cell->param_count && used < text_bytes; i++)
        used += (size_t)snprintf(text + used, text_bytes - used, "%s%s:%s", i ? "/" : "", cell->params[i].key,
                                 cell->params[i].value);
}

void cell_format(const struct cell *cell, char name[CELL_NAME_BYTES])
{
    char workers[24] = "", conc[24] = "", params[CELL_PARAMS_MAX * 48], place[24] = "";
    if (cell->workers_max)
        snprintf(workers, sizeof workers, "/workers:max");
    else if (cell->workers)
        snprintf(workers, sizeof workers, "/workers:%u", cell->workers);
    if (cell->conc)
        snprintf(conc, sizeof conc, "/conc:%u", cell->conc);
    if (cell->place[0])
        snprintf(place, sizeof place, "/place:%s", cell->place);
    cell_format_params(cell, params, sizeof params);
    snprintf(name, CELL_NAME_BYTES, "%s/%s/%s/%s%s%s%s%s%s", cell->runtime, cell->family, cell->workload,
             cell->model, workers, conc, params[0] ? "/" : "", params, place);
}

unsigned cell_load_percent(const struct cell *cell)
{
    const char *percent = cell_param(cell, "load");
    return percent ? (unsigned)strtoul(percent, NULL, 10) : 0;
}
