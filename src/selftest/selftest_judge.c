/* SPDX-License-Identifier: MIT */
/* The decisions. "Failed" is said only where the figures show it: a machine too noisy to tell is no broken
 * instrument. */
#include "selftest_check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "statistics.h"
#include "wording.h"

static const double level = 0.95;
enum { estimates_min = 5 }; /* below, an interval of the median is none: its level is under 90 % */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Later ones do not replace an example, unless they are worse. */
static void set_example(struct selftest_tally *tally, bool first, const struct compare_row *row)
{
    if (!first)
        return;
    if (row->verdict == COMPARE_INCONCLUSIVE)
        snprintf(tally->example, sizeof tally->example, "%.100s: %.80s", row->cell, row->reason);
    else
        snprintf(tally->example, sizeof tally->example, "%.120s: %s, ratio %.3f", row->cell,
                 compare_verdict_names[row->verdict], row->ratio);
}

void selftest_tally_add(struct selftest_tally *tally, const struct compared *compared,
                        const struct compare_row *row)
{
    size_t bad = tally->wrong + tally->failed;
    if (row->comparable && row->n_base >= compared->samples_needed) {
        bool wrong = row->verdict == COMPARE_SLOWER || row->verdict == COMPARE_FASTER;
        tally->trials++;
        tally->same += row->verdict == COMPARE_SAME;
        tally->covered += row->ci_low <= 1 && row->ci_high >= 1;
        set_example(tally, wrong && !tally->wrong, row);
        tally->wrong += wrong;
    } else if (begins(row->reason, "skipped")) {
        tally->skipped++;
    } else if (begins(row->reason, "failed")) {
        set_example(tally, !bad, row);
        tally->failed++;
    } else {
        set_example(tally, !bad && !tally->lacking, row);
        tally->lacking++;
    }
}

void selftest_judge_false(const struct selftest_tally *tally, double rate_max, bool prove,
                          struct selftest_check *check)
{
    double upper = statistics_rate_upper(tally->wrong, tally->trials, level);
    double lower = 1 - statistics_rate_upper(tally->trials - tally->wrong, tally->trials, level);
    bool above = (double)tally->wrong > rate_max * (double)tally->trials;
    snprintf(check->shown, sizeof check->shown, "%zu of %zu (below %.3g %%)", tally->wrong, tally->trials,
             100 * upper);
    if (rate_max > 0)
        snprintf(check->required, sizeof check->required, "%s%.3g %% false", prove ? "shown below " : "≤ ",
                 100 * rate_max);
    else
        snprintf(check->required, sizeof check->required, "none false");
    snprintf(check->detail, sizeof check->detail,
             "%zu same, %zu inconclusive; the interval held 1 in %zu; %zu without a verdict, %zu skipped%s%s",
             tally->same, tally->trials - tally->same - tally->wrong, tally->covered,
             tally->lacking + tally->failed, tally->skipped, tally->example[0] ? "; " : "", tally->example);
    if (tally->failed || lower > rate_max)
        check->verdict = SELFTEST_FAILED;
    else if (!tally->trials && !tally->lacking)
        check->verdict = SELFTEST_SKIPPED;
    else if (above || tally->lacking > tally->trials || (prove && upper > rate_max))
        check->verdict = SELFTEST_NOT_SHOWN;
    else
        check->verdict = SELFTEST_PASSED;
}

void selftest_judge_power(size_t found, size_t n, size_t n_wanted, double power_min, size_t blocks,
                          size_t blocks_wanted, struct selftest_check *check)
{
    double upper = statistics_rate_upper(found, n, level);
    double lower = 1 - statistics_rate_upper(n - found, n, level);
    snprintf(check->shown, sizeof check->shown, "%zu of %zu (%.3g–%.3g %%)", found, n, 100 * lower,
             100 * upper);
    snprintf(check->required, sizeof check->required, "≥ %.3g %% found", 100 * power_min);
    snprintf(check->detail, sizeof check->detail, "%s%zu of %zu blocks quiet",
             blocks < blocks_wanted ? "environment: " : "", blocks, blocks_wanted);
    if (n && 2 * n >= n_wanted && (double)found >= power_min * (double)n)
        check->verdict = SELFTEST_PASSED;
    else if (n && upper < power_min && blocks >= blocks_wanted)
        check->verdict = SELFTEST_FAILED;
}

void selftest_judge_estimate(const double *estimates, size_t n, size_t n_wanted, double expected,
                             double tolerance, struct selftest_check *check)
{
    struct median_interval middle = {NAN, NAN, NAN, 0};
    double low = expected * (1 - tolerance), high = expected * (1 + tolerance);
    snprintf(check->required, sizeof check->required, "%.4g ± %.3g %%", expected, 100 * tolerance);
    if (n == 0 || statistics_median(estimates, n, level, &middle)) {
        snprintf(check->shown, sizeof check->shown, "nothing");
        return;
    }
    snprintf(check->shown, sizeof check->shown, "%.4f (%+.2f %%)", middle.median,
             100 * (middle.median / expected - 1));
    snprintf(check->detail, sizeof check->detail, "median of %zu, %.4f–%.4f", n, middle.low, middle.high);
    bool outside = middle.low > high || middle.high < low;
    if (middle.median >= low && middle.median <= high && 2 * n >= n_wanted)
        check->verdict = SELFTEST_PASSED;
    else if (outside && n >= estimates_min)
        check->verdict = SELFTEST_FAILED;
}

static enum compare_verdict mirror(enum compare_verdict verdict)
{
    return verdict == COMPARE_SLOWER ? COMPARE_FASTER : verdict == COMPARE_FASTER ? COMPARE_SLOWER : verdict;
}

void selftest_judge_inverse(const struct compared *forth, const struct compared *back,
                            struct selftest_check *check)
{
    double worst = 0;
    size_t compared = 0, unequal = forth->count != back->count;
    for (size_t i = 0; i < forth->count && !unequal; i++) {
        const struct compare_row *a = &forth->rows[i], *b = &back->rows[i];
        if (strcmp(a->cell, b->cell) != 0 || a->comparable != b->comparable ||
            a->verdict != mirror(b->verdict))
            unequal++;
        if (!a->comparable || !b->comparable)
            continue;
        compared++;
        worst = fmax(worst, fabs(a->ratio * b->ratio - 1));
    }
    snprintf(check->required, sizeof check->required, "1, verdicts mirrored");
    snprintf(check->shown, sizeof check->shown, "1 %s %.1e in %zu", worst > 0 ? "±" : "+", worst, compared);
    if (unequal)
        snprintf(check->detail, sizeof check->detail, "verdicts are not each other's mirror");
    if (unequal || worst > 1e-9)
        check->verdict = SELFTEST_FAILED;
    else if (compared)
        check->verdict = SELFTEST_PASSED;
}

void selftest_judge_disturbed(const struct selftest_disturbed *disturbed, const struct compared *compared,
                              struct selftest_check *check)
{
    size_t wrong = 0, environment = 0;
    for (size_t i = 0; i < compared->count; i++) {
        const struct compare_row *row = &compared->rows[i];
        wrong += row->verdict == COMPARE_SLOWER || row->verdict == COMPARE_FASTER;
        environment += row->verdict == COMPARE_INCONCLUSIVE && begins(row->reason, "environment");
    }
    snprintf(check->shown, sizeof check->shown, "%zu of %zu blocks flagged, %zu false", disturbed->flagged,
             disturbed->blocks, wrong);
    snprintf(check->required, sizeof check->required, "all flagged, none false");
    snprintf(check->detail, sizeof check->detail, "%s%s%s", compared->count ? compared->rows[0].reason : "",
             disturbed->reason ? "; flagged: " : "", disturbed->reason ? disturbed->reason : "");
    if (!disturbed->blocks || !compared->count)
        check->verdict = SELFTEST_NOT_SHOWN;
    else if (wrong || !disturbed->caused || disturbed->flagged < disturbed->blocks ||
             environment < compared->count)
        check->verdict = SELFTEST_FAILED;
    else
        check->verdict = SELFTEST_PASSED;
}
