/* SPDX-License-Identifier: MIT */
/* pyperf's JSON, version 1.0: a benchmark a measure, a run a launch. Its values are above 0, its metadata
 * texts that are not empty and numbers. */
#include <math.h>

#include "export.h"

static const struct export_key metadata_keys[] = {
    {"cpu_model_name", "machine.fingerprint.cpu_model"}, {"platform", "machine.fingerprint.kernel"},
    {"topology", "machine.fingerprint.topology"},        {"run_id", "run_id"},
    {"crosspoint_version", "versions.crosspoint"},
};
enum { METADATA_KEYS = sizeof metadata_keys / sizeof *metadata_keys };

static bool is_above_zero(const struct figure *figure)
{
    for (size_t i = 0; i < figure->count; i++)
        if (figure->values[i] <= 0)
            return false;
    return true;
}

static json_t *benchmark(const struct measured_cell *cell, const struct figure *figure)
{
    const char *unit = figure->measure->unit == MEASURE_BYTES ? "byte" : "second";
    json_t *runs = json_array();
    for (size_t i = 0; i < figure->count; i++)
        json_array_append_new(runs,
                              json_pack("{s:[f]}", "values", figure_in_seconds(figure, figure->values[i])));
    return json_pack("{s:{s:o, s:s}, s:o}", "metadata", "name",
                     json_sprintf("%s %s", cell->name, figure->measure->name), "unit", unit, "runs", runs);
}

static json_t *metadata(const struct export_run *run)
{
    char time[40];
    json_t *metadata = export_texts(run, metadata_keys, METADATA_KEYS);
    json_object_set_new(metadata, "hostname", json_string(run->machine));
    json_object_set_new(metadata, "commit", json_string(run->commit));
    export_time(run, "%Y-%m-%d %H:%M:%S", time, sizeof time);
    if (*time)
        json_object_set_new(metadata, "date", json_string(time));
    return metadata;
}

static int write_pyperf(const struct export_job *job, struct error *error)
{
    const struct export_run *run = job->runs;
    json_t *benchmarks = json_array();
    for (size_t i = 0; i < run->measured.count; i++)
        for (size_t k = 0; k < run->measured.cells[i].count; k++)
            if (is_above_zero(&run->measured.cells[i].figures[k]))
                json_array_append_new(benchmarks,
                                      benchmark(&run->measured.cells[i], &run->measured.cells[i].figures[k]));
    if (!json_array_size(benchmarks)) {
        json_decref(benchmarks);
        return error_set(error, "%s: no figure is above 0, as pyperf's have to be", run->path);
    }
    return export_json(
        job,
        json_pack("{s:s, s:o, s:o}", "version", "1.0", "metadata", metadata(run), "benchmarks", benchmarks),
        error);
}

const struct export_format export_pyperf = {
    .name = "pyperf", .summary = "pyperf's JSON, version 1.0", .lower_only = true, .write = write_pyperf};
