/* SPDX-License-Identifier: MIT */
/* Who is best is not known beforehand: whatever is said of the one that is chosen is corrected over all
 * comparisons of two finalists, of which it won some. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "judge.h"
#include "statistics.h"

const double advice_effect = 0.05;

enum { PAIRS_MAX = ADVICE_FINALISTS_MAX * (ADVICE_FINALISTS_MAX - 1) / 2 };

/* Two finalists, the first against the second. */
struct duel {
    size_t first, second;
    double estimate, low, high; /* log ratio */
    double p_first, p_second;   /* one-sided: that one is ahead */
    double p_within;            /* "they are within the effect" */
};

struct duels {
    struct duel list[PAIRS_MAX];
    size_t count;
};

static int judge_duel(const struct samples *samples, const struct advice *advice, double level,
                      struct statistics_cache *cache, struct duel *duel)
{
    const struct samples_cell *first = samples_find(samples, advice->candidates[duel->first].name),
                              *second = samples_find(samples, advice->candidates[duel->second].name);
    struct samples_pairing pairing;
    struct judge_shift plain, within;
    if (samples_pair(samples, first, samples, second, COLUMN_ITEMS_PER_SECOND, &pairing))
        return -1;
    double *d = malloc((pairing.count + 1) * sizeof *d);
    int result = d ? 0 : -1;
    if (d && pairing.count) {
        judge_log_ratios(&pairing, d);
        const struct judge_figures figures = {.d = d, .n_d = pairing.count};
        result = judge_test(&figures, 0, level, cache, &plain) ||
                         judge_test(&figures, log1p(advice_effect), level, cache, &within)
                     ? -1
                     : 0;
    }
    if (!result && pairing.count) {
        duel->estimate = plain.estimate;
        duel->low = plain.low;
        duel->high = plain.high;
        duel->p_first = plain.p_above_upper;
        duel->p_second = plain.p_below_upper;
        duel->p_within = fmax(within.p_below_upper, within.p_above_lower);
    }
    free(d);
    samples_pairing_free(&pairing);
    return result;
}

static void list_duels(const struct advice *advice, struct duels *duels)
{
    duels->count = 0;
    for (size_t a = 0; a < advice->count; a++)
        for (size_t b = a + 1; b < advice->count; b++)
            if (advice->candidates[a].median > 0 && advice->candidates[b].median > 0 &&
                duels->count < PAIRS_MAX)
                duels->list[duels->count++] = (struct duel){.first = a,
                                                            .second = b,
                                                            .estimate = NAN,
                                                            .low = NAN,
                                                            .high = NAN,
                                                            .p_first = NAN,
                                                            .p_second = NAN,
                                                            .p_within = NAN};
}

static int adjust(struct duels *duels)
{
    double first[PAIRS_MAX], second[PAIRS_MAX], within[PAIRS_MAX];
    for (size_t i = 0; i < duels->count; i++) {
        first[i] = duels->list[i].p_first;
        second[i] = duels->list[i].p_second;
        within[i] = duels->list[i].p_within;
    }
    if (statistics_holm_directional(first, second, duels->count, first, second) ||
        statistics_holm(within, duels->count, within))
        return -1;
    for (size_t i = 0; i < duels->count; i++) {
        duels->list[i].p_first = first[i];
        duels->list[i].p_second = second[i];
        duels->list[i].p_within = within[i];
    }
    return 0;
}

/* The duel of two, seen from `a`. */
static struct duel between(const struct duels *duels, size_t a, size_t b)
{
    for (size_t i = 0; i < duels->count; i++) {
        struct duel duel = duels->list[i];
        if (duel.first == a && duel.second == b)
            return duel;
        if (duel.first == b && duel.second == a)
            return (struct duel){
                a, b, -duel.estimate, -duel.high, -duel.low, duel.p_second, duel.p_first, duel.p_within};
    }
    return (struct duel){a, b, NAN, NAN, NAN, NAN, NAN, NAN};
}

/* The log ratio against whoever does best against it. Medians of pairs may go round in a circle: a is ahead
 * of b, b of c, and c of a. */
static double worst_duel(const struct advice *advice, const struct duels *duels, size_t index)
{
    double worst = INFINITY;
    for (size_t i = 0; i < advice->count; i++)
        if (i != index && advice->candidates[i].median > 0)
            worst = fmin(worst, between(duels, index, i).estimate); /* fmin passes over NaN */
    return worst;
}

static size_t find_fastest(const struct advice *advice, const struct duels *duels)
{
    size_t best = SIZE_MAX;
    double least = -INFINITY;
    for (size_t i = 0; i < advice->count; i++) {
        double worst = advice->candidates[i].median > 0 ? worst_duel(advice, duels, i) : -INFINITY;
        if (worst > least) {
            best = i;
            least = worst;
        }
    }
    return best;
}

/* Of two that are tied: what takes less memory, and where that is the same, fewer workers. */
static bool is_cheaper(const struct advice_candidate *a, const struct advice_candidate *b)
{
    double ratio = a->memory_bytes / b->memory_bytes;
    if (ratio < 1 / (1 + advice_effect) || ratio > 1 + advice_effect)
        return ratio < 1;
    return a->in_flight < b->in_flight;
}

static void choose(struct advice *advice, const struct duels *duels)
{
    struct advice_candidate *candidates = advice->candidates;
    advice->fastest = advice->chosen = find_fastest(advice, duels);
    for (size_t i = 0; i < advice->count; i++) {
        if (i == advice->fastest || !(candidates[i].median > 0))
            continue;
        const struct duel duel = between(duels, advice->fastest, i);
        candidates[i].tied = worst_duel(advice, duels, i) >= -log1p(advice_effect);
        candidates[i].equivalent = candidates[i].tied && duel.p_within < judge_alpha;
        if (candidates[i].tied && is_cheaper(&candidates[i], &candidates[advice->chosen]))
            advice->chosen = i;
    }
    candidates[advice->fastest].tied = true;
    for (size_t i = 0; i < advice->count; i++) {
        if (i == advice->chosen || !(candidates[i].median > 0))
            continue;
        const struct duel duel = between(duels, advice->chosen, i);
        candidates[i].ratio = exp(duel.estimate);
        candidates[i].ratio_low = exp(duel.low);
        candidates[i].ratio_high = exp(duel.high);
        candidates[i].p = duel.p_first;
        candidates[i].equivalent = duel.p_within < judge_alpha;
        if (!candidates[i].tied &&
            (advice->second == SIZE_MAX || candidates[i].ratio < candidates[advice->second].ratio))
            advice->second = i;
    }
}

static int read_medians(struct advice *advice, const struct samples *samples)
{
    double *values = malloc((samples->row_count + 1) * sizeof *values);
    struct median_interval interval;
    int result = values ? 0 : -1;
    for (size_t i = 0; i < advice->count && !result; i++) {
        struct advice_candidate *candidate = &advice->candidates[i];
        const struct samples_cell *cell = candidate->finalist ? samples_find(samples, candidate->name) : NULL;
        if (!cell)
            continue;
        if (cell->rows[STATUS_OK] == 0 && *cell->reasons[STATUS_FAILED])
            advice_note_problem(candidate, cell->reasons[STATUS_FAILED]);
        size_t n = samples_values(samples, cell, COLUMN_ITEMS_PER_SECOND, values);
        result = statistics_median(values, n, judge_level, &interval);
        candidate->median = interval.median;
        candidate->low = interval.low;
        candidate->high = interval.high;
        n = samples_values(samples, cell, COLUMN_MEMORY_BYTES, values);
        result = result || statistics_median(values, n, judge_level, &interval);
        candidate->memory_bytes = interval.median;
    }
    free(values);
    return result;
}

static int read_disturbance(const struct samples *samples, enum column column, double *median)
{
    double *values = malloc((samples->row_count + 1) * sizeof *values);
    struct median_interval interval = {.median = NAN};
    size_t n = 0;
    if (!values)
        return -1;
    for (size_t i = 0; i < samples->row_count; i++)
        if (isfinite(samples->figures[column][i]))
            values[n++] = samples->figures[column][i];
    int result = statistics_median(values, n, judge_level, &interval);
    *median = interval.median;
    free(values);
    return result;
}

/* Who failed in the first look is no finalist, and may be all there were. */
static int fail_all(const struct advice *advice, struct error *error)
{
    for (size_t i = 0; i < advice->count; i++)
        if (advice->candidates[i].problem[0])
            return error_set(error, "no launch was ok: %s: %s", advice->candidates[i].label,
                             advice->candidates[i].problem);
    return error_set(error, "no launch was ok");
}

int advice_judge(struct advice *advice, const struct samples *samples, struct error *error)
{
    struct statistics_cache cache = {0};
    struct duels duels;
    advice->fastest = advice->chosen = advice->second = SIZE_MAX;
    int result = read_medians(advice, samples) ||
                 read_disturbance(samples, COLUMN_FOREIGN_CPU_FRACTION, &advice->foreign_cpu) ||
                 read_disturbance(samples, COLUMN_STEAL_FRACTION, &advice->stolen);
    list_duels(advice, &duels);
    advice->comparisons = duels.count;
    advice->level = 1 - (1 - judge_level) / (duels.count ? (double)duels.count : 1);
    for (size_t i = 0; i < duels.count && !result; i++)
        result = judge_duel(samples, advice, advice->level, &cache, &duels.list[i]);
    result = result || (duels.count && adjust(&duels));
    statistics_cache_free(&cache);
    if (result)
        return error_set(error, "out of memory");
    if (find_fastest(advice, &duels) == SIZE_MAX)
        return fail_all(advice, error);
    choose(advice, &duels);
    return 0;
}
