/* SPDX-License-Identifier: MIT */
/* asv (airspeed velocity): benchmarks.json, MACHINE/machine.json and MACHINE/COMMIT-crosspoint.json, which
 * join what already lies in the folder. asv knows commits by their full hash; to it less is better always. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cell.h"
#include "export.h"
#include "file.h"
#include "paths.h"
#include "sample.h"

enum {
    RESULTS_VERSION = 2,
    BENCHMARKS_VERSION = 2,
    MACHINE_VERSION = 1,
    HASH_DIGITS = 40,
    HASH_DIGITS_SHORT = 8,
    BENCHMARKS_BYTES_MAX = 64 << 20
};

static const struct export_key machine_keys[] = {
    {"os", "machine.fingerprint.kernel"},     {"arch", "machine.fingerprint.architecture"},
    {"cpu", "machine.fingerprint.cpu_model"}, {"num_cpu", "machine.units"},
    {"ram", "machine.memory_bytes"},
};
enum { MACHINE_KEYS = sizeof machine_keys / sizeof *machine_keys };

static bool is_full_hash(const char *commit)
{
    for (const char *c = commit; *c; c++)
        if (!isxdigit((unsigned char)*c))
            return false;
    return strlen(commit) == HASH_DIGITS;
}

static json_t *machine(const struct export_run *run, const char *name)
{
    json_t *machine = export_texts(run, machine_keys, MACHINE_KEYS);
    for (size_t i = 0; i < MACHINE_KEYS; i++)
        if (!json_object_get(machine, machine_keys[i].key))
            json_object_set_new(machine, machine_keys[i].key, json_string(""));
    json_object_set_new(machine, "machine", json_string(name));
    return machine;
}

static json_t *benchmark(const char *name, const struct figure *figure)
{
    bool is_time = figure->measure->unit == MEASURE_TIME_NS;
    return json_pack("{s:s, s:s, s:s, s:[], s:[], s:s, s:s, s:s, s:f}", "name", name, "pretty_name", name,
                     "code", "", "params", "param_names", "type", is_time ? "time" : "peakmemory", "unit",
                     measure_unit_name(figure->measure->unit, true), "version", "1", "timeout", 60.0);
}

static double quantile(const double *sorted, size_t count, double q)
{
    double place = q * (double)(count - 1);
    size_t below = (size_t)place;
    double next = sorted[below + 1 < count ? below + 1 : below];
    return sorted[below] + (place - (double)below) * (next - sorted[below]);
}

/* In the order of result_columns. asv's interval is of 99 %: ours is not put in its place. */
static json_t *result(const struct figure *figure, double ended_ms)
{
    double *sorted = sample_sorted(figure->values, figure->count);
    if (!sorted)
        return NULL;
    double low = figure_in_seconds(figure, quantile(sorted, figure->count, 0.25));
    double high = figure_in_seconds(figure, quantile(sorted, figure->count, 0.75));
    free(sorted);
    return json_pack("[[f], [], s, f, n, [f], [f], [i], [i], [o]]",
                     figure_in_seconds(figure, figure->median.median), "1", ended_ms, low, high, 1,
                     (int)figure->count, export_values(figure));
}

/* The benchmarks that earlier exports put there stay: asv shows none that is not listed. */
static json_t *load_benchmarks(const struct export_job *job, struct error *error)
{
    char path[PATH_BYTES + 32];
    size_t bytes;
    bool missing;
    json_error_t problem;
    snprintf(path, sizeof path, "%s/benchmarks.json", job->folder);
    char *text = file_read(path, FILE_NO_LINK, BENCHMARKS_BYTES_MAX, &bytes, &missing, error);
    if (!text)
        return missing ? json_object() : NULL;
    json_t *known = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &problem);
    free(text);
    if (json_is_object(known) && json_integer_value(json_object_get(known, "version")) == BENCHMARKS_VERSION)
        return known;
    json_decref(known);
    error_set(error, "%s is no asv benchmarks.json of version %d", path, BENCHMARKS_VERSION);
    return NULL;
}

/* Fills both from the run's figures. */
static int collect(const struct export_run *run, json_t *benchmarks, json_t *results)
{
    char name[CELL_NAME_BYTES + 64];
    for (size_t i = 0; i < run->measured.count; i++)
        for (size_t k = 0; k < run->measured.cells[i].count; k++) {
            const struct figure *figure = &run->measured.cells[i].figures[k];
            snprintf(name, sizeof name, "%s.%s", run->measured.cells[i].name, figure->measure->name);
            if (json_object_set_new(benchmarks, name, benchmark(name, figure)) ||
                json_object_set_new(results, name, result(figure, (double)run->time_s * 1e3)))
                return -1;
        }
    return 0;
}

static json_t *results_file(const struct export_run *run, const char *name, json_t *results)
{
    return json_pack("{s:i, s:s, s:s, s:I, s:o, s:s, s:{}, s:{}, s:[s,s,s,s,s,s,s,s,s,s], s:O, s:{}}",
                     "version", RESULTS_VERSION, "commit_hash", run->commit, "env_name", "crosspoint", "date",
                     (json_int_t)run->time_s * 1000, "params", machine(run, name), "python", "",
                     "requirements", "env_vars", "result_columns", "result", "params", "version",
                     "started_at", "duration", "stats_q_25", "stats_q_75", "stats_number", "stats_repeat",
                     "samples", "results", results, "durations");
}

static int write_machine(const struct export_job *job, const char *name, json_t *results, struct error *error)
{
    char path[PATH_BYTES], file[256];
    const struct export_run *run = job->runs;
    snprintf(path, sizeof path, "%s/%s", job->folder, name);
    if (mkdir(path, 0777) && errno != EEXIST)
        return error_set(error, "%s: %s", path, strerror(errno));
    json_t *own = machine(run, name);
    json_object_set_new(own, "version", json_integer(MACHINE_VERSION));
    snprintf(file, sizeof file, "%s/machine.json", name);
    if (export_json_file(job, file, own, error))
        return -1;
    snprintf(file, sizeof file, "%s/%.*s-crosspoint.json", name, HASH_DIGITS_SHORT, run->commit);
    return export_json_file(job, file, results_file(run, name, results), error);
}

static int write_asv(const struct export_job *job, struct error *error)
{
    char name[128];
    const struct export_run *run = job->runs;
    if (!is_full_hash(run->commit))
        return error_set(
            error, "asv knows commits by their full hash, which '%s' is not: say --commit and its %d digits",
            run->commit, HASH_DIGITS);
    export_file_name(run->machine, name, sizeof name);
    json_t *benchmarks = load_benchmarks(job, error), *results = json_object();
    int failed = benchmarks ? 0 : -1;
    if (!failed && collect(run, benchmarks, results))
        failed = error_set(error, "out of memory");
    if (!failed)
        failed = json_object_set_new(benchmarks, "version", json_integer(BENCHMARKS_VERSION)) ||
                 export_json_file(job, "benchmarks.json", json_incref(benchmarks), error) ||
                 write_machine(job, name, results, error);
    json_decref(benchmarks);
    json_decref(results);
    return failed ? -1 : 0;
}

const struct export_format export_asv = {.name = "asv",
                                         .summary = "a results folder of airspeed velocity",
                                         .folder = true,
                                         .lower_only = true,
                                         .dated = true,
                                         .name_bytes_max = CELL_NAME_BYTES,
                                         .write = write_asv};
