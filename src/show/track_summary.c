/* SPDX-License-Identifier: MIT */
/* What changed, and what to do next, in at most 20 lines. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "compare_flips.h"
#include "track_write.h"
#include "wording.h"

enum { SERIES_TOLD = 3, CHANGES_TOLD = 6, FLIPS_TOLD = 3, EXPIRED_TOLD = 2 };

static int by_size(const void *a, const void *b)
{
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    return (left > right) - (left < right);
}

/* Half of them need no more than that. */
static size_t median_of(size_t *needed, size_t count)
{
    if (!count)
        return 0;
    qsort(needed, count, sizeof *needed, by_size);
    return needed[count / 2];
}

int track_row_direction(const struct track_row *row)
{
    bool slower = row->verdict == TRACK_SLOWER || row->verdict == TRACK_FAILING;
    return slower ? GATE_SLOWER : row->verdict == TRACK_FASTER ? GATE_FASTER : GATE_NONE;
}

int track_flip_direction(const struct track_flip *flip)
{
    return flip_direction(flip->from, flip->to);
}

static void count_row(const struct track_history *history, const struct track_series *series, size_t metric,
                      size_t cell, struct track_counts *counts)
{
    const struct track_row *row = &series->tracks[metric].rows[cell];
    const struct gate_section *exempt;
    counts->rows++;
    counts->verdicts[row->verdict]++;
    counts->fails += gate_fails_cell(history->gate, track_cell_name(series, cell), history->metrics[metric],
                                     track_row_direction(row), &exempt);
    counts->exempt += exempt != NULL;
}

static void count_flips(const struct track_history *history, const struct track_series *series,
                        struct track_counts *counts)
{
    for (size_t i = 0; i < series->flip_count; i++) {
        const struct track_flip *flip = &series->flips[i];
        const struct gate_section *exempt = NULL;
        counts->flips += flip->recent;
        counts->flips_failing +=
            flip->recent && gate_fails_rule(history->gate, flip->rule, track_flip_direction(flip), &exempt);
        counts->exempt += exempt != NULL;
    }
}

/* The suite has a line in any case. */
static bool has_figures(const struct track *track)
{
    for (size_t cell = 0; cell + track->has_suite < track->count; cell++)
        if (track->rows[cell].sessions)
            return true;
    return false;
}

void track_count(const struct track_history *history, struct track_counts *counts)
{
    size_t room = 1, short_count = 0;
    *counts = (struct track_counts){.rows = 0};
    for (size_t i = 0; i < history->series_count; i++)
        room += (history->series[i].cell_count + 1) * history->metric_count;
    size_t *needed = malloc(room * sizeof *needed);
    for (size_t i = 0; i < history->series_count; i++) {
        const struct track_series *series = &history->series[i];
        if (series->current)
            count_flips(history, series, counts);
        for (size_t metric = 0; metric < history->metric_count && series->current; metric++)
            for (size_t cell = 0; cell < series->tracks[metric].count; cell++) {
                const struct track *track = &series->tracks[metric];
                const struct track_row *row = &track->rows[cell];
                if (!row->sessions || !has_figures(track))
                    continue;
                count_row(history, series, metric, cell, counts);
                if (needed && row->verdict == TRACK_SHORT)
                    needed[short_count++] = row->needed;
            }
    }
    counts->needed = median_of(needed, short_count);
    free(needed);
}

/* A sentence a line, broken where a terminal is too narrow. */
__attribute__((format(printf, 3, 4))) static void put(FILE *out, size_t width, const char *format, ...)
{
    char text[1024], plain[WORD_PLAIN_GROWTH * sizeof text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    word_plain(text, plain, sizeof plain);
    word_wrap(out, plain, 0, 2, width);
}

static void put_series(const struct track_history *history, size_t width, FILE *out)
{
    for (size_t i = 0; i < history->series_count && i < SERIES_TOLD; i++) {
        const struct track_series *series = &history->series[i];
        put(out, width, "Series %zu: %zu session%s, %.10s to %.10s%s: %s.", i + 1, series->count,
            series->count == 1 ? "" : "s", series->sessions->time_text,
            series->sessions[series->count - 1].time_text, series->current ? "" : ", ended",
            series->sessions->origin);
    }
    if (history->series_count > SERIES_TOLD)
        put(out, width, "And %zu more series of other processors, kernels, builds or lengths of launches.",
            history->series_count - SERIES_TOLD);
}

static void put_counts(const struct track_history *history, const struct track_counts *counts, size_t width,
                       FILE *out)
{
    char effect[24];
    const size_t *verdicts = counts->verdicts;
    word_effect(history->options.effect, effect, sizeof effect);
    put(out, width,
        "%zu slower, %zu faster, %zu with the machine, %zu suspected, %zu failing, %zu steady, %zu with too "
        "short a history, %zu too noisy; "
        "%zu verdict%s flipped: effect %s, %u session%s confirm.",
        verdicts[TRACK_SLOWER], verdicts[TRACK_FASTER], verdicts[TRACK_MACHINE], verdicts[TRACK_SUSPECTED],
        verdicts[TRACK_FAILING], verdicts[TRACK_STEADY], verdicts[TRACK_SHORT], verdicts[TRACK_NOISY],
        counts->flips, counts->flips == 1 ? "" : "s", effect, history->options.confirm,
        history->options.confirm == 1 ? "" : "s");
}

static void put_change(const struct track_series *series, const char *cell, const struct track_row *row,
                       const struct track_step *step, size_t width, FILE *out)
{
    const struct track_session *first = &series->sessions[step->first];
    char ratio[96] = "", canary[48];
    if (row->verdict != TRACK_FAILING)
        word_ratio(step->ratio, step->low, step->high, ratio, sizeof ratio);
    track_word_canary(row, step, canary, sizeof canary);
    put(out, width, "%s: %s %s%s%s%s%ssince %.10s, commit %s", track_verdict_names[row->verdict], cell, ratio,
        *ratio ? " " : "", *canary ? "as " : "", canary, *canary ? " " : "", first->time_text,
        *first->commit ? first->commit : "unknown");
}

/* Of each word the first few; returns the first slower row's step and series. */
static size_t put_changes(const struct track_history *history, const struct track_series **where,
                          const struct track_step **worst, size_t width, FILE *out)
{
    static const enum track_verdict words[] = {TRACK_SLOWER, TRACK_FAILING, TRACK_SUSPECTED, TRACK_FASTER,
                                               TRACK_MACHINE};
    size_t told = 0, all = 0;
    for (size_t word = 0; word < sizeof words / sizeof *words; word++)
        for (size_t i = 0; i < history->series_count; i++)
            for (size_t metric = 0; metric < history->metric_count && history->series[i].current; metric++) {
                const struct track_series *series = &history->series[i];
                const struct track *track = &series->tracks[metric];
                for (size_t cell = 0; cell < track->count; cell++) {
                    const struct track_step *step = track_told(track, &track->rows[cell]);
                    if (track->rows[cell].verdict != words[word] || !step)
                        continue;
                    all++;
                    if (!*worst && words[word] != TRACK_FASTER && words[word] != TRACK_MACHINE) {
                        *worst = step;
                        *where = series;
                    }
                    if (told < CHANGES_TOLD) {
                        put_change(series, track_cell_name(series, cell), &track->rows[cell], step, width,
                                   out);
                        told++;
                    }
                }
            }
    if (all > told)
        put(out, width, "And %zu more, in the table.", all - told);
    return all;
}

static void put_flips(const struct track_history *history, size_t width, FILE *out)
{
    size_t told = 0;
    for (size_t i = 0; i < history->series_count; i++)
        for (size_t k = 0; k < history->series[i].flip_count && history->series[i].current; k++) {
            const struct track_flip *flip = &history->series[i].flips[k];
            const struct track_session *session = &history->series[i].sessions[flip->session];
            if (flip->recent && told++ < FLIPS_TOLD)
                put(out, width, "flipped: %s, %s: %s, now %s, since %.10s, commit %s", flip->rule,
                    flip->runtime, flip->from, flip->to, session->time_text, session->commit);
        }
}

/* What came in with the step: between the last session before it and its first. */
static void put_next(const struct track_history *history, const struct track_counts *counts,
                     const struct track_series *series, const struct track_step *step, size_t width,
                     FILE *out)
{
    size_t lacking = counts->verdicts[TRACK_SHORT] + counts->verdicts[TRACK_NOISY];
    if (step && step->first > 0) {
        const char *before = series->sessions[step->first - 1].commit,
                   *first = series->sessions[step->first].commit;
        put(out, width,
            "Next: look at what came in between commits %s and %s; `crosspoint compare --ab` on builds of "
            "both tells "
            "whether it is that, or the machine.",
            before, first);
    } else if (counts->verdicts[TRACK_MACHINE]) {
        put(out, width,
            "Next: nothing of it is laid to a commit, as the machine itself was timed differently; should it "
            "stay "
            "so, it is the usual level from the fifth session on. `crosspoint compare --ab` tells builds "
            "apart "
            "meanwhile.");
    } else if (counts->flips) {
        put(out, width, "Next: read the flipped rule's chart in report.html of its session.");
    } else if (2 * lacking > counts->rows && counts->needed) {
        put(out, width, "Next: go on measuring; for most cells %zu sessions of one series would do.",
            counts->needed);
    } else if (2 * lacking > counts->rows) {
        put(out, width,
            "Next: sessions scatter too much to tell; give them more blocks, a quieter machine or a larger "
            "--effect.");
    } else if (counts->rows == 0) {
        put(out, width, "No cell has a figure in these sessions: `reason` in their samples.csv says why.");
    } else {
        put(out, width, "Nothing to do.");
    }
    if (counts->exempt)
        put(out, width, "%zu exempt by the gate: what would fail is passed over until the day it names.",
            counts->exempt);
    for (size_t i = 0, told = 0; history->gate && i < history->gate->count && told < EXPIRED_TOLD; i++) {
        const struct gate_section *section = &history->gate->sections[i];
        if (section->expired && ++told)
            put(out, width, "Exemption %s ended on %s (%s): it counts again; mend it or name a new day.",
                section->name, section->until, section->reason);
    }
    if (history->session_count > history->used)
        put(out, width, "%zu of %zu folders left out; stderr says why.",
            history->session_count - history->used, history->session_count);
}

void track_put_summary(const struct track_history *history, size_t width, FILE *out)
{
    struct track_counts counts;
    const struct track_series *where = NULL;
    const struct track_step *worst = NULL;
    track_count(history, &counts);
    put_series(history, width, out);
    put_counts(history, &counts, width, out);
    put_changes(history, &where, &worst, width, out);
    put_flips(history, width, out);
    put_next(history, &counts, where, worst, width, out);
}
