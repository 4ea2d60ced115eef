/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exit_codes.h"
#include "compare_private.h"
#include "compare_sessions.h"
#include "random.h"

static const uint64_t seed = 20251;

const char *const compare_verdict_names[COMPARE_VERDICT_COUNT] = {"slower", "faster", "same", "inconclusive"};

/* What is compared with what */

static int add_row(struct comparer *comparer, const struct samples_cell *base, const struct samples_cell *new)
{
    struct compared *compared = comparer->compared;
    struct arms *arms = &comparer->arms[compared->count];
    *arms = (struct arms){.base = base, .new = new};
    if (samples_pair(comparer->new, new, comparer->base, base, compared->metric, &arms->pairing))
        return -1;
    compared->rows[compared->count++] = (struct compare_row){
        .cell = base ? base->name : new->name,
        .effect = gate_effect(compared->options.gate, base ? base->name : new->name, compared->metric,
                              compared->options.effect),
        .base = NAN,
        .new = NAN,
        .ratio = NAN,
        .ci_low = NAN,
        .ci_high = NAN,
        .ci_level = NAN,
        .p_slower = NAN,
        .p_faster = NAN,
        .p_same = NAN,
        .p_not_slower = NAN,
        .p_adjusted = NAN,
        .detectable = NAN,
        .between = NAN,
        .again = NAN,
        .again_low = NAN,
        .again_high = NAN,
        .verdict = COMPARE_INCONCLUSIVE,
    };
    return 0;
}

static int make_room(struct comparer *comparer)
{
    size_t room = 1;
    for (size_t i = 0; i < comparer->compared->count; i++) {
        const struct samples_pairing *pairing = &comparer->arms[i].pairing;
        room = larger(room, larger(pairing->better.with_figure, pairing->worse.with_figure));
    }
    comparer->base_values = malloc(5 * room * sizeof *comparer->base_values);
    comparer->new_values = comparer->base_values + room;
    comparer->x = comparer->base_values + 2 * room;
    comparer->y = comparer->base_values + 3 * room;
    comparer->d = comparer->base_values + 4 * room;
    return comparer->base_values ? 0 : -1;
}

/* Both tables are in the same order of names. */
static int match_cells(struct comparer *comparer)
{
    const struct samples *base = comparer->base, *new = comparer->new;
    size_t room = base->cell_count + new->cell_count + 1;
    comparer->compared->rows = malloc(room * sizeof *comparer->compared->rows);
    comparer->arms = malloc(room * sizeof *comparer->arms);
    if (!comparer->compared->rows || !comparer->arms)
        return -1;
    for (size_t i = 0, k = 0; i < base->cell_count || k < new->cell_count;) {
        int order = i == base->cell_count  ? 1
                    : k == new->cell_count ? -1
                                           : samples_compare_names(base->cells[i].name, new->cells[k].name);
        if (add_row(comparer, order <= 0 ? &base->cells[i] : NULL, order >= 0 ? &new->cells[k] : NULL))
            return -1;
        i += order <= 0;
        k += order >= 0;
    }
    return make_room(comparer);
}

static bool is_comparable(const struct arms *arms)
{
    char reason[JUDGE_REASON_BYTES];
    return arms->base && arms->new && arms->n_base && arms->n_new &&
           !judge_word_no_ratio(&arms->pairing, reason, sizeof reason);
}

/* The share of launches that fail rose by more than half of them. */
static bool is_broken(const struct arms *arms)
{
    double base = (double)launches_of(arms->base), new = (double)launches_of(arms->new);
    return base > 0 && new > 0 &&
           (double)failed_of(arms->new) / new - (double)failed_of(arms->base) / base > 0.5;
}

static int count_arms(struct comparer *comparer, struct arms *arms, struct compare_row *row)
{
    arms->n_base = arms->pairing.worse.with_figure;
    arms->n_new = arms->pairing.better.with_figure;
    bool in_base = arms->n_base > 0;
    if (comparer->compared->options.pairing == COMPARE_PAIRED && arms->base && arms->new)
        arms->n_base = arms->n_new = arms->pairing.count;
    row->n_base = arms->n_base;
    row->n_new = arms->n_new;
    row->comparable = is_comparable(arms);
    row->failed_base = failed_of(arms->base);
    row->failed_new = failed_of(arms->new);
    row->broken = is_broken(arms);
    comparer->compared->comparable += row->comparable;
    comparer->compared->in_base += in_base;
    comparer->compared->missing += in_base && !row->comparable;
    if (comparer->compared->options.pairing != COMPARE_SESSIONS || !row->comparable)
        return 0;
    if (compare_sessions_gather(comparer, arms))
        return -1;
    row->n_base = arms->sessions;
    row->n_new = 1;
    return 0;
}

/* Can it be decided? */

/* The least p of the exact rank-sum test: all of one side above all of the other. */
static double least_p(size_t n_x, size_t n_y)
{
    double x = (double)n_x, y = (double)n_y;
    return exp(lgamma(x + 1) + lgamma(y + 1) - lgamma(x + y + 1));
}

/* Below alpha, not at it: 3 rows against 3 give just 0.05, which lgamma may round to either side. */
static bool can_pass(const struct compared *compared, size_t n_x, size_t n_y)
{
    return (double)compared->comparable * least_p(n_x, n_y) < compared->alpha * (1 - 1e-9);
}

static bool is_too_few(const struct compared *compared, const struct compare_row *row)
{
    if (compared->options.pairing != COMPARE_UNPAIRED)
        return row->n_base < compared->samples_needed;
    return !can_pass(compared, row->n_base, row->n_new);
}

static size_t samples_needed(const struct compared *compared)
{
    if (compared->options.pairing == COMPARE_PAIRED)
        return statistics_blocks_needed(compared->comparable, compared->alpha);
    if (compared->options.pairing == COMPARE_SESSIONS)
        return COMPARE_SESSIONS_NEEDED;
    size_t n = 1;
    while (!can_pass(compared, n, n))
        n++;
    return n;
}

/* A cell's figures */

/* Partners are drawn: neighbours in time would share the drift that two separate runs do not. d takes what y
 * was. */
static size_t draw_pairs(const struct comparer *comparer, const struct arms *arms)
{
    uint64_t state = seed;
    double *d = comparer->d;
    size_t n = smaller(arms->n_base, arms->n_new);
    memcpy(d, comparer->y, arms->n_base * sizeof *d);
    for (size_t i = arms->n_base; i > 1; i--) {
        size_t partner = (size_t)((random_next(&state) >> 32) * i >> 32);
        double value = d[i - 1];
        d[i - 1] = d[partner];
        d[partner] = value;
    }
    for (size_t i = 0; i < n; i++)
        d[i] = comparer->x[i] - d[i];
    return n;
}

static void gather_unpaired(const struct comparer *comparer, const struct arms *arms,
                            struct judge_figures *figures)
{
    enum column metric = comparer->compared->metric;
    double sign = columns[metric].lower_better ? -1 : 1;
    if (arms->base)
        samples_values(comparer->base, arms->base, metric, comparer->base_values);
    if (arms->new)
        samples_values(comparer->new, arms->new, metric, comparer->new_values);
    for (size_t i = 0; i < arms->n_new; i++)
        comparer->x[i] = sign * log(comparer->new_values[i]);
    for (size_t i = 0; i < arms->n_base; i++)
        comparer->y[i] = sign * log(comparer->base_values[i]);
    *figures = (struct judge_figures){.d = comparer->d,
                                      .n_d = draw_pairs(comparer, arms),
                                      .x = comparer->x,
                                      .n_x = arms->n_new,
                                      .y = comparer->y,
                                      .n_y = arms->n_base};
}

static void gather(const struct comparer *comparer, const struct arms *arms, struct judge_figures *figures)
{
    if (comparer->compared->options.pairing != COMPARE_PAIRED || !arms->base || !arms->new) {
        gather_unpaired(comparer, arms, figures);
        return;
    }
    for (size_t i = 0; i < arms->pairing.count; i++) {
        comparer->base_values[i] = arms->pairing.pairs[i].worse;
        comparer->new_values[i] = arms->pairing.pairs[i].better;
    }
    judge_log_ratios(&arms->pairing, comparer->d);
    *figures = (struct judge_figures){.d = comparer->d, .n_d = arms->pairing.count};
}

static int set_medians(const struct comparer *comparer, const struct arms *arms, struct compare_row *row)
{
    struct median_interval base, new;
    if (statistics_median(comparer->base_values, arms->n_base, judge_level, &base) ||
        statistics_median(comparer->new_values, arms->n_new, judge_level, &new))
        return -1;
    row->base = base.median;
    row->new = new.median;
    return 0;
}

/* The pairs drawn from unequal sides use the smaller only: the shift is scaled to what both sides tell. And
 * the rank-sum test reaches a small p with fewer rows than the signed-rank test, whose formula this is. */
static double detectable_shift(const struct compared *compared, const struct judge_figures *figures,
                               const struct compare_row *row)
{
    double test_alpha = compared->alpha / (double)compared->comparable;
    if (is_too_few(compared, row))
        return INFINITY;
    if (compared->options.pairing == COMPARE_UNPAIRED)
        test_alpha = fmax(test_alpha, exp2(-(double)figures->n_d));
    double shift = statistics_detectable_shift(figures->d, figures->n_d, test_alpha, judge_power);
    double both = 1 / (double)row->n_base + 1 / (double)row->n_new, drawn = 2 / (double)figures->n_d;
    return shift * sqrt(both / drawn);
}

static int measure_row(struct comparer *comparer, const struct arms *arms, struct compare_row *row)
{
    const struct compared *compared = comparer->compared;
    struct judge_figures figures;
    struct judge_shift shift;
    gather(comparer, arms, &figures);
    if (set_medians(comparer, arms, row))
        return -1;
    if (!row->comparable)
        return 0;
    if (compared->options.pairing == COMPARE_SESSIONS) {
        compare_sessions_measure(comparer, arms, row);
        return 0;
    }
    if (judge_test(&figures, log1p(row->effect), judge_level, &comparer->cache, &shift))
        return -1;
    row->ratio = exp(shift.estimate);
    row->ci_low = exp(shift.low);
    row->ci_high = exp(shift.high);
    row->ci_level = shift.level;
    row->exact = shift.exact;
    row->p_faster = shift.p_above_upper;
    row->p_slower = shift.p_below_lower;
    row->p_not_slower = shift.p_above_lower;
    row->p_same = fmax(shift.p_below_upper, shift.p_above_lower);
    row->detectable = expm1(detectable_shift(compared, &figures, row));
    return 0;
}

/* Of the hypotheses that one family's tests reject, those of a cell exclude one another, except not-slower,
 * which decides nothing alone. Cells that are not comparable are no tests: what makes them so is not their
 * figures. */
static int adjust(struct compared *compared)
{
    size_t m = compared->comparable;
    double *p = malloc((m + 1) * sizeof *p);
    const size_t families[] = {offsetof(struct compare_row, p_slower), offsetof(struct compare_row, p_faster),
                               offsetof(struct compare_row, p_same),
                               offsetof(struct compare_row, p_not_slower)};
    int result = p ? 0 : -1;
    for (size_t family = 0; family < sizeof families / sizeof *families && !result; family++) {
        size_t k = 0;
        for (size_t i = 0; i < compared->count; i++)
            if (compared->rows[i].comparable)
                p[k++] = *(double *)((char *)&compared->rows[i] + families[family]);
        result = statistics_holm(p, m, p);
        k = 0;
        for (size_t i = 0; i < compared->count; i++)
            if (compared->rows[i].comparable)
                *(double *)((char *)&compared->rows[i] + families[family]) = p[k++];
    }
    free(p);
    return result;
}

/* Verdicts */

static int check_skew(const struct comparer *comparer, const struct arms *arms, struct compare_row *row)
{
    double bound = log1p(row->effect);
    const struct judge_claim claims[] = {[COMPARE_SLOWER] = {-INFINITY, -bound},
                                         [COMPARE_FASTER] = {bound, INFINITY},
                                         [COMPARE_SAME] = {-bound, bound}};
    const struct judge_shift shift = {
        .estimate = log(row->ratio), .low = log(row->ci_low), .high = log(row->ci_high)};
    struct judge_figures figures;
    bool skew;
    gather(comparer, arms, &figures);
    if (judge_skew(&figures, &shift, &claims[row->verdict], &skew))
        return -1;
    if (skew) {
        row->verdict = COMPARE_INCONCLUSIVE;
        judge_word_skew(row->reason, sizeof row->reason);
    }
    return 0;
}

static int judge_row(const struct comparer *comparer, struct arms *arms, struct compare_row *row)
{
    const struct compared *compared = comparer->compared;
    const double p[] = {row->p_slower, row->p_faster, row->p_same};
    enum compare_verdict likeliest = COMPARE_SLOWER;
    for (int verdict = COMPARE_FASTER; verdict <= COMPARE_SAME; verdict++)
        if (p[verdict] < p[likeliest])
            likeliest = (enum compare_verdict)verdict;
    row->p_adjusted = p[likeliest];
    if (row->broken) {
        compare_explain_failed(arms, "", row);
        return 0;
    }
    row->judged = row->comparable && !is_too_few(compared, row);
    if (!row->judged) {
        compare_explain_lack(compared, arms, row);
        return 0;
    }
    if (!(row->p_adjusted < compared->alpha)) {
        compare_explain_undecided(compared, row);
        return 0;
    }
    row->verdict = likeliest;
    return compared->options.pairing == COMPARE_SESSIONS ? 0 : check_skew(comparer, arms, row);
}

static void count_row(struct compared *compared, const struct compare_row *row)
{
    compared->verdicts[row->verdict]++;
    compared->broken += row->broken;
    compared->failed_base += row->failed_base;
    compared->failed_new += row->failed_new;
    bool excluded = row->p_not_slower < compared->alpha, enough = row->detectable <= row->effect;
    if (row->comparable && row->verdict == COMPARE_INCONCLUSIVE &&
        (is_too_few(compared, row) || (!excluded && !enough)))
        compared->too_little++;
}

/* All of it */

static int compare_cells(struct comparer *comparer)
{
    struct compared *compared = comparer->compared;
    for (size_t i = 0; i < compared->count; i++)
        if (count_arms(comparer, &comparer->arms[i], &compared->rows[i]))
            return -1;
    compared->samples_needed = compared->comparable ? samples_needed(compared) : 0;
    for (size_t i = 0; i < compared->count; i++)
        if (measure_row(comparer, &comparer->arms[i], &compared->rows[i]))
            return -1;
    if (adjust(compared))
        return -1;
    for (size_t i = 0; i < compared->count; i++) {
        if (judge_row(comparer, &comparer->arms[i], &compared->rows[i]))
            return -1;
        compare_note_failures(&comparer->arms[i], &compared->rows[i]);
        if (compared->rows[i].judged)
            judge_append_absent(&comparer->arms[i].pairing, compared->rows[i].reason,
                                sizeof compared->rows[i].reason);
        count_row(compared, &compared->rows[i]);
    }
    return compared_set_means(compared);
}

int compare_tables(const struct samples *base, const struct samples *new, enum column metric,
                   const struct compare_options *options, struct compared *compared, struct error *error)
{
    *compared = (struct compared){.options = *options, .metric = metric, .alpha = judge_alpha};
    struct comparer comparer = {.compared = compared, .base = base, .new = new};
    int result = match_cells(&comparer) || compare_cells(&comparer) ? error_set(error, "out of memory") : 0;
    for (size_t i = 0; comparer.arms && i < compared->count; i++) {
        samples_pairing_free(&comparer.arms[i].pairing);
        free(comparer.arms[i].session_logs);
    }
    statistics_cache_free(&comparer.cache);
    free(comparer.base_values);
    free(comparer.arms);
    return result;
}

void compared_free(struct compared *compared)
{
    free(compared->rows);
    free(compared->means);
    compared->rows = NULL;
    compared->means = NULL;
    compared->count = 0;
}

bool compare_has_interval(const struct compare_row *row)
{
    return row->ci_level >= judge_level - 1e-9;
}

bool compare_row_fails(const struct compared *compared, const struct compare_row *row,
                       const struct gate_section **exempt)
{
    bool slower = row->verdict == COMPARE_SLOWER || row->broken;
    int direction = slower ? GATE_SLOWER : row->verdict == COMPARE_FASTER ? GATE_FASTER : GATE_NONE;
    return gate_fails_cell(compared->options.gate, row->cell, compared->metric, direction, exempt);
}

static bool any_fails(const struct compared *compared)
{
    const struct gate *gate = compared->options.gate;
    if (!gate || !gate->count)
        return compared->verdicts[COMPARE_SLOWER] || compared->broken;
    for (size_t i = 0; i < compared->count; i++)
        if (compare_row_fails(compared, &compared->rows[i], NULL))
            return true;
    return false;
}

int compared_exit_code(const struct compared *compared)
{
    if (compared->interrupted)
        return EXIT_INTERRUPTED;
    const struct gate *gate = compared->options.gate ? compared->options.gate : &gate_default;
    if ((gate->fail_on & GATE_ON_REGRESSION) && any_fails(compared))
        return EXIT_REGRESSION;
    if (!compared->comparable || (compared->unjudged && compared->again_void))
        return EXIT_NOTHING_COMPARABLE;
    if (!(gate->fail_on & GATE_ON_TOO_LITTLE))
        return EXIT_FINE;
    if (compared->unjudged || 2 * compared->missing > compared->in_base)
        return EXIT_TOO_LITTLE_DATA;
    return 2 * compared->too_little > compared->comparable ? EXIT_TOO_LITTLE_DATA : EXIT_FINE;
}
