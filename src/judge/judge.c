/* SPDX-License-Identifier: MIT */
#include "judge.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

const double judge_alpha = 0.05;
const double judge_level = 0.95;
const double judge_power = 0.9;

static const uint64_t bootstrap_seed = 20251;

enum { BOOTSTRAP_N_MAX = 100 };

/* Figures */

void judge_log_ratios(const struct samples_pairing *pairing, double *d)
{
    double sign = columns[pairing->metric].lower_better ? -1 : 1;
    for (size_t i = 0; i < pairing->count; i++) {
        double better = pairing->pairs[i].better, worse = pairing->pairs[i].worse, ratio = better / worse;
        d[i] = sign * (isnormal(ratio) ? log(ratio) : log(better) - log(worse)); /* halves stay halves */
    }
}

int judge_test(const struct judge_figures *figures, double bound, double level,
               struct statistics_cache *cache, struct judge_shift *shift)
{
    if (figures->x) {
        struct rank_sum upper, lower;
        if (statistics_rank_sum_bounds(figures->x, figures->n_x, figures->y, figures->n_y, bound, level,
                                       cache, &lower, &upper))
            return -1;
        *shift =
            (struct judge_shift){upper.estimate, upper.low,       upper.high,   upper.level, upper.p_greater,
                                 upper.p_less,   lower.p_greater, lower.p_less, upper.exact};
        return 0;
    }
    struct signed_rank upper, lower;
    if (statistics_signed_rank_bounds(figures->d, figures->n_d, bound, level, cache, &lower, &upper))
        return -1;
    *shift = (struct judge_shift){upper.estimate, upper.low,       upper.high,   upper.level, upper.p_greater,
                                  upper.p_less,   lower.p_greater, lower.p_less, upper.exact};
    return 0;
}

static bool reaches_over(const struct judge_claim *claim, double low, double high)
{
    return low <= claim->above || high >= claim->below;
}

int judge_skew(const struct judge_figures *figures, const struct judge_shift *shift,
               const struct judge_claim *claim, bool *skew)
{
    double low = 2 * shift->low - shift->estimate, high = 2 * shift->high - shift->estimate;
    *skew = false;
    if (figures->n_d > BOOTSTRAP_N_MAX || !reaches_over(claim, low, high))
        return 0;
    double wanted = 1 - 2 * judge_alpha;
    if (figures->x ? statistics_bootstrap_shift(figures->x, figures->n_x, figures->y, figures->n_y, wanted,
                                                bootstrap_seed, &low, &high)
                   : statistics_bootstrap(figures->d, figures->n_d, wanted, bootstrap_seed, &low, &high))
        return -1;
    *skew = reaches_over(claim, low, high);
    return 0;
}

double judge_total_ratio(const struct samples_pairing *pairing)
{
    bool rate = pairing->metric == COLUMN_ITEMS_PER_SECOND,
         lower_better = columns[pairing->metric].lower_better;
    double better = 0, worse = 0;
    for (size_t i = 0; i < pairing->count; i++) {
        better += rate ? 1 / pairing->pairs[i].better : pairing->pairs[i].better;
        worse += rate ? 1 / pairing->pairs[i].worse : pairing->pairs[i].worse;
    }
    return rate || lower_better ? worse / better : better / worse;
}

/* Words */

void judge_append(char *text, size_t text_bytes, const char *format, ...)
{
    size_t used = strlen(text);
    if (used && used + 2 < text_bytes)
        used += (size_t)snprintf(text + used, text_bytes - used, "; ");
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, text_bytes - used, format, arguments);
    va_end(arguments);
}

void judge_word_skew(char *text, size_t text_bytes)
{
    snprintf(text, text_bytes, "skew: two interval methods disagree");
}

/* Tasks that wait together end together: a launch that is no whole number of rounds idles in its last, so
 * that another amount of work is another rate. */
static bool is_of_rounds(enum column metric)
{
    return metric == COLUMN_ITEMS_PER_SECOND || result_is_quantile(metric) || metric == COLUMN_LATENCY_MAX_NS;
}

bool judge_word_no_ratio(const struct samples_pairing *pairing, char *text, size_t text_bytes)
{
    const struct samples_side *better = &pairing->better, *worse = &pairing->worse;
    const char *metric = columns[pairing->metric].name;
    size_t without = better->without_ratio + worse->without_ratio;
    *text = '\0';
    if (without)
        snprintf(text, text_bytes, "no ratio: %s is 0 or below in %zu rows", metric, without);
    if (without || !better->cell || !worse->cell)
        return without > 0;
    double low = fmin(better->cell->items_low, worse->cell->items_low),
           high = fmax(better->cell->items_high, worse->cell->items_high);
    if (!(low < high))
        return false;
    if (result_is_total(pairing->metric))
        snprintf(text, text_bytes,
                 "different work: %s is a total, and the launches had from %.0f to %.0f items", metric, low,
                 high);
    else if (is_of_rounds(pairing->metric) && (better->cell->ragged || worse->cell->ragged))
        snprintf(text, text_bytes,
                 "different work: from %.0f to %.0f items, and not in whole rounds of the tasks in flight",
                 low, high);
    return *text != '\0';
}

/* The status that cost most rows of both cells, or STATUS_OK. */
static enum status worst_status(const struct samples_pairing *pairing, const char **reason)
{
    const struct samples_cell *better = pairing->better.cell, *worse = pairing->worse.cell;
    enum status worst = STATUS_OK;
    size_t most = 0;
    *reason = "";
    for (int status = STATUS_OK + 1; status < STATUS_COUNT; status++) {
        size_t rows = (better ? better->rows[status] : 0) + (worse ? worse->rows[status] : 0);
        if (rows <= most)
            continue;
        most = rows;
        worst = (enum status)status;
        *reason = better && better->rows[status] ? better->reasons[status]
                  : worse                        ? worse->reasons[status]
                                                 : "";
    }
    return worst;
}

void judge_word_lack(const struct samples_pairing *pairing, const struct judge_lack *lack, char *text,
                     size_t text_bytes)
{
    static const char *const causes[STATUS_COUNT] = {"", "environment", "failed", "skipped"};
    const struct samples_side *better = &pairing->better, *worse = &pairing->worse;
    const char *reason;
    enum status status = worst_status(pairing, &reason);
    bool nothing = better->ok == 0 || worse->ok == 0,
         no_figure = better->with_figure < better->ok || worse->with_figure < worse->ok;
    if (status != STATUS_OK && nothing)
        snprintf(text, text_bytes, "%s%s%s", causes[status], *reason ? ": " : "", reason);
    else if (no_figure)
        snprintf(text, text_bytes,
                 result_is_quantile(pairing->metric) ? "too few events for %s" : "no figure for %s",
                 columns[pairing->metric].name);
    else if (status != STATUS_OK)
        snprintf(text, text_bytes, "%s: %zu of the %zu %s needed are left%s%s", causes[status], lack->left,
                 lack->needed, lack->unit, *reason ? ": " : "", reason);
    else if (!nothing && !lack->left)
        snprintf(text, text_bytes, "%s: no block in common", lack->few);
    else
        snprintf(text, text_bytes, "%s: %zu of the %zu %s needed", lack->few, lack->left, lack->needed,
                 lack->unit);
}

void judge_append_absent(const struct samples_pairing *pairing, char *text, size_t text_bytes)
{
    const struct samples_side *better = &pairing->better, *worse = &pairing->worse;
    size_t rows = better->ok + worse->ok, absent = rows - better->with_figure - worse->with_figure;
    if (absent)
        judge_append(text, text_bytes, "%s in %zu of %zu rows",
                     result_is_quantile(pairing->metric) ? "too few events" : "no figure", absent, rows);
}

void judge_word_undecided(const struct judge_undecided *undecided, char *text, size_t text_bytes)
{
    enum { BLOCKS_TOLD_MAX = 10000 };
    double n = (double)undecided->n, needed = undecided->needed, needed_seen = undecided->needed_seen;
    char seen[64] = "";
    if (needed_seen > n && needed_seen < BLOCKS_TOLD_MAX && !(needed <= needed_seen))
        snprintf(seen, sizeof seen, ", %.0f if it is %.3g×", needed_seen, undecided->seen);
    if (needed > n && needed < BLOCKS_TOLD_MAX)
        snprintf(text, text_bytes, "underpowered: about %.0f %s needed to tell %.3g×%s", needed,
                 undecided->unit, undecided->alternative, seen);
    else if (!(needed <= n))
        snprintf(text, text_bytes, "underpowered: more than %zu %s needed%s", undecided->n, undecided->unit,
                 seen);
    else
        snprintf(text, text_bytes, "underpowered: too close to %+.3g %% to tell",
                 100 * (undecided->threshold - 1));
}
