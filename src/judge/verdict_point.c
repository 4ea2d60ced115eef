/* SPDX-License-Identifier: MIT */
/* One point of a rule about two cells: what was measured, and the words for it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge_kind.h"

bool point_is_tested(const struct verdict_point *point)
{
    return point->n && !*point->reason;
}

static struct samples_pairing pairing_of(const struct verdict_point *point)
{
    return (struct samples_pairing){
        .metric = point->comparison.pair->metric, .pairs = point->samples, .count = point->n};
}

double *point_log_ratios(const struct verdict_point *point)
{
    const struct samples_pairing pairing = pairing_of(point);
    double *d = malloc((point->n + 1) * sizeof *d);
    if (d)
        judge_log_ratios(&pairing, d);
    return d;
}

/* What was measured */

static int measure_arm(struct verdict_point *point, bool better, double *values, size_t n)
{
    struct median_interval figure;
    if (statistics_median(values, n, judge_level, &figure))
        return -1;
    *(better ? &point->better_median : &point->worse_median) = figure.median;
    *(better ? &point->better_low : &point->worse_low) = figure.low;
    *(better ? &point->better_high : &point->worse_high) = figure.high;
    return 0;
}

static int measure_arms(struct verdict_point *point, double *values)
{
    for (int arm = 0; arm < 2; arm++) {
        for (size_t i = 0; i < point->n; i++)
            values[i] = arm ? point->samples[i].worse : point->samples[i].better;
        if (measure_arm(point, arm == 0, values, point->n))
            return -1;
    }
    return 0;
}

/* Of a pair of which the other could not be measured. */
static int measure_alone(const struct samples *samples, const struct samples_side *side, bool better,
                         struct verdict_point *point)
{
    const double *figures = samples->figures[point->comparison.pair->metric];
    if (!side->with_figure)
        return 0;
    double *values = malloc(side->with_figure * sizeof *values);
    size_t n = 0;
    for (size_t i = side->cell->first; values && i < side->cell->first + side->cell->count; i++)
        if (samples->rows[i].status == STATUS_OK && isfinite(figures[i]) && n < side->with_figure)
            values[n++] = figures[i];
    int result = values && n ? measure_arm(point, better, values, n) : values ? 0 : -1;
    free(values);
    *(better ? &point->better_alone : &point->worse_alone) = n;
    return result;
}

/* On two units there is none to give the generator: the figure is "server and client" then. */
static bool is_limited(const struct samples *samples, const struct samples_side *side)
{
    return samples->units_max > 2 && side->cell &&
           2 * side->cell->generator_rows_limited > side->cell->generator_rows;
}

static bool is_served(enum column metric)
{
    return metric == COLUMN_ITEMS_PER_SECOND || metric == COLUMN_WALL_NS || result_is_quantile(metric) ||
           metric == COLUMN_LATENCY_MAX_NS;
}

/* A server at its generator's limit is at least as good as it looks. */
static void bound_ratio(const struct samples *samples, const struct samples_pairing *pairing,
                        struct verdict_point *point, struct judge_shift *shift)
{
    if (!is_served(pairing->metric))
        return;
    point->better_limited = is_limited(samples, &pairing->better);
    point->worse_limited = is_limited(samples, &pairing->worse);
    if (point->better_limited)
        shift->p_below_upper = shift->p_below_lower = 1;
    if (point->worse_limited)
        shift->p_above_upper = shift->p_above_lower = 1;
}

static int test_point(struct verdict_point *point, struct judge_shift *shift)
{
    const struct samples_pairing pairing = pairing_of(point);
    double *d = point_log_ratios(point), *values = malloc((point->n + 1) * sizeof *values);
    const struct judge_figures figures = {.d = d, .n_d = point->n};
    int result = d && values ? 0 : -1;
    if (!result)
        result = measure_arms(point, values);
    if (!result)
        result = judge_test(&figures, log1p(point->comparison.pair->effect), judge_level, NULL, shift);
    free(values);
    free(d);
    if (result)
        return -1;
    point->ratio = exp(shift->estimate);
    point->ratio_of_totals = judge_total_ratio(&pairing);
    if (shift->level > 0) { /* a single block tells no interval */
        point->ci_low = exp(shift->low);
        point->ci_high = exp(shift->high);
        point->ci_level = shift->level;
    }
    return 0;
}

int point_measure(const struct samples *samples, struct verdict_point *point, struct judge_shift *shift)
{
    struct samples_pairing pairing;
    if (samples_pair(samples, samples_find(samples, point->better), samples,
                     samples_find(samples, point->worse), point->comparison.pair->metric, &pairing))
        return -1;
    judge_append_absent(&pairing, point->note, sizeof point->note);
    bool too_few_cores = point->comparison.parallelism && samples->units_max < 2;
    if (judge_word_no_ratio(&pairing, point->reason, sizeof point->reason)) {
        samples_pairing_free(&pairing);
        return 0;
    }
    if (!pairing.better.ok != !pairing.worse.ok &&
        measure_alone(samples, pairing.better.ok ? &pairing.better : &pairing.worse, pairing.better.ok,
                      point)) {
        samples_pairing_free(&pairing);
        return -1;
    }
    point->samples = pairing.pairs;
    point->n = pairing.count;
    if (too_few_cores)
        snprintf(point->reason, sizeof point->reason, "too few cores: 1 processing unit");
    if (point->n && test_point(point, shift))
        return -1;
    if (point->n)
        bound_ratio(samples, &pairing, point, shift);
    return 0;
}

/* The words for it */

const char *point_label(const struct verdict_point *point, double low, double high)
{
    double bound = 1 + fabs(point->comparison.pair->effect);
    if (high < 1)
        return "opposite";
    if (low > 1)
        return "smaller";
    if (low >= 1 / bound && high <= bound)
        return "equivalent";
    return "not larger";
}

/* Sub-labels are claims too, one more a rule: their level is 1 - 0.1 / m. */
static int word_refuted(const struct verdicts *verdicts, struct verdict_point *point,
                        const struct point_words *words, const double *d)
{
    double wanted = 1 - 2 * verdicts->alpha / (double)verdicts->tests;
    struct signed_rank interval;
    if (statistics_signed_rank(d, point->n, 0, wanted, &interval))
        return -1;
    bool reached = interval.level >= wanted - 1e-12;
    snprintf(point->reason, sizeof point->reason, "%s",
             words->label(point, reached ? exp(interval.low) : NAN, reached ? exp(interval.high) : NAN));
    return 0;
}

static const char *limit_words(const struct verdict_point *point)
{
    if (point->better_limited && point->worse_limited)
        return "both at the limit of the load generator: at least this fast";
    return point->better_limited ? "at the limit of the load generator: at least this ratio"
                                 : "at the limit of the load generator: at most this ratio";
}

/* Where every block says the same, p is 2^-n and its correction alone is too much: more blocks halve it. 0:
 * they do not. */
static double blocks_for_correction(const struct verdicts *verdicts, const struct verdict_point *point)
{
    double n = (double)point->n, p = fmin(point->p_holds, point->p_fails),
           adjusted = fmin(point->p_holds_adjusted, point->p_fails_adjusted);
    return p > exp2(0.5 - n) || !(adjusted > 0) ? 0 : ceil(n + log2(adjusted / verdicts->alpha));
}

static void word_undecided(const struct verdicts *verdicts, struct verdict_point *point,
                           const struct point_words *words, const double *d)
{
    double effect = point->comparison.pair->effect, alpha = verdicts->alpha / (double)verdicts->tests;
    if (point->better_limited || point->worse_limited) {
        snprintf(point->reason, sizeof point->reason, "%s", limit_words(point));
        return;
    }
    double from = log(words->threshold), beyond = fabs(log(point->ratio) - from);
    bool farther = beyond > fabs(log(words->alternative) - from);
    const struct judge_undecided undecided = {
        .n = point->n,
        .needed = fmax(statistics_blocks_for(d, point->n, fabs(log1p(effect)), alpha, judge_power),
                       blocks_for_correction(verdicts, point)),
        .alternative = words->alternative,
        .threshold = words->threshold,
        .unit = "blocks",
        .seen = point->ratio,
        .needed_seen = farther ? statistics_blocks_for(d, point->n, beyond, alpha, judge_power) : 0};
    judge_word_undecided(&undecided, point->reason, sizeof point->reason);
}

/* Beside the pseudo-median of the ratios stands the ratio of all times: a slow mode of one arm parts them. */
static void append_notes(struct verdict_point *point)
{
    size_t bytes = sizeof point->reason;
    double effect = fmax(fabs(log1p(point->comparison.pair->effect)), log1p(0.01));
    if (*point->note)
        judge_append(point->reason, bytes, "%s", point->note);
    if (fabs(log(point->ratio_of_totals / point->ratio)) > effect)
        judge_append(point->reason, bytes, "%.3g× by total %s", point->ratio_of_totals,
                     columns[point->comparison.pair->metric].lower_better ? "figures" : "times");
    if (point->judgement != JUDGEMENT_INCONCLUSIVE && (point->better_limited || point->worse_limited))
        judge_append(point->reason, bytes, "%s", limit_words(point));
}

int point_decide(const struct verdicts *verdicts, struct verdict_point *point,
                 const struct point_words *words)
{
    point->judgement = JUDGEMENT_INCONCLUSIVE;
    if (*point->reason)
        return 0;
    if (point->p_fails_adjusted < verdicts->alpha)
        point->judgement = JUDGEMENT_DOES_NOT_HOLD;
    else if (point->p_holds_adjusted < verdicts->alpha)
        point->judgement = JUDGEMENT_HOLDS;
    double *d = point_log_ratios(point);
    const struct judge_figures figures = {.d = d, .n_d = point->n};
    const struct judge_shift shift = {
        .estimate = log(point->ratio), .low = log(point->ci_low), .high = log(point->ci_high)};
    bool skew = false, holds = point->judgement == JUDGEMENT_HOLDS;
    int result = d ? 0 : -1;
    if (!result && point->judgement == JUDGEMENT_INCONCLUSIVE)
        word_undecided(verdicts, point, words, d);
    else if (!result)
        result = judge_skew(&figures, &shift, holds ? &words->holds : &words->fails, &skew);
    if (skew) {
        point->judgement = JUDGEMENT_INCONCLUSIVE;
        judge_word_skew(point->reason, sizeof point->reason);
    }
    if (!result && point->judgement == JUDGEMENT_DOES_NOT_HOLD)
        result = word_refuted(verdicts, point, words, d);
    if (!result)
        append_notes(point);
    free(d);
    return result;
}

/* Verdicts of one point */

void verdict_combine_one(struct verdict *verdict, const struct verdict_point *points)
{
    bool tested = point_is_tested(points);
    verdict->p_holds = tested ? points->p_holds : NAN;
    verdict->p_fails = tested ? points->p_fails : NAN;
}

void verdict_hand_down(const struct verdict *verdict, struct verdict_point *point)
{
    if (!point->n)
        return;
    point->p_holds_adjusted = verdict->p_holds_adjusted;
    point->p_fails_adjusted = verdict->p_fails_adjusted;
}

void verdict_take_up(struct verdict *verdict, const struct verdict_point *point)
{
    bool refuted = point->judgement == JUDGEMENT_DOES_NOT_HOLD;
    verdict->judgement = point->judgement;
    snprintf(verdict->reason, sizeof verdict->reason, "%s", point->reason);
    verdict->p = refuted ? point->p_fails : point->p_holds;
    verdict->p_adjusted = refuted ? point->p_fails_adjusted : point->p_holds_adjusted;
}

int verdicts_lag_correlation(const struct verdicts *verdicts, struct lag_correlation *correlation)
{
    struct series *rows = calloc(verdicts->point_count + 1, sizeof *rows);
    double **all = calloc(verdicts->point_count + 1, sizeof *all);
    size_t count = 0;
    int result = rows && all ? 0 : -1;
    for (size_t i = 0; i < verdicts->point_count && !result; i++) {
        const struct verdict_point *point = &verdicts->points[i];
        if (point->comparison.pair->kind == RULE_FACT || point->n < 3)
            continue;
        all[count] = point_log_ratios(point);
        rows[count] = (struct series){all[count], point->n};
        result = all[count++] ? 0 : -1;
    }
    if (!result)
        result = statistics_lag_correlation(rows, count, correlation);
    for (size_t i = 0; all && i < count; i++)
        free(all[i]);
    free(all);
    free(rows);
    return result;
}
