/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "export.h"
#include "file.h"
#include "folder.h"
#include "nearest.h"
#include "options.h"

enum { RUNS_MAX = 10000 };

struct options {
    const struct export_format *format;
    const char *out;
    struct export_wish wish;
    const char **results;
    size_t count;
};

enum { OPTION_FORMAT = 256, OPTION_OUT, OPTION_FILTER, OPTION_COMMIT };

static const struct argp_option option_table[] = {
    {"format", OPTION_FORMAT, "NAME", 0, "one of those below", 0},
    {"out", OPTION_OUT, "PATH", 0,
     "where to: a file, which else is standard output, or the folder of a format with several files", 0},
    {"filter", OPTION_FILTER, "REGEX", 0, "only the cells that match", 0},
    {"commit", OPTION_COMMIT, "HASH", 0, "of what was measured; default: crosspoint's own, from run.json", 0},
    {0},
};

static const struct export_format *find_format(const struct argp_state *state, const char *name)
{
    struct error error;
    if (strcmp(name, "hgrm") == 0)
        options_error(
            state, "hgrm takes the whole histogram, which a results folder has not: `crosspoint launch CELL "
                   "--hgrm FILE` or `crosspoint load ADDRESS --hgrm FILE`");
    const struct export_format *format = export_format_find(name, &error);
    if (!format)
        options_error(state, "%s", error.text);
    return format;
}

static void tell_formats(const struct argp_state *state)
{
    struct nearest nearest;
    const struct export_format *format;
    nearest_begin(&nearest, "", 0, "");
    for (size_t i = 0; (format = export_format_at(i)); i++)
        nearest_offer(&nearest, format->name);
    options_error(state, "--format is missing; %s", nearest_tell(&nearest));
}

static void check(const struct argp_state *state, const struct options *options)
{
    const struct export_format *format = options->format;
    if (!format)
        tell_formats(state);
    if (format->folder && !options->out)
        options_error(state, "%s is several files: say where to with --out DIR", format->name);
    if (!format->several && options->count > 1)
        options_error(state, "%s takes one results folder, not '%s' as well", format->name,
                      options->results[1]);
    if (options->wish.commit && options->count > 1)
        options_error(state, "--commit is of one results folder, and there are %zu", options->count);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case OPTION_FORMAT:
        options->format = find_format(state, text);
        return 0;
    case OPTION_OUT:
        options->out = text;
        return 0;
    case OPTION_FILTER:
        options->wish.filter = text;
        return 0;
    case OPTION_COMMIT:
        options->wish.commit = text;
        return 0;
    case ARGP_KEY_ARG:
        if (options->count == RUNS_MAX)
            options_error(state, "at most %d results folders", RUNS_MAX);
        options->results[options->count++] = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        options_error(state, "name a results folder or a samples.csv");
    case ARGP_KEY_END:
        check(state, options);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The formats, from their table. */
static char *help(int key, const char *text, void *input)
{
    char *lines = NULL;
    size_t bytes;
    (void)input;
    FILE *out = key == ARGP_KEY_HELP_POST_DOC ? open_memstream(&lines, &bytes) : NULL;
    if (!out)
        return (char *)text;
    const struct export_format *format;
    fputs("Formats:\n", out);
    for (size_t i = 0; (format = export_format_at(i)); i++)
        fprintf(out, "  %-24s %s\n", format->name, format->summary);
    fclose(out);
    return lines;
}

static int write_file(const struct export_format *format, struct export_job *job, const char *path,
                      struct error *error)
{
    struct file_new file = {0};
    job->out = path ? file_create_named(&file, path, error) : stdout;
    if (!job->out)
        return -1;
    int result = format->write(job, error);
    if (path && !result)
        result = file_finish(&file, error);
    file_drop(&file);
    return result;
}

/* A folder that is there is added to: trackers keep their history in it. */
static int write_folder(const struct export_format *format, struct export_job *job, const char *path,
                        struct error *error)
{
    struct stat status;
    size_t before;
    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode))
        return error_set(error, "%s is no folder", path);
    if (stat(path, &status) && folder_make(path, &before, NULL, error))
        return -1;
    job->folder = path;
    return format->write(job, error);
}

static int export_all(const struct options *options, struct export_job *job, struct error *error)
{
    const struct export_format *format = options->format;
    for (; job->count < options->count; job->count++)
        if (export_run_open(options->results[job->count], format, &options->wish, &job->runs[job->count],
                            error)) {
            export_run_close(&job->runs[job->count]);
            return EXIT_USAGE;
        }
    for (size_t i = 0; i < job->count; i++)
        if (!job->runs[i].measured.count) {
            error_set(error, "%s: no cell%s has a figure", job->runs[i].path,
                      options->wish.filter ? " that matches --filter" : "");
            return EXIT_NOTHING_COMPARABLE;
        }
    if (export_runs_order(job->runs, job->count, error) ||
        (format->folder ? write_folder : write_file)(format, job, options->out, error))
        return EXIT_USAGE;
    return EXIT_FINE;
}

int cmd_export(int argc, char **argv)
{
    static const struct argp argp = {.options = option_table,
                                     .parser = parse,
                                     .args_doc = "RESULTS...",
                                     .doc = "Writes what was measured in the format of a tracker.",
                                     .help_filter = help};
    struct error error;
    struct options options = {.results = calloc((size_t)argc + 1, sizeof *options.results)};
    struct export_job job = {.runs = calloc((size_t)argc + 1, sizeof *job.runs)};
    int code = EXIT_USAGE;
    if (options.results && job.runs) {
        options_parse(&argp, argc, argv, &options);
        code = export_all(&options, &job, &error);
    } else {
        error_set(&error, "out of memory");
    }
    if (code != EXIT_FINE)
        error_tell(&error);
    for (size_t i = 0; i < job.count; i++)
        export_run_close(&job.runs[i]);
    free(job.runs);
    free(options.results);
    return code;
}
