/* SPDX-License-Identifier: MIT */
#include "own_options.h"

#include "options.h"

enum { OPTION_PLUGIN = 768, OPTION_COMMAND };

static const struct argp_option option_table[] = {
    {"plugin", OPTION_PLUGIN, "FILE", 0, "your own task: a shared object with a workload in it", 0},
    {"command", OPTION_COMMAND, "TEXT", 0,
     "your own command, started once a task; {index} in it is the task's number", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct own_work *own = state->input;
    switch (key) {
    case OPTION_PLUGIN:
        if (own->plugin)
            options_error(state, "one --plugin, not '%s' as well", text);
        own->plugin = text;
        return 0;
    case OPTION_COMMAND:
        if (own->command)
            options_error(state, "one --command, not '%s' as well", text);
        own->command = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp own_options_argp = {.options = option_table, .parser = parse};
