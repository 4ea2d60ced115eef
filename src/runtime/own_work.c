/* SPDX-License-Identifier: MIT */
#include "own_work.h"

#include <string.h>

#include "own_command.h"
#include "plugin.h"
#include "program.h"
#include "workload_table.h"

static struct program plugin = {.file = -1};
static const char *command;
static bool loaded;

bool own_work_given(const struct own_work *own)
{
    return own->plugin || own->command;
}

/* Each launch loads it anew, by its path: all of them are to load the same. */
static int load_plugin(const char *path, struct error *error)
{
    if (program_open(&plugin, path, error))
        return -1;
    plugin.by_path = true;
    return plugin_load(path, error);
}

int own_work_load(const struct own_work *own, struct error *error)
{
    if (loaded || !own_work_given(own))
        return 0;
    loaded = true;
    if (own->plugin && load_plugin(own->plugin, error))
        return error_prefix(error, "--plugin");
    if (own->command && own_command_set(own->command, error))
        return error_prefix(error, "--command");
    command = own->command;
    return 0;
}

bool own_work_has(const struct workload *workload)
{
    return workload_is_own(workload);
}

int own_work_check(struct error *error)
{
    return plugin.file >= 0 ? program_check(&plugin, error) : 0;
}

size_t own_work_arguments(char *arguments[OWN_WORK_ARGUMENTS_MAX])
{
    size_t count = 0;
    if (plugin.file >= 0) {
        arguments[count++] = "--plugin";
        arguments[count++] = plugin.path;
    }
    if (command) {
        arguments[count++] = "--command";
        arguments[count++] = (char *)command;
    }
    return count;
}

json_t *own_work_json(const struct own_work *own)
{
    if (!own_work_given(own))
        return NULL;
    json_t *object = json_object();
    const char *slash = own->plugin ? strrchr(own->plugin, '/') : NULL;
    if (own->plugin)
        json_object_set_new(object, "plugin", json_string(slash ? slash + 1 : own->plugin));
    if (own->command)
        json_object_set_new(object, "command", json_string(own->command));
    return object;
}
