/* SPDX-License-Identifier: MIT */
/* OpenMetrics 1.0 in those words that the older text format of Prometheus has too, as node_exporter's
 * collector of text files reads that one: gauges only, no time stamps, and it passes over `# UNIT` and `#
 * EOF`. */
#include <ctype.h>

#include "cell.h"
#include "export.h"
#include "words.h"

/* The part of a metric's name that OpenMetrics wants to be its unit. */
static const char *const unit_suffixes[] = {[MEASURE_RATE] = "items_per_second",
                                            [MEASURE_TIME_NS] = "seconds",
                                            [MEASURE_BYTES] = "bytes",
                                            [MEASURE_SHARE] = "ratio"};

static void put_label(FILE *out, const char *key, const char *value)
{
    fprintf(out, "%s=\"", key);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            fputc('\\', out);
        fputc(*value, out);
    }
    fputc('"', out);
}

static void put_cell_labels(FILE *out, const char *name)
{
    struct cell cell;
    put_label(out, "cell", name);
    if (cell_parse(name, NULL, &cell, NULL))
        return;
    const char *const labels[][2] = {{"runtime", cell.runtime},
                                     {"family", cell.family},
                                     {"workload", cell.workload},
                                     {"model", cell.model}};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        fputc(',', out);
        put_label(out, labels[i][0], labels[i][1]);
    }
}

static void put_head(FILE *out, const char *name, const char *unit, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
    if (unit)
        fprintf(out, "# UNIT %s %s\n", name, unit);
}

enum part { MEDIAN, LOW, HIGH, PART_COUNT };

static double part_value(const struct figure *figure, enum part part)
{
    const struct median_interval *median = &figure->median;
    return figure_in_seconds(figure, part == MEDIAN ? median->median
                                     : part == LOW  ? median->low
                                                    : median->high);
}

static void put_family(FILE *out, const struct measured *measured, const struct measure *measure,
                       enum part part)
{
    static const char *const infixes[] = {"", "low_", "high_"};
    static const char *const helps[] = {"median", "lower end of the 95 % interval of the median",
                                        "upper end of the 95 % interval of the median"};
    char name[128], help[128], number[40];
    bool begun = false;
    int length = snprintf(name, sizeof name, "crosspoint_%s_%s%s", measure->name, infixes[part],
                          unit_suffixes[measure->unit]);
    for (int i = 0; i < length; i++)
        name[i] = name[i] == '-' ? '_' : name[i];
    snprintf(help, sizeof help, "%s: %s.", measure->summary, helps[part]);
    help[0] = (char)toupper((unsigned char)help[0]);
    for (size_t i = 0; i < measured->count; i++) {
        const struct figure *figure = measured_find(&measured->cells[i], measure->name);
        if (!figure || (part != MEDIAN && !figure->has_interval))
            continue;
        if (!begun)
            put_head(out, name, unit_suffixes[measure->unit], help);
        begun = true;
        fprintf(out, "%s{", name);
        put_cell_labels(out, measured->cells[i].name);
        word_number(part_value(figure, part), number, sizeof number);
        fprintf(out, "} %s\n", number);
    }
}

/* Also of the cells that have no figure: that they failed or were skipped is one. */
static void put_launches(FILE *out, const struct export_run *run)
{
    const struct samples *samples = &run->samples;
    put_head(out, "crosspoint_launches", NULL, "Launches by how they ended.");
    for (size_t i = 0; i < samples->cell_count; i++)
        for (int status = 0; status < STATUS_COUNT; status++) {
            if (!samples->cells[i].rows[status] || !word_is_plain(samples->cells[i].name) ||
                !export_has(run, samples->cells[i].name))
                continue;
            fputs("crosspoint_launches{", out);
            put_label(out, "cell", samples->cells[i].name);
            fprintf(out, ",status=\"%s\"} %zu\n", status_names[status], samples->cells[i].rows[status]);
        }
}

static void put_run(FILE *out, const struct export_run *run)
{
    static const struct export_key keys[] = {{"run_id", "run_id"},
                                             {"version", "versions.crosspoint"},
                                             {"cpu_model", "machine.fingerprint.cpu_model"},
                                             {"kernel", "machine.fingerprint.kernel"}};
    const char *key;
    json_t *value, *texts = export_texts(run, keys, sizeof keys / sizeof *keys);
    put_head(out, "crosspoint_run", NULL, "What was measured where; always 1.");
    fputs("crosspoint_run{", out);
    put_label(out, "commit", run->commit);
    json_object_foreach(texts, key, value)
    {
        fputc(',', out);
        put_label(out, key, json_string_value(value));
    }
    fputs("} 1\n", out);
    json_decref(texts);
    if (run->time_s < 0)
        return;
    put_head(out, "crosspoint_run_time_seconds", "seconds", "When the run ended.");
    fprintf(out, "crosspoint_run_time_seconds %lld\n", (long long)run->time_s);
}

static int write_openmetrics(const struct export_job *job, struct error *error)
{
    const struct export_run *run = job->runs;
    put_run(job->out, run);
    put_launches(job->out, run);
    for (size_t i = 0; i < MEASURE_COUNT; i++)
        for (int part = 0; part < PART_COUNT; part++)
            put_family(job->out, &run->measured, &measures[i], (enum part)part);
    fputs("# EOF\n", job->out);
    return ferror(job->out) ? error_set(error, "the output cannot be written") : 0;
}

const struct export_format export_openmetrics = {.name = "openmetrics",
                                                 .summary =
                                                     "text for Prometheus, through node_exporter's collector",
                                                 .write = write_openmetrics};
