/* SPDX-License-Identifier: MIT */
#include "systems.h"

#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

enum { FILE_BYTES_MAX = 1 << 20 };

struct reader {
    struct systems *systems;
    struct error *error; /* of the first line that is wrong */
    bool failed;
};

static int copy_text(const char *key, const char *value, char *text, size_t text_bytes, struct error *error)
{
    if (*text)
        return error_set(error, "%s stands twice", key);
    if (!*value || strlen(value) >= text_bytes)
        return error_set(error, "%s is empty or longer than %zu bytes", key, text_bytes - 1);
    snprintf(text, text_bytes, "%s", value);
    return 0;
}

/* Continuation lines come as further values. */
static int read_cell(struct system *system, const char *runtime, const char *value, struct error *error)
{
    if (system->cell_count == SYSTEM_CELLS_MAX)
        return error_set(error, "more than %d cells", SYSTEM_CELLS_MAX);
    return cell_parse(value, runtime, &system->cells[system->cell_count++], error);
}

static int read_key(struct system *system, const char *key, const char *value, struct error *error)
{
    if (strcmp(key, "name") == 0)
        return copy_text(key, value, system->name, sizeof system->name, error);
    if (strcmp(key, "what") == 0)
        return copy_text(key, value, system->what, sizeof system->what, error);
    if (strcmp(key, "native") == 0 || strcmp(key, "cpython") == 0)
        return read_cell(system, key, value, error);
    return error_set(error, "unknown key '%s'; known: name, what, native, cpython", key);
}

/* The one that is being read, or a new one. NULL: error. */
static struct system *system_of(struct systems *systems, const char *section, struct error *error)
{
    if (systems->count > 0 && strcmp(systems->systems[systems->count - 1].section, section) == 0)
        return &systems->systems[systems->count - 1];
    struct system *grown = realloc(systems->systems, (systems->count + 1) * sizeof *grown);
    if (!grown) {
        error_set(error, "out of memory");
        return NULL;
    }
    systems->systems = grown;
    struct system *system = &grown[systems->count++];
    memset(system, 0, sizeof *system);
    return copy_text("a section's name", section, system->section, sizeof system->section, error) ? NULL
                                                                                                  : system;
}

static int take_key(void *context, const char *section, const char *key, const char *value)
{
    struct reader *reader = context;
    if (reader->failed)
        return 0;
    struct system *system = system_of(reader->systems, section, reader->error);
    reader->failed = !system || read_key(system, key, value, reader->error);
    return !reader->failed;
}

static int check(const struct systems *systems, struct error *error)
{
    if (systems->count == 0)
        return error_set(error, "no system");
    for (size_t i = 0; i < systems->count; i++) {
        const struct system *system = &systems->systems[i];
        if (!*system->name || !*system->what || system->cell_count == 0)
            return error_set(error, "[%s] lacks name, what or native", system->section);
    }
    return 0;
}

int systems_load(const char *path, struct systems *systems, struct error *error)
{
    struct reader reader = {.systems = systems, .error = error};
    memset(systems, 0, sizeof *systems);
    int descriptor = file_open(path, 0, FILE_BYTES_MAX, NULL, NULL, error);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "r");
    if (!file)
        return -1;
    int line = ini_parse_file(file, take_key, &reader);
    fclose(file);
    if (line > 0) {
        if (!reader.failed)
            error_set(error, "neither [section] nor key = value");
        return error_prefix(error, "%s:%d", path, line);
    }
    return line < 0 || check(systems, error) ? error_prefix(error, "%s", path) : 0;
}

void systems_free(struct systems *systems)
{
    free(systems->systems);
    memset(systems, 0, sizeof *systems);
}
