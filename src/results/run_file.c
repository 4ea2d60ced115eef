/* SPDX-License-Identifier: MIT */
#include "run_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "utf8.h"

enum { RUN_BYTES_MAX = 64 << 20 };

static int load(const char *folder, bool if_any, json_t **run, struct error *error)
{
    char path[PATH_BYTES];
    json_error_t problem;
    size_t bytes;
    bool missing;
    *run = NULL;
    snprintf(path, sizeof path, "%s/run.json", folder);
    char *text = file_read(path, FILE_NO_LINK, RUN_BYTES_MAX, &bytes, &missing, error);
    if (!text && missing && if_any)
        return 0;
    if (!text)
        return missing ? error_set(error, "%s: No such file; name a results folder", path) : -1;
    json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &problem);
    free(text);
    if (!root)
        return error_set(error, "%s: line %d: %s", path, problem.line, problem.text);
    if (!json_is_object(root)) {
        json_decref(root);
        return error_set(error, "%s: line 1: not an object", path);
    }
    *run = root;
    return 0;
}

json_t *run_file_load(const char *folder, struct error *error)
{
    json_t *run;
    return load(folder, false, &run, error) ? NULL : run;
}

int run_file_load_if_any(const char *folder, json_t **run, struct error *error)
{
    return load(folder, true, run, error);
}

json_t *run_file_value(const json_t *run, const char *path)
{
    const json_t *value = run;
    while (value && *path) {
        char key[64];
        size_t length = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)length, path);
        value = json_object_get(value, key);
        path += length + (path[length] == '.');
    }
    return (json_t *)value;
}

const char *run_file_text(const json_t *run, const char *path, const char *otherwise)
{
    const char *text = json_string_value(run_file_value(run, path));
    return text ? text : otherwise;
}

double run_file_number(const json_t *run, const char *path, double otherwise)
{
    const json_t *value = run_file_value(run, path);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

bool run_file_is_true(const json_t *run, const char *path)
{
    return json_is_true(run_file_value(run, path));
}

void run_file_word_build(const json_t *run, char *text, size_t text_bytes)
{
    snprintf(text, text_bytes, "%s %s %s", run_file_text(run, "versions.compiler", "unknown compiler"),
             run_file_text(run, "versions.build_type", ""),
             run_file_text(run, "versions.compiler_flags", ""));
    text[strcspn(text, "\n")] = '\0';
    for (size_t end = strlen(text); end && text[end - 1] == ' ';)
        text[--end] = '\0';
    utf8_repair(text); /* JSON takes no character that was cut */
}

void run_file_word_launches(const json_t *run, char *text, size_t text_bytes)
{
    double launch_ms = run_file_number(run, "options.launch_ms", 0);
    if (launch_ms > 0)
        snprintf(text, text_bytes, "launches of %g ms", launch_ms);
    else
        snprintf(text, text_bytes, "launches of the least work");
}
