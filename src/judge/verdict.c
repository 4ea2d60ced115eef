/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

const char *const judgement_names[3] = {"holds", "does not hold", "inconclusive"};

enum { COMPARISONS_MAX = RULE_PAIRS_MAX * 2 * RULE_SWEEP_MAX };

struct judge {
    const struct samples *samples;
    struct verdicts *verdicts;
    size_t verdict_room, point_room;
    struct comparison *comparisons; /* COMPARISONS_MAX */
    struct error *error;
};

/* What to judge */

static bool occurs(const struct samples *samples, const struct cell *cell)
{
    char name[CELL_NAME_BYTES];
    cell_format(cell, name);
    return samples_find(samples, name) != NULL;
}

static bool rule_was_run(struct judge *judge, const struct rule *rule, const char *runtime, bool *was_run)
{
    int count = rule_comparisons(rule, runtime, RULE_VALUES_ANY, judge->samples->units_max,
                                 judge->comparisons, COMPARISONS_MAX, judge->error);
    *was_run = false;
    for (int i = 0; i < count && !*was_run; i++)
        *was_run = occurs(judge->samples, &judge->comparisons[i].better) &&
                   occurs(judge->samples, &judge->comparisons[i].worse);
    return count >= 0;
}

static struct verdict *add_verdict(struct judge *judge, const struct comparison *comparison)
{
    struct verdicts *verdicts = judge->verdicts;
    if (verdicts->count == judge->verdict_room) {
        size_t room = judge->verdict_room ? 2 * judge->verdict_room : 32;
        struct verdict *grown = realloc(verdicts->verdicts, room * sizeof *grown);
        if (!grown) {
            error_set(judge->error, "out of memory");
            return NULL;
        }
        verdicts->verdicts = grown;
        judge->verdict_room = room;
    }
    struct verdict *verdict = &verdicts->verdicts[verdicts->count++];
    *verdict = (struct verdict){.rule = comparison->rule,
                                .pair = comparison->pair,
                                .point_first = verdicts->point_count,
                                .p = NAN,
                                .p_adjusted = NAN,
                                .crossing = NAN,
                                .crossing_low = NAN,
                                .crossing_high = NAN};
    snprintf(verdict->runtime, sizeof verdict->runtime, "%s", comparison->runtime);
    snprintf(verdict->pair_name, sizeof verdict->pair_name, "%s", comparison->pair->name);
    return verdict;
}

static int add_point(struct judge *judge, struct verdict *verdict, const struct comparison *comparison)
{
    struct verdicts *verdicts = judge->verdicts;
    if (verdicts->point_count == judge->point_room) {
        size_t room = judge->point_room ? 2 * judge->point_room : 64;
        struct verdict_point *grown = realloc(verdicts->points, room * sizeof *grown);
        if (!grown)
            return error_set(judge->error, "out of memory");
        verdicts->points = grown;
        judge->point_room = room;
    }
    struct verdict_point *point = &verdicts->points[verdicts->point_count++];
    memset(point, 0, sizeof *point);
    point->comparison = *comparison;
    cell_format(&comparison->better, point->better);
    cell_format(&comparison->worse, point->worse);
    char *end;
    point->x = strtod(comparison->sweep_value, &end);
    if (end == comparison->sweep_value || *end)
        point->x = NAN;
    verdict->point_count++;
    return 0;
}

static void name_swept_pair(struct verdict *verdict, const struct comparison *comparison)
{
    const struct rule_pair *pair = comparison->pair;
    snprintf(verdict->pair_name, sizeof verdict->pair_name, "%s%s%s:%s", pair->name, *pair->name ? "@" : "",
             pair->sweep.key, comparison->sweep_value);
}

static int list_pair(struct judge *judge, const struct rule *rule, const struct rule_pair *pair,
                     const char *runtime)
{
    int count = rule_pair_comparisons(rule, pair, runtime, RULE_VALUES_ANY, judge->samples->units_max,
                                      judge->comparisons, COMPARISONS_MAX, judge->error);
    if (count < 0)
        return -1;
    struct verdict *verdict = NULL;
    for (int i = 0; i < count; i++) {
        const struct comparison *comparison = &judge->comparisons[i];
        if (!occurs(judge->samples, &comparison->better) && !occurs(judge->samples, &comparison->worse))
            continue;
        if (!verdict || pair->kind != RULE_CROSSOVER) {
            verdict = add_verdict(judge, comparison);
            if (!verdict)
                return -1;
            if (pair->kind != RULE_CROSSOVER && pair->sweep.count)
                name_swept_pair(verdict, comparison);
        }
        if (add_point(judge, verdict, comparison))
            return -1;
    }
    if (verdict)
        return 0;
    verdict = add_verdict(judge, &judge->comparisons[0]);
    return verdict ? add_point(judge, verdict, &judge->comparisons[0]) : -1;
}

/* The first rule of which nothing was run, and a cell that it lacks. */
static void note_missing(struct judge *judge, const struct rule *rule)
{
    const struct comparison *comparison = &judge->comparisons[0];
    if (judge->verdicts->missing_rule)
        return;
    judge->verdicts->missing_rule = rule;
    cell_format(occurs(judge->samples, &comparison->better) ? &comparison->worse : &comparison->better,
                judge->verdicts->missing_cell);
}

static int list_rule(struct judge *judge, const struct rule *rule)
{
    bool any_run = false;
    for (size_t i = 0; i < rule->runtime_count; i++) {
        bool was_run;
        if (!rule_was_run(judge, rule, rule->runtimes[i], &was_run))
            return -1;
        any_run |= was_run;
        for (size_t k = 0; was_run && k < rule->pair_count; k++)
            if (list_pair(judge, rule, &rule->pairs[k], rule->runtimes[i]))
                return -1;
    }
    if (!any_run)
        note_missing(judge, rule);
    return 0;
}

/* What was measured */

static void set_absent(struct verdict_point *point)
{
    double *figures[] = {&point->better_median, &point->better_low,      &point->better_high,
                         &point->worse_median,  &point->worse_low,       &point->worse_high,
                         &point->ratio,         &point->ci_low,          &point->ci_high,
                         &point->ci_level,      &point->p_holds,         &point->p_holds_adjusted,
                         &point->p_fails,       &point->p_fails_adjusted};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        *figures[i] = NAN;
}

static struct samples_pairing pairing_of(const struct verdict_point *point)
{
    return (struct samples_pairing){
        .metric = point->comparison.pair->metric, .pairs = point->samples, .count = point->n};
}

static double *log_ratios(const struct verdict_point *point)
{
    const struct samples_pairing pairing = pairing_of(point);
    double *d = malloc((point->n + 1) * sizeof *d);
    if (d)
        judge_log_ratios(&pairing, d);
    return d;
}

static int measure_arms(struct verdict_point *point)
{
    double *values = malloc((point->n + 1) * sizeof *values);
    struct median_interval interval;
    if (!values)
        return -1;
    for (size_t i = 0; i < point->n; i++)
        values[i] = point->samples[i].better;
    int result = statistics_median(values, point->n, judge_level, &interval);
    point->better_median = interval.median;
    point->better_low = interval.low;
    point->better_high = interval.high;
    for (size_t i = 0; i < point->n; i++)
        values[i] = point->samples[i].worse;
    result |= statistics_median(values, point->n, judge_level, &interval);
    point->worse_median = interval.median;
    point->worse_low = interval.low;
    point->worse_high = interval.high;
    free(values);
    return result;
}

static int test_point(struct verdict_point *point)
{
    const struct rule_pair *pair = point->comparison.pair;
    struct judge_shift shift;
    double *d = log_ratios(point);
    const struct judge_figures figures = {.d = d, .n_d = point->n};
    int result = -1;
    if (!d || measure_arms(point) || judge_test(&figures, log1p(pair->effect), judge_level, NULL, &shift))
        goto done;
    point->ratio = exp(shift.estimate);
    if (shift.level > 0) { /* a single block tells no interval */
        point->ci_low = exp(shift.low);
        point->ci_high = exp(shift.high);
        point->ci_level = shift.level;
    }
    if (pair->kind == RULE_EQUAL) { /* two one-sided tests (Schuirmann 1987) */
        point->p_holds = fmax(shift.p_below_upper, shift.p_above_lower);
        point->p_fails = fmin(1, 2 * fmin(shift.p_above_upper, shift.p_below_lower));
    } else {
        point->p_holds = shift.p_above_upper;
        point->p_fails = shift.p_below_upper;
    }
    result = 0;
done:
    free(d);
    return result;
}

static void explain_lack(const struct samples_pairing *pairing, struct verdict_point *point, size_t needed)
{
    const struct judge_lack lack = {
        .left = point->n, .needed = needed, .few = "underpowered", .unit = "blocks"};
    const struct samples_cell *better = pairing->better.cell, *worse = pairing->worse.cell;
    if (!better && !worse)
        snprintf(point->reason, sizeof point->reason, "skipped: not measured");
    else if ((!better || !worse) && (better ? better : worse)->rows[STATUS_OK])
        snprintf(point->reason, sizeof point->reason, "skipped: not measured: %s",
                 better ? point->worse : point->better);
    else
        judge_word_lack(pairing, &lack, point->reason, sizeof point->reason);
}

static int measure_point(struct judge *judge, struct verdict_point *point)
{
    const struct samples *samples = judge->samples;
    struct samples_pairing pairing;
    set_absent(point);
    if (samples_pair(samples, samples_find(samples, point->better), samples,
                     samples_find(samples, point->worse), point->comparison.pair->metric, &pairing))
        return error_set(judge->error, "out of memory");
    if (judge_word_no_ratio(&pairing, point->reason, sizeof point->reason)) {
        samples_pairing_free(&pairing);
    } else {
        point->samples = pairing.pairs;
        point->n = pairing.count;
    }
    judge_append_absent(&pairing, point->note, sizeof point->note);
    if (point->n && test_point(point))
        return error_set(judge->error, "out of memory");
    if (point->comparison.parallelism && samples->units_max < 2)
        snprintf(point->reason, sizeof point->reason, "too few cores: 1 processing unit");
    else if (!*point->reason && point->n < judge->verdicts->blocks_needed)
        explain_lack(&pairing, point, judge->verdicts->blocks_needed);
    return 0;
}

/* Holm over all tests of the table, once over those of "holds" and once over those of "does not hold". Of the
 * two hypotheses of a point that is not on its threshold exactly one is true, so only one of its verdicts can
 * be wrong; the chance of any wrong "holds" in the table stays below alpha, and so does that of any wrong
 * "does not hold". A point without data counts as a test with p = 1. */
static int adjust(struct verdicts *verdicts)
{
    size_t m = verdicts->point_count;
    double *p = malloc((2 * m + 1) * sizeof *p);
    if (!p)
        return -1;
    for (size_t i = 0; i < m; i++) {
        p[i] = isnan(verdicts->points[i].p_holds) ? 1 : verdicts->points[i].p_holds;
        p[m + i] = isnan(verdicts->points[i].p_fails) ? 1 : verdicts->points[i].p_fails;
    }
    statistics_holm(p, m, p);
    statistics_holm(p + m, m, p + m);
    for (size_t i = 0; i < m; i++) {
        if (!verdicts->points[i].n)
            continue;
        verdicts->points[i].p_holds_adjusted = p[i];
        verdicts->points[i].p_fails_adjusted = p[m + i];
    }
    free(p);
    return 0;
}

/* What follows */

static const char *refuted_label(const struct verdict_point *point)
{
    const struct rule_pair *pair = point->comparison.pair;
    if (pair->kind == RULE_EQUAL)
        return point->ratio > 1 ? "larger" : "opposite";
    double bound = 1 + fabs(pair->effect);
    if (point->ci_high < 1)
        return "opposite";
    if (point->ci_low > 1)
        return "smaller";
    if (point->ci_low >= 1 / bound && point->ci_high <= bound)
        return "equivalent";
    return "not larger";
}

static struct judge_claim claim_of(const struct verdict_point *point)
{
    const struct rule_pair *pair = point->comparison.pair;
    double threshold = log1p(pair->effect);
    bool holds = point->judgement == JUDGEMENT_HOLDS;
    if (pair->kind != RULE_EQUAL)
        return holds ? (struct judge_claim){threshold, INFINITY} : (struct judge_claim){-INFINITY, threshold};
    if (holds)
        return (struct judge_claim){-threshold, threshold};
    return point->ratio > 1 ? (struct judge_claim){threshold, INFINITY}
                            : (struct judge_claim){-INFINITY, -threshold};
}

static int check_skew(const struct verdict_point *point, const double *d, bool *skew)
{
    const struct judge_figures figures = {.d = d, .n_d = point->n};
    const struct judge_shift shift = {
        .estimate = log(point->ratio), .low = log(point->ci_low), .high = log(point->ci_high)};
    const struct judge_claim claim = claim_of(point);
    return judge_skew(&figures, &shift, &claim, skew);
}

static void explain_undecided(struct verdict_point *point, const double *d, size_t tests)
{
    const struct rule_pair *pair = point->comparison.pair;
    double bound = 1 + pair->effect;
    bool equal = pair->kind == RULE_EQUAL;
    const struct judge_undecided undecided = {
        .n = point->n,
        .detectable = statistics_detectable_shift(d, point->n, judge_alpha / (double)tests, judge_power),
        .effect = pair->effect,
        .alternative = equal || pair->effect <= 0 ? 1 : bound * bound,
        .threshold = equal && point->ratio < 1 ? 1 / bound : bound,
        .unit = "blocks"};
    judge_word_undecided(&undecided, point->reason, sizeof point->reason);
}

static int judge_point(struct verdict_point *point, const struct verdicts *verdicts)
{
    point->judgement = JUDGEMENT_INCONCLUSIVE;
    if (*point->reason)
        return 0;
    double *d = log_ratios(point);
    bool skew = false;
    if (!d)
        return -1;
    if (point->p_holds_adjusted < verdicts->alpha)
        point->judgement = JUDGEMENT_HOLDS;
    else if (point->p_fails_adjusted < verdicts->alpha)
        point->judgement = JUDGEMENT_DOES_NOT_HOLD;
    int result = 0;
    if (point->judgement == JUDGEMENT_INCONCLUSIVE) {
        explain_undecided(point, d, verdicts->point_count);
    } else if ((result = check_skew(point, d, &skew)) == 0 && skew) {
        point->judgement = JUDGEMENT_INCONCLUSIVE;
        judge_word_skew(point->reason, sizeof point->reason);
    } else if (point->judgement == JUDGEMENT_DOES_NOT_HOLD) {
        snprintf(point->reason, sizeof point->reason, "%s", refuted_label(point));
    }
    if (*point->note)
        judge_append(point->reason, sizeof point->reason, "%s", point->note);
    free(d);
    return result;
}

static void decide(struct verdict *verdict, enum judgement judgement, const char *reason)
{
    verdict->judgement = judgement;
    snprintf(verdict->reason, sizeof verdict->reason, "%s", reason);
}

/* The largest of the p-values of points that all have to be shown. */
static void take_p(struct verdict *verdict, double p, double p_adjusted)
{
    verdict->p = fmax(verdict->p, p); /* fmax passes over NaN */
    verdict->p_adjusted = fmax(verdict->p_adjusted, p_adjusted);
}

static void decide_unclear(struct verdict *verdict, const struct verdict_point *points, size_t n,
                           size_t unclear)
{
    const struct verdict_point *last = &points[n - 1];
    take_p(verdict, last->p_holds, last->p_holds_adjusted);
    verdict->judgement = JUDGEMENT_INCONCLUSIVE;
    snprintf(verdict->reason, sizeof verdict->reason, "%.120s (at %s:%s)", points[unclear].reason,
             verdict->pair->sweep.key, points[unclear].comparison.sweep_value);
}

/* The first or last value of the sweep that was not measured; NULL if the points begin, or end, where the
 * sweep or the quick one does. */
static const char *end_not_measured(const struct verdict_point *points, size_t n, bool last)
{
    const struct rule_pair *pair = points->comparison.pair;
    const char *full_end = pair->sweep.values[last ? pair->sweep.count - 1 : 0],
               *quick_end = pair->sweep_quick.values[last ? pair->sweep_quick.count - 1 : 0],
               *value = points[last ? n - 1 : 0].comparison.sweep_value;
    if (strcmp(value, full_end) == 0 || strcmp(value, quick_end) == 0)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (strcmp(points[i].comparison.sweep_value, quick_end) == 0)
            return full_end;
    return quick_end;
}

/* Overtakes inside the sweep and stays ahead: the first point is shown not ahead, and from the first point
 * shown ahead on all are shown ahead. Refuted by a last point shown not ahead, by a fall back, or by being
 * ahead at every point. A part of the sweep can only show a fall back. */
static void judge_crossover(struct verdict *verdict, const struct verdict_point *points)
{
    size_t n = verdict->point_count, first_ahead = n, fall_back = n, unclear = n, ahead = 0;
    for (size_t i = 0; i < n; i++) {
        if (points[i].judgement == JUDGEMENT_HOLDS) {
            ahead++;
            if (first_ahead == n)
                first_ahead = i;
        } else if (points[i].judgement == JUDGEMENT_DOES_NOT_HOLD) {
            if (first_ahead < n && fall_back == n)
                fall_back = i;
        } else if (unclear == n && (i == 0 || i + 1 == n || first_ahead < n)) {
            unclear = i;
        }
    }
    const struct verdict_point *last = &points[n - 1];
    const char *missing = end_not_measured(points, n, true);
    if (!missing)
        missing = end_not_measured(points, n, false);
    if (fall_back < n) {
        decide(verdict, JUDGEMENT_DOES_NOT_HOLD, "falls back");
        take_p(verdict, points[fall_back].p_fails, points[fall_back].p_fails_adjusted);
    } else if (last->judgement == JUDGEMENT_DOES_NOT_HOLD && !end_not_measured(points, n, true)) {
        decide(verdict, JUDGEMENT_DOES_NOT_HOLD, "never ahead");
        take_p(verdict, last->p_fails, last->p_fails_adjusted);
    } else if (unclear < n) {
        decide_unclear(verdict, points, n, unclear);
    } else if (missing) {
        verdict->judgement = JUDGEMENT_INCONCLUSIVE;
        snprintf(verdict->reason, sizeof verdict->reason, "skipped: %s:%s was not measured",
                 verdict->pair->sweep.key, missing);
        take_p(verdict, last->p_holds, last->p_holds_adjusted);
    } else {
        decide(verdict, ahead == n ? JUDGEMENT_DOES_NOT_HOLD : JUDGEMENT_HOLDS,
               ahead == n ? "ahead throughout" : "");
        for (size_t i = first_ahead; i < n; i++)
            take_p(verdict, points[i].p_holds, points[i].p_holds_adjusted);
        if (ahead < n)
            take_p(verdict, points[0].p_fails, points[0].p_fails_adjusted);
    }
}

/* Where the ratio passes the threshold that the tests use, 1 + effect, for good. The interval's ends are
 * where its upper and its lower bound pass it; each stays absent if it lies outside the sweep. */
static int locate_crossing(struct verdict *verdict, const struct verdict_point *points, size_t blocks_needed)
{
    size_t n = verdict->point_count;
    double threshold = log1p(verdict->pair->effect);
    double *x = malloc(4 * (n + 1) * sizeof *x);
    if (!x)
        return -1;
    double *ratio = x + n, *low = x + 2 * n, *high = x + 3 * n, earliest = NAN, latest = NAN;
    size_t measured = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = points[i].x;
        ratio[i] = log(points[i].ratio);
        low[i] = log(points[i].ci_low);
        high[i] = log(points[i].ci_high);
        measured += points[i].n >= blocks_needed;
    }
    if (measured == n && statistics_crossing(x, ratio, n, threshold, &verdict->crossing) >= 0) {
        if (statistics_crossing(x, high, n, threshold, &earliest) < 0)
            earliest = NAN;
        if (statistics_crossing(x, low, n, threshold, &latest) < 0)
            latest = NAN;
        bool falling = x[n - 1] < x[0];
        verdict->crossing_low = falling ? latest : earliest;
        verdict->crossing_high = falling ? earliest : latest;
    }
    free(x);
    return 0;
}

static int judge_verdict(struct verdict *verdict, const struct verdicts *verdicts)
{
    const struct verdict_point *points = &verdicts->points[verdict->point_first];
    if (verdict->pair->kind == RULE_CROSSOVER) {
        judge_crossover(verdict, points);
        if (verdict->judgement != JUDGEMENT_DOES_NOT_HOLD)
            return locate_crossing(verdict, points, verdicts->blocks_needed);
        return 0;
    }
    decide(verdict, points->judgement, points->reason);
    bool refuted = points->judgement == JUDGEMENT_DOES_NOT_HOLD;
    verdict->p = refuted ? points->p_fails : points->p_holds;
    verdict->p_adjusted = refuted ? points->p_fails_adjusted : points->p_holds_adjusted;
    return 0;
}

static void judge_rules(struct verdicts *verdicts)
{
    for (size_t first = 0, end; first < verdicts->count; first = end) {
        enum judgement judgement = JUDGEMENT_HOLDS;
        for (end = first;
             end < verdicts->count && verdicts->verdicts[end].rule == verdicts->verdicts[first].rule &&
             strcmp(verdicts->verdicts[end].runtime, verdicts->verdicts[first].runtime) == 0;
             end++) {
            enum judgement own = verdicts->verdicts[end].judgement;
            if (own == JUDGEMENT_DOES_NOT_HOLD ||
                (own == JUDGEMENT_INCONCLUSIVE && judgement == JUDGEMENT_HOLDS))
                judgement = own;
        }
        for (size_t i = first; i < end; i++)
            verdicts->verdicts[i].rule_judgement = judgement;
    }
}

int verdicts_judge(const struct samples *samples, const struct rules *rules, struct verdicts *verdicts,
                   struct error *error)
{
    memset(verdicts, 0, sizeof *verdicts);
    verdicts->alpha = judge_alpha;
    struct judge judge = {.samples = samples, .verdicts = verdicts, .error = error};
    judge.comparisons = malloc(COMPARISONS_MAX * sizeof *judge.comparisons);
    int result = judge.comparisons ? 0 : error_set(error, "out of memory");
    for (size_t i = 0; i < rules->count && !result; i++)
        result = list_rule(&judge, &rules->rules[i]);
    free(judge.comparisons);
    if (result || !verdicts->point_count)
        return result;

    verdicts->blocks_needed = statistics_blocks_needed(verdicts->point_count, judge_alpha);
    for (size_t i = 0; i < verdicts->point_count; i++)
        if (measure_point(&judge, &verdicts->points[i]))
            return -1;
    result = adjust(verdicts);
    for (size_t i = 0; i < verdicts->point_count && !result; i++)
        result = judge_point(&verdicts->points[i], verdicts);
    for (size_t i = 0; i < verdicts->count && !result; i++)
        result = judge_verdict(&verdicts->verdicts[i], verdicts);
    if (result)
        return error_set(error, "out of memory");
    judge_rules(verdicts);
    return 0;
}

void verdicts_free(struct verdicts *verdicts)
{
    for (size_t i = 0; i < verdicts->point_count; i++)
        free(verdicts->points[i].samples);
    free(verdicts->points);
    free(verdicts->verdicts);
    memset(verdicts, 0, sizeof *verdicts);
}

const struct verdict_point *verdict_main_point(const struct verdicts *verdicts, const struct verdict *verdict)
{
    const struct verdict_point *first = &verdicts->points[verdict->point_first];
    const struct verdict_point *point = first + verdict->point_count - 1;
    while (point > first && !point->n)
        point--;
    return point->n ? point : first + verdict->point_count - 1;
}
