/* SPDX-License-Identifier: MIT */
#include "track_session.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge.h"
#include "paths.h"
#include "run_file.h"
#include "samples.h"
#include "times.h"
#include "utf8.h"

enum { DAY_S = 86400 };

const char *const track_canary_names[TRACK_CANARIES] = {"canary integer", "canary memory", "canary wake-up",
                                                        "canary throughput"};
static const char *const canary_keys[TRACK_CANARIES] = {"canary_integer_ns", "canary_memory_ns",
                                                        "canary_wake_up_ns", "canary_throughput_ns"};

static const int64_t earliest = 1577836800; /* 2020: an older clock was never set */

__attribute__((format(printf, 2, 3))) static int leave_out(struct track_session *session, const char *format,
                                                           ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(session->note, sizeof session->note, format, arguments);
    va_end(arguments);
    session->left_out = 1;
    return 0;
}

static void set_origin(struct track_session *session, const json_t *run)
{
    char build[256], launches[48];
    run_file_word_build(run, build, sizeof build);
    run_file_word_launches(run, launches, sizeof launches);
    snprintf(session->machine, sizeof session->machine, "%s, %s",
             run_file_text(run, "machine.fingerprint.cpu_model", "unknown processor"),
             run_file_text(run, "machine.fingerprint.topology", "unknown topology"));
    snprintf(session->origin, sizeof session->origin, "%s; Linux %s; %s; %s", session->machine,
             run_file_text(run, "machine.fingerprint.kernel", "unknown"), build, launches);
    utf8_repair(session->machine); /* JSON takes no character that was cut */
    utf8_repair(session->origin);
}

/* Over all blocks, also those that did not count: what they told is how the machine was. */
static int set_canaries(struct track_session *session, const json_t *run)
{
    const json_t *blocks = json_object_get(run, "blocks");
    size_t count = json_array_size(blocks);
    double *values = malloc((count + 1) * sizeof *values);
    int result = values ? 0 : -1;
    for (size_t i = 0; i < TRACK_CANARIES && !result; i++) {
        struct median_interval interval;
        size_t n = 0, block;
        json_t *entry;
        json_array_foreach(blocks, block, entry)
        {
            double ns = json_number_value(json_object_get(entry, canary_keys[i]));
            if (ns > 0)
                values[n++] = ns;
        }
        session->canaries[i] = NAN;
        if (n && !(result = statistics_median(values, n, judge_level, &interval)))
            session->canaries[i] = interval.median;
    }
    free(values);
    return result;
}

/* A clock that is wrong puts a session where it does not belong. */
static void check_time(struct track_session *session, int64_t now)
{
    int64_t begun = time_parse_id(session->run_id);
    if (begun >= earliest && session->time < begun) {
        snprintf(session->note, sizeof session->note,
                 "the clock went back while it ran: it stands at the time it began");
        session->time = begun;
    } else if (session->time > now + DAY_S) {
        snprintf(session->note, sizeof session->note,
                 "of the future, %s: it stands last; was its clock right?", session->time_text);
    }
}

static int read_run(struct track_session *session, int64_t now)
{
    struct error error;
    json_t *run;
    if (run_file_load_if_any(session->path, &run, &error))
        return leave_out(session, "%s", error.text);
    if (!run)
        return leave_out(session, "no run.json, which tells machine, time and commit");
    const char *run_id = run_file_text(run, "run_id", "");
    snprintf(session->run_id, sizeof session->run_id, "%s", run_id);
    snprintf(session->id, sizeof session->id, "%s %s", run_file_text(run, "session", ""), run_id);
    snprintf(session->commit, sizeof session->commit, "%s", run_file_text(run, "versions.commit", ""));
    snprintf(session->time_text, sizeof session->time_text, "%s", run_file_text(run, "outcome.written", ""));
    set_origin(session, run);
    int failed = set_canaries(session, run);
    json_decref(run);
    if (failed)
        return -1;
    session->time = time_parse(session->time_text);
    if (session->time < earliest)
        return leave_out(session, "run.json tells no time at which it was written%s%s",
                         *session->time_text ? ": " : "", session->time_text);
    if (!*session->run_id)
        return leave_out(session, "run.json has no run_id");
    check_time(session, now);
    return 0;
}

static int set_median(const struct samples *samples, const struct samples_cell *cell, enum column metric,
                      double *values, double *median)
{
    struct median_interval interval;
    size_t n = samples_values(samples, cell, metric, values);
    *median = !cell->rows[STATUS_OK] && cell->rows[STATUS_FAILED] ? INFINITY : NAN;
    if (!n)
        return 0;
    if (statistics_median(values, n, judge_level, &interval))
        return -1;
    if (interval.median > 0)
        *median = interval.median;
    return 0;
}

static int take_cells(struct track_session *session, const struct samples *samples,
                      const enum column *metrics, size_t metric_count)
{
    double *values = malloc((samples->row_count + 1) * sizeof *values);
    session->cells = calloc(samples->cell_count + 1, sizeof *session->cells);
    session->medians = malloc((samples->cell_count * metric_count + 1) * sizeof *session->medians);
    int result = values && session->cells && session->medians ? 0 : -1;
    for (size_t i = 0; i < samples->cell_count && !result; i++) {
        session->cells[i] = strdup(samples->cells[i].name);
        session->cell_count += session->cells[i] != NULL;
        result = session->cells[i] ? 0 : -1;
        for (size_t k = 0; k < metric_count && !result; k++)
            result = set_median(samples, &samples->cells[i], metrics[k], values,
                                &session->medians[i * metric_count + k]);
    }
    free(values);
    return result;
}

int track_session_load(char *path, const enum column *metrics, size_t metric_count, int64_t now,
                       struct track_session *session)
{
    struct samples samples;
    struct error error;
    char file[PATH_BYTES + 16];
    *session = (struct track_session){.path = path};
    if (read_run(session, now))
        return -1;
    if (session->left_out)
        return 0;
    snprintf(file, sizeof file, "%s/samples.csv", path);
    int result = 0;
    if (samples_load(file, metrics, metric_count, &samples, &error) ||
        verdict_lines_load(path, &session->verdicts, &error))
        leave_out(session, "%s", error.text);
    else
        result = take_cells(session, &samples, metrics, metric_count);
    samples_free(&samples);
    return result;
}

void track_session_free(struct track_session *session)
{
    for (size_t i = 0; i < session->cell_count; i++)
        free(session->cells[i]);
    free(session->cells);
    free(session->medians);
    verdict_lines_free(&session->verdicts);
    free(session->path);
    *session = (struct track_session){.path = NULL};
}
