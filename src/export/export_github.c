/* SPDX-License-Identifier: MIT */
/* github-action-benchmark, whose tools customBiggerIsBetter and customSmallerIsBetter each read an array of
 * {name, unit, value, range, extra}; it refuses one that is empty. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "export.h"
#include "paths.h"
#include "words.h"

/* Its charts take "± FIGURE": the farther end of the interval. */
static void word_range(const struct figure *figure, char *text, size_t text_bytes)
{
    char half[40];
    const struct median_interval *median = &figure->median;
    word_number(fmax(median->high - median->median, median->median - median->low), half, sizeof half);
    snprintf(text, text_bytes, "± %s", half);
}

static json_t *entry(const struct measured_cell *cell, const struct figure *figure)
{
    char range[48], low[40], high[40];
    const struct measure *measure = figure->measure;
    json_t *entry =
        json_pack("{s:o, s:s, s:f}", "name", json_sprintf("%s %s", cell->name, measure->name), "unit",
                  measure_unit_name(measure->unit, false), "value", figure->median.median);
    if (figure->has_interval) {
        word_range(figure, range, sizeof range);
        json_object_set_new(entry, "range", json_string(range));
        word_number(figure->median.low, low, sizeof low);
        word_number(figure->median.high, high, sizeof high);
        json_object_set_new(
            entry, "extra",
            json_sprintf("median of %zu launches\n95 %% interval: %s to %s", figure->count, low, high));
    } else {
        json_object_set_new(entry, "extra", json_sprintf("median of %zu launches", figure->count));
    }
    return entry;
}

/* What an earlier export left is not of this run. */
static int remove_old(const struct export_job *job, const char *name, struct error *error)
{
    char path[PATH_BYTES + 64];
    snprintf(path, sizeof path, "%s/%s", job->folder, name);
    return unlink(path) && errno != ENOENT ? error_set(error, "%s: %s", path, strerror(errno)) : 0;
}

static int write_direction(const struct export_job *job, bool higher_better, const char *name,
                           struct error *error)
{
    const struct measured *measured = &job->runs->measured;
    json_t *entries = json_array();
    for (size_t i = 0; i < measured->count; i++)
        for (size_t k = 0; k < measured->cells[i].count; k++)
            if (measured->cells[i].figures[k].measure->higher_better == higher_better)
                json_array_append_new(entries, entry(&measured->cells[i], &measured->cells[i].figures[k]));
    if (json_array_size(entries))
        return export_json_file(job, name, entries, error);
    json_decref(entries);
    return remove_old(job, name, error);
}

static int write_github(const struct export_job *job, struct error *error)
{
    return write_direction(job, true, "customBiggerIsBetter.json", error) ||
                   write_direction(job, false, "customSmallerIsBetter.json", error)
               ? -1
               : 0;
}

const struct export_format export_github = {
    .name = "github-action-benchmark",
    .summary = "two files: customBiggerIsBetter.json, customSmallerIsBetter.json",
    .folder = true,
    .write = write_github};
