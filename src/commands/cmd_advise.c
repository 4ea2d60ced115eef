/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "advice_page.h"
#include "advice_write.h"
#include "advise.h"
#include "command.h"
#include "knee_write.h"
#include "launch.h"
#include "options.h"
#include "own_options.h"
#include "progress.h"
#include "words.h"

struct options {
    struct advise advise;
    const char *url; /* a server instead of a task */
    const char *format, *page;
};

enum {
    OPTION_SECONDS = 256,
    OPTION_FORMAT,
    OPTION_PAGE,
    OPTION_CONC,
    OPTION_SEED,
    OPTION_OUT,
    OPTION_QUIET,
    OPTION_PYTHON,
    OPTION_URL
};

static const struct argp_option option_table[] = {
    {"url", OPTION_URL, "URL", 0,
     "a server that runs here, as http://127.0.0.1:8080/ or 127.0.0.1:9000 (echo): how many connections at "
     "once, and "
     "latency under load",
     0},
    {"seconds", OPTION_SECONDS, "N", 0, "how long it may take (60)", 0},
    {"conc", OPTION_CONC, "N", 0, "no more than so many tasks at once; default: as many as are worth a try",
     0},
    {"format", OPTION_FORMAT, "text|json|markdown", 0, "of what is printed", 0},
    {"page", OPTION_PAGE, "FILE", 0, "also writes the advice as a page with a chart (HTML)", 0},
    {"python", OPTION_PYTHON, "PATH", 0,
     "the interpreter of a --python-task; default: the first python3 there is", 0},
    {"seed", OPTION_SEED, "N", 0, "of the order of launches; default: random, recorded", 0},
    {"out", OPTION_OUT, "DIR", 0, "the results folder; must not exist. Default: results/TIME-HOST-advice", 0},
    {"quiet", OPTION_QUIET, NULL, 0, "no progress", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    struct run_options *run = &options->advise.run;
    struct error error;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &run->own;
        return 0;
    case OPTION_SECONDS:
        options->advise.seconds = (double)options_count(state, "--seconds", text, 5, 86400);
        return 0;
    case OPTION_CONC:
        options->advise.in_flight_max = (unsigned)options_count(state, "--conc", text, 1, 10000);
        return 0;
    case OPTION_FORMAT:
        if (advice_check_format(text, &error))
            options_error(state, "%s", error.text);
        options->format = text;
        return 0;
    case OPTION_PAGE:
        options->page = text;
        return 0;
    case OPTION_SEED:
        run->seed = options_count(state, "--seed", text, 0, INT64_MAX);
        run->seed_given = true;
        return 0;
    case OPTION_PYTHON:
        if (run->python_count)
            options_error(state, "one --python, not '%s' as well", text);
        run->pythons[run->python_count++] = text;
        return 0;
    case OPTION_OUT:
        run->out = text;
        return 0;
    case OPTION_QUIET:
        run->quiet = true;
        return 0;
    case OPTION_URL:
        options->url = text;
        return 0;
    case ARGP_KEY_ARG:
        options_error(state, "no argument '%s' here; a task is named by --plugin, --command or --python-task",
                      text);
    case ARGP_KEY_END:
        if (!own_work_given(&run->own) && !options->url)
            options_error(state,
                          "name a task: --plugin FILE, --command TEXT or --python-task MODULE:FUNCTION; or a "
                          "server: --url URL");
        if (own_work_given(&run->own) && options->url)
            options_error(state, "a task or a server (--url), not both");
        if (options->url && (run->out || options->page))
            options_error(state, "--%s is of tasks; --format json has all figures of a server",
                          run->out ? "out" : "page");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int tell(struct advice *advice, const struct session *session, const struct options *options)
{
    const struct table_style style = {.colour = progress_colour(STDOUT_FILENO),
                                      .width = (size_t)progress_width(STDOUT_FILENO)};
    struct error error;
    advice_conclude(advice);
    if (advice_write(advice, options->format, &style, stdout, &error))
        return error_tell(&error);
    if (options->page && advice_page_write(advice, options->page, session->builds[0].folder, &error))
        return error_tell(&error);
    if (!options->advise.run.quiet)
        word_tell(stderr, "%.0f s; what was measured is in %s", advice->spent_s, session->builds[0].folder);
    return advice->blocks < advice->blocks_needed ? EXIT_TOO_LITTLE_DATA : EXIT_FINE;
}

static int advise_server(const struct options *options)
{
    const struct run_options *run = &options->advise.run;
    const struct knee_options knee_options = {.server = options->url,
                                              .seconds = options->advise.seconds,
                                              .connections_max = options->advise.in_flight_max,
                                              .seed = run->seed,
                                              .quiet = run->quiet};
    const struct table_style style = {.colour = progress_colour(STDOUT_FILENO),
                                      .width = (size_t)progress_width(STDOUT_FILENO)};
    struct knee knee;
    struct error error;
    if (knee_measure(&knee_options, &knee, &error))
        return error_tell(&error);
    if (knee_write(&knee, options->format, &style, stdout)) {
        error_set(&error, "standard output: %s", strerror(errno));
        return error_tell(&error);
    }
    return EXIT_FINE;
}

int cmd_advise(int argc, char **argv)
{
    static const struct argp_child children[] = {{&own_options_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .children = children,
        .doc = "Says how to run your own task: under which model, with how many "
               "workers, what the second best and the "
               "documents' choice lose, and how sure that is.\v"
               "A first look at all candidates chooses the few that are then "
               "measured against each other in blocks of "
               "fresh processes. Exit status: 0 it says; 2 bad usage, or what "
               "is named is not there; 3 the task fails, hangs or takes too long; 4 it says, from too few "
               "blocks to be sure; 130 interrupted."};
    struct options options = {.advise = {.seconds = 60, .run = {.selection.profile = profile_find("quick")}},
                              .format = "text"};
    struct error error;
    struct session session;
    struct advice advice;
    options_parse(&argp, argc, argv, &options);
    options.advise.run.seed = run_setup_seed(&options.advise.run);
    const struct run_options *run = &options.advise.run;
    if (options.url)
        return advise_server(&options);
    if (options.page && advice_page_check(options.page, &error))
        return error_tell(&error);
    int ended = run_setup_open(&session, &error) || own_work_load(&run->own, &error) ||
                        (own_work_is_python(&run->own) && run_setup_pythons(run, &error))
                    ? -1
                    : advise_measure(&options.advise, &session, &advice, &error);
    int code = ended == 1 ? EXIT_INTERRUPTED : ended == 2 ? EXIT_NOTHING_COMPARABLE : EXIT_USAGE;
    if (ended == 0)
        code = tell(&advice, &session, &options);
    else if (ended == 1)
        word_tell(stderr, "interrupted; there is no advice");
    else
        error_tell(&error);
    run_setup_close(&session);
    return code;
}
