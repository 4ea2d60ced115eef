/* SPDX-License-Identifier: MIT */
/* Apache Otava: a CSV a cell, a row a run, and otava.yaml that names them. Its importer fails on an empty
 * field: a CSV has the measures that all its runs have. */
#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "paths.h"
#include "words.h"

enum { FILE_NAME_BYTES = 220 };

/* A cell over the runs. */
struct cell_history {
    const char *name;
    char file[FILE_NAME_BYTES + 16];
    const struct measured_cell **rows; /* by run; NULL: that one has it not */
    const struct measure *measures[MEASURE_COUNT];
    size_t measure_count;
};

struct suite {
    const struct export_job *job;
    struct cell_history *history;
    size_t count;
};

/* One CSV of it. */
struct table {
    const struct export_job *job;
    const struct cell_history *history;
};

static const struct measured_cell *find_cell(const struct export_run *run, const char *name)
{
    for (size_t i = 0; i < run->measured.count; i++)
        if (strcmp(run->measured.cells[i].name, name) == 0)
            return &run->measured.cells[i];
    return NULL;
}

static void choose_measures(struct cell_history *history, size_t runs)
{
    for (size_t i = 0; i < MEASURE_COUNT; i++) {
        bool all = true;
        for (size_t k = 0; k < runs; k++)
            all &= !history->rows[k] || measured_find(history->rows[k], measures[i].name);
        all &= measures[i].kind != MEASURE_INVERSE;
        if (all)
            history->measures[history->measure_count++] = &measures[i];
    }
}

/* Names that look alike without their slashes and colons are told apart by a number. */
static void name_file(struct suite *suite, struct cell_history *history)
{
    char stem[FILE_NAME_BYTES];
    export_file_name(history->name, stem, sizeof stem);
    snprintf(history->file, sizeof history->file, "%s.csv", stem);
    size_t taken = 1;
    for (size_t i = 0; i < suite->count; i++)
        if (strcmp(suite->history[i].file, history->file) == 0) {
            snprintf(history->file, sizeof history->file, "%s-%zu.csv", stem, ++taken);
            i = (size_t)-1; /* from the beginning: the new name may be taken too */
        }
}

static bool is_known(const struct suite *suite, const char *name)
{
    for (size_t i = 0; i < suite->count; i++)
        if (strcmp(suite->history[i].name, name) == 0)
            return true;
    return false;
}

static int add_series(struct suite *suite, const char *name)
{
    const struct export_job *job = suite->job;
    struct cell_history *grown = realloc(suite->history, (suite->count + 1) * sizeof *grown);
    if (!grown)
        return -1;
    suite->history = grown;
    struct cell_history *history = &suite->history[suite->count];
    *history = (struct cell_history){.name = name, .rows = calloc(job->count, sizeof *history->rows)};
    if (!history->rows)
        return -1;
    for (size_t i = 0; i < job->count; i++)
        history->rows[i] = find_cell(&job->runs[i], name);
    choose_measures(history, job->count);
    name_file(suite, history);
    suite->count++;
    return 0;
}

static int collect(struct suite *suite, struct error *error)
{
    for (size_t i = 0; i < suite->job->count; i++)
        for (size_t k = 0; k < suite->job->runs[i].measured.count; k++) {
            const char *name = suite->job->runs[i].measured.cells[k].name;
            if (!is_known(suite, name) && add_series(suite, name))
                return error_set(error, "out of memory");
        }
    return 0;
}

static int put_csv(const void *context, FILE *out)
{
    const struct table *table = context;
    const struct cell_history *history = table->history;
    char time[40], number[40];
    fputs("time,commit", out);
    for (size_t i = 0; i < history->measure_count; i++)
        fprintf(out, ",%s", history->measures[i]->name);
    fputc('\n', out);
    for (size_t run = 0; run < table->job->count; run++) {
        if (!history->rows[run])
            continue;
        export_time(&table->job->runs[run], "%Y-%m-%dT%H:%M:%SZ", time, sizeof time);
        fprintf(out, "%s,", time);
        csv_fwrite(out, table->job->runs[run].commit, strlen(table->job->runs[run].commit));
        for (size_t i = 0; i < history->measure_count; i++) {
            const struct figure *figure = measured_find(history->rows[run], history->measures[i]->name);
            word_number(figure->median.median, number, sizeof number);
            fprintf(out, ",%s", number);
        }
        fputc('\n', out);
    }
    return 0;
}

/* A text in double quotes reads alike in JSON and YAML, if it has no control characters. */
static void put_quoted(FILE *out, const char *before, const char *folder, const char *text)
{
    json_t *value = *folder ? json_sprintf("%s/%s", folder, text) : json_string(text);
    fputs(before, out);
    if (value)
        json_dumpf(value, out, JSON_ENCODE_ANY);
    json_decref(value);
}

static int put_yaml(const void *context, FILE *out)
{
    const struct suite *suite = context;
    fputs("tests:\n", out);
    for (size_t i = 0; i < suite->count; i++) {
        const struct cell_history *history = &suite->history[i];
        if (!history->measure_count)
            continue;
        put_quoted(out, "  ", "", history->name);
        put_quoted(out, ":\n    type: csv\n    file: ", suite->job->folder, history->file);
        fputs("\n    time_column: time\n    attributes: [commit]\n    metrics:\n", out);
        for (size_t k = 0; k < history->measure_count; k++)
            fprintf(out, "      %s: {column: %s, direction: %d, scale: 1}\n", history->measures[k]->name,
                    history->measures[k]->name, history->measures[k]->higher_better ? 1 : -1);
    }
    return 0;
}

static int write_otava(const struct export_job *job, struct error *error)
{
    struct suite suite = {.job = job};
    int result = collect(&suite, error);
    for (size_t i = 0; !result && i < suite.count; i++)
        if (suite.history[i].measure_count)
            result = export_file(job, suite.history[i].file, put_csv, &(struct table){job, &suite.history[i]},
                                 error);
    if (!result)
        result = export_file(job, "otava.yaml", put_yaml, &suite, error);
    for (size_t i = 0; i < suite.count; i++)
        free(suite.history[i].rows);
    free(suite.history);
    return result;
}

const struct export_format export_otava = {.name = "otava",
                                           .summary =
                                               "Apache Otava: a CSV a cell, a row a run, and otava.yaml",
                                           .folder = true,
                                           .several = true,
                                           .dated = true,
                                           .write = write_otava};
