/* SPDX-License-Identifier: MIT */
#include "own_options.h"

#include "options.h"

enum { OPTION_PLUGIN = 768, OPTION_COMMAND, OPTION_PYTHON_TASK, OPTION_ARGS, OPTION_PATH };

static const struct argp_option option_table[] = {
    {"plugin", OPTION_PLUGIN, "FILE", 0, "your own task: a shared object with a workload in it", 0},
    {"command", OPTION_COMMAND, "TEXT", 0,
     "your own command, started once a task; {index} in it is the task's number", 0},
    {"python-task", OPTION_PYTHON_TASK, "MODULE:FUNCTION", 0, "your own callable, plain or async", 0},
    {"args", OPTION_ARGS, "JSON", 0, "of --python-task: an object for keywords, an array for positions", 0},
    {"path", OPTION_PATH, "DIR", 0, "of --python-task: where its module is; default: here", 0},
    {0},
};

static void set(const struct argp_state *state, const char *option, const char **field, const char *text)
{
    if (*field)
        options_error(state, "one --%s, not '%s' as well", option, text);
    *field = text;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct own_work *own = state->input;
    switch (key) {
    case OPTION_PLUGIN:
        set(state, "plugin", &own->plugin, text);
        return 0;
    case OPTION_COMMAND:
        set(state, "command", &own->command, text);
        return 0;
    case OPTION_PYTHON_TASK:
        set(state, "python-task", &own->python_task, text);
        return 0;
    case OPTION_ARGS:
        set(state, "args", &own->args, text);
        return 0;
    case OPTION_PATH:
        set(state, "path", &own->path, text);
        return 0;
    case ARGP_KEY_END:
        if ((own->args || own->path) && !own->python_task)
            options_error(state, "--%s goes with --python-task", own->args ? "args" : "path");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp own_options_argp = {.options = option_table, .parser = parse};
