/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "environment.h"
#include "file.h"
#include "folder.h"
#include "launch.h"
#include "measure.h"
#include "metadata.h"
#include "own_work.h"
#include "plan_json.h"
#include "progress.h"
#include "run_file.h"
#include "runtime.h"
#include "session_gate.h"

enum { PADDING_BYTES_MAX = 4096 };

int session_launch(const struct session *session, const struct plan_cell *cell, uint64_t items, double rate,
                   size_t padding_bytes, struct row_buffer *row)
{
    struct launch launch = {
        .program = session->builds[cell->build].program,
        .plugin = session->builds[cell->build].plugin,
        .topology = session->topology_file,
        .cell = &cell->cell,
        .items = items,
        .rate = rate,
        .timeout_s = session->timeout_s,
        .padding_bytes = padding_bytes,
    };
    return launch_run(&launch, row);
}

/* run.json */

static void format_time(char text[32])
{
    time_t now = time(NULL);
    struct tm utc;
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
}

static int write_run_of(const struct session *session, const struct session_build *build, struct error *error)
{
    char path[PATH_BYTES + 16];
    struct file_new file;
    snprintf(path, sizeof path, "%s/run.json", build->folder);
    if (!file_create(&file, path, error))
        return -1;
    if (json_dumpf(session->run, file.stream, JSON_INDENT(2)) == 0 || ferror(file.stream))
        return file_finish(&file, error);
    file_drop(&file);
    return error_set(error, "%s: out of memory", path);
}

static int write_run(const struct session *session, const char *outcome, struct error *error)
{
    char written[32];
    double wall_s = clock_now_s() - session->started_s;
    format_time(written);
    json_object_set_new(session->run, "plan", plan_to_json(&session->plan));
    json_object_set_new(
        session->run, "outcome",
        json_pack("{s:s, s:s, s:I, s:I, s:I, s:f, s:f, s:f}", "state", outcome, "written", written,
                  "launches", (json_int_t)session->launches, "rows", (json_int_t)session->launches_done,
                  "failed", (json_int_t)session->launches_failed, "wall_s", wall_s, "measured_s",
                  session->measured_s, "measured_share", wall_s > 0 ? session->measured_s / wall_s : 0.0));
    for (size_t build = 0; build < session->build_count; build++)
        if (write_run_of(session, &session->builds[build], error))
            return -1;
    return 0;
}

/* The folder */

/* spare: room for blocks that were begun and will not count. */
static int prepare_done(struct session *session, unsigned spare, struct error *error)
{
    session->blocks_max = session->plan.blocks + session_repeats_max(session) + spare;
    session->done = calloc((size_t)session->blocks_max * session->plan.count, 1);
    session->block_states = calloc(session->blocks_max, 1);
    return session->done && session->block_states ? 0 : error_set(error, "out of memory");
}

static int create_build(struct session *session, struct session_build *build, struct error *error)
{
    char path[PATH_BYTES + 16];
    size_t before;
    bool made = strcmp(build->folder, session->folder) == 0;
    if ((!made && folder_make(build->folder, &before, NULL, error)) ||
        folder_lock_take(&build->lock, build->folder, error))
        return -1;
    snprintf(path, sizeof path, "%s/topology.xml", build->folder);
    return topology_export(session->topology, path, error) ||
                   samples_file_create(&build->samples, build->folder, error)
               ? -1
               : 0;
}

int session_create(struct session *session, struct error *error)
{
    if (prepare_done(session, 0, error))
        return -1;
    for (size_t build = 0; build < session->build_count; build++)
        if (create_build(session, &session->builds[build], error))
            return -1;
    json_object_set_new(session->run, "blocks", json_array());
    return write_run(session, "running", error);
}

static int take_done(void *context, const struct row *row, size_t line, struct error *error)
{
    (void)line;
    struct session *session = context;
    double block = row_number(row, COLUMN_BLOCK), slot = row_number(row, COLUMN_SLOT);
    double wall_ns = row_number(row, COLUMN_WALL_NS);
    if (!(block >= 0 && block < session->blocks_max && slot >= 0 && slot < (double)session->plan.count))
        return error_set(error, "block and slot are not of this run's plan");
    session->done[(size_t)block * session->plan.count + (size_t)slot] = 1;
    session->launches_done++;
    session->launches_failed += strcmp(row->text[COLUMN_STATUS], "failed") == 0;
    session->measured_s += wall_ns > 0 ? wall_ns / 1e9 : 0;
    return 0;
}

/* A run.json may be somebody else's: what it names is not opened, but named again by whoever goes on with it.
 */
static int check_rules(const struct session *session, const char *folder, struct error *error)
{
    const char *named = run_file_text(session->run, "options.rules_path", NULL);
    if (named && !session->rules_path[0])
        return error_set(error,
                         "%.200s was made with rules of one's own (%.200s); name them again with --rules",
                         folder, named);
    if (!named && session->rules_path[0])
        return error_set(error, "%s was made with the rules that come along; leave out --rules", folder);
    if (named)
        json_object_set_new(json_object_get(session->run, "options"), "rules_path",
                            json_string(session->rules_path));
    return 0;
}

/* The interpreters of its cells are those that whoever goes on with it names: they are not started because a
 * run.json says so. Those that were not there are not. */
static int check_runtimes(const struct session *session, const char *folder, struct error *error)
{
    size_t index;
    json_t *entry;
    json_array_foreach(json_object_get(session->run, "runtimes"), index, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "runtime")),
                   *absent = json_string_value(json_object_get(entry, "absent"));
        struct cell cell = {.workers = 0};
        snprintf(cell.runtime, sizeof cell.runtime, "%s", name ? name : "");
        const struct runtime *runtime = runtime_of(&cell);
        if (absent && !runtime && runtimes_add_absent(cell.runtime, absent, error))
            return -1;
        if (!absent && (!runtime || runtime->absent.text[0]))
            return error_set(error,
                             "%.200s was made with %s, which is not the python3 here; name its "
                             "interpreter with --python PATH",
                             folder, cell.runtime);
    }
    return 0;
}

static int read_run(struct session *session, struct error *error)
{
    const char *folder = session->builds[0].folder;
    session->run = run_file_load(folder, error);
    if (!session->run)
        return -1;
    const char *run_id = run_file_text(session->run, "run_id", NULL);
    session->launch_ms = run_file_number(session->run, "options.launch_ms", 0);
    session->timeout_s = run_file_number(session->run, "options.timeout_s", 0);
    session->gate = run_file_is_true(session->run, "options.gate");
    snprintf(session->run_id, sizeof session->run_id, "%s", run_id ? run_id : "");
    if (check_runtimes(session, folder, error))
        return -1;
    if (!run_id || !(session->timeout_s > 0) ||
        plan_from_json(&session->plan, json_object_get(session->run, "plan")))
        return error_set(error, "%s/run.json: no plan to go on with", folder);
    if (check_rules(session, folder, error))
        return -1;
    session->started_s = clock_now_s() - run_file_number(session->run, "outcome.wall_s", 0);
    return 0;
}

static bool block_begun(const struct session *session, unsigned block)
{
    return memchr(session->done + (size_t)block * session->plan.count, 1, session->plan.count) != NULL;
}

/* From the decisions in run.json, which each judged block has. */
static int restore_states(struct session *session, struct error *error)
{
    size_t index;
    json_t *entry;
    json_array_foreach(json_object_get(session->run, "blocks"), index, entry)
    {
        json_int_t block = json_integer_value(json_object_get(entry, "block"));
        const char *decision = json_string_value(json_object_get(entry, "decision"));
        if (block < 0 || block >= session->blocks_max || !decision)
            return error_set(error, "%s/run.json: entry %zu of blocks is not of this run's plan",
                             session->builds[0].folder, index);
        for (int state = BLOCK_ACCEPTED; state <= BLOCK_INTERRUPTED; state++)
            if (strcmp(decision, session_block_states[state]) == 0)
                session->block_states[block] = (unsigned char)state;
    }
    return 0;
}

/* A block that an interruption left half done is not judged: on resume, the counters of its beginning are
 * gone. */
static int drop_unjudged(struct session *session, struct error *error)
{
    static const char reason[] = "interrupted before the block was judged";
    for (unsigned block = 0; session->gate && block < session->blocks_max; block++) {
        if (session->block_states[block] != BLOCK_OPEN || !block_begun(session, block))
            continue;
        session->block_states[block] = BLOCK_INTERRUPTED;
        json_array_append_new(json_object_get(session->run, "blocks"),
                              json_pack("{s:i, s:s, s:s}", "block", (int)block, "decision",
                                        session_block_states[BLOCK_INTERRUPTED], "reason", reason));
        for (size_t build = 0; build < session->build_count; build++)
            if (samples_file_invalidate(&session->builds[build].samples, block, reason, error))
                return -1;
    }
    return 0;
}

/* Where there is no run, reading it says so. */
static int lock_run(struct session_build *build, struct error *error)
{
    char path[PATH_BYTES + 16];
    snprintf(path, sizeof path, "%s/run.json", build->folder);
    return access(path, F_OK) ? 0 : folder_lock_take(&build->lock, build->folder, error);
}

int session_resume(struct session *session, struct error *error)
{
    struct session_build *build = &session->builds[0];
    if (lock_run(build, error) || read_run(session, error))
        return -1;
    if (metadata_expect_same(session->run, session->topology, error))
        return error_prefix(error, "%s", build->folder);
    unsigned judged = (unsigned)json_array_size(json_object_get(session->run, "blocks"));
    if (prepare_done(session, judged + 1, error) || restore_states(session, error))
        return -1;
    return samples_file_resume(&build->samples, build->folder, take_done, session, error) ||
                   drop_unjudged(session, error)
               ? -1
               : 0;
}

/* Measuring */

static int write_sample(struct session *session, const struct plan_cell *cell, unsigned block, unsigned slot,
                        struct row_buffer *row, struct error *error)
{
    double wall_ns = row_number(&row->row, COLUMN_WALL_NS);
    row_set(row, COLUMN_RUN_ID, "%s", session->run_id);
    row_set(row, COLUMN_BLOCK, "%u", block);
    row_set(row, COLUMN_SLOT, "%u", slot);
    row_set(row, COLUMN_CELL, "%s", cell->name);
    session->done[(size_t)block * session->plan.count + slot] = 1;
    session->launches_done++;
    session->launches_failed += strcmp(row->row.text[COLUMN_STATUS], status_names[STATUS_FAILED]) == 0;
    session->measured_s += wall_ns > 0 ? wall_ns / 1e9 : 0;
    return samples_file_append(&session->builds[cell->build].samples, &row->row, error);
}

/* 0, 1 when interrupted, -1 with error. */
static int measure_cell(struct session *session, unsigned block, unsigned slot, struct plan_cell *cell,
                        struct error *error)
{
    struct row_buffer row;
    if (cell->skip[0]) {
        row_reset(&row);
        runtime_fill_row(&cell->cell, &row);
        row_set(&row, COLUMN_STATUS, "%s", status_names[STATUS_SKIPPED]);
        row_set(&row, COLUMN_REASON, "%s", cell->skip);
        return write_sample(session, cell, block, slot, &row, error);
    }
    struct environment before, after;
    const struct session_build *build = &session->builds[cell->build];
    if (program_check(build->program, error) || own_work_check(error) ||
        (build->plugin && program_check(build->plugin, error)))
        return -1;
    double begin_s = clock_now_s();
    environment_read("", &before);
    size_t padding_bytes = plan_random(&session->plan, block, slot, PADDING_BYTES_MAX);
    if (session_launch(session, cell, cell->items, cell->rate, padding_bytes, &row))
        return 1;
    environment_read("", &after);
    if (topology_check_allowed(session->topology, error))
        return -1; /* perhaps while it was measured */
    struct disturbance disturbance = environment_between(&before, &after);
    disturbance_fill_row(&disturbance, &row);
    cell->launch_s = clock_now_s() - begin_s;
    return write_sample(session, cell, block, slot, &row, error);
}

static double block_s(const struct session *session)
{
    double sum_s = 0;
    for (size_t i = 0; i < session->plan.count; i++)
        sum_s += session->plan.cells[i].skip[0] ? 0 : session->plan.cells[i].launch_s;
    return sum_s;
}

static double blocks_left_s(const struct session *session, unsigned block)
{
    uint64_t left = session->launches / session->plan.count - block - 1;
    return block_s(session) * (double)left;
}

static double left_s(const struct session *session, unsigned block, const size_t *order, unsigned slot)
{
    double rest_s = 0;
    for (size_t i = slot; i < session->plan.count; i++)
        rest_s += session->plan.cells[order[i]].skip[0] ? 0 : session->plan.cells[order[i]].launch_s;
    return rest_s + blocks_left_s(session, block);
}

static int measure_block(struct session *session, unsigned block, struct error *error)
{
    struct plan *plan = &session->plan;
    size_t *order = calloc(plan->count, sizeof *order);
    int result = order ? 0 : error_set(error, "out of memory");
    if (order)
        plan_order(plan, block, order);
    for (unsigned slot = 0; slot < plan->count && result == 0; slot++) {
        struct plan_cell *cell = &plan->cells[order[slot]];
        if (session->done[(size_t)block * plan->count + slot])
            continue;
        progress_launch(session->quiet, session->launches_done, session->launches,
                        left_s(session, block, order, slot), cell->name);
        result = measure_cell(session, block, slot, cell, error);
    }
    free(order);
    return result;
}

static bool block_whole(const struct session *session, unsigned block)
{
    for (size_t slot = 0; slot < session->plan.count; slot++)
        if (!session->done[(size_t)block * session->plan.count + slot])
            return false;
    return true;
}

/* As many as are planned, and one for each that does not count. */
static unsigned blocks_in_all(const struct session *session)
{
    unsigned disturbed = session_blocks_in_state(session, BLOCK_INVALID),
             repeats = session_repeats_max(session);
    return session->plan.blocks + session_blocks_in_state(session, BLOCK_INTERRUPTED) +
           (disturbed < repeats ? disturbed : repeats);
}

/* The clock ends it, never what was measured. */
static bool is_late(const struct session *session)
{
    return session->deadline_s > 0 && clock_now_s() + block_s(session) > session->deadline_s;
}

static int measure_blocks(struct session *session, struct error *error)
{
    int result = 0;
    session->launches = (uint64_t)blocks_in_all(session) * session->plan.count;
    for (unsigned block = 0; block < blocks_in_all(session) && block < session->blocks_max && result == 0;
         block++) {
        if (session->block_states[block] == BLOCK_INTERRUPTED || block_whole(session, block))
            continue; /* before a resume */
        if (block > 0 && is_late(session)) {
            session->plan.blocks = block;
            break;
        }
        struct environment before;
        session_gate_begin(session);
        environment_read("", &before);
        result = measure_block(session, block, error);
        if (result == 0 && session_gate_judge(session, block, &before, error))
            result = -1;
        if (result == 0 && write_run(session, "running", error))
            result = -1;
        if (result == 0 && session_gate_hopeless(session))
            result = 2;
        if (result == 0)
            progress_block(session->quiet, block + 1, (unsigned)(session->launches / session->plan.count),
                           session->launches_failed, blocks_left_s(session, block));
    }
    progress_clear(session->quiet);
    return result;
}

int session_measure(struct session *session, struct error *error)
{
    session_gate_open(session);
    int ended = measure_blocks(session, error);
    if (ended == 1 && drop_unjudged(session, error))
        ended = -1;
    static const char *const outcomes[] = {"complete", "interrupted", "disturbed"};
    const char *outcome = ended < 0 ? "failed" : outcomes[ended];
    return write_run(session, outcome, ended < 0 ? NULL : error) ? -1 : ended;
}

void session_close(struct session *session)
{
    for (size_t build = 0; build < session->build_count; build++) {
        samples_file_close(&session->builds[build].samples);
        folder_lock_free(&session->builds[build].lock);
    }
    json_decref(session->run);
    free(session->done);
    free(session->block_states);
    busy_free(&session->busy);
    plan_free(&session->plan);
}
