/* SPDX-License-Identifier: MIT */
#include "systems.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ini_file.h"

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
        return ini_file_copy(key, value, system->name, sizeof system->name, error);
    if (strcmp(key, "what") == 0)
        return ini_file_copy(key, value, system->what, sizeof system->what, error);
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
    return ini_file_copy("a section's name", section, system->section, sizeof system->section, error)
               ? NULL
               : system;
}

static int take_key(void *context, const char *section, const char *key, const char *value,
                    struct error *error)
{
    struct system *system = system_of(context, section, error);
    return system ? read_key(system, key, value, error) : -1;
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
    memset(systems, 0, sizeof *systems);
    if (ini_file_read(path, take_key, systems, error))
        return -1;
    return check(systems, error) ? error_prefix(error, "%s", path) : 0;
}

void systems_free(struct systems *systems)
{
    free(systems->systems);
    memset(systems, 0, sizeof *systems);
}
