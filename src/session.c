/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cell_run.h"
#include "environment.h"
#include "launch.h"
#include "measure.h"
#include "progress.h"

enum { PADDING_BYTES_MAX = 4096, CALIBRATION_STEPS = 8 };

static double now_s(void)
{
    return (double)clock_now_ns() / 1e9;
}

static int run_cell(struct session *session, const struct plan_cell *cell, uint64_t items,
                    size_t padding_bytes, struct row_buffer *row)
{
    struct launch launch = {
        .program = session->program,
        .topology = session->topology_xml,
        .cell = &cell->cell,
        .items = items,
        .timeout_s = session->timeout_s,
        .padding_bytes = padding_bytes,
    };
    return launch_run(&launch, row);
}

/* Calibration */

/* Wall time of a launch, in ns a unit of work; grows the work until the launch takes a tenth of launch_ms. A
 * cell that fails here gets 0 and fails again, with a row, when it is measured. */
static int time_cell(struct session *session, struct plan_cell *cell, double *ns_per_item)
{
    unsigned workers, conc;
    cell_counts(&cell->cell, &workers, &conc);
    double enough_ns = session->launch_ms * 1e6 / 10;
    uint64_t items = conc;
    *ns_per_item = 0;
    for (int step = 0; step < CALIBRATION_STEPS; step++) {
        struct row_buffer row;
        double begin_s = now_s();
        if (run_cell(session, cell, items, 0, &row))
            return -1;
        double wall_ns = row_number(&row.row, COLUMN_WALL_NS), done = row_number(&row.row, COLUMN_ITEMS);
        if (strcmp(row.row.text[COLUMN_STATUS], "skipped") == 0)
            snprintf(cell->skip, sizeof cell->skip, "%s", row.row.text[COLUMN_REASON]);
        if (strcmp(row.row.text[COLUMN_STATUS], "ok") != 0 || !(wall_ns > 0))
            return 0;
        *ns_per_item = wall_ns / done;
        cell->launch_s = now_s() - begin_s - wall_ns / 1e9; /* all but the work */
        if (wall_ns >= enough_ns)
            return 0;
        double growth = 2 * enough_ns / wall_ns;
        items = (uint64_t)(done * (growth > 100 ? 100 : growth)) + 1;
    }
    return 0;
}

static void set_group_items(struct session *session, size_t group, const double *ns_per_item)
{
    struct plan *plan = &session->plan;
    uint64_t items = 1;
    double slowest_ns = 0;
    for (size_t i = 0; i < plan->count; i++) {
        unsigned workers, conc;
        if (plan->cells[i].group != group)
            continue;
        cell_counts(&plan->cells[i].cell, &workers, &conc);
        if (items < conc)
            items = conc;
        if (items < plan->cells[i].items_min)
            items = plan->cells[i].items_min;
        if (slowest_ns < ns_per_item[i])
            slowest_ns = ns_per_item[i];
    }
    if (slowest_ns > 0 && items * slowest_ns < session->launch_ms * 1e6)
        items = (uint64_t)ceil(session->launch_ms * 1e6 / slowest_ns);
    for (size_t i = 0; i < plan->count; i++)
        if (plan->cells[i].group == group) {
            plan->cells[i].items = items;
            plan->cells[i].launch_s += (double)items * ns_per_item[i] / 1e9;
        }
}

int session_calibrate(struct session *session)
{
    struct plan *plan = &session->plan;
    double *ns_per_item = calloc(plan->count + 1, sizeof *ns_per_item);
    int interrupted = ns_per_item ? 0 : -1;
    for (size_t i = 0; i < plan->count && !interrupted; i++) {
        struct error error;
        progress_calibrating(session->quiet, i, plan->count, plan->cells[i].name);
        if (cell_runnable(&plan->cells[i].cell, session->topology, &error))
            snprintf(plan->cells[i].skip, sizeof plan->cells[i].skip, "%s", error.text);
        else
            interrupted = time_cell(session, &plan->cells[i], &ns_per_item[i]);
    }
    progress_clear(session->quiet);
    for (size_t i = 0; i < plan->count && !interrupted; i++)
        if (plan->cells[i].items == 0)
            set_group_items(session, plan->cells[i].group, ns_per_item);
    free(ns_per_item);
    return interrupted;
}

/* run.json */

static json_t *plan_to_json(const struct plan *plan)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_cell *cell = &plan->cells[i];
        json_t *object =
            json_pack("{s:s, s:I, s:I, s:f}", "cell", cell->name, "group", (json_int_t)cell->group, "items",
                      (json_int_t)cell->items, "launch_s", cell->launch_s);
        if (cell->skip[0])
            json_object_set_new(object, "skipped", json_string(cell->skip));
        json_array_append_new(cells, object);
    }
    return json_pack("{s:i, s:I, s:o}", "blocks", (int)plan->blocks, "seed", (json_int_t)plan->seed, "cells",
                     cells);
}

static int plan_from_json(struct plan *plan, const json_t *object)
{
    size_t index;
    json_t *value;
    plan->blocks = (unsigned)json_integer_value(json_object_get(object, "blocks"));
    plan->seed = (uint64_t)json_integer_value(json_object_get(object, "seed"));
    json_array_foreach(json_object_get(object, "cells"), index, value)
    {
        struct cell cell;
        const char *name = json_string_value(json_object_get(value, "cell"));
        const char *skip = json_string_value(json_object_get(value, "skipped"));
        if (!name || cell_parse(name, NULL, &cell, NULL))
            return -1;
        long added = plan_add(plan, &cell);
        if (added != (long)index)
            return -1;
        struct plan_cell *planned = &plan->cells[added];
        planned->items = (uint64_t)json_integer_value(json_object_get(value, "items"));
        planned->launch_s = json_number_value(json_object_get(value, "launch_s"));
        snprintf(planned->skip, sizeof planned->skip, "%s", skip ? skip : "");
    }
    return plan->count > 0 && plan->blocks > 0 ? 0 : -1;
}

static void format_time(char text[32])
{
    time_t now = time(NULL);
    struct tm utc;
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
}

int session_write_run(const struct session *session, const char *outcome, struct error *error)
{
    char path[PATH_BYTES + 16], temporary[PATH_BYTES + 20], ended[32];
    double wall_s = now_s() - session->started_s;
    snprintf(path, sizeof path, "%s/run.json", session->folder);
    snprintf(temporary, sizeof temporary, "%s.new", path);
    format_time(ended);
    json_object_set_new(session->run, "plan", plan_to_json(&session->plan));
    json_object_set_new(
        session->run, "outcome",
        json_pack("{s:s, s:s, s:I, s:I, s:I, s:f, s:f, s:f}", "state", outcome, "written", ended, "launches",
                  (json_int_t)session->launches, "rows", (json_int_t)session->launches_done, "failed",
                  (json_int_t)session->launches_failed, "wall_s", wall_s, "measured_s", session->measured_s,
                  "measured_share", wall_s > 0 ? session->measured_s / wall_s : 0.0));
    if (json_dump_file(session->run, temporary, JSON_INDENT(2)) || rename(temporary, path))
        return error_set(error, "%s: %s", path, strerror(errno));
    return 0;
}

/* The folder */

static int open_samples(struct session *session, int flags, struct error *error)
{
    char path[PATH_BYTES + 16];
    snprintf(path, sizeof path, "%s/samples.csv", session->folder);
    session->samples = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0666);
    if (session->samples < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    return 0;
}

static int append(struct session *session, const char *text, size_t length, struct error *error)
{
    if (length == 0 || write(session->samples, text, length) != (ssize_t)length ||
        fdatasync(session->samples))
        return error_set(error, "%s/samples.csv: %s", session->folder,
                         length ? strerror(errno) : "row too long");
    return 0;
}

static int prepare_done(struct session *session, struct error *error)
{
    session->launches = (uint64_t)session->plan.blocks * session->plan.count;
    session->done = calloc(session->launches, 1);
    return session->done ? 0 : error_set(error, "out of memory");
}

int session_create(struct session *session, struct error *error)
{
    char header[4096], path[PATH_BYTES + 16];
    if (mkdir(session->folder, 0777))
        return error_set(error, errno == EEXIST ? "%s exists; results are never overwritten" : "%s: %s",
                         session->folder, strerror(errno));
    snprintf(path, sizeof path, "%s/topology.xml", session->folder);
    if (topology_export(session->topology, path, error) || prepare_done(session, error) ||
        open_samples(session, O_CREAT | O_EXCL, error))
        return -1;
    return append(session, header, result_format_header(header, sizeof header), error) ||
                   session_write_run(session, "running", error)
               ? -1
               : 0;
}

static int take_done(void *context, const struct row *row, size_t line, struct error *error)
{
    (void)line;
    struct session *session = context;
    double block = row_number(row, COLUMN_BLOCK), slot = row_number(row, COLUMN_SLOT);
    double wall_ns = row_number(row, COLUMN_WALL_NS);
    if (!(block >= 0 && block < session->plan.blocks && slot >= 0 && slot < (double)session->plan.count))
        return error_set(error, "block and slot are not of this run's plan");
    session->done[(size_t)block * session->plan.count + (size_t)slot] = 1;
    session->launches_done++;
    session->launches_failed += strcmp(row->text[COLUMN_STATUS], "failed") == 0;
    session->measured_s += wall_ns > 0 ? wall_ns / 1e9 : 0;
    return 0;
}

static int read_run(struct session *session, struct error *error)
{
    char path[PATH_BYTES + 16];
    json_error_t problem;
    snprintf(path, sizeof path, "%s/run.json", session->folder);
    session->run = json_load_file(path, 0, &problem);
    if (!session->run)
        return error_set(error, "%s: line %d: %s", path, problem.line, problem.text);
    const json_t *options = json_object_get(session->run, "options"), *outcome;
    const char *run_id = json_string_value(json_object_get(session->run, "run_id"));
    session->launch_ms = json_number_value(json_object_get(options, "launch_ms"));
    session->timeout_s = json_number_value(json_object_get(options, "timeout_s"));
    snprintf(session->run_id, sizeof session->run_id, "%s", run_id ? run_id : "");
    if (!run_id || !(session->timeout_s > 0) ||
        plan_from_json(&session->plan, json_object_get(session->run, "plan")))
        return error_set(error, "%s: no plan to go on with", path);
    outcome = json_object_get(session->run, "outcome");
    session->started_s = now_s() - json_number_value(json_object_get(outcome, "wall_s"));
    return 0;
}

int session_resume(struct session *session, const char *folder, struct error *error)
{
    char path[PATH_BYTES + 16];
    size_t cut_bytes;
    struct stat stat;
    snprintf(session->folder, sizeof session->folder, "%s", folder);
    snprintf(path, sizeof path, "%s/samples.csv", folder);
    if (read_run(session, error) || prepare_done(session, error) ||
        result_read(path, take_done, session, &cut_bytes, error) || open_samples(session, 0, error))
        return -1;
    if (cut_bytes > 0 &&
        (fstat(session->samples, &stat) || ftruncate(session->samples, stat.st_size - (off_t)cut_bytes)))
        return error_set(error, "%s: %s", path, strerror(errno));
    return 0;
}

/* Measuring */

static int write_sample(struct session *session, unsigned block, unsigned slot, struct row_buffer *row,
                        struct error *error)
{
    char text[8192];
    double wall_ns = row_number(&row->row, COLUMN_WALL_NS);
    row_set(row, COLUMN_RUN_ID, "%s", session->run_id);
    row_set(row, COLUMN_BLOCK, "%u", block);
    row_set(row, COLUMN_SLOT, "%u", slot);
    session->done[(size_t)block * session->plan.count + slot] = 1;
    session->launches_done++;
    session->launches_failed += strcmp(row->row.text[COLUMN_STATUS], "failed") == 0;
    session->measured_s += wall_ns > 0 ? wall_ns / 1e9 : 0;
    return append(session, text, result_format_row(&row->row, text, sizeof text), error);
}

/* 0, 1 when interrupted, -1 with error. */
static int measure_cell(struct session *session, unsigned block, unsigned slot, struct plan_cell *cell,
                        struct error *error)
{
    struct row_buffer row;
    if (cell->skip[0]) {
        row_reset(&row);
        cell_fill_row(&cell->cell, &row);
        row_set(&row, COLUMN_STATUS, "skipped");
        row_set(&row, COLUMN_REASON, "%s", cell->skip);
        return write_sample(session, block, slot, &row, error);
    }
    struct environment before, after;
    double begin_s = now_s();
    environment_read(&before);
    size_t padding_bytes = plan_random(&session->plan, block, slot, PADDING_BYTES_MAX);
    if (run_cell(session, cell, cell->items, padding_bytes, &row))
        return 1;
    environment_read(&after);
    struct disturbance disturbance = environment_between(&before, &after);
    disturbance_fill_row(&disturbance, &row);
    cell->launch_s = now_s() - begin_s;
    return write_sample(session, block, slot, &row, error);
}

static double left_s(const struct session *session, unsigned block, const size_t *order, unsigned slot)
{
    double block_s = 0, rest_s = 0;
    for (size_t i = 0; i < session->plan.count; i++) {
        const struct plan_cell *cell = &session->plan.cells[order[i]];
        double launch_s = cell->skip[0] ? 0 : cell->launch_s;
        block_s += launch_s;
        rest_s += i >= slot ? launch_s : 0;
    }
    return rest_s + block_s * (session->plan.blocks - block - 1);
}

int session_measure(struct session *session, struct error *error)
{
    struct plan *plan = &session->plan;
    size_t *order = calloc(plan->count, sizeof *order);
    int result = order ? 0 : error_set(error, "out of memory");
    for (unsigned block = 0; block < plan->blocks && result == 0; block++) {
        plan_order(plan, block, order);
        for (unsigned slot = 0; slot < plan->count && result == 0; slot++) {
            struct plan_cell *cell = &plan->cells[order[slot]];
            if (session->done[(size_t)block * plan->count + slot])
                continue;
            progress_launch(session->quiet, session->launches_done, session->launches,
                            left_s(session, block, order, slot), cell->name);
            result = measure_cell(session, block, slot, cell, error);
        }
        if (result == 0)
            progress_block(session->quiet, block + 1, plan->blocks, session->launches_failed,
                           left_s(session, block, order, (unsigned)plan->count));
    }
    progress_clear(session->quiet);
    free(order);
    return result;
}

void session_close(struct session *session)
{
    if (session->samples > 0)
        close(session->samples);
    json_decref(session->run);
    free(session->done);
    plan_free(&session->plan);
}
