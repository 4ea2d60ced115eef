/* SPDX-License-Identifier: MIT */
/* Does a decision tree pick the best model at every point of a map, or one within the effect of it? A point
 * of the verdict is one other model over the one that is picked, at one point of the map: its ratio is the
 * regret. It holds if all are shown to be ahead by no more than the effect, which takes the largest p,
 * without correction (an intersection-union test); it does not hold if one is shown to be ahead by more: the
 * smallest p, times their number.
 *
 * What cannot run here is no rival and no pick: it is left out, and told. What was not measured for another
 * reason keeps the map from holding. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge_kind.h"

static bool is_skipped(const struct verdict_point *point)
{
    return !point->n && strncmp(point->reason, "skipped", 7) == 0;
}

static bool has_figures(const struct verdict_point *point)
{
    return point->n && isfinite(point->ratio);
}

static int measure(const struct samples *samples, struct verdict_point *point)
{
    struct judge_shift shift = {.p_above_upper = NAN, .p_below_upper = NAN};
    if (point_measure(samples, point, &shift))
        return -1;
    point->p_holds = shift.p_below_upper;
    point->p_fails = shift.p_above_upper;
    return 0;
}

static bool same_place(const struct verdict_point *a, const struct verdict_point *b)
{
    return strcmp(a->comparison.sweep_value, b->comparison.sweep_value) == 0 &&
           strcmp(a->comparison.sweep_y_value, b->comparison.sweep_y_value) == 0;
}

/* The first point of two sweeps of which there is nothing; false if there is none. */
static bool find_missing(const struct rule_sweep *x, const struct rule_sweep *y,
                         const struct verdict_point *points, size_t n, char *where, size_t where_bytes)
{
    for (size_t i = 0; i < x->count; i++)
        for (size_t k = 0; k < y->count; k++) {
            size_t at = 0;
            while (at < n && (strcmp(points[at].comparison.sweep_value, x->values[i]) != 0 ||
                              strcmp(points[at].comparison.sweep_y_value, y->values[k]) != 0))
                at++;
            if (at < n)
                continue;
            snprintf(where, where_bytes, "%s:%s %s:%s", x->key, x->values[i], y->key, y->values[k]);
            return true;
        }
    return false;
}

/* All of the quick map, or all of the whole one. */
static bool lacks_points(const struct verdict *verdict, const struct verdict_point *points, char *where,
                         size_t where_bytes)
{
    const struct rule_pair *pair = verdict->pair;
    char other[80];
    return find_missing(&pair->sweep_quick, &pair->sweep_y_quick, points, verdict->point_count, where,
                        where_bytes) &&
           find_missing(&pair->sweep, &pair->sweep_y, points, verdict->point_count, other, sizeof other);
}

static void combine(struct verdict *verdict, const struct verdict_point *points)
{
    double holds = 0, fails = 1;
    size_t tests = 0;
    char where[80];
    bool whole = !lacks_points(verdict, points, where, sizeof where);
    for (size_t i = 0; i < verdict->point_count; i++) {
        whole &= point_is_tested(&points[i]) || is_skipped(&points[i]);
        if (!point_is_tested(&points[i]))
            continue;
        holds = fmax(holds, points[i].p_holds);
        fails = fmin(fails, points[i].p_fails);
        tests++;
    }
    verdict->refutations = tests;
    verdict->p_fails = tests ? fmin(1, (double)tests * fails) : NAN;
    verdict->p_holds = tests && whole ? holds : NAN;
}

/* Tiles */

static int list_tiles(struct verdict *verdict, const struct verdict_point *points)
{
    verdict->tiles = calloc(verdict->point_count, sizeof *verdict->tiles);
    if (!verdict->tiles)
        return -1;
    for (size_t i = 0; i < verdict->point_count; i++) {
        struct verdict_tile *tile = &verdict->tiles[verdict->tile_count];
        if (i == 0 || !same_place(&points[i], &points[i - 1])) {
            *tile = (struct verdict_tile){.first = i, .pick = points[i].comparison.pick, .regret = NAN};
            verdict->tile_count++;
        }
        verdict->tiles[verdict->tile_count - 1].count++;
    }
    return 0;
}

/* Right where none is ahead by more, wrong where one is. */
static enum judgement judge_tile(const struct verdict_point *points, const struct verdict_tile *tile)
{
    enum judgement judgement = JUDGEMENT_HOLDS;
    for (size_t i = tile->first; i < tile->first + tile->count; i++) {
        if (is_skipped(&points[i]))
            continue;
        if (points[i].judgement == JUDGEMENT_DOES_NOT_HOLD)
            return JUDGEMENT_DOES_NOT_HOLD;
        if (points[i].judgement == JUDGEMENT_INCONCLUSIVE)
            judgement = JUDGEMENT_INCONCLUSIVE;
    }
    return judgement;
}

/* d[i] = ln of a over b in their common blocks; either may be NULL, which is the pick. Returns how many. */
static size_t common_ratios(const struct verdict_point *a, const double *of_a, const struct verdict_point *b,
                            const double *of_b, double *d)
{
    size_t count = 0, k = 0, n = a ? a->n : b->n;
    for (size_t i = 0; i < n; i++) {
        if (!a || !b) {
            d[count++] = a ? of_a[i] : -of_b[i];
            continue;
        }
        while (k < b->n && b->samples[k].block < a->samples[i].block)
            k++;
        if (k < b->n && b->samples[k].block == a->samples[i].block)
            d[count++] = of_a[i] - of_b[k];
    }
    return count;
}

/* Is a shown to be ahead of b by more than the effect? factor: of the correction. */
static int is_ahead(const struct verdicts *verdicts, const struct verdict_point *a,
                    const struct verdict_point *b, double factor, bool *ahead)
{
    const struct verdict_point *any = a ? a : b;
    double *of_a = a ? point_log_ratios(a) : NULL, *of_b = b ? point_log_ratios(b) : NULL,
           *d = malloc((any->n + 1) * sizeof *d);
    struct judge_shift shift = {.p_above_upper = 1};
    int result = d && (!a || of_a) && (!b || of_b) ? 0 : -1;
    struct judge_figures figures = {.d = d};
    if (!result)
        figures.n_d = common_ratios(a, of_a, b, of_b, d);
    if (!result && figures.n_d)
        result = judge_test(&figures, log1p(any->comparison.pair->effect), judge_level, NULL, &shift);
    *ahead = !result && factor * shift.p_above_upper < verdicts->alpha;
    free(of_a);
    free(of_b);
    free(d);
    return result;
}

static void mark(const struct verdict *verdict, const struct rule_model *model, unsigned *models)
{
    *models |= 1U << (model - verdict->rule->models);
}

/* Who is best by the estimates, and who is not shown to be worse than that by the effect. */
static int find_best(const struct verdicts *verdicts, const struct verdict *verdict,
                     const struct verdict_point *points, double factor, struct verdict_tile *tile)
{
    const struct verdict_point *best = NULL;
    bool ahead;
    for (size_t i = tile->first; i < tile->first + tile->count; i++) {
        tile->models += has_figures(&points[i]);
        if (has_figures(&points[i]) && points[i].ratio > (best ? best->ratio : 1))
            best = &points[i];
    }
    if (!tile->models)
        return 0;
    tile->models++; /* the pick */
    tile->best = best ? best->comparison.rival : tile->pick;
    tile->regret = best ? best->ratio : 1;
    mark(verdict, tile->best, &tile->tied);
    if (best && is_ahead(verdicts, best, NULL, factor, &ahead))
        return -1;
    if (best && !ahead)
        mark(verdict, tile->pick, &tile->tied);
    for (size_t i = tile->first; i < tile->first + tile->count; i++) {
        if (!has_figures(&points[i]) || &points[i] == best)
            continue;
        if (is_ahead(verdicts, best, &points[i], factor, &ahead))
            return -1;
        if (!ahead)
            mark(verdict, points[i].comparison.rival, &tile->tied);
    }
    return 0;
}

/* Points */

static const char *label(const struct verdict_point *point, double low, double high)
{
    (void)point, (void)low, (void)high;
    return "larger";
}

/* By how many its rule's p was multiplied; where nothing is decided, by all. */
static double rule_factor(const struct verdicts *verdicts, const struct verdict *verdict)
{
    double all = (double)verdicts->tests;
    if (verdict->p_fails_adjusted < verdicts->alpha)
        return fmin(all, verdict->p_fails > 0 ? verdict->p_fails_adjusted / verdict->p_fails : all);
    if (verdict->p_holds_adjusted < verdicts->alpha)
        return fmin(all, verdict->p_holds > 0 ? verdict->p_holds_adjusted / verdict->p_holds : all);
    return all;
}

/* The points of a map that holds are right as it is; else each tile is a claim of its own. */
static int decide_points(const struct verdicts *verdicts, const struct verdict *verdict,
                         struct verdict_point *points, double factor)
{
    double effect = verdict->pair->effect, bound = log1p(effect);
    bool holds =
        !(verdict->p_fails_adjusted < verdicts->alpha) && verdict->p_holds_adjusted < verdicts->alpha;
    const struct point_words words = {.holds = {-INFINITY, bound},
                                      .fails = {bound, INFINITY},
                                      .label = label,
                                      .alternative = 1,
                                      .threshold = 1 + effect};
    for (size_t i = 0; i < verdict->point_count; i++) {
        points[i].p_holds_adjusted =
            fmin(1, factor * (holds ? 1 : (double)verdict->tile_count) * points[i].p_holds);
        points[i].p_fails_adjusted = fmin(1, factor * (double)verdict->refutations * points[i].p_fails);
        if (point_decide(verdicts, &points[i], &words))
            return -1;
    }
    return 0;
}

/* The largest regret was chosen among all: its interval is one that holds for all of them at once. */
static int widen_interval(const struct verdict *verdict, struct verdict_point *point)
{
    double wanted = 1 - (1 - judge_level) / (double)verdict->refutations, *d = point_log_ratios(point);
    struct signed_rank interval;
    int result = d ? statistics_signed_rank(d, point->n, 0, wanted, &interval) : -1;
    free(d);
    if (!result && interval.level > 0) {
        point->ci_low = exp(interval.low);
        point->ci_high = exp(interval.high);
        point->ci_level = interval.level;
    }
    return result;
}

/* The verdict */

struct tally {
    size_t tiles, right, wrong, left_out; /* tiles: with figures */
    const struct verdict_point *worst, *open, *skipped;
};

static struct tally look_over(const struct verdict *verdict, const struct verdict_point *points)
{
    struct tally tally = {0};
    for (size_t i = 0; i < verdict->tile_count; i++) {
        const struct verdict_tile *tile = &verdict->tiles[i];
        tally.tiles += tile->best != NULL;
        tally.left_out += !tile->best;
        tally.right += tile->best && tile->judgement == JUDGEMENT_HOLDS;
        tally.wrong += tile->best && tile->judgement == JUDGEMENT_DOES_NOT_HOLD;
    }
    for (size_t i = 0; i < verdict->point_count; i++) {
        const struct verdict_point *point = &points[i];
        if (is_skipped(point))
            tally.skipped = tally.skipped ? tally.skipped : point;
        else if (point->judgement == JUDGEMENT_INCONCLUSIVE && !tally.open)
            tally.open = point;
        if (has_figures(point) && point->ratio > (tally.worst ? tally.worst->ratio : 1))
            tally.worst = point;
    }
    return tally;
}

/* Rates and times come first among the columns. */
static const char *slower(enum column metric)
{
    return metric <= COLUMN_CPU_SYSTEM_NS ? "slower" : "worse";
}

static void word_tally(struct verdict *verdict, const struct tally *tally)
{
    char place[80], *reason = verdict->reason;
    size_t bytes = sizeof verdict->reason;
    if (tally->tiles)
        judge_append(reason, bytes, "right at %zu of %zu points", tally->right, tally->tiles);
    if (tally->worst) {
        comparison_word_place(&tally->worst->comparison, place, sizeof place);
        judge_append(reason, bytes, "at most %.3g× %s than %s, at %s", tally->worst->ratio,
                     slower(verdict->pair->metric), tally->worst->comparison.rival->label, place);
    }
    if (tally->left_out)
        judge_append(reason, bytes, "%zu left out (%.60s)", tally->left_out,
                     tally->skipped ? tally->skipped->reason : tally->open->reason);
}

static void word_open(struct verdict *verdict, const struct verdict_point *points, const struct tally *tally)
{
    char place[80];
    verdict->judgement = JUDGEMENT_INCONCLUSIVE;
    if (tally->open) {
        comparison_word_place(&tally->open->comparison, place, sizeof place);
        snprintf(verdict->reason, sizeof verdict->reason, "%.80s (at %s)", tally->open->reason, place);
    } else if (lacks_points(verdict, points, place, sizeof place)) {
        snprintf(verdict->reason, sizeof verdict->reason, "skipped: %s was not measured", place);
    } else if (tally->skipped) {
        snprintf(verdict->reason, sizeof verdict->reason, "%s", tally->skipped->reason);
    }
}

static int decide(const struct verdicts *verdicts, struct verdict *verdict, struct verdict_point *points)
{
    double factor = rule_factor(verdicts, verdict);
    if (list_tiles(verdict, points) || decide_points(verdicts, verdict, points, factor))
        return -1;
    for (size_t i = 0; i < verdict->tile_count; i++) {
        struct verdict_tile *tile = &verdict->tiles[i];
        tile->judgement = judge_tile(points, tile);
        if (find_best(verdicts, verdict, points, factor * fmax(1, (double)verdict->refutations), tile))
            return -1;
    }
    struct tally tally = look_over(verdict, points);
    bool refuted = verdict->p_fails_adjusted < verdicts->alpha;
    verdict->p = refuted ? verdict->p_fails : verdict->p_holds;
    verdict->p_adjusted = refuted ? verdict->p_fails_adjusted : verdict->p_holds_adjusted;
    verdict->judgement = refuted ? JUDGEMENT_DOES_NOT_HOLD : JUDGEMENT_HOLDS;
    if (refuted ? !tally.wrong : !(verdict->p_holds_adjusted < verdicts->alpha) || tally.open)
        word_open(verdict, points, &tally);
    if (!verdict->refutations)
        return 0;
    word_tally(verdict, &tally);
    verdict->value = tally.tiles ? (double)tally.right / (double)tally.tiles : NAN;
    return tally.worst ? widen_interval(verdict, &points[tally.worst - points]) : 0;
}

const struct judge_kind judge_kind_map = {
    .sweep_whole = true, .measure = measure, .combine = combine, .decide = decide};
