/* SPDX-License-Identifier: MIT */
#include "export.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "filter.h"
#include "nearest.h"
#include "run_file.h"
#include "times.h"
#include "words.h"

static const struct export_format *const formats[] = {
    &export_bmf, &export_github, &export_otava,     &export_lnt,
    &export_asv, &export_pyperf, &export_hyperfine, &export_openmetrics,
};

enum { FORMAT_COUNT = sizeof formats / sizeof *formats };

const struct export_format *export_format_at(size_t i)
{
    return i < FORMAT_COUNT ? formats[i] : NULL;
}

const struct export_format *export_format_find(const char *name, struct error *error)
{
    struct nearest nearest;
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    nearest_begin(&nearest, name, strlen(name), "");
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        nearest_offer(&nearest, formats[i]->name);
    error_set(error, "no format '%s'; %s", name, nearest_tell(&nearest));
    return NULL;
}

/* Text of a stranger's file that goes into names and labels. */
static bool is_plain_word(const char *text)
{
    return *text && word_is_plain(text);
}

static int read_run_file(const char *path, const struct export_wish *wish, struct export_run *run,
                         struct error *error)
{
    struct stat status;
    run->time_s = -1;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode) && run_file_load_if_any(path, &run->run, error))
        return -1;
    run->time_s = time_parse(run_file_text(run->run, "outcome.written", ""));
    run->machine = run_file_text(run->run, "machine.hostname", "unknown");
    if (!is_plain_word(run->machine))
        return error_set(error, "%s/run.json: machine.hostname is no name", path);
    const char *commit = wish->commit ? wish->commit : run_file_text(run->run, "versions.commit", "unknown");
    if (!is_plain_word(commit) || strlen(commit) >= sizeof run->commit)
        return error_set(error, "commit '%s' is no name of at most %zu characters", commit,
                         sizeof run->commit - 1);
    memcpy(run->commit, commit, strlen(commit) + 1);
    return 0;
}

/* Cells that do not match have no figures: they are no part of what is exported. */
static int keep_matching(const char *filter, struct export_run *run, struct error *error)
{
    struct measured *measured = &run->measured;
    size_t kept = 0;
    if (!filter)
        return 0;
    if (filter_compile(filter, &run->filter, error))
        return -1;
    run->filtered = true;
    for (size_t i = 0; i < measured->count; i++) {
        struct measured_cell cell = measured->cells[i];
        if (export_has(run, cell.name)) {
            measured->cells[i] = measured->cells[kept];
            measured->cells[kept++] = cell;
        }
    }
    for (size_t i = kept; i < measured->count; i++)
        for (size_t k = 0; k < measured->cells[i].count; k++)
            free(measured->cells[i].figures[k].values);
    measured->count = kept;
    return 0;
}

static int check(const char *path, const struct export_format *format, const struct export_run *run,
                 struct error *error)
{
    if (format->dated && run->time_s < 0)
        return error_set(error,
                         "%s: %s needs the time of the run, which run.json tells (outcome.written); name a "
                         "results folder that has it",
                         path, format->name);
    for (size_t i = 0; i < run->measured.count; i++) {
        const char *name = run->measured.cells[i].name;
        if (!is_plain_word(name))
            return error_set(error, "%s: cell '%s' has control characters or is not UTF-8", path, name);
        if (format->name_bytes_max && strlen(name) > format->name_bytes_max)
            return error_set(error, "%s: cell '%.60s...' has %zu characters; %s takes %zu", path, name,
                             strlen(name), format->name, format->name_bytes_max);
    }
    return 0;
}

int export_run_open(const char *path, const struct export_format *format, const struct export_wish *wish,
                    struct export_run *run, struct error *error)
{
    enum column metrics[COLUMN_COUNT];
    *run = (struct export_run){.path = path};
    return samples_load(path, metrics, measure_columns(metrics), &run->samples, error) ||
                   read_run_file(path, wish, run, error) ||
                   measured_reduce(&run->samples, format->lower_only, &run->measured, error) ||
                   keep_matching(wish->filter, run, error) || check(path, format, run, error)
               ? -1
               : 0;
}

void export_run_close(struct export_run *run)
{
    measured_free(&run->measured);
    samples_free(&run->samples);
    if (run->filtered)
        regfree(&run->filter);
    run->filtered = false;
    json_decref(run->run);
    run->run = NULL;
}

static int compare_times(const void *a, const void *b)
{
    const struct export_run *left = a, *right = b;
    return (left->time_s > right->time_s) - (left->time_s < right->time_s);
}

int export_runs_order(struct export_run *runs, size_t count, struct error *error)
{
    const json_t *first = NULL;
    size_t first_of = 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *other = run_file_value(runs[i].run, "machine.fingerprint");
        if (!first) {
            first = other;
            first_of = i;
        }
        if (first && other && !json_equal(first, other))
            return error_set(error,
                             "%s and %s are of different machines (machine.fingerprint in run.json): "
                             "export each machine by itself",
                             runs[first_of].path, runs[i].path);
    }
    qsort(runs, count, sizeof *runs, compare_times);
    return 0;
}
