/* SPDX-License-Identifier: MIT */
#include "annotate.h"
#include "track_write.h"
#include "wording.h"

static void put_row(struct annotations *annotations, const struct track_history *history,
                    const struct track_series *series, size_t metric, size_t cell)
{
    const struct track *track = &series->tracks[metric];
    const struct track_row *row = &track->rows[cell];
    const struct track_step *step = track_told(track, row);
    const struct gate_section *exempt;
    const char *name = track_cell_name(series, cell), *word = track_verdict_names[row->verdict];
    char ratio[96] = "", canary[48];
    if (!step)
        return;
    track_word_canary(row, step, canary, sizeof canary);
    bool fails =
        gate_fails_cell(history->gate, name, history->metrics[metric], track_row_direction(row), &exempt);
    const struct track_session *first = &series->sessions[step->first];
    if (row->verdict != TRACK_FAILING)
        word_ratio(step->ratio, step->low, step->high, ratio, sizeof ratio);
    if (exempt)
        annotate(annotations, ANNOTATE_NOTICE, word, "%s %s since %s, commit %s; exempt until %s: %s", name,
                 ratio, first->time_text, first->commit, exempt->until, exempt->reason);
    else
        annotate(annotations,
                 fails && (history->gate->fail_on & GATE_ON_REGRESSION) ? ANNOTATE_ERROR
                 : row->verdict == TRACK_MACHINE                        ? ANNOTATE_NOTICE
                                                                        : ANNOTATE_WARNING,
                 word, "%s %s%s%s since %s, commit %s", name, ratio, *canary ? ", as " : "", canary,
                 first->time_text, first->commit);
}

static void put_flips(struct annotations *annotations, const struct track_history *history,
                      const struct track_series *series)
{
    for (size_t i = 0; i < series->flip_count; i++) {
        const struct track_flip *flip = &series->flips[i];
        const struct track_session *session = &series->sessions[flip->session];
        bool fails = gate_fails_rule(history->gate, flip->rule, track_flip_direction(flip), NULL);
        if (flip->recent)
            annotate(annotations,
                     fails && (history->gate->fail_on & GATE_ON_FLIP) ? ANNOTATE_ERROR : ANNOTATE_WARNING,
                     "verdict flipped", "%s, %s: %s, now %s, since %s, commit %s", flip->rule, flip->runtime,
                     flip->from, flip->to, session->time_text, session->commit);
    }
}

int track_write_github(const struct track_history *history, FILE *out, struct error *error)
{
    struct annotations annotations = {.out = out};
    for (size_t i = 0; i < history->series_count; i++) {
        const struct track_series *series = &history->series[i];
        for (size_t metric = 0; metric < history->metric_count && series->current; metric++)
            for (size_t cell = 0; cell < series->tracks[metric].count; cell++)
                put_row(&annotations, history, series, metric, cell);
        if (series->current)
            put_flips(&annotations, history, series);
    }
    track_put_summary(history, 0, out);
    return fflush(out) || ferror(out) ? error_set(error, "cannot write the history") : 0;
}
