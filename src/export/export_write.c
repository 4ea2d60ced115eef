/* SPDX-License-Identifier: MIT */
/* What the writers share. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "file.h"
#include "run_file.h"

/* Digits that read back as the same figure, but for rounding of 1e-15: jansson's own 17 show 0.1 as
 * 0.10000000000000001. */
static const size_t json_flags = JSON_INDENT(1) | JSON_REAL_PRECISION(15) | JSON_PRESERVE_ORDER;

int export_file(const struct export_job *job, const char *name, export_put *put, const void *context,
                struct error *error)
{
    char path[PATH_BYTES];
    struct file_new file;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", job->folder, name) >= sizeof path)
        return error_set(error, "%s/%s: the path is too long", job->folder, name);
    if (!file_create(&file, path, error))
        return -1;
    if (put(context, file.stream)) {
        file_drop(&file);
        return error_set(error, "%s: cannot be written", path);
    }
    return file_finish(&file, error);
}

static int put_json(const void *context, FILE *out)
{
    return json_dumpf(context, out, json_flags) || fputc('\n', out) == EOF ? -1 : 0;
}

int export_json_file(const struct export_job *job, const char *name, json_t *value, struct error *error)
{
    int result = value ? export_file(job, name, put_json, value, error) : error_set(error, "out of memory");
    json_decref(value);
    return result;
}

int export_json(const struct export_job *job, json_t *value, struct error *error)
{
    int result = value ? put_json(value, job->out) : error_set(error, "out of memory");
    if (value && result)
        error_set(error, "the output cannot be written");
    json_decref(value);
    return result;
}

void export_file_name(const char *name, char *file, size_t file_bytes)
{
    snprintf(file, file_bytes, "%s", name);
    for (char *c = file; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '-' && (*c != '.' || c == file))
            *c = '_';
}

bool export_has(const struct export_run *run, const char *cell)
{
    return !run->filtered || regexec(&run->filter, cell, 0, NULL, 0) == 0;
}

/* A text on one line, a number as text: trackers take texts. */
static json_t *as_text(const json_t *value)
{
    char *dumped =
        json_is_number(value) ? json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) : NULL;
    const char *text = dumped ? dumped : json_string_value(value);
    json_t *result = text && *text && !strpbrk(text, "\n\r") ? json_string(text) : NULL;
    free(dumped);
    return result;
}

json_t *export_texts(const struct export_run *run, const struct export_key *keys, size_t count)
{
    json_t *texts = json_object();
    for (size_t i = 0; i < count; i++) {
        json_t *text = as_text(run_file_value(run->run, keys[i].path));
        if (text)
            json_object_set_new(texts, keys[i].key, text);
    }
    return texts;
}

void export_time(const struct export_run *run, const char *format, char *text, size_t text_bytes)
{
    struct tm parts;
    *text = '\0';
    if (run->time_s >= 0 && gmtime_r(&run->time_s, &parts) && !strftime(text, text_bytes, format, &parts))
        *text = '\0';
}

json_t *export_values(const struct figure *figure)
{
    json_t *values = json_array();
    for (size_t i = 0; i < figure->count; i++)
        json_array_append_new(values, json_real(figure_in_seconds(figure, figure->values[i])));
    return values;
}
