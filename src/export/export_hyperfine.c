/* SPDX-License-Identifier: MIT */
/* hyperfine's JSON (--export-json, 1.x), as its scripts and Bencher's adapter read it: a result a cell, whose
 * times are seconds an item, so that cells that were given different work can stand beside one another. */
#include <math.h>

#include "cell.h"
#include "export.h"

static double mean(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

static json_t *deviation(const double *values, size_t count)
{
    double centre = mean(values, count), squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - centre) * (values[i] - centre);
    return count > 1 ? json_real(sqrt(squares / (double)(count - 1)) / 1e9) : json_null();
}

/* Seconds; a launch that does not tell used none that could be told. */
static double mean_seconds(const struct measured_cell *cell, const char *measure)
{
    const struct figure *figure = measured_find(cell, measure);
    return figure ? mean(figure->values, figure->count) / 1e9 : 0;
}

static json_t *parameters(const struct measured_cell *cell)
{
    struct cell parsed;
    json_t *parameters = json_object();
    if (cell_parse(cell->name, NULL, &parsed, NULL))
        return parameters;
    json_object_set_new(parameters, "model", json_string(parsed.model));
    if (parsed.workers)
        json_object_set_new(parameters, "workers", json_sprintf("%u", parsed.workers));
    if (parsed.conc)
        json_object_set_new(parameters, "conc", json_sprintf("%u", parsed.conc));
    for (size_t i = 0; i < parsed.param_count; i++)
        json_object_set_new(parameters, parsed.params[i].key, json_string(parsed.params[i].value));
    if (*parsed.place)
        json_object_set_new(parameters, "place", json_string(parsed.place));
    return parameters;
}

static json_t *result(const struct measured_cell *cell, const struct figure *time)
{
    double low = INFINITY, high = 0;
    json_t *exit_codes = json_array();
    for (size_t i = 0; i < time->count; i++) {
        low = fmin(low, time->values[i]);
        high = fmax(high, time->values[i]);
        json_array_append_new(exit_codes, json_integer(0));
    }
    return json_pack("{s:s, s:f, s:o, s:f, s:f, s:f, s:f, s:f, s:o, s:o, s:o}", "command", cell->name, "mean",
                     mean(time->values, time->count) / 1e9, "stddev", deviation(time->values, time->count),
                     "median", time->median.median / 1e9, "user", mean_seconds(cell, "cpu-user"), "system",
                     mean_seconds(cell, "cpu-system"), "min", low / 1e9, "max", high / 1e9, "times",
                     export_values(time), "exit_codes", exit_codes, "parameters", parameters(cell));
}

static int write_hyperfine(const struct export_job *job, struct error *error)
{
    const struct measured *measured = &job->runs->measured;
    json_t *results = json_array();
    for (size_t i = 0; i < measured->count; i++) {
        const struct figure *time = measured_find(&measured->cells[i], "time-per-item");
        if (time)
            json_array_append_new(results, result(&measured->cells[i], time));
    }
    return export_json(job, json_pack("{s:o}", "results", results), error);
}

const struct export_format export_hyperfine = {.name = "hyperfine",
                                               .summary = "hyperfine's JSON (1.x): seconds an item",
                                               .lower_only = true,
                                               .write = write_hyperfine};
