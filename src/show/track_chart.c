/* SPDX-License-Identifier: MIT */
#include "track_chart.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "track_write.h"
#include "wording.h"

enum { HEIGHT_PX = 320, BELOW_PX = 60, TICS_MAX = 6 };

struct track_chart {
    const struct track_series *series;
    const struct track_row *row;
    const double *logs; /* the cell's */
    enum column metric;
    const char *cell;
    char id[GNUPLOT_ID_BYTES];
};

void track_chart_id(const struct track_history *history, const struct track_place *place,
                    char id[GNUPLOT_ID_BYTES])
{
    const struct track_series *series = &history->series[place->series];
    snprintf(id, GNUPLOT_ID_BYTES, "%zu-%s-%04zu-%.150s", place->series + 1,
             columns[history->metrics[place->metric]].name, place->cell + 1,
             track_cell_name(series, place->cell));
    for (char *c = id; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("-_.", *c))
            *c = '-';
}

/* Where the level lies that the session is of: the mean of the logarithms from step to step. */
static double level_at(const struct track_chart *chart, size_t session)
{
    size_t first = 0, end = chart->series->count, count = 0;
    double sum = 0;
    for (size_t i = 0; i < chart->row->step_count; i++) {
        if (chart->row->steps[i].first <= session)
            first = chart->row->steps[i].first;
        else if (chart->row->steps[i].first < end)
            end = chart->row->steps[i].first;
    }
    for (size_t i = first; i < end; i++) {
        if (!isfinite(chart->logs[i]))
            continue;
        sum += chart->logs[i];
        count++;
    }
    return count ? sum / (double)count : NAN;
}

static double figure_at(const struct track_chart *chart, double log_value)
{
    double scale = strstr(columns[chart->metric].name, "_ns") ? 1e-9 : 1;
    return scale * track_figure(chart->metric, log_value);
}

static void put_data(FILE *out, const struct track_chart *chart)
{
    double level = NAN;
    fputs("session,time,run,commit,value,level\n", out);
    for (size_t i = 0, step = 0; i < chart->series->count; i++) {
        bool begins = step < chart->row->step_count && chart->row->steps[step].first == i;
        step += begins;
        if (i == 0 || begins)
            level = level_at(chart, i);
        if (!isfinite(chart->logs[i]))
            continue;
        fprintf(out, "%zu,", i + 1);
        const struct track_session *session = &chart->series->sessions[i];
        const char *const names[] = {session->time_text, session->run_id, session->commit};
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
            gnuplot_put_word(out, names[k]);
            putc(',', out);
        }
        gnuplot_put_number(out, figure_at(chart, chart->logs[i]), ',');
        gnuplot_put_number(out, figure_at(chart, level), '\n');
    }
}

/* One unit for all of the axis. */
static void put_unit(FILE *out, enum column metric, double high)
{
    static const char *const prefixes[] = {"n", "µ", "m", "", "k", "M", "G", "T"};
    bool bytes = strstr(columns[metric].name, "_bytes") != NULL;
    int power = high > 0 ? (int)floor(bytes ? log2(high) / 10 : log10(high) / 3) : 0;
    power = power < -3 ? -3 : power > 4 ? 4 : power;
    const char *unit = bytes ? (power ? "iB" : "B") : strstr(columns[metric].name, "_ns") ? "s" : "";
    char suffix[16];
    snprintf(suffix, sizeof suffix, " %s%s", prefixes[power + 3], unit);
    gnuplot_put_value(out, "Y_UNIT", pow(bytes ? 1024 : 1000, power));
    gnuplot_put_string(out, "Y_SUFFIX", suffix);
}

static void put_range(FILE *out, const struct track_chart *chart)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < chart->series->count; i++) {
        if (!isfinite(chart->logs[i]))
            continue;
        low = fmin(low, figure_at(chart, chart->logs[i]));
        high = fmax(high, figure_at(chart, chart->logs[i]));
    }
    put_unit(out, chart->metric, high);
    double room = fmax(0.1 * (high - low), 0.03 * high);
    gnuplot_put_value(out, "Y_MIN", fmax(0, low - room));
    gnuplot_put_value(out, "Y_MAX", high + room);
}

static void put_lists(FILE *out, const struct track_chart *chart)
{
    const struct track_series *series = chart->series;
    size_t tics = series->count < TICS_MAX ? series->count : TICS_MAX;
    fputs("STEPS = \"", out);
    for (size_t i = 0; i < chart->row->step_count; i++)
        fprintf(out, "%s%zu", i ? " " : "", chart->row->steps[i].first + 1);
    fputs("\"\nTIC_SESSIONS = \"", out);
    for (size_t i = 0; i < tics; i++)
        fprintf(out, "%s%zu", i ? " " : "", i * (series->count - 1) / (tics > 1 ? tics - 1 : 1) + 1);
    fputs("\"\nTIC_DATES = \"", out);
    for (size_t i = 0; i < tics; i++) {
        const char *date = series->sessions[i * (series->count - 1) / (tics > 1 ? tics - 1 : 1)].time_text;
        fprintf(out, "%s%.10s", i ? " " : "", date); /* of digits: it was read as a time */
    }
    fputs("\"\n", out);
}

static void word_finding(const struct track_chart *chart, const struct track *track, char *text, size_t bytes)
{
    const struct track_step *step = track_told(track, chart->row);
    char ratio[96] = "", canary[48];
    if (!step) {
        snprintf(text, bytes, "%s", track_verdict_names[chart->row->verdict]);
        return;
    }
    if (chart->row->verdict != TRACK_FAILING)
        word_ratio(step->ratio, step->low, step->high, ratio, sizeof ratio);
    track_word_canary(chart->row, step, canary, sizeof canary);
    snprintf(text, bytes, "%s%s%s%s%s since %.10s, commit %.47s", track_verdict_names[chart->row->verdict],
             *ratio ? ": " : "", ratio, *canary ? ", as " : "", canary,
             chart->series->sessions[step->first].time_text, chart->series->sessions[step->first].commit);
}

static void put_script(FILE *out, const struct track_chart *chart, const struct track *track,
                       const char *style, const char *script)
{
    static const char *const words[TRACK_VERDICT_COUNT] = {[TRACK_SLOWER] = "does not hold",
                                                           [TRACK_FAILING] = "does not hold",
                                                           [TRACK_FASTER] = "holds",
                                                           [TRACK_MACHINE] = "inconclusive",
                                                           [TRACK_SUSPECTED] = "inconclusive"};
    char finding[256], foot[160] = "";
    word_finding(chart, track, finding, sizeof finding);
    if (isfinite(chart->row->scatter))
        snprintf(foot, sizeof foot,
                 "a point a session, its median; levels in yellow; scatter %.2g %%, detectable %.2g %%",
                 100 * expm1(chart->row->scatter), 100 * expm1(chart->row->detectable));
    const char *word = words[chart->row->verdict];
    const struct gnuplot_head head = {.title = chart->cell,
                                      .subtitle = word_metric_name(chart->metric),
                                      .finding = finding,
                                      .finding_word = word ? word : "",
                                      .foot = foot};
    gnuplot_put_start(out, chart->id, style, HEIGHT_PX);
    gnuplot_put_head(out, &head, HEIGHT_PX);
    fprintf(out, "SESSIONS = %zu\nTOP = %.5f\nBOTTOM = %.5f\n", chart->series->count,
            1 - (double)gnuplot_head_height(1) / HEIGHT_PX, (double)BELOW_PX / HEIGHT_PX);
    put_range(out, chart);
    put_lists(out, chart);
    fputs(script, out);
    gnuplot_put_end(out);
}

static int write_chart(const struct track_chart *chart, const struct track *track, const char *style,
                       const char *script, const char *folder, struct error *error)
{
    struct file_new file;
    if (!gnuplot_open(&file, folder, chart->id, "csv", error))
        return -1;
    put_data(file.stream, chart);
    if (gnuplot_close(&file, chart->id, error) || !gnuplot_open(&file, folder, chart->id, "gp", error))
        return -1;
    put_script(file.stream, chart, track, style, script);
    return gnuplot_close(&file, chart->id, error);
}

static int add_chart(const struct track_history *history, const struct track_place *place,
                     const char *const scripts[2], const char *folder, char **id, struct error *error)
{
    const struct track_series *series = &history->series[place->series];
    const struct track *track = &series->tracks[place->metric];
    struct track_chart chart = {.series = series,
                                .row = &track->rows[place->cell],
                                .logs = &series->logs[place->metric][place->cell * series->count],
                                .metric = history->metrics[place->metric],
                                .cell = track_cell_name(series, place->cell)};
    track_chart_id(history, place, chart.id);
    if (write_chart(&chart, track, scripts[0], scripts[1], folder, error))
        return -1;
    *id = strdup(chart.id);
    return *id ? 0 : error_set(error, "out of memory");
}

static int write_all(const struct track_history *history, const char *const scripts[2], const char *folder,
                     char **ids, size_t *count, struct error *error)
{
    struct track_place place;
    for (place.series = 0; place.series < history->series_count; place.series++)
        for (place.metric = 0; place.metric < history->metric_count; place.metric++)
            for (place.cell = 0; place.cell < history->series[place.series].cell_count; place.cell++) {
                const struct track_series *series = &history->series[place.series];
                if (!series->current || series->tracks[place.metric].rows[place.cell].sessions < 2)
                    continue;
                if (add_chart(history, &place, scripts, folder, &ids[*count], error))
                    return -1;
                (*count)++;
            }
    return 0;
}

int track_charts_draw(const void *context, const char *script_folder, const char *folder, unsigned jobs,
                      struct drawn *drawn, struct error *error)
{
    const struct track_history *history = context;
    size_t room = 1, count = 0;
    for (size_t i = 0; i < history->series_count; i++)
        room += history->series[i].cell_count * history->metric_count;
    char **ids = calloc(room, sizeof *ids), program[PATH_BYTES];
    char *style = gnuplot_read_script(script_folder, "style.gp", error);
    char *script = style ? gnuplot_read_script(script_folder, "track.gp", error) : NULL;
    const char *const scripts[] = {style, script};
    int result = ids && script ? 0 : -1;
    if (!ids)
        error_set(error, "out of memory");
    result = result || drawing_find_program(program, error) || gnuplot_make_folder(folder, error) ||
             write_all(history, scripts, folder, ids, &count, error) ||
             drawing_run(folder, (const char *const *)ids, count, jobs, DRAWING_TIMEOUT_S, drawn, error);
    for (size_t i = 0; i < count; i++)
        free(ids[i]);
    free(ids);
    free(style);
    free(script);
    return result ? -1 : 0;
}
