/* SPDX-License-Identifier: MIT */
/* A history: a row a cell, and what stands around them. */
#include "track_write.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "wording.h"

enum {
    SERIES,
    CURRENT,
    CELL,
    METRIC,
    VERDICT,
    CANARY,
    CANARY_RATIO,
    RATIO,
    CI_LOW,
    CI_HIGH,
    INTERVAL,
    SINCE,
    COMMIT,
    SESSIONS,
    USUAL,
    LATEST,
    SCATTER,
    DETECTABLE,
    NEEDED,
    P_ADJUSTED,
    STEPS,
    POINTS,
    COLUMN_END
};

static const struct table_column track_columns[COLUMN_END] = {
    [SERIES] = {"series", "series", TABLE_ALL, .right = true},
    [CURRENT] = {"current", "", TABLE_MACHINES},
    [CELL] = {"cell", "cell", TABLE_ALL, .fit = TABLE_WRAP, .code = true},
    [METRIC] = {"metric", "", TABLE_MACHINES},
    [VERDICT] = {"verdict", "verdict", TABLE_ALL, .strong = true},
    [CANARY] = {"canary", "", TABLE_MACHINES},
    [CANARY_RATIO] = {"canary_ratio", "", TABLE_MACHINES},
    [RATIO] = {"ratio", "ratio (95 % interval)", TABLE_ALL},
    [CI_LOW] = {"ci_low", "", TABLE_CSV},
    [CI_HIGH] = {"ci_high", "", TABLE_CSV},
    [INTERVAL] = {"interval", "", TABLE_JSON},
    [SINCE] = {"since", "since", TABLE_ALL},
    [COMMIT] = {"commit", "commit", TABLE_ALL, .code = true},
    [SESSIONS] = {"sessions", "sessions", TABLE_ALL, .right = true},
    [USUAL] = {"usual", "usual", TABLE_ALL, .right = true},
    [LATEST] = {"latest", "latest", TABLE_ALL, .right = true},
    [SCATTER] = {"scatter", "scatter", TABLE_ALL, .right = true},
    [DETECTABLE] = {"detectable", "detectable", TABLE_ALL, .right = true},
    [NEEDED] = {"sessions_needed", "", TABLE_MACHINES},
    [P_ADJUSTED] = {"p_adjusted", "", TABLE_MACHINES},
    [STEPS] = {"steps", "", TABLE_JSON},
    [POINTS] = {"points", "", TABLE_JSON},
};

static const enum table_role roles[TRACK_VERDICT_COUNT] = {
    [TRACK_SLOWER] = TABLE_BAD,   [TRACK_FASTER] = TABLE_GOOD, [TRACK_SUSPECTED] = TABLE_UNCLEAR,
    [TRACK_STEADY] = TABLE_PLAIN, [TRACK_SHORT] = TABLE_QUIET, [TRACK_NOISY] = TABLE_QUIET,
    [TRACK_FAILING] = TABLE_BAD,  [TRACK_ENDED] = TABLE_QUIET, [TRACK_MACHINE] = TABLE_UNCLEAR,
};

const struct track_step *track_told(const struct track *track, const struct track_row *row)
{
    switch (row->verdict) {
    case TRACK_SLOWER:
    case TRACK_FASTER:
        return track_recent(track, row);
    case TRACK_MACHINE: {
        const struct track_step *recent = track_recent(track, row);
        return recent ? recent : &row->suspect;
    }
    case TRACK_SUSPECTED:
    case TRACK_FAILING:
        return &row->suspect;
    default:
        return NULL;
    }
}

void track_word_canary(const struct track_row *row, const struct track_step *step, char *text,
                       size_t text_bytes)
{
    text[0] = '\0';
    if (row->verdict == TRACK_MACHINE)
        snprintf(text, text_bytes, "%s %.3g×", track_canary_names[step->canary], step->canary_ratio);
}

/* Steps and points, for programs */

enum { STEP_SINCE, STEP_RUN, STEP_COMMIT, STEP_TOLD, STEP_RATIO, STEP_INTERVAL, STEP_END };
static const struct table_column step_columns[STEP_END] = {
    [STEP_SINCE] = {"since", "", TABLE_JSON},   [STEP_RUN] = {"run_id", "", TABLE_JSON},
    [STEP_COMMIT] = {"commit", "", TABLE_JSON}, [STEP_TOLD] = {"told", "", TABLE_JSON},
    [STEP_RATIO] = {"ratio", "", TABLE_JSON},   [STEP_INTERVAL] = {"interval", "", TABLE_JSON},
};

static void set_steps(struct table *table, const struct track_series *series, const struct track_row *row)
{
    struct table steps;
    table_open(&steps, TABLE_JSON, step_columns, STEP_END);
    for (size_t i = 0; i < row->step_count; i++) {
        const struct track_step *step = &row->steps[i];
        const struct track_session *first = &series->sessions[step->first];
        table_row(&steps, TABLE_ALL, 0);
        table_text(&steps, STEP_SINCE, "%s", first->time_text);
        table_text(&steps, STEP_RUN, "%s", first->run_id);
        table_text(&steps, STEP_COMMIT, "%s", first->commit);
        table_text(&steps, STEP_TOLD, "%s", series->sessions[step->told].time_text);
        table_number(&steps, STEP_RATIO, step->ratio);
        table_range(&steps, STEP_INTERVAL, step->low, step->high);
    }
    table_nested(table, STEPS, &steps);
}

enum { POINT_TIME, POINT_RUN, POINT_COMMIT, POINT_VALUE, POINT_END };
static const struct table_column point_columns[POINT_END] = {
    [POINT_TIME] = {"time", "", TABLE_JSON},
    [POINT_RUN] = {"run_id", "", TABLE_JSON},
    [POINT_COMMIT] = {"commit", "", TABLE_JSON},
    [POINT_VALUE] = {"value", "", TABLE_JSON},
};

static void set_points(struct table *table, const struct track_series *series, size_t metric_number,
                       enum column metric, size_t cell)
{
    struct table points;
    table_open(&points, TABLE_JSON, point_columns, POINT_END);
    for (size_t i = 0; i < series->count && cell < series->cell_count; i++) {
        double value = series->logs[metric_number][cell * series->count + i];
        if (!isfinite(value))
            continue;
        table_row(&points, TABLE_ALL, 0);
        table_text(&points, POINT_TIME, "%s", series->sessions[i].time_text);
        table_text(&points, POINT_RUN, "%s", series->sessions[i].run_id);
        table_text(&points, POINT_COMMIT, "%s", series->sessions[i].commit);
        table_number(&points, POINT_VALUE, track_figure(metric, value));
    }
    table_nested(table, POINTS, &points);
}

/* Rows */

static void set_change(struct table *table, const struct track_series *series, const struct track *track,
                       const struct track_row *row)
{
    const struct track_step *step = track_told(track, row);
    char ratio[96];
    table_text(table, VERDICT, "%s", track_verdict_names[row->verdict]);
    table_role(table, VERDICT, roles[row->verdict]);
    if (row->verdict == TRACK_SHORT)
        table_aside(table, VERDICT, "%zu sessions would do", row->needed);
    if (!step)
        return;
    track_word_canary(row, step, ratio, sizeof ratio);
    if (*ratio) {
        table_aside(table, VERDICT, "%s", ratio);
        table_text(table, CANARY, "%s", track_canary_names[step->canary]);
        table_number(table, CANARY_RATIO, step->canary_ratio);
    }
    table_text(table, SINCE, "%s", series->sessions[step->first].time_text);
    table_text(table, COMMIT, "%s", series->sessions[step->first].commit);
    if (row->verdict == TRACK_FAILING)
        return;
    word_ratio(step->ratio, step->low, step->high, ratio, sizeof ratio);
    table_number(table, RATIO, step->ratio);
    table_words(table, RATIO, "%s", ratio);
    table_number(table, CI_LOW, step->low);
    table_number(table, CI_HIGH, step->high);
    table_range(table, INTERVAL, step->low, step->high);
}

static void set_figure(struct table *table, size_t column, enum column metric, double log_value)
{
    char text[40];
    if (!isfinite(log_value))
        return;
    word_metric(metric, track_figure(metric, log_value), text, sizeof text);
    table_number(table, column, track_figure(metric, log_value));
    table_words(table, column, "%s", text);
}

static void set_percent(struct table *table, size_t column, double log_value)
{
    if (!isfinite(log_value))
        return;
    table_number(table, column, expm1(log_value));
    table_words(table, column, "%.2g %%", 100 * expm1(log_value));
}

static void put_row(struct table *table, const struct track_history *history, size_t number,
                    size_t metric_number, size_t cell)
{
    const struct track_series *series = &history->series[number];
    const struct track *track = &series->tracks[metric_number];
    const struct track_row *row = &track->rows[cell];
    enum column metric = history->metrics[metric_number];
    table_row(table, TABLE_ALL, 0);
    table_count(table, SERIES, number + 1);
    table_text(table, CURRENT, "%s", series->current ? "yes" : "no");
    table_text(table, CELL, "%s", track_cell_name(series, cell));
    table_text(table, METRIC, "%s", columns[metric].name);
    if (history->metric_count > 1)
        table_aside(table, CELL, "%s", word_metric_name(metric));
    set_change(table, series, track, row);
    table_count(table, SESSIONS, row->sessions);
    if (cell < series->cell_count) {
        set_figure(table, USUAL, metric, row->usual);
        set_figure(table, LATEST, metric, row->latest);
    }
    set_percent(table, SCATTER, row->scatter);
    set_percent(table, DETECTABLE, row->detectable);
    if (row->verdict == TRACK_SHORT)
        table_count(table, NEEDED, row->needed);
    table_number(table, P_ADJUSTED, row->p_adjusted);
    if (table->format == TABLE_JSON) {
        set_steps(table, series, row);
        set_points(table, series, metric_number, metric, cell);
    }
}

static bool is_shown(const struct track_series *series, const struct track_row *row, bool all)
{
    if (!row->sessions)
        return false;
    return all || (series->current && (row->verdict <= TRACK_SUSPECTED || row->verdict == TRACK_FAILING));
}

void track_table(const struct track_history *history, enum table_format format, bool all, struct table *table)
{
    table_open(table, format, track_columns, COLUMN_END);
    for (size_t number = 0; number < history->series_count; number++)
        for (size_t metric = 0; metric < history->metric_count; metric++) {
            const struct track *track = &history->series[number].tracks[metric];
            for (size_t cell = 0; cell < track->count; cell++)
                if (is_shown(&history->series[number], &track->rows[cell], all || (format & TABLE_MACHINES)))
                    put_row(table, history, number, metric, cell);
        }
}

/* JSON */

static json_t *series_array(const struct track_history *history)
{
    json_t *array = json_array();
    for (size_t i = 0; i < history->series_count; i++) {
        const struct track_series *series = &history->series[i];
        json_t *flips = json_array();
        for (size_t k = 0; k < series->flip_count; k++) {
            const struct track_flip *flip = &series->flips[k];
            json_array_append_new(flips,
                                  json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "rule", flip->rule,
                                            "runtime", flip->runtime, "from", flip->from, "to", flip->to,
                                            "since", series->sessions[flip->session].time_text, "commit",
                                            series->sessions[flip->session].commit, "recent", flip->recent));
        }
        json_array_append_new(
            array, json_pack("{s:I, s:s, s:b, s:I, s:s, s:s, s:o}", "series", (json_int_t)i + 1, "origin",
                             series->sessions->origin, "current", series->current, "sessions",
                             (json_int_t)series->count, "first", series->sessions->time_text, "last",
                             series->sessions[series->count - 1].time_text, "flips", flips));
    }
    return array;
}

static int write_json(const struct track_history *history, const struct table *table, int exit_code,
                      FILE *out)
{
    struct track_counts counts;
    track_count(history, &counts);
    json_t *head =
        json_pack("{s:f, s:i, s:f, s:I, s:I, s:I, s:i, s:o}", "effect", history->options.effect, "confirm",
                  (int)history->options.confirm, "alpha", history->options.alpha, "sessions",
                  (json_int_t)history->used, "left_out", (json_int_t)(history->session_count - history->used),
                  "flips", (json_int_t)counts.flips, "exit_code", exit_code, "series", series_array(history));
    for (int verdict = 0; verdict < TRACK_VERDICT_COUNT; verdict++)
        json_object_set_new(head, track_verdict_names[verdict],
                            json_integer((json_int_t)counts.verdicts[verdict]));
    fputs("{\n  ", out);
    int failed = head ? json_dumpf(head, out, JSON_EMBED) : -1;
    json_decref(head);
    fputs(",\n  \"cells\": ", out);
    failed |= table_write(table, NULL, out);
    fputs("\n}\n", out);
    return failed;
}

int track_write(const struct track_history *history, const char *format_name, bool all, int exit_code,
                int colour, int width, FILE *out, struct error *error)
{
    const struct table_style style = {.colour = colour, .width = width > 0 ? (size_t)width : 0};
    int format = table_format_find(format_name, error), failed = 0;
    struct table table;
    if (format < 0)
        return -1;
    track_table(history, (enum table_format)format, all, &table);
    if (format == TABLE_JSON) {
        failed = write_json(history, &table, exit_code, out);
    } else if (table.count || format == TABLE_CSV) {
        failed = table_write(&table, &style, out);
        if (format != TABLE_CSV)
            putc('\n', out);
    }
    if (format & TABLE_PEOPLE)
        track_put_summary(history, style.width, out);
    table_free(&table);
    return failed || fflush(out) || ferror(out) ? error_set(error, "cannot write the history") : 0;
}
