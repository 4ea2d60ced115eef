/* SPDX-License-Identifier: MIT */
/* Does `better` overtake `worse` inside of a sweep, and stay ahead? Its p of "holds" is the larger of "the
 * first point is not ahead" and "the last point is ahead": both have to be shown. "Does not hold" is the
 * smallest of what refutes it, times their number: the last point not ahead, the first ahead, a point not
 * ahead after one that is. From which point on all are ahead is a fixed sequence back from the last, which
 * needs no correction (Maurer, Hothorn and Lehmacher 1995), and so is, from the first on, up to where none
 * is. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bracket.h"
#include "judge_kind.h"

/* The first or last value of the quick sweep, or what the points lack of it; NULL if they reach as far. */
static const char *end_not_measured(const struct verdict_point *points, size_t n, bool last)
{
    const struct rule_pair *pair = points->comparison.pair;
    const struct rule_sweep *quick = &pair->sweep_quick, *full = &pair->sweep;
    const char *end = quick->values[last ? quick->count - 1 : 0];
    double rising = strtod(full->values[full->count - 1], NULL) - strtod(full->values[0], NULL),
           beyond = points[last ? n - 1 : 0].x - strtod(end, NULL);
    return (last ? beyond : -beyond) * rising >= 0 ? NULL : end;
}

static const char *missing_end(const struct verdict_point *points, size_t n)
{
    const char *missing = end_not_measured(points, n, true);
    return missing ? missing : end_not_measured(points, n, false);
}

static int measure(const struct samples *samples, struct verdict_point *point)
{
    return judge_kind_compare.measure(samples, point);
}

struct smallest {
    double p;
    size_t tests;
};

static void take(struct smallest *smallest, double p)
{
    smallest->p = fmin(smallest->p, p);
    smallest->tests++;
}

/* points[from ... to - 1]: one that is not ahead after one that is. */
static void take_fall_backs(struct smallest *smallest, const struct verdict_point *points, size_t from,
                            size_t to)
{
    double ahead = 1;
    size_t before = 0;
    for (size_t i = from; i < to; i++) {
        if (!point_is_tested(&points[i]))
            continue;
        if (before)
            take(smallest, fmax(points[i].p_fails, fmin(1, (double)before * ahead)));
        ahead = fmin(ahead, points[i].p_holds);
        before++;
    }
}

/* A part of the sweep can only show a fall back. */
static void combine(struct verdict *verdict, const struct verdict_point *points)
{
    size_t n = verdict->point_count;
    const struct verdict_point *first = &points[0], *last = &points[n - 1];
    bool whole = !missing_end(points, n), ends_well = !end_not_measured(points, n, true);
    bool first_told = whole && point_is_tested(first), last_told = ends_well && point_is_tested(last);
    struct smallest smallest = {.p = 1};
    if (first_told)
        take(&smallest, first->p_holds);
    if (last_told)
        take(&smallest, last->p_fails);
    take_fall_backs(&smallest, points, first_told, last_told ? n - 1 : n);
    verdict->p_fails = smallest.tests ? fmin(1, (double)smallest.tests * smallest.p) : NAN;
    verdict->p_holds = first_told && last_told ? fmax(first->p_fails, last->p_holds) : NAN;
    verdict->refutations = smallest.tests;
}

/* Points */

static double factor_of(double adjusted, double p, double otherwise)
{
    return p > 0 && isfinite(adjusted) ? adjusted / p : otherwise;
}

static void adjust_by(struct verdict_point *point, double factor)
{
    point->p_holds_adjusted = fmin(1, factor * point->p_holds);
    point->p_fails_adjusted = fmin(1, factor * point->p_fails);
}

/* Of a verdict that holds, from both ends inwards as far as each is shown. */
static void adjust_sequences(struct verdict_point *points, size_t n, double factor, double alpha)
{
    for (size_t i = n; i-- > 0 && point_is_tested(&points[i]);) {
        double adjusted = fmin(1, factor * points[i].p_holds);
        if (!(adjusted < alpha))
            break;
        points[i].p_holds_adjusted = adjusted;
    }
    for (size_t i = 0; i < n && point_is_tested(&points[i]); i++) {
        double adjusted = fmin(1, factor * points[i].p_fails);
        if (!(adjusted < alpha))
            break;
        points[i].p_fails_adjusted = adjusted;
    }
}

static void adjust_points(const struct verdicts *verdicts, const struct verdict *verdict,
                          struct verdict_point *points)
{
    size_t n = verdict->point_count, tested = 0;
    for (size_t i = 0; i < n; i++)
        tested += point_is_tested(&points[i]);
    double each = (double)(verdicts->tests * tested);
    bool refuted = verdict->p_fails_adjusted < verdicts->alpha,
         holds = !refuted && verdict->p_holds_adjusted < verdicts->alpha;
    if (refuted)
        each = fmin(each, (double)verdict->refutations *
                              factor_of(verdict->p_fails_adjusted, verdict->p_fails, each));
    for (size_t i = 0; i < n; i++)
        if (points[i].n)
            adjust_by(&points[i], each);
    if (holds)
        adjust_sequences(points, n,
                         factor_of(verdict->p_holds_adjusted, verdict->p_holds, (double)verdicts->tests),
                         verdicts->alpha);
}

static int decide_points(const struct verdicts *verdicts, const struct verdict *verdict,
                         struct verdict_point *points)
{
    double effect = verdict->pair->effect, bound = log1p(effect);
    const struct point_words words = {.holds = {bound, INFINITY},
                                      .fails = {-INFINITY, bound},
                                      .label = point_label,
                                      .alternative = effect > 0 ? pow(1 + effect, 2) : 1,
                                      .threshold = 1 + effect};
    adjust_points(verdicts, verdict, points);
    for (size_t i = 0; i < verdict->point_count; i++)
        if (point_decide(verdicts, &points[i], &words))
            return -1;
    return 0;
}

/* The verdict */

struct shown {
    size_t ahead, first_ahead, fall_back, unclear; /* n: none */
};

static struct shown look_over(const struct verdict_point *points, size_t n)
{
    struct shown shown = {0, n, n, n};
    for (size_t i = 0; i < n; i++) {
        if (points[i].judgement == JUDGEMENT_HOLDS) {
            shown.ahead++;
            shown.first_ahead = shown.first_ahead == n ? i : shown.first_ahead;
        } else if (points[i].judgement == JUDGEMENT_DOES_NOT_HOLD) {
            shown.fall_back = shown.first_ahead < n && shown.fall_back == n ? i : shown.fall_back;
        } else if (shown.unclear == n && (i == 0 || i + 1 == n || shown.first_ahead < n)) {
            shown.unclear = i;
        }
    }
    return shown;
}

/* NULL: the points do not show what refutes it. */
static const char *refutation(const struct verdict_point *points, size_t n, const struct shown *shown)
{
    if (shown->fall_back < n)
        return "falls back";
    if (points[n - 1].judgement == JUDGEMENT_DOES_NOT_HOLD)
        return "never ahead";
    if (shown->ahead == n)
        return "ahead throughout";
    return points[0].judgement == JUDGEMENT_HOLDS ? "ahead from the start" : NULL;
}

static void word_unclear(struct verdict *verdict, const struct verdict_point *points,
                         const struct shown *shown)
{
    size_t n = verdict->point_count;
    const char *missing = missing_end(points, n);
    verdict->judgement = JUDGEMENT_INCONCLUSIVE;
    if (shown->unclear < n)
        snprintf(verdict->reason, sizeof verdict->reason, "%.120s (at %s:%s)", points[shown->unclear].reason,
                 verdict->pair->sweep.key, points[shown->unclear].comparison.sweep_value);
    else if (missing)
        snprintf(verdict->reason, sizeof verdict->reason, "skipped: %s:%s was not measured",
                 verdict->pair->sweep.key, missing);
}

/* Estimates interpolate between the points; what lies outside of the bracket is no estimate. */
static int locate_crossing(struct verdict *verdict, const struct verdict_point *points)
{
    size_t n = verdict->point_count, used = 0;
    enum bracket_point *shown = malloc(n * sizeof *shown);
    double *x = malloc(2 * n * sizeof *x), *ratio = x + n, estimate = NAN;
    if (!shown || !x) {
        free(shown);
        free(x);
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        shown[i] = points[i].judgement == JUDGEMENT_HOLDS           ? BRACKET_AHEAD
                   : points[i].judgement == JUDGEMENT_DOES_NOT_HOLD ? BRACKET_NOT_AHEAD
                                                                    : BRACKET_OPEN;
        if (isnan(points[i].ratio))
            continue;
        x[used] = points[i].x;
        ratio[used++] = log(points[i].ratio);
    }
    struct statistics_bracket bracket = statistics_bracket(shown, n);
    double after = bracket.after < 0 ? NAN : points[bracket.after].x,
           before = bracket.before < 0 ? NAN : points[bracket.before].x;
    verdict->crossing_low = fmin(after, before); /* of a falling sweep the other way round */
    verdict->crossing_high = fmax(after, before);
    if (statistics_crossing(x, ratio, used, log1p(verdict->pair->effect), &estimate) >= 0 &&
        !(estimate < verdict->crossing_low) && !(estimate > verdict->crossing_high))
        verdict->crossing = estimate;
    free(shown);
    free(x);
    return 0;
}

static int decide(const struct verdicts *verdicts, struct verdict *verdict, struct verdict_point *points)
{
    if (decide_points(verdicts, verdict, points))
        return -1;
    size_t n = verdict->point_count;
    struct shown shown = look_over(points, n);
    const char *refuted = verdict->p_fails_adjusted < verdicts->alpha ? refutation(points, n, &shown) : NULL;
    bool holds = !refuted && !(verdict->p_fails_adjusted < verdicts->alpha) &&
                 verdict->p_holds_adjusted < verdicts->alpha &&
                 points[0].judgement == JUDGEMENT_DOES_NOT_HOLD && points[n - 1].judgement == JUDGEMENT_HOLDS;
    verdict->p = refuted ? verdict->p_fails : verdict->p_holds;
    verdict->p_adjusted = refuted ? verdict->p_fails_adjusted : verdict->p_holds_adjusted;
    verdict->judgement = refuted ? JUDGEMENT_DOES_NOT_HOLD : JUDGEMENT_HOLDS;
    snprintf(verdict->reason, sizeof verdict->reason, "%s", refuted ? refuted : "");
    if (!refuted && !holds)
        word_unclear(verdict, points, &shown);
    return holds ? locate_crossing(verdict, points) : 0;
}

const struct judge_kind judge_kind_crossover = {
    .sweep_whole = true, .measure = measure, .combine = combine, .decide = decide};
