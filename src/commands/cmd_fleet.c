/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command.h"
#include "conclude.h"
#include "fleet_write.h"
#include "options.h"
#include "progress.h"
#include "track_find.h"
#include "words.h"

struct options {
    const char **paths;
    size_t path_count;
    const char *format, *out;
    bool check;
};

enum { OPTION_FORMAT = 256, OPTION_OUT, OPTION_CHECK };

static const struct argp_option option_table[] = {
    {"format", OPTION_FORMAT, "NAME", 0,
     "text (default), csv (a row a machine, rule and pair), json or markdown", 0},
    {"out", OPTION_OUT, "DIR", 0, "a page, index.html, and a chart a rule, into this new folder", 0},
    {"check", OPTION_CHECK, NULL, 0,
     "only tell which results are not fit to be given to others: disturbed, interrupted, or of a build that "
     "is in no "
     "commit",
     0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case OPTION_FORMAT:
        options_format(state, text, NULL);
        options->format = text;
        return 0;
    case OPTION_OUT:
        options->out = text;
        return 0;
    case OPTION_CHECK:
        options->check = true;
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

static void tell_notes(const struct fleet *fleet)
{
    enum { TOLD_MAX = 10 };
    size_t told = 0;
    for (size_t i = fleet->used; i < fleet->machine_count; i++)
        if (++told <= TOLD_MAX)
            word_tell(stderr, "crosspoint: warning: %s left out: %s", fleet->machines[i].path,
                      fleet->machines[i].note);
    if (told > TOLD_MAX)
        word_tell(stderr, "crosspoint: warning: and %zu more folders", told - TOLD_MAX);
}

/* What could not be judged is no chart, and no error: its verdicts stand in the tables. */
static int make_page(const struct fleet *fleet, const char *folder, struct error *error)
{
    const struct fleet_group *group = fleet->groups;
    size_t count = group->machine_count < FLEET_JUDGED_MAX ? group->machine_count : FLEET_JUDGED_MAX;
    struct conclusion *judged = calloc(count + 1, sizeof *judged);
    struct fleet_pages pages = {.fleet = fleet, .judged_count = count};
    if (!judged)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < count; i++) {
        struct error unread;
        if (!conclusion_open(group->machines[i].path, NULL, &judged[i], &unread))
            pages.judged[i] = &judged[i].verdicts;
    }
    int result = fleet_page_make(&pages, folder, error);
    for (size_t i = 0; i < count; i++)
        conclusion_free(&judged[i]);
    free(judged);
    return result;
}

static int show(const struct options *options)
{
    struct fleet fleet;
    struct error error;
    int code = EXIT_FINE;
    if (fleet_load(options->paths, options->path_count, &fleet, &error)) {
        code = error_tell(&error);
        if (fleet.machines && !fleet.used)
            code = EXIT_NOTHING_COMPARABLE;
    } else if (fleet_write(&fleet, options->format, progress_colour(STDOUT_FILENO),
                           progress_width(STDOUT_FILENO), stdout, &error) ||
               (options->out && make_page(&fleet, options->out, &error))) {
        code = error_tell(&error);
    }
    tell_notes(&fleet);
    fleet_free(&fleet);
    return code;
}

static int find_all(const struct options *options, struct track_folders *folders, struct error *error)
{
    for (size_t i = 0; i < options->path_count; i++)
        if (track_find(options->paths[i], folders, error))
            return -1;
    return folders->count ? 0 : error_set(error, "no results folder in %s", options->paths[0]);
}

/* A line a folder; 3 if one is not fit. */
static int check(const struct options *options)
{
    struct track_folders folders = {.paths = NULL};
    struct error error;
    int code = find_all(options, &folders, &error) ? error_tell(&error) : EXIT_FINE;
    for (size_t i = 0; i < folders.count && code != EXIT_USAGE; i++) {
        char text[400];
        bool unfit = fleet_unfit(folders.paths[i], text, sizeof text);
        word_tell(stdout, "%s: %s", folders.paths[i], unfit ? text : "fit");
        code = unfit ? EXIT_NOTHING_COMPARABLE : code;
    }
    track_folders_free(&folders);
    return code;
}

int cmd_fleet(int argc, char **argv)
{
    static const struct argp argp = {.options = option_table,
                                     .parser = parse,
                                     .args_doc = "DIR...",
                                     .doc = "Reads the results of many machines, folders in DIR at any "
                                            "depth: where does each rule hold, and what "
                                            "tells those machines from the others?\v"
                                            "Exit status: 0 fine; 2 bad usage or unreadable input; 3 nothing "
                                            "to show, or with --check a folder that "
                                            "is not fit to be given to others."};
    struct options options = {.format = "text", .paths = calloc((size_t)argc + 1, sizeof *options.paths)};
    if (!options.paths) {
        struct error error;
        error_set(&error, "out of memory");
        return error_tell(&error);
    }
    options_parse(&argp, argc, argv, &options);
    int code = options.check ? check(&options) : show(&options);
    free(options.paths);
    return code;
}
