/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "annotate.h"
#include "compare_ab.h"
#include "compare_flips.h"
#include "compare_origin.h"
#include "compare_runs.h"
#include "nearest.h"
#include "options.h"
#include "run_options.h"
#include "progress.h"
#include "table.h"
#include "words.h"

struct options {
    const char **paths; /* BASE, NEW, and each --base */
    size_t path_count;
    const char *format;
    enum column metric;
    double effect;
    struct gate gate;
    bool ab;
    struct run_options run;
    const char *run_option; /* one of run's that was given, or NULL */
};

enum {
    OPTION_EFFECT = 256,
    OPTION_FORMAT,
    OPTION_METRIC,
    OPTION_AB,
    OPTION_BASE,
    OPTION_GATE,
    OPTION_FAIL_ON
};

static const struct argp_option option_table[] = {
    {"effect", OPTION_EFFECT, "PERCENT", 0, "smallest difference that matters; default: 5%", 0},
    {"format", OPTION_FORMAT, "NAME", 0, "text (default), csv, json, markdown or github (annotations)", 0},
    {"gate", OPTION_GATE, "FILE", 0, "thresholds, directions and exemptions: see docs/tracking.md", 0},
    {"fail-on", OPTION_FAIL_ON, "LIST", 0,
     "of regression,flip,too-little-data; default: regression,too-little-data", 0},
    {"ab", OPTION_AB, NULL, 0,
     "BASE and NEW are two builds of crosspoint: measure both, interleaved in one run, and compare; takes "
     "the options of "
     "run too",
     0},
    {"base", OPTION_BASE, "RUN", 0,
     "one more run of the base, from another session; with three in all, BASE among them, they show how far "
     "sessions differ, and what differs no further is not told slower or faster",
     0},
    {"metric", OPTION_METRIC, "COLUMN", 0, "what to compare; default: items_per_second", 0},
    {0},
};

/* More of `value` is better in one cell and worse in the next. */
static bool has_direction(int column)
{
    return columns[column].metric && column != COLUMN_VALUE;
}

static enum column parse_metric(const struct argp_state *state, const char *text)
{
    struct nearest nearest;
    int column = column_find(text);
    if (column >= 0 && has_direction(column))
        return (enum column)column;
    nearest_begin(&nearest, text, strlen(text), "");
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (has_direction(i))
            nearest_offer(&nearest, columns[i].name);
    if (column == COLUMN_VALUE)
        options_error(state, "value has no direction; compare another metric; %s", nearest_tell(&nearest));
    options_error(state, "no metric '%s'; %s", text, nearest_tell(&nearest));
}

/* The options of run, and which of them was given. */
static error_t parse_run(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    for (const struct argp_option *option = run_options_argp.options; option->name; option++)
        if (option->key == key)
            options->run_option = option->name;
    state->input = &options->run;
    return run_options_argp.parser(key, text, state);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = options;
        return 0;
    case OPTION_AB:
        options->ab = true;
        return 0;
    case OPTION_BASE:
        options->paths[options->path_count++] = text;
        return 0;
    case OPTION_GATE:
        options_gate(state, text, &options->gate);
        return 0;
    case OPTION_FAIL_ON:
        options_fail_on(state, text, &options->gate);
        return 0;
    case OPTION_EFFECT:
        options->effect = options_percent(state, "--effect", text);
        return 0;
    case OPTION_FORMAT:
        options_format(state, text, "github");
        options->format = text;
        return 0;
    case OPTION_METRIC:
        options->metric = parse_metric(state, text);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            options_error(state, "two runs, BASE and NEW, not '%s' as well", text);
        options->paths[state->arg_num] = text;
        return 0;
    case ARGP_KEY_END:
        if (options->run_option && !options->ab)
            options_error(state, "--%s needs --ab: two runs are compared as they are", options->run_option);
        if (own_work_given(&options->run.own) && !options->ab)
            options_error(state, "one's own work needs --ab: two runs are compared as they are");
        if (options->ab && options->path_count > 2)
            options_error(state, "--base is another run of BASE, and --ab measures it anew: leave one out");
        if (options->ab && (options->gate.fail_on & GATE_ON_FLIP))
            options_error(state, "--fail-on flip needs verdicts.csv of two runs, which --ab does not make");
        if (state->arg_num < 2)
            options_error(state, "name two runs, BASE and NEW: results folders or samples.csv files");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int load(const struct options *options, struct compare_runs *runs, struct error *error)
{
    if (compare_runs_load(options->paths, options->path_count, options->metric, runs, error))
        return -1;
    for (size_t i = 0; i < runs->count; i++)
        if (runs->tables[i].cut_bytes)
            word_tell(stderr, "crosspoint: warning: %s: the last line is cut (%zu bytes) and left out",
                      options->paths[i], runs->tables[i].cut_bytes);
    return 0;
}

static void warn_of(const struct options *options, const struct compare_origin *base, size_t number,
                    const struct compare_origin *new)
{
    char warning[2048];
    compare_origin_warning(base, new, warning, sizeof warning);
    if (!*warning)
        return;
    if (number)
        word_tell(stderr, "crosspoint: warning: %s: %s", options->paths[number], warning);
    else
        word_tell(stderr, "crosspoint: warning: %s", warning);
}

/* Runs that are to show how far sessions differ are of a session each. */
static int check_sessions(const struct options *options, const struct compare_origin *origins,
                          const struct compare_runs *runs, struct error *error)
{
    for (size_t i = 0; i < runs->count; i++)
        for (size_t k = i + 1; k < runs->count; k++)
            if (compare_origin_pairing(&origins[i], &origins[k]) == COMPARE_PAIRED ||
                (*runs->tables[i].run_id && strcmp(runs->tables[i].run_id, runs->tables[k].run_id) == 0))
                return error_set(error,
                                 "%s and %s are of one session: with --base each run is to be of another",
                                 options->paths[i], options->paths[k]);
    return 0;
}

static int choose_pairing(const struct options *options, const struct compare_runs *runs,
                          enum compare_pairing *pairing, struct error *error)
{
    struct compare_origin *origins = calloc(runs->count, sizeof *origins);
    int result = origins ? 0 : error_set(error, "out of memory");
    for (size_t i = 0; i < runs->count && !result; i++)
        result = compare_origin_load(options->paths[i], &origins[i], error);
    for (size_t i = 0; i < runs->count && !result; i++)
        if (i != 1)
            warn_of(options, &origins[i], i, &origins[1]);
    if (!result && runs->count > 2) {
        *pairing = COMPARE_SESSIONS;
        result = check_sessions(options, origins, runs, error);
    } else if (!result) {
        *pairing = compare_origin_pairing(&origins[0], &origins[1]);
    }
    for (size_t i = 0; origins && i < runs->count; i++)
        compare_origin_free(&origins[i]);
    free(origins);
    return result;
}

static void tell_flip(const struct options *options, const struct compare_flip *flip)
{
    static const char text[] = "%s, %s: %s in base, %s in new";
    const struct verdict_line *base = flip->base, *new = flip->new;
    struct annotations annotations = {.out = stdout};
    if (strcmp(options->format, "github") == 0)
        annotate(&annotations, flip->fails ? ANNOTATE_ERROR : ANNOTATE_WARNING, "verdict flipped", text,
                 base->rule, base->runtime, base->word, new->word);
    else
        word_tell(stderr, text, base->rule, base->runtime, base->word, new->word);
}

/* With --fail-on flip alone: the exit code, or 1. */
static int judge_flips(const struct options *options, int code)
{
    struct verdict_lines lines[2] = {{.lines = NULL}, {.lines = NULL}};
    struct error error;
    size_t count = 0;
    int failed = verdict_lines_load(options->paths[0], &lines[0], &error) ||
                 verdict_lines_load(options->paths[1], &lines[1], &error);
    struct compare_flip *flips = failed ? NULL : compare_flips(&lines[0], &lines[1], &options->gate, &count);
    if (!failed && !flips)
        failed = error_set(&error, "out of memory");
    for (size_t i = 0; i < count; i++) {
        tell_flip(options, &flips[i]);
        code = flips[i].fails ? EXIT_REGRESSION : code;
    }
    free(flips);
    verdict_lines_free(&lines[0]);
    verdict_lines_free(&lines[1]);
    return failed ? error_tell(&error) : code;
}

int cmd_compare(int argc, char **argv)
{
    const struct argp run_argp = {
        .options = run_options_argp.options, .parser = parse_run, .children = run_options_argp.children};
    const struct argp_child children[] = {{&run_argp, 0, "With --ab:", 1}, {0}};
    const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .children = children,
        .args_doc = "BASE NEW",
        .doc = "Compares two runs cell by cell: slower, faster, same or inconclusive.\v"
               "Exit status: 0 no cell is slower; 1 one is, or fails in NEW, in BASE not or far less often; "
               "2 bad usage or unreadable "
               "input; 3 nothing comparable; 4 too little data for the effect in more than half of the "
               "cells, or to judge again what --ab found slower, or more than half of BASE's cells without a "
               "counterpart; 130 interrupted."};
    struct options options = {.format = "text",
                              .metric = COLUMN_ITEMS_PER_SECOND,
                              .effect = 0.05,
                              .gate = gate_default,
                              .paths = calloc((size_t)argc + 2, sizeof *options.paths),
                              .path_count = 2};
    struct error error;
    if (!options.paths) {
        error_set(&error, "out of memory");
        return error_tell(&error);
    }
    run_options_init(&options.run);
    options_parse(&argp, argc, argv, &options);
    if (options.ab) {
        const struct compare_ab ab = {.names = {options.paths[0], options.paths[1]},
                                      .run = &options.run,
                                      .metric = options.metric,
                                      .effect = options.effect,
                                      .gate = &options.gate};
        int ab_code = compare_ab(&ab, options.format);
        gate_free(&options.gate);
        free(options.paths);
        return ab_code;
    }

    struct compare_runs runs;
    struct compare_options how = {.effect = options.effect, .gate = &options.gate};
    int code;
    if (load(&options, &runs, &error) || choose_pairing(&options, &runs, &how.pairing, &error) ||
        compare_runs_judge(&runs, &how, &error) ||
        compared_write(&runs.compared, options.format, progress_colour(STDOUT_FILENO),
                       progress_width(STDOUT_FILENO), stdout, &error))
        code = error_tell(&error);
    else {
        compared_name_broken(&runs.compared, stderr);
        code = compared_exit_code(&runs.compared);
    }
    if (code != EXIT_USAGE && (options.gate.fail_on & GATE_ON_FLIP))
        code = judge_flips(&options, code);
    compare_runs_free(&runs);
    gate_free(&options.gate);
    free(options.paths);
    return code;
}
