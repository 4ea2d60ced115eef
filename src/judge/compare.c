/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exit_codes.h"
#include "random.h"
#include "statistics.h"

const char *const compare_verdict_names[COMPARE_VERDICT_COUNT] = {"slower", "faster", "same", "inconclusive"};

static const double alpha = 0.05;
static const double level = 0.95;
static const double power = 0.9;
static const uint64_t seed = 20251;

enum { BOOTSTRAP_N_MAX = 100 }; /* beyond, the two interval methods agree */

/* One cell's arms. */
struct arms {
    const struct compare_cell *base, *new; /* NULL: not in that run */
    double *base_values, *new_values;
    size_t n_base, n_new;
    double *x, *y; /* logarithms of new and base, turned so that more is better */
    double *d;     /* log ratios by block; unpaired: of rows drawn into pairs, for what scatter could show */
    size_t n_d;
};

struct comparer {
    struct compared *compared;
    struct arms *arms; /* as compared.rows */
    double *scratch;
    size_t scratch_n;
    struct statistics_cache cache;
};

/* What is compared with what */

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void add_row(struct comparer *comparer, const struct compare_cell *base,
                    const struct compare_cell *new)
{
    struct compared *compared = comparer->compared;
    comparer->arms[compared->count] = (struct arms){.base = base, .new = new};
    comparer->scratch_n = larger(comparer->scratch_n, larger(base ? base->count : 0, new ? new->count : 0));
    compared->rows[compared->count++] = (struct compare_row){
        .cell = base ? base->name : new->name,
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
        .verdict = COMPARE_INCONCLUSIVE,
    };
}

/* Both tables are in the same order of names. */
static int match_cells(struct comparer *comparer, const struct compare_table *base,
                       const struct compare_table *new)
{
    size_t room = base->cell_count + new->cell_count + 1;
    comparer->compared->rows = malloc(room * sizeof *comparer->compared->rows);
    comparer->arms = malloc(room * sizeof *comparer->arms);
    if (!comparer->compared->rows || !comparer->arms)
        return -1;
    for (size_t i = 0, k = 0; i < base->cell_count || k < new->cell_count;) {
        int order = i == base->cell_count  ? 1
                    : k == new->cell_count ? -1
                                           : compare_names(base->cells[i].name, new->cells[k].name);
        add_row(comparer, order <= 0 ? &base->cells[i] : NULL, order >= 0 ? &new->cells[k] : NULL);
        i += order <= 0;
        k += order >= 0;
    }
    comparer->scratch = malloc((5 * comparer->scratch_n + 1) * sizeof *comparer->scratch);
    return comparer->scratch ? 0 : -1;
}

/* Counts only: what makes m must not look at the figures. */
static size_t common_blocks(const struct compare_cell *base, const struct compare_cell *new)
{
    size_t common = 0;
    for (size_t i = 0, k = 0; i < base->count && k < new->count;) {
        uint32_t left = base->samples[i].block, right = new->samples[k].block;
        common += left == right;
        i += left <= right;
        k += right <= left;
    }
    return common;
}

static bool same_work(const struct compare_cell *base, const struct compare_cell *new)
{
    double low = fmin(base->items_low, new->items_low), high = fmax(base->items_high, new->items_high);
    return !(low < high);
}

static bool is_comparable(const struct arms *arms)
{
    return arms->n_base && arms->n_new && !arms->base->without_ratio &&
           !arms->new->without_ratio &&same_work(arms->base, arms->new);
}

static size_t launches_of(const struct compare_cell *cell)
{
    return cell ? cell->rows[STATUS_OK] + cell->rows[STATUS_INVALID] + cell->rows[STATUS_FAILED] : 0;
}

static size_t failed_of(const struct compare_cell *cell)
{
    return cell ? cell->rows[STATUS_FAILED] : 0;
}

/* The share of launches that fail rose by more than half of them. */
static bool is_broken(const struct arms *arms)
{
    double base = (double)launches_of(arms->base), new = (double)launches_of(arms->new);
    return base > 0 && new > 0 &&
           (double)failed_of(arms->new) / new - (double)failed_of(arms->base) / base > 0.5;
}

static void count_arms(struct comparer *comparer, struct arms *arms, struct compare_row *row)
{
    arms->n_base = arms->base ? arms->base->count : 0;
    arms->n_new = arms->new ? arms->new->count : 0;
    if (comparer->compared->options.pairing == COMPARE_PAIRED && arms->base && arms->new)
        arms->n_base = arms->n_new = common_blocks(arms->base, arms->new);
    row->n_base = arms->n_base;
    row->n_new = arms->n_new;
    row->comparable = is_comparable(arms);
    row->failed_base = failed_of(arms->base);
    row->failed_new = failed_of(arms->new);
    row->broken = is_broken(arms);
    comparer->compared->comparable += row->comparable;
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
    if (compared->options.pairing == COMPARE_PAIRED)
        return row->n_base < compared->samples_needed;
    return !can_pass(compared, row->n_base, row->n_new);
}

static size_t samples_needed(const struct compared *compared)
{
    if (compared->options.pairing == COMPARE_PAIRED)
        return statistics_blocks_needed(compared->comparable, compared->alpha);
    size_t n = 1;
    while (!can_pass(compared, n, n))
        n++;
    return n;
}

/* A cell's figures */

static void take_all(const struct compare_cell *cell, double *values)
{
    for (size_t i = 0; cell && i < cell->count; i++)
        values[i] = cell->samples[i].value;
}

static void take_common(const struct arms *arms)
{
    size_t n = 0;
    for (size_t i = 0, k = 0; i < arms->base->count && k < arms->new->count;) {
        const struct compare_sample *base = &arms->base->samples[i], *new = &arms->new->samples[k];
        if (base->block == new->block) {
            arms->base_values[n] = base->value;
            arms->new_values[n++] = new->value;
        }
        i += base->block <= new->block;
        k += new->block <= base->block;
    }
}

/* Partners are drawn: neighbours in time would share the drift that two separate runs do not. d takes what y
 * was. */
static void draw_pairs(struct arms *arms)
{
    uint64_t state = seed;
    memcpy(arms->d, arms->y, arms->n_base * sizeof *arms->d);
    for (size_t i = arms->n_base; i > 1; i--) {
        size_t partner = (size_t)((random_next(&state) >> 32) * i >> 32);
        double value = arms->d[i - 1];
        arms->d[i - 1] = arms->d[partner];
        arms->d[partner] = value;
    }
    arms->n_d = smaller(arms->n_base, arms->n_new);
    for (size_t i = 0; i < arms->n_d; i++)
        arms->d[i] = arms->x[i] - arms->d[i];
}

static void gather(const struct comparer *comparer, struct arms *arms)
{
    const struct compared *compared = comparer->compared;
    bool paired = compared->options.pairing == COMPARE_PAIRED;
    double sign = columns[compared->metric].lower_better ? -1 : 1;
    size_t room = comparer->scratch_n;
    arms->base_values = comparer->scratch;
    arms->new_values = arms->base_values + room;
    arms->x = arms->new_values + room;
    arms->y = arms->x + room;
    arms->d = arms->y + room;
    if (paired && arms->base && arms->new) {
        take_common(arms);
    } else {
        take_all(arms->base, arms->base_values);
        take_all(arms->new, arms->new_values);
    }
    for (size_t i = 0; i < arms->n_new; i++)
        arms->x[i] = sign * log(arms->new_values[i]);
    for (size_t i = 0; i < arms->n_base; i++)
        arms->y[i] = sign * log(arms->base_values[i]);
    if (!paired) {
        draw_pairs(arms);
        return;
    }
    arms->n_d = smaller(arms->n_base, arms->n_new);
    for (size_t i = 0; i < arms->n_d; i++) {
        double ratio = arms->new_values[i] / arms->base_values[i];
        arms->d[i] = isnormal(ratio) ? sign * log(ratio) : arms->x[i] - arms->y[i]; /* halves stay halves */
    }
}

static int set_medians(struct compare_row *row, const struct arms *arms)
{
    struct median_interval base, new;
    if (statistics_median(arms->base_values, arms->n_base, level, &base) ||
        statistics_median(arms->new_values, arms->n_new, level, &new))
        return -1;
    row->base = base.median;
    row->new = new.median;
    return 0;
}

/* The tests at both ends of the effect. */
struct shift {
    double estimate, low, high, level;
    double p_above_upper, p_below_upper, p_above_lower, p_below_lower;
    bool exact;
};

static int test_paired(const struct arms *arms, double bound, struct statistics_cache *cache,
                       struct shift *shift)
{
    struct signed_rank upper, lower;
    if (statistics_signed_rank_bounds(arms->d, arms->n_d, bound, level, cache, &lower, &upper))
        return -1;
    *shift = (struct shift){upper.estimate, upper.low,       upper.high,   upper.level, upper.p_greater,
                            upper.p_less,   lower.p_greater, lower.p_less, upper.exact};
    return 0;
}

static int test_unpaired(const struct arms *arms, double bound, struct statistics_cache *cache,
                         struct shift *shift)
{
    struct rank_sum upper, lower;
    if (statistics_rank_sum_bounds(arms->x, arms->n_new, arms->y, arms->n_base, bound, level, cache, &lower,
                                   &upper))
        return -1;
    *shift = (struct shift){upper.estimate, upper.low,       upper.high,   upper.level, upper.p_greater,
                            upper.p_less,   lower.p_greater, lower.p_less, upper.exact};
    return 0;
}

/* The pairs drawn from unequal sides use the smaller only: the shift is scaled to what both sides tell. And
 * the rank-sum test reaches a small p with fewer rows than the signed-rank test, whose formula this is. */
static double detectable_shift(const struct compared *compared, const struct arms *arms,
                               const struct compare_row *row)
{
    double test_alpha = compared->alpha / (double)compared->comparable;
    if (is_too_few(compared, row))
        return INFINITY;
    if (compared->options.pairing == COMPARE_UNPAIRED)
        test_alpha = fmax(test_alpha, exp2(-(double)arms->n_d));
    double shift = statistics_detectable_shift(arms->d, arms->n_d, test_alpha, power);
    double both = 1 / (double)arms->n_base + 1 / (double)arms->n_new, drawn = 2 / (double)arms->n_d;
    return shift * sqrt(both / drawn);
}

static int measure_row(struct comparer *comparer, struct arms *arms, struct compare_row *row)
{
    const struct compared *compared = comparer->compared;
    bool paired = compared->options.pairing == COMPARE_PAIRED;
    double bound = log1p(compared->options.effect);
    struct shift shift;
    gather(comparer, arms);
    if (set_medians(row, arms))
        return -1;
    if (!row->comparable)
        return 0;
    if (paired ? test_paired(arms, bound, &comparer->cache, &shift)
               : test_unpaired(arms, bound, &comparer->cache, &shift))
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
    row->detectable = expm1(detectable_shift(compared, arms, row));
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

/* Why not */

/* The status that cost the cell most rows, of both sides. */
static enum status worst_status(const struct arms *arms, const char **reason)
{
    enum status worst = STATUS_OK;
    size_t most = 0;
    *reason = "";
    for (int status = STATUS_OK + 1; status < STATUS_COUNT; status++) {
        const char *base = arms->base ? arms->base->reasons[status] : NULL;
        const char *new = arms->new ? arms->new->reasons[status] : NULL;
        size_t rows = (arms->base ? arms->base->rows[status] : 0) + (arms->new ? arms->new->rows[status] : 0);
        if (rows <= most)
            continue;
        most = rows;
        worst = (enum status)status;
        *reason = base ? base : new ? new : "";
    }
    return worst;
}

/* "failed in new (9 of 14 launches): the launch was killed ...": which side, how often if not always, why.
 * what_is_left stands in between. */
static void explain_failed(const struct arms *arms, const char *what_is_left, char *text, size_t bytes)
{
    static const char *const names[] = {"base", "new"};
    const struct compare_cell *const sides[] = {arms->base, arms->new};
    const char *before = "failed", *reason = NULL;
    size_t used = 0;
    for (size_t i = 0; i < 2; i++) {
        size_t failed = failed_of(sides[i]), launches = launches_of(sides[i]);
        if (!failed)
            continue;
        used += (size_t)snprintf(text + used, bytes - used, "%s in %s", before, names[i]);
        if (failed < launches)
            used += (size_t)snprintf(text + used, bytes - used, " (%zu of %zu launches)", failed, launches);
        before = " and";
        reason = sides[i]->reasons[STATUS_FAILED] ? sides[i]->reasons[STATUS_FAILED] : reason;
    }
    snprintf(text + used, bytes - used, "%s%s%s", what_is_left, reason ? ": " : "", reason ? reason : "");
}

/* Figures of the launches that did not fail speak of those alone. */
static void note_failures(const struct arms *arms, struct compare_row *row)
{
    char failed[sizeof row->reason];
    size_t used = strlen(row->reason);
    if ((!row->failed_base && !row->failed_new) || strncmp(row->reason, "failed", 6) == 0)
        return;
    explain_failed(arms, "", failed, sizeof failed);
    snprintf(row->reason + used, sizeof row->reason - used, "%s%s", used ? "; " : "", failed);
}

static bool is_quantile(enum column metric)
{
    return metric >= COLUMN_LATENCY_P50_NS && metric <= COLUMN_LATENCY_P999_NS;
}

/* Nor do figures of the rows that have one of those that have none. */
static void note_absent(const struct compared *compared, const struct arms *arms, struct compare_row *row)
{
    size_t used = strlen(row->reason);
    if (row->judged && (arms->base->without_figure || arms->new->without_figure))
        snprintf(row->reason + used, sizeof row->reason - used, "%s%s in %zu of %zu rows", used ? "; " : "",
                 is_quantile(compared->metric) ? "too few events" : "no figure",
                 arms->base->without_figure + arms->new->without_figure,
                 arms->base->rows[STATUS_OK] + arms->new->rows[STATUS_OK]);
}

/* Why there is no ratio, or a ratio of too few rows. */
static void explain_lack(const struct compared *compared, const struct arms *arms, struct compare_row *row)
{
    static const char *const causes[STATUS_COUNT] = {"", "environment", "", "skipped"};
    const char *reason;
    enum status status = worst_status(arms, &reason);
    char *text = row->reason, of_rows[48] = "";
    size_t bytes = sizeof row->reason, left = smaller(arms->n_base, arms->n_new);
    bool without_figure =
        (arms->base && arms->base->without_figure) || (arms->new && arms->new->without_figure);
    if (!arms->base || !arms->new)
        snprintf(text, bytes, "one-sided: only in %s", arms->base ? "base" : "new");
    else if (arms->base->without_ratio || arms->new->without_ratio)
        snprintf(text, bytes, "no ratio: %s is 0 or below in %zu rows", columns[compared->metric].name,
                 arms->base->without_ratio + arms->new->without_ratio);
    else if (!same_work(arms->base, arms->new))
        snprintf(text, bytes, "different work: %s is a total, and the launches had from %.0f to %.0f items",
                 columns[compared->metric].name, fmin(arms->base->items_low, arms->new->items_low),
                 fmax(arms->base->items_high, arms->new->items_high));
    else if (without_figure && (!left || status == STATUS_OK))
        snprintf(text, bytes, is_quantile(compared->metric) ? "too few events for %s" : "no figure for %s",
                 columns[compared->metric].name);
    else if (status == STATUS_FAILED) {
        if (left)
            snprintf(of_rows, sizeof of_rows, ", %zu of %zu rows left", left, compared->samples_needed);
        explain_failed(arms, of_rows, text, bytes);
    } else if (status != STATUS_OK && !left)
        snprintf(text, bytes, "%s%s%s", causes[status], *reason ? ": " : "", reason);
    else if (status != STATUS_OK)
        snprintf(text, bytes, "%s: %zu of %zu rows left%s%s", causes[status], left, compared->samples_needed,
                 *reason ? ": " : "", reason);
    else if (arms->base->count && arms->new->count && !left)
        snprintf(text, bytes, "too few: no block in common");
    else
        snprintf(text, bytes, "too few: %zu of %zu %s", left, compared->samples_needed,
                 compared->options.pairing == COMPARE_PAIRED ? "blocks" : "rows a side");
}

/* How many rows a scatter like this one would take: the detectable shift falls with the root of n. */
static void explain_undecided(const struct compared *compared, struct compare_row *row)
{
    double bound = log1p(compared->options.effect), estimate = log(row->ratio);
    double distance = fabs(fabs(estimate) - bound), n = (double)smaller(row->n_base, row->n_new);
    double needed = ceil(n * pow(log1p(row->detectable) / distance, 2));
    const char *unit = compared->options.pairing == COMPARE_PAIRED ? "blocks" : "rows a side";
    const char *limit = row->p_not_slower < compared->alpha ? "; not slower" : "";
    if (needed > n && needed < 1000)
        snprintf(row->reason, sizeof row->reason, "underpowered: about %.0f %s needed%s", needed, unit,
                 limit);
    else if (compared->options.effect == 0)
        snprintf(row->reason, sizeof row->reason,
                 "no difference shown; an effect of 0 %% leaves no room for `same`");
    else if (needed > n || distance < 1e-12)
        snprintf(row->reason, sizeof row->reason, "underpowered: too close to %+.3g %% to tell%s",
                 100 * (estimate < 0 ? 1 / (1 + compared->options.effect) - 1 : compared->options.effect),
                 limit);
    else
        snprintf(row->reason, sizeof row->reason, "underpowered: more than %.0f %s needed%s", n, unit, limit);
}

/* Verdicts */

/* Does the interval reach over a bound that the test says is passed? */
static bool reaches_over(enum compare_verdict verdict, double bound, double low, double high)
{
    if (verdict == COMPARE_SLOWER)
        return high >= -bound;
    if (verdict == COMPARE_FASTER)
        return low <= bound;
    return low <= -bound || high >= bound;
}

/* A bootstrap is dear: it is asked only where it could object, the exact interval at twice its width reaching
 * over. */
static int check_skew(const struct comparer *comparer, struct arms *arms, struct compare_row *row)
{
    const struct compared *compared = comparer->compared;
    double bound = log1p(compared->options.effect), estimate = log(row->ratio);
    double low = 2 * log(row->ci_low) - estimate, high = 2 * log(row->ci_high) - estimate;
    if (arms->n_d > BOOTSTRAP_N_MAX || !reaches_over(row->verdict, bound, low, high))
        return 0;
    gather(comparer, arms);
    double wanted = 1 - 2 * compared->alpha;
    if (compared->options.pairing == COMPARE_PAIRED
            ? statistics_bootstrap(arms->d, arms->n_d, wanted, seed, &low, &high)
            : statistics_bootstrap_shift(arms->x, arms->n_new, arms->y, arms->n_base, wanted, seed, &low,
                                         &high))
        return -1;
    if (reaches_over(row->verdict, bound, low, high)) {
        row->verdict = COMPARE_INCONCLUSIVE;
        snprintf(row->reason, sizeof row->reason, "skew: two interval methods disagree");
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
        explain_failed(arms, "", row->reason, sizeof row->reason);
        return 0;
    }
    row->judged = row->comparable && !is_too_few(compared, row);
    if (!row->judged) {
        explain_lack(compared, arms, row);
        return 0;
    }
    if (!(row->p_adjusted < compared->alpha)) {
        explain_undecided(compared, row);
        return 0;
    }
    row->verdict = likeliest;
    return check_skew(comparer, arms, row);
}

static void count_row(struct compared *compared, const struct compare_row *row)
{
    compared->verdicts[row->verdict]++;
    compared->broken += row->broken;
    compared->failed_base += row->failed_base;
    compared->failed_new += row->failed_new;
    bool excluded = row->p_not_slower < compared->alpha, enough = row->detectable <= compared->options.effect;
    if (row->comparable && row->verdict == COMPARE_INCONCLUSIVE &&
        (is_too_few(compared, row) || (!excluded && !enough)))
        compared->too_little++;
}

/* The mean of ratios */

/* P(|T| <= t) for whole degrees of freedom (Abramowitz and Stegun 26.7.3, 26.7.4). */
static double student_within(double t, size_t freedom)
{
    double angle = atan(t / sqrt((double)freedom)), cosine = cos(angle), sum = 0;
    double term = freedom % 2 ? cosine : 1;
    for (size_t k = freedom % 2 ? 3 : 2; k <= freedom; k += 2) {
        sum += term;
        term *= cosine * cosine * (double)(k - 1) / (double)k;
    }
    return freedom % 2 ? 2 / acos(-1) * (angle + sin(angle) * sum) : sin(angle) * sum;
}

static double student_quantile(double within, size_t freedom)
{
    double low = 0, high = 1000;
    for (int i = 0; i < 50; i++) {
        double middle = (low + high) / 2;
        if (student_within(middle, freedom) < within)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

static void set_mean(struct compared *compared)
{
    double sum = 0, squares = 0, n = (double)compared->comparable;
    compared->mean = compared->mean_low = compared->mean_high = NAN;
    if (!compared->comparable)
        return;
    for (size_t i = 0; i < compared->count; i++)
        sum += compared->rows[i].comparable ? log(compared->rows[i].ratio) : 0;
    double mean = sum / n;
    compared->mean = exp(mean);
    if (compared->comparable < 2)
        return;
    for (size_t i = 0; i < compared->count; i++)
        squares += compared->rows[i].comparable ? pow(log(compared->rows[i].ratio) - mean, 2) : 0;
    double half = student_quantile(level, compared->comparable - 1) * sqrt(squares / (n - 1) / n);
    compared->mean_low = exp(mean - half);
    compared->mean_high = exp(mean + half);
}

/* All of it */

static int compare_cells(struct comparer *comparer)
{
    struct compared *compared = comparer->compared;
    for (size_t i = 0; i < compared->count; i++)
        count_arms(comparer, &comparer->arms[i], &compared->rows[i]);
    compared->samples_needed = compared->comparable ? samples_needed(compared) : 0;
    for (size_t i = 0; i < compared->count; i++)
        if (measure_row(comparer, &comparer->arms[i], &compared->rows[i]))
            return -1;
    if (adjust(compared))
        return -1;
    for (size_t i = 0; i < compared->count; i++) {
        if (judge_row(comparer, &comparer->arms[i], &compared->rows[i]))
            return -1;
        note_failures(&comparer->arms[i], &compared->rows[i]);
        note_absent(compared, &comparer->arms[i], &compared->rows[i]);
        count_row(compared, &compared->rows[i]);
    }
    set_mean(compared);
    return 0;
}

int compare_tables(const struct compare_table *base, const struct compare_table *new,
                   const struct compare_options *options, struct compared *compared, struct error *error)
{
    *compared = (struct compared){.options = *options, .metric = base->metric, .alpha = alpha};
    struct comparer comparer = {.compared = compared};
    int result =
        match_cells(&comparer, base, new) || compare_cells(&comparer) ? error_set(error, "out of memory") : 0;
    statistics_cache_free(&comparer.cache);
    free(comparer.scratch);
    free(comparer.arms);
    return result;
}

void compared_free(struct compared *compared)
{
    free(compared->rows);
    compared->rows = NULL;
    compared->count = 0;
}

bool compare_has_interval(const struct compare_row *row)
{
    return row->ci_level >= level - 1e-9;
}

int compared_exit_code(const struct compared *compared)
{
    if (compared->interrupted)
        return EXIT_INTERRUPTED;
    if (compared->verdicts[COMPARE_SLOWER] || compared->broken)
        return EXIT_REGRESSION;
    if (!compared->comparable || (compared->unjudged && compared->again_void))
        return EXIT_NOTHING_COMPARABLE;
    if (compared->unjudged)
        return EXIT_TOO_LITTLE_DATA;
    return 2 * compared->too_little > compared->comparable ? EXIT_TOO_LITTLE_DATA : EXIT_FINE;
}
