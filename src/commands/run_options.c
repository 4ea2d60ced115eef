/* SPDX-License-Identifier: MIT */
#include "run_options.h"

#include <string.h>

#include "cell.h"
#include "nearest.h"
#include "options.h"
#include "own_options.h"

enum {
    OPTION_PROFILE = 512,
    OPTION_RULE,
    OPTION_RULES,
    OPTION_FILTER,
    OPTION_BLOCKS,
    OPTION_LAUNCH_MS,
    OPTION_WORKERS,
    OPTION_CONC,
    OPTION_PLACE,
    OPTION_KEY,
    OPTION_SEED,
    OPTION_OUT,
    OPTION_LIKE,
    OPTION_RUNTIME,
    OPTION_TIMEOUT,
    OPTION_QUIET,
    OPTION_PYTHON,
};

static const struct argp_option option_table[] = {
    {"profile", OPTION_PROFILE, "NAME", 0, "smoke, quick (default) or full", 0},
    {"rule", OPTION_RULE, "ID", 0, "only the cells of this rule; may be repeated", 0},
    {"rules", OPTION_RULES, "FILE|DIR", 0, "your own rules instead of those that come along", 0},
    {"filter", OPTION_FILTER, "REGEX", 0, "only cells whose name matches; also cells that no rule names", 0},
    {"blocks", OPTION_BLOCKS, "N", 0, "how often each cell is launched; default: by profile", 0},
    {"launch-ms", OPTION_LAUNCH_MS, "N", 0,
     "least time of a launch of a group's slowest cell; default: by profile", 0},
    {"workers", OPTION_WORKERS, "LIST", 0,
     "cells with these workers (max, or numbers) instead of the rules' cells", 0},
    {"conc", OPTION_CONC, "LIST", 0,
     "cells with these numbers of tasks in flight instead of the rules' cells", 0},
    {"place", OPTION_PLACE, "LIST", 0, "cells with these placements instead of the rules' cells", 0},
    {"key", OPTION_KEY, "KEY:LIST", 0,
     "cells with these values of a workload's own key instead of the rules' cells; may be repeated", 0},
    {"seed", OPTION_SEED, "N", 0, "of the order of launches; default: random, recorded", 0},
    {"out", OPTION_OUT, "DIR", 0, "the results folder; must not exist. Default: results/TIME-HOST", 0},
    {"like", OPTION_LIKE, "DIR", 0, "the same work per launch as in that run, cell by cell", 0},
    {"timeout", OPTION_TIMEOUT, "S", 0,
     "seconds after which a launch is ended and counts as failed; default: by profile", 0},
    {"runtime", OPTION_RUNTIME, "NAME", 0, "native, cpython or all (default): whose cells", 0},
    {"python", OPTION_PYTHON, "PATH", 0,
     "an interpreter for the cells of cpython; may be repeated. Default: the first python3 there is", 0},
    {"quiet", OPTION_QUIET, NULL, 0, "no progress", 0},
    {0},
};

static struct selection_axis *find_axis(const struct argp_state *state, struct selection *selection,
                                        const char *key)
{
    for (size_t i = 0; i < selection->axis_count; i++)
        if (strcmp(selection->axes[i].key, key) == 0)
            return &selection->axes[i];
    if (selection->axis_count == SELECTION_AXES_MAX)
        options_error(state, "more than %d keys", SELECTION_AXES_MAX);
    selection->axes[selection->axis_count] = (struct selection_axis){.key = key};
    return &selection->axes[selection->axis_count++];
}

static void add_axis(const struct argp_state *state, struct selection *selection, const char *key, char *text)
{
    struct selection_axis *axis = find_axis(state, selection, key);
    for (char *value; (value = strsep(&text, ","));) {
        struct cell cell = {0};
        struct error error;
        if (axis->count == SELECTION_VALUES_MAX)
            options_error(state, "%s has more than %d values", key, SELECTION_VALUES_MAX);
        if (!*value)
            options_error(state, "%s: a value of the list is empty", key);
        if (cell_set(&cell, key, value, &error))
            options_error(state, "%s: %s", key, error.text);
        axis->values[axis->count++] = value;
    }
}

/* "terms:1000,10000" */
static void add_key(const struct argp_state *state, struct selection *selection, char *text)
{
    const char *key = strsep(&text, ":");
    if (!text || !*key)
        options_error(state, "--key: '%s' is not of the form KEY:VALUE,VALUE", key);
    add_axis(state, selection, key, text);
}

static void set_profile(const struct argp_state *state, struct run_options *options, const char *name)
{
    options->selection.profile = profile_find(name);
    if (options->selection.profile)
        return;
    struct nearest nearest;
    nearest_begin(&nearest, name, strlen(name), "");
    for (size_t i = 0; i < profile_count; i++)
        nearest_offer(&nearest, profiles[i].name);
    options_error(state, "no profile '%s'; %s", name, nearest_tell(&nearest));
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct run_options *options = state->input;
    struct selection *selection = &options->selection;
    options->given |= key >= OPTION_PROFILE && key < OPTION_QUIET && key != OPTION_RULES;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->own;
        return 0;
    case OPTION_PROFILE:
        set_profile(state, options, text);
        return 0;
    case OPTION_RULE:
        if (selection->rule_count == SELECTION_VALUES_MAX)
            options_error(state, "more than %d rules; leave --rule out for all", SELECTION_VALUES_MAX);
        selection->rule_ids[selection->rule_count++] = text;
        return 0;
    case OPTION_RULES:
        options->rules = text;
        return 0;
    case OPTION_FILTER:
        selection->filter = text;
        return 0;
    case OPTION_BLOCKS:
        options->blocks = (unsigned)options_count(state, "--blocks", text, 1, 100000);
        return 0;
    case OPTION_LAUNCH_MS:
        options->launch_ms = (double)options_count(state, "--launch-ms", text, 1, 3600000);
        return 0;
    case OPTION_WORKERS:
        add_axis(state, selection, "workers", text);
        return 0;
    case OPTION_CONC:
        add_axis(state, selection, "conc", text);
        return 0;
    case OPTION_PLACE:
        add_axis(state, selection, "place", text);
        return 0;
    case OPTION_KEY:
        add_key(state, selection, text);
        return 0;
    case OPTION_SEED:
        options->seed = options_count(state, "--seed", text, 0, INT64_MAX);
        options->seed_given = true;
        return 0;
    case OPTION_OUT:
        options->out = text;
        return 0;
    case OPTION_LIKE:
        options->like = text;
        return 0;
    case OPTION_TIMEOUT:
        options->timeout_s = (double)options_count(state, "--timeout", text, 1, 86400);
        return 0;
    case OPTION_RUNTIME:
        selection->runtime_kind = options_runtime(state, text);
        return 0;
    case OPTION_PYTHON:
        if (options->python_count == RUN_PYTHONS_MAX)
            options_error(state, "more than %d interpreters", RUN_PYTHONS_MAX);
        options->pythons[options->python_count++] = text;
        return 0;
    case OPTION_QUIET:
        options->quiet = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void run_options_init(struct run_options *options)
{
    *options = (struct run_options){.selection.profile = profile_find("quick")};
}

static const struct argp_child children[] = {{&own_options_argp, 0, NULL, 0}, {0}};

const struct argp run_options_argp = {.options = option_table, .parser = parse, .children = children};
