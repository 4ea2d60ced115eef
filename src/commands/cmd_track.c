/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "filter.h"
#include "nearest.h"
#include "options.h"
#include "progress.h"
#include "table.h"
#include "track_chart.h"
#include "track_write.h"
#include "words.h"

struct options {
    const char **paths;
    size_t path_count;
    const char *format, *filter, *out;
    bool all;
    struct gate gate;
    struct track_history history; /* metrics and options are set */
};

enum {
    OPTION_EFFECT = 256,
    OPTION_FORMAT,
    OPTION_METRIC,
    OPTION_CONFIRM,
    OPTION_FILTER,
    OPTION_ALL,
    OPTION_OUT,
    OPTION_GATE,
    OPTION_FAIL_ON
};

static const struct argp_option option_table[] = {
    {"effect", OPTION_EFFECT, "PERCENT", 0, "smallest step that matters; default: 5%", 0},
    {"confirm", OPTION_CONFIRM, "N", 0,
     "sessions that a step must last to be more than suspected; default: 3", 0},
    {"metric", OPTION_METRIC, "COLUMN", 0, "what to follow; may be repeated; default: items_per_second", 0},
    {"filter", OPTION_FILTER, "REGEX", 0, "cells whose name it finds; default: all", 0},
    {"format", OPTION_FORMAT, "NAME", 0, "text (default), csv, json, markdown or github (annotations)", 0},
    {"out", OPTION_OUT, "DIR", 0, "a page, index.html, and a chart a cell, into this new folder", 0},
    {"gate", OPTION_GATE, "FILE", 0, "thresholds, directions and exemptions: see docs/tracking.md", 0},
    {"fail-on", OPTION_FAIL_ON, "LIST", 0,
     "of regression,flip,too-little-data; default: regression,too-little-data", 0},
    {"all", OPTION_ALL, NULL, 0, "text and markdown: all cells, not only those that changed", 0},
    {0},
};

/* A sum over a launch's work is of as much work as each session calibrated; and `value` has no direction. */
static bool can_be_followed(int column)
{
    return columns[column].metric && column != COLUMN_VALUE && !result_is_total((enum column)column);
}

static void add_metric(const struct argp_state *state, struct track_history *history, const char *text)
{
    struct nearest nearest;
    int column = column_find(text);
    if (column < 0 || !can_be_followed(column)) {
        nearest_begin(&nearest, text, strlen(text), "");
        for (int i = 0; i < COLUMN_COUNT; i++)
            if (can_be_followed(i))
                nearest_offer(&nearest, columns[i].name);
        if (column >= 0 && columns[column].metric && column != COLUMN_VALUE)
            options_error(state, "%s is a sum over a launch's work, which each session calibrates anew; %s",
                          text, nearest_tell(&nearest));
        options_error(state, "no metric '%s' that can be followed; %s", text, nearest_tell(&nearest));
    }
    for (size_t i = 0; i < history->metric_count; i++)
        if (history->metrics[i] == (enum column)column)
            return;
    if (history->metric_count == TRACK_METRICS_MAX)
        options_error(state, "more than %d metrics", TRACK_METRICS_MAX);
    history->metrics[history->metric_count++] = (enum column)column;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case OPTION_EFFECT:
        options->history.options.effect = options_percent(state, "--effect", text);
        return 0;
    case OPTION_CONFIRM:
        options->history.options.confirm =
            (unsigned)options_count(state, "--confirm", text, 1, TRACK_CONFIRM_MAX);
        return 0;
    case OPTION_METRIC:
        add_metric(state, &options->history, text);
        return 0;
    case OPTION_FILTER:
        options->filter = text;
        return 0;
    case OPTION_FORMAT:
        options_format(state, text, "github");
        options->format = text;
        return 0;
    case OPTION_GATE:
        options_gate(state, text, &options->gate);
        return 0;
    case OPTION_FAIL_ON:
        options_fail_on(state, text, &options->gate);
        return 0;
    case OPTION_OUT:
        options->out = text;
        return 0;
    case OPTION_ALL:
        options->all = true;
        return 0;
    case ARGP_KEY_ARG:
        options->paths[options->path_count++] = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        options_error(state, "name a folder of results folders");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void tell_notes(const struct track_history *history)
{
    enum { TOLD_MAX = 10 };
    size_t told = 0;
    for (size_t i = 0; i < history->session_count; i++) {
        const struct track_session *session = &history->sessions[i];
        if (*session->note && ++told <= TOLD_MAX)
            word_tell(stderr, "crosspoint: warning: %s%s: %s", session->path,
                      session->left_out ? " left out" : "", session->note);
    }
    if (told > TOLD_MAX)
        word_tell(stderr, "crosspoint: warning: and so of %zu more folders", told - TOLD_MAX);
}

static int exit_code(const struct track_history *history)
{
    struct track_counts counts;
    unsigned fail_on = history->gate->fail_on;
    track_count(history, &counts);
    if ((counts.fails && (fail_on & GATE_ON_REGRESSION)) ||
        (counts.flips_failing && (fail_on & GATE_ON_FLIP)))
        return EXIT_REGRESSION;
    if (!counts.rows)
        return EXIT_NOTHING_COMPARABLE;
    bool lacking = 2 * (counts.verdicts[TRACK_SHORT] + counts.verdicts[TRACK_NOISY]) > counts.rows;
    return lacking && (fail_on & GATE_ON_TOO_LITTLE) ? EXIT_TOO_LITTLE_DATA : EXIT_FINE;
}

static int print(const struct options *options, int code, struct error *error)
{
    if (strcmp(options->format, "github") == 0)
        return track_write_github(&options->history, stdout, error);
    return track_write(&options->history, options->format, options->all, code, progress_colour(STDOUT_FILENO),
                       progress_width(STDOUT_FILENO), stdout, error);
}

static int track(struct options *options, const regex_t *filter)
{
    struct track_history *history = &options->history;
    struct error error;
    int code;
    if (track_history_load(options->paths, options->path_count, filter, history, &error)) {
        tell_notes(history);
        code = error_tell(&error);
    } else {
        tell_notes(history);
        code = exit_code(history);
        if (print(options, code, &error) || (options->out && track_page_make(history, options->out, &error)))
            code = error_tell(&error);
    }
    track_history_free(history);
    return code;
}

int cmd_track(int argc, char **argv)
{
    static const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .args_doc = "DIR...",
        .doc =
            "Follows cells and verdicts over the sessions in DIR, a folder of results folders at any depth: "
            "which "
            "stepped, when, and at which commit.\v"
            "Exit status: 0 no cell got slower; 1 one did, and that is confirmed, or fails; 2 bad usage or "
            "unreadable input; 3 nothing to follow; 4 the history of more than half of the cells is too "
            "short, or "
            "scatters too much, for a step of the effect's size."};
    struct options options = {.format = "text", .paths = calloc((size_t)argc + 1, sizeof *options.paths)};
    struct error error;
    regex_t filter;
    int code;
    if (!options.paths) {
        error_set(&error, "out of memory");
        return error_tell(&error);
    }
    options.history.options = track_options_default;
    options.gate = gate_default;
    options.history.gate = &options.gate;
    options_parse(&argp, argc, argv, &options);
    if (!options.history.metric_count)
        options.history.metrics[options.history.metric_count++] = COLUMN_ITEMS_PER_SECOND;
    if (!options.filter) {
        code = track(&options, NULL);
    } else if (filter_compile(options.filter, &filter, &error)) {
        code = error_tell(&error);
    } else {
        code = track(&options, &filter);
        regfree(&filter);
    }
    gate_free(&options.gate);
    free(options.paths);
    return code;
}
