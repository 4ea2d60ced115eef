/* SPDX-License-Identifier: MIT */
#include "ini_file.h"

#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

enum { FILE_BYTES_MAX = 1 << 20 };

struct reader {
    ini_file_take *take;
    void *context;
    struct error *error; /* of the first line that is refused */
    bool failed;
};

static int take_key(void *context, const char *section, const char *key, const char *value)
{
    struct reader *reader = context;
    if (reader->failed)
        return 0;
    reader->failed = reader->take(reader->context, section, key, value, reader->error) != 0;
    return !reader->failed;
}

int ini_file_read(const char *path, ini_file_take *take, void *context, struct error *error)
{
    struct reader reader = {.take = take, .context = context, .error = error};
    int descriptor = file_open(path, 0, FILE_BYTES_MAX, NULL, NULL, error);
    if (descriptor < 0)
        return -1;
    FILE *file = fdopen(descriptor, "r");
    if (!file) {
        close(descriptor);
        return error_set(error, "%s: out of memory", path);
    }
    int line = ini_parse_file(file, take_key, &reader);
    fclose(file);
    if (line == 0)
        return 0;
    if (!reader.failed)
        error_set(error, line < 0 ? "it cannot be read" : "neither [section] nor key = value");
    return line < 0 ? error_prefix(error, "%s", path) : error_prefix(error, "%s:%d", path, line);
}

int ini_file_copy(const char *key, const char *value, char *text, size_t text_bytes, struct error *error)
{
    if (*text)
        return error_set(error, "%s stands twice", key);
    if (!*value || strlen(value) >= text_bytes)
        return error_set(error, "%s is empty or longer than %zu bytes", key, text_bytes - 1);
    snprintf(text, text_bytes, "%s", value);
    return 0;
}
