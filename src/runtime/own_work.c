/* SPDX-License-Identifier: MIT */
#include "own_work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "own_command.h"
#include "paths.h"
#include "plugin.h"
#include "program.h"
#include "workload_table.h"

#define VARIABLE "CROSSPOINT_PYTHON_TASK"

static struct program plugin = {.file = -1};
static struct own_work loaded_work;
static char folder[PATH_BYTES]; /* of a Python module */
static bool loaded;

bool own_work_given(const struct own_work *own)
{
    return own->plugin || own->command || own->python_task;
}

/* Each launch loads it anew, by its path: all of them are to load the same. */
static int load_plugin(const char *path, struct error *error)
{
    if (program_open(&plugin, path, error))
        return -1;
    plugin.by_path = true;
    return plugin_load(path, error);
}

bool own_work_is_python(const struct own_work *own)
{
    return own->python_task != NULL;
}

int own_work_check_runtime(const struct own_work *own, const char *kind, struct error *error)
{
    if (!own_work_is_python(own) || !kind || strcmp(kind, "native") != 0)
        return 0;
    return error_set(error, "--python-task runs in CPython; leave out --runtime native");
}

/* The driver of an interpreter reads it, whoever starts that. */
static int name_python_task(const struct own_work *own, struct error *error)
{
    json_error_t problem;
    json_t *args = own->args ? json_loads(own->args, JSON_DECODE_ANY, &problem) : NULL;
    if (own->args && !args)
        return error_set(error, "--args: no JSON: %s", problem.text);
    if (!realpath(own->path ? own->path : ".", folder)) {
        json_decref(args);
        return error_set(error, "--path %s: %s", own->path ? own->path : ".", strerror(errno));
    }
    json_t *named = json_pack("{s:s, s:s}", "task", own->python_task, "path", folder);
    if (args)
        json_object_set_new(named, "args", args);
    char *text = json_dumps(named, JSON_COMPACT);
    int result =
        text && setenv(VARIABLE, text, 1) == 0 ? 0 : error_set(error, "--python-task: no text in UTF-8");
    free(text);
    json_decref(named);
    return result;
}

int own_work_load(const struct own_work *own, struct error *error)
{
    if (loaded)
        return 0;
    unsetenv(VARIABLE);
    if (!own_work_given(own))
        return 0;
    loaded = true;
    if (own->plugin && load_plugin(own->plugin, error))
        return error_prefix(error, "--plugin");
    if (own->command && own_command_set(own->command, error))
        return error_prefix(error, "--command");
    if (own->python_task && name_python_task(own, error))
        return -1;
    loaded_work = *own;
    return 0;
}

bool own_work_has(const struct workload *workload)
{
    return workload_is_own(workload) || strcmp(workload->family, "own") == 0;
}

int own_work_check(struct error *error)
{
    return plugin.file >= 0 ? program_check(&plugin, error) : 0;
}

size_t own_work_arguments(const struct program *other, char *arguments[OWN_WORK_ARGUMENTS_MAX])
{
    size_t count = 0;
    if (plugin.file >= 0) {
        arguments[count++] = "--plugin";
        arguments[count++] = (char *)(other ? other->path : plugin.path);
    }
    if (loaded_work.command) {
        arguments[count++] = "--command";
        arguments[count++] = (char *)loaded_work.command;
    }
    if (loaded_work.python_task) {
        arguments[count++] = "--python-task";
        arguments[count++] = (char *)loaded_work.python_task;
        arguments[count++] = "--path";
        arguments[count++] = folder;
    }
    if (loaded_work.args) {
        arguments[count++] = "--args";
        arguments[count++] = (char *)loaded_work.args;
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
    if (own->python_task)
        json_object_set_new(object, "python_task", json_string(own->python_task));
    if (own->args)
        json_object_set_new(object, "args", json_loads(own->args, JSON_DECODE_ANY, NULL));
    return object;
}
