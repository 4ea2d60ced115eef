/* SPDX-License-Identifier: MIT */
/* Bencher Metric Format: {cell: {measure: {value, lower_value, upper_value}}}. Bencher's own measures are
 * `throughput` in operations a second and `latency` in nanoseconds; new ones are made by their name. */
#include "export.h"

static json_t *metric(const struct figure *figure)
{
    json_t *metric = json_pack("{s:f}", "value", figure->median.median);
    if (figure->has_interval) {
        json_object_set_new(metric, "lower_value", json_real(figure->median.low));
        json_object_set_new(metric, "upper_value", json_real(figure->median.high));
    }
    return metric;
}

static int write_bmf(const struct export_job *job, struct error *error)
{
    const struct measured *measured = &job->runs->measured;
    json_t *benchmarks = json_object();
    for (size_t i = 0; i < measured->count; i++) {
        const struct measured_cell *cell = &measured->cells[i];
        json_t *metrics = json_object();
        for (size_t k = 0; k < cell->count; k++)
            json_object_set_new(metrics, cell->figures[k].measure->name, metric(&cell->figures[k]));
        json_object_set_new(benchmarks, cell->name, metrics);
    }
    return export_json(job, benchmarks, error);
}

const struct export_format export_bmf = {
    .name = "bmf", .summary = "Bencher Metric Format", .name_bytes_max = 1024, .write = write_bmf};
