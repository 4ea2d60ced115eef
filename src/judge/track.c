/* SPDX-License-Identifier: MIT */
#include "track.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "sample.h"
#include "statistics.h"
#include "step.h"
#include "track_canary.h"

const struct track_options track_options_default = {.effect = 0.05, .confirm = 3, .alpha = 0.02};

const char *const track_verdict_names[TRACK_VERDICT_COUNT] = {"slower",    "faster",  "with the machine",
                                                              "suspected", "steady",  "history too short",
                                                              "too noisy", "failing", "ended"};

/* A cell's figures, without the sessions that have none. */
struct line {
    double *values;            /* without what all cells share */
    double *raw, *residuals;   /* residuals: of values about their own level, of levels that ended */
    size_t *sessions, *levels; /* of each figure; levels are counted from 0 */
    size_t count, level;       /* figures so far; where the present level begins */
    size_t step_room;
};

struct test {
    struct step_base base;
    struct step_shift shift;
    size_t first; /* figure that the window begins with */
    bool tested;
};

struct tracker {
    struct track *track;
    const double *logs;
    struct line *lines;
    double *storage;
    size_t *session_storage;
    struct test *slower, *faster; /* a cell each: the window with the smallest p */
    double *p_slower, *p_faster;
    size_t *tested; /* which cells the p are of */
    size_t test_count;
    double *distances;            /* of a session's cells from where they were */
    double reach[TRACK_BASE + 1]; /* by degrees of freedom; NaN: not asked yet */
    size_t reach_tests;           /* those that there are once the history is long enough */
};

/* What stands before figure `first`. False: too little. */
static bool find_base(const struct line *line, size_t level, size_t first, struct step_base *base)
{
    size_t begin = first > TRACK_BASE ? first - TRACK_BASE : 0;
    if (first < level + TRACK_LEVEL_NEEDED || first - begin < TRACK_BASE_NEEDED)
        return false;
    level = level > begin ? level : begin;
    size_t levels = level > begin ? line->levels[level - 1] - line->levels[begin] + 1 : 0;
    step_base(&line->values[level], first - level, &line->residuals[begin], level - begin, levels, base);
    return base->freedom > 0;
}

static void test_windows(const struct line *line, unsigned shortest, unsigned count, struct test *slower,
                         struct test *faster)
{
    *slower = *faster = (struct test){.shift = {.p_above = 1, .p_below = 1}};
    for (unsigned window = shortest; window < shortest + count && window < line->count; window++) {
        struct test test = {.first = line->count - window, .tested = true};
        if (!find_base(line, line->level, test.first, &test.base))
            continue;
        step_test(&test.base, &line->values[test.first], window, &test.shift);
        test.shift.p_above = test.shift.all_above ? fmin(1, count * test.shift.p_above) : 1;
        test.shift.p_below = test.shift.all_below ? fmin(1, count * test.shift.p_below) : 1;
        if (!slower->tested || test.shift.p_below < slower->shift.p_below)
            *slower = test;
        if (!faster->tested || test.shift.p_above < faster->shift.p_above)
            *faster = test;
    }
}

/* All cells that have a figure in this session; p adjusted over those that can be tested. */
static int test_session(struct tracker *tracker, size_t session, unsigned shortest, unsigned count)
{
    size_t tests = 0;
    for (size_t cell = 0; cell < tracker->track->count; cell++) {
        struct line *line = &tracker->lines[cell];
        if (!line->count || line->sessions[line->count - 1] != session)
            continue;
        test_windows(line, shortest, count, &tracker->slower[cell], &tracker->faster[cell]);
        if (!tracker->slower[cell].tested)
            continue;
        tracker->tested[tests] = cell;
        tracker->p_slower[tests] = tracker->slower[cell].shift.p_below;
        tracker->p_faster[tests++] = tracker->faster[cell].shift.p_above;
    }
    tracker->test_count = tests;
    return statistics_holm(tracker->p_slower, tests, tracker->p_slower) ||
                   statistics_holm(tracker->p_faster, tests, tracker->p_faster)
               ? -1
               : 0;
}

static double mean_of(const double *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i] / (double)n;
    return sum;
}

/* As measured: where most cells step, the others seem to step the other way. */
static double raw_shift(const struct line *line, size_t first)
{
    size_t begin = first > TRACK_BASE ? first - TRACK_BASE : 0,
           level = line->level > begin ? line->level : begin;
    return mean_of(&line->raw[first], line->count - first) - mean_of(&line->raw[level], first - level);
}

/* The suite has that of all. */
static double effect_of(const struct track *track, size_t cell)
{
    bool own = track->options.effects && cell < track->count - track->has_suite;
    return own ? track->options.effects[cell] : track->options.effect;
}

/* The test that passed, or NULL. */
static const struct test *passed(const struct tracker *tracker, size_t number, double *p)
{
    const struct track_options *options = &tracker->track->options;
    size_t cell = tracker->tested[number];
    const struct line *line = &tracker->lines[cell];
    const struct test *slower = &tracker->slower[cell], *faster = &tracker->faster[cell];
    double least = log1p(effect_of(tracker->track, cell));
    *p = tracker->p_slower[number];
    if (*p < options->alpha && slower->shift.least_below <= -least &&
        raw_shift(line, slower->first) <= -least / 2)
        return slower;
    *p = tracker->p_faster[number];
    if (*p < options->alpha && faster->shift.least_above >= least &&
        raw_shift(line, faster->first) >= least / 2)
        return faster;
    return NULL;
}

/* Of the sessions that the test is about. */
static void find_canary(const struct tracker *tracker, const struct line *line, const struct test *test,
                        struct track_step *step)
{
    const struct track_options *options = &tracker->track->options;
    size_t begin = test->first > TRACK_BASE ? test->first - TRACK_BASE : 0;
    begin = line->level > begin ? line->level : begin;
    step->canary = track_canary_find(&options->canaries, &line->sessions[begin], test->first - begin,
                                     &line->sessions[test->first], line->count - test->first,
                                     log(step->ratio), options, &step->canary_ratio);
}

static void set_step(const struct line *line, const struct test *test, size_t told, double p,
                     struct track_step *step)
{
    double half = step_half_width(&test->base, &test->shift, judge_level);
    *step = (struct track_step){.first = line->sessions[test->first],
                                .told = told,
                                .ratio = exp(test->shift.estimate),
                                .low = exp(test->shift.estimate - half),
                                .high = exp(test->shift.estimate + half),
                                .p_adjusted = p,
                                .canary = SIZE_MAX};
}

/* Where the step lies, which the test's window may miss by one. */
static size_t place_step(const struct line *line, size_t first)
{
    size_t begin = first > TRACK_BASE ? first - TRACK_BASE : 0,
           level = line->level > begin ? line->level : begin;
    size_t n = line->count - level, at = first - level;
    return level + step_place(&line->values[level], n, at > 1 ? at - 1 : at, at + 1 < n ? at + 1 : at);
}

static int begin_level(const struct tracker *tracker, size_t cell, const struct test *test, size_t told,
                       double p)
{
    struct line *line = &tracker->lines[cell];
    struct track_row *row = &tracker->track->rows[cell];
    if (row->step_count == line->step_room) {
        size_t room = line->step_room ? 2 * line->step_room : 4;
        struct track_step *grown = realloc(row->steps, room * sizeof *grown);
        if (!grown)
            return -1;
        row->steps = grown;
        line->step_room = room;
    }
    size_t first = place_step(line, test->first);
    set_step(line, test, told, p, &row->steps[row->step_count]);
    find_canary(tracker, line, test, &row->steps[row->step_count]);
    row->steps[row->step_count++].first = line->sessions[first];
    struct step_base level;
    step_base(&line->values[line->level], first - line->level, NULL, 0, 0, &level);
    for (size_t i = line->level; i < first; i++)
        line->residuals[i] = line->values[i] - level.location;
    for (size_t i = first; i < line->count; i++)
        line->levels[i] = row->step_count;
    line->level = first;
    return 0;
}

/* What a session does to all cells: the median distance from where each was last. */
static double common_shift(struct tracker *tracker, size_t session)
{
    enum { LAST = 10 };
    const struct track *track = tracker->track;
    size_t count = 0;
    for (size_t cell = 0; track->has_suite && cell + 1 < track->count; cell++) {
        const struct line *line = &tracker->lines[cell];
        double value = tracker->logs[cell * track->sessions + session];
        size_t n = line->count - line->level < LAST ? line->count - line->level : LAST;
        if (n && isfinite(value))
            tracker->distances[count++] = value - mean_of(&line->values[line->count - n], n);
    }
    if (count < TRACK_SUITE_CELLS)
        return 0;
    qsort(tracker->distances, count, sizeof *tracker->distances, sample_compare);
    return (tracker->distances[(count - 1) / 2] + tracker->distances[count / 2]) / 2;
}

static void append(struct tracker *tracker, size_t cell, size_t session, double raw, double common)
{
    struct line *line = &tracker->lines[cell];
    line->raw[line->count] = raw;
    line->values[line->count] = raw - common;
    line->levels[line->count] = tracker->track->rows[cell].step_count;
    line->sessions[line->count++] = session;
}

static void append_session(struct tracker *tracker, size_t session)
{
    struct track *track = tracker->track;
    double common = common_shift(tracker, session);
    for (size_t cell = 0; cell < track->count - track->has_suite; cell++) {
        double raw = tracker->logs[cell * track->sessions + session];
        if (isfinite(raw))
            append(tracker, cell, session, raw, common);
    }
    if (track->has_suite)
        append(tracker, track->count - 1, session, common, 0);
}

static int follow(struct tracker *tracker, size_t session)
{
    struct track *track = tracker->track;
    append_session(tracker, session);
    if (test_session(tracker, session, track->options.confirm, TRACK_WINDOWS))
        return -1;
    for (size_t i = 0; i < tracker->test_count; i++) {
        double p;
        size_t cell = tracker->tested[i];
        const struct test *test = passed(tracker, i, &p);
        track->rows[cell].p_adjusted = fmin(tracker->p_slower[i], tracker->p_faster[i]);
        if (test && begin_level(tracker, cell, test, session, p))
            return -1;
    }
    return 0;
}

/* Rows */

/* More sessions of the new level make its step surer. */
static void refine(const struct line *line, struct track_row *row)
{
    struct track_step *step = &row->steps[row->step_count - 1];
    struct test test = {.first = line->level};
    size_t before = line->level;
    while (before && line->levels[before - 1] + 1 == row->step_count)
        before--;
    if (!find_base(line, before, test.first, &test.base))
        return;
    step_test(&test.base, &line->values[test.first], line->count - test.first, &test.shift);
    const struct track_step as_told = *step;
    set_step(line, &test, step->told, step->p_adjusted, step);
    step->canary = as_told.canary;
    step->canary_ratio = as_told.canary_ratio;
}

static double reach_of(struct tracker *tracker, size_t freedom)
{
    const struct track_options *options = &tracker->track->options;
    size_t tests = tracker->reach_tests ? tracker->reach_tests : 1;
    double *reach = &tracker->reach[freedom];
    if (isnan(*reach))
        *reach = step_reach(freedom, options->alpha / (double)tests / TRACK_WINDOWS, judge_power);
    return *reach;
}

static double detectable(struct tracker *tracker, double deviation, size_t count, size_t freedom)
{
    double window = tracker->track->options.confirm;
    return deviation * sqrt(1 / window + 1 / (double)count) * reach_of(tracker, freedom);
}

static size_t sessions_needed(struct tracker *tracker, double deviation, double named)
{
    for (size_t n = TRACK_BASE_NEEDED; n <= TRACK_BASE; n++)
        if (detectable(tracker, deviation, n, n - 1) <= named)
            return n + tracker->track->options.confirm;
    return 0;
}

/* What the next sessions will be judged against: all so far. */
static void set_reach(struct tracker *tracker, size_t cell)
{
    const struct line *line = &tracker->lines[cell];
    struct track_row *row = &tracker->track->rows[cell];
    struct step_base base;
    double named = 2 * log1p(effect_of(tracker->track, cell));
    size_t at_level = line->count - line->level;
    row->verdict = TRACK_SHORT;
    row->needed = TRACK_BASE_NEEDED + tracker->track->options.confirm;
    if (!find_base(line, line->level, line->count, &base))
        return;
    row->base = at_level < TRACK_BASE ? at_level : TRACK_BASE;
    row->usual = mean_of(&line->raw[line->count - row->base], row->base);
    row->scatter = base.deviation;
    row->detectable = detectable(tracker, base.deviation, base.count, base.freedom);
    row->needed = 0;
    row->verdict = TRACK_STEADY;
    if (row->detectable <= named)
        return;
    row->needed = sessions_needed(tracker, base.deviation, named);
    row->verdict = row->needed ? TRACK_SHORT : TRACK_NOISY;
    if (row->needed && row->needed <= at_level)
        row->needed = at_level + 1;
}

static bool has_ended(const struct track *track, const struct line *line)
{
    size_t recent = track->options.confirm + TRACK_WINDOWS - 1;
    return !line->count || line->sessions[line->count - 1] + recent < track->sessions;
}

const struct track_step *track_recent(const struct track *track, const struct track_row *row)
{
    size_t recent = track->options.confirm + TRACK_WINDOWS - 1;
    const struct track_step *step = row->step_count ? &row->steps[row->step_count - 1] : NULL;
    return step && step->first + recent >= track->sessions ? step : NULL;
}

/* From which session on all launches fail; the number of sessions if the last do not. */
static size_t failing_since(const struct tracker *tracker, size_t cell)
{
    const struct track *track = tracker->track;
    size_t since = track->sessions;
    while (cell < track->count - track->has_suite && since &&
           isinf(tracker->logs[cell * track->sessions + since - 1]))
        since--;
    return since;
}

static void finish_row(struct tracker *tracker, size_t cell)
{
    const struct track *track = tracker->track;
    const struct line *line = &tracker->lines[cell];
    struct track_row *row = &track->rows[cell];
    row->sessions = line->count;
    if (line->count)
        row->latest = line->values[line->count - 1];
    if (row->step_count)
        refine(line, row);
    set_reach(tracker, cell);
    const struct track_step *recent = track_recent(track, row);
    size_t failing = failing_since(tracker, cell);
    if (line->count && failing + track->options.confirm <= track->sessions) {
        row->suspect.first = failing;
        row->verdict = TRACK_FAILING;
    } else if (has_ended(track, line))
        row->verdict = TRACK_ENDED;
    else if (recent)
        row->verdict = recent->canary != SIZE_MAX ? TRACK_MACHINE
                       : recent->ratio < 1        ? TRACK_SLOWER
                                                  : TRACK_FASTER;
}

/* Windows too short to be confirmed: told, and no more. */
static int suspect(struct tracker *tracker)
{
    struct track *track = tracker->track;
    if (track->options.confirm < 2 || !track->sessions)
        return 0;
    if (test_session(tracker, track->sessions - 1, 1, track->options.confirm - 1))
        return -1;
    for (size_t i = 0; i < tracker->test_count; i++) {
        double p;
        struct track_row *row = &track->rows[tracker->tested[i]];
        const struct test *test = passed(tracker, i, &p);
        if (!test || row->verdict == TRACK_ENDED)
            continue;
        const struct line *line = &tracker->lines[tracker->tested[i]];
        set_step(line, test, track->sessions - 1, p, &row->suspect);
        find_canary(tracker, line, test, &row->suspect);
        if (row->verdict > TRACK_MACHINE)
            row->verdict = row->suspect.canary != SIZE_MAX ? TRACK_MACHINE : TRACK_SUSPECTED;
    }
    return 0;
}

static int make_room(struct tracker *tracker)
{
    struct track *track = tracker->track;
    size_t cells = track->count, sessions = track->sessions, room = cells * sessions + 1;
    track->rows = calloc(cells + 1, sizeof *track->rows);
    tracker->lines = calloc(cells + 1, sizeof *tracker->lines);
    tracker->storage = malloc(3 * room * sizeof *tracker->storage);
    tracker->session_storage = malloc(2 * room * sizeof *tracker->session_storage);
    tracker->slower = calloc(2 * cells + 1, sizeof *tracker->slower);
    tracker->faster = tracker->slower + cells;
    tracker->p_slower = calloc(2 * cells + 1, sizeof *tracker->p_slower);
    tracker->p_faster = tracker->p_slower + cells;
    tracker->tested = calloc(cells + 1, sizeof *tracker->tested);
    tracker->distances = calloc(cells + 1, sizeof *tracker->distances);
    for (size_t i = 0; i <= TRACK_BASE; i++)
        tracker->reach[i] = NAN;
    if (!track->rows || !tracker->lines || !tracker->storage || !tracker->session_storage ||
        !tracker->slower || !tracker->p_slower || !tracker->tested || !tracker->distances)
        return -1;
    for (size_t i = 0; i < cells; i++) {
        tracker->lines[i] = (struct line){.values = &tracker->storage[i * sessions],
                                          .residuals = &tracker->storage[room + i * sessions],
                                          .raw = &tracker->storage[2 * room + i * sessions],
                                          .sessions = &tracker->session_storage[i * sessions],
                                          .levels = &tracker->session_storage[room + i * sessions]};
        track->rows[i] = (struct track_row){
            .usual = NAN, .latest = NAN, .scatter = NAN, .detectable = NAN, .p_adjusted = NAN};
    }
    return 0;
}

int track_judge(const double *logs, size_t cells, size_t sessions, const struct track_options *options,
                struct track *track)
{
    bool has_suite = cells >= TRACK_SUITE_CELLS;
    *track = (struct track){
        .options = *options, .count = cells + has_suite, .sessions = sessions, .has_suite = has_suite};
    struct tracker tracker = {.track = track, .logs = logs};
    int result = make_room(&tracker);
    for (size_t session = 0; session < sessions && !result; session++)
        result = follow(&tracker, session);
    track->tests = tracker.test_count;
    for (size_t cell = 0; cell < track->count && !result; cell++)
        tracker.reach_tests += !has_ended(track, &tracker.lines[cell]);
    for (size_t cell = 0; cell < track->count && !result; cell++)
        finish_row(&tracker, cell);
    if (!result)
        result = suspect(&tracker);
    free(tracker.lines);
    free(tracker.storage);
    free(tracker.session_storage);
    free(tracker.slower);
    free(tracker.p_slower);
    free(tracker.tested);
    free(tracker.distances);
    return result;
}

void track_free(struct track *track)
{
    for (size_t i = 0; track->rows && i < track->count; i++)
        free(track->rows[i].steps);
    free(track->rows);
    track->rows = NULL;
    track->count = 0;
}
