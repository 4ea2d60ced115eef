/* SPDX-License-Identifier: MIT */
/* The family of tests is the rules, not their points: a rule for one runtime is one test of two directions.
 *
 * A rule that needs all of its pairs is an intersection-union test (Berger 1982): its p of "holds" is the
 * largest of theirs, without correction; of "does not hold" the smallest, times their number. Over the rules
 * goes one directional Holm. In a rule that holds all pairs do; of one that is refuted the pair with the
 * smallest p is. What else is said of single pairs is Holm-adjusted over the pairs of the rule, and
 * Bonferroni over the rules, so that it cannot be wrong more often than the rules' verdicts may be.
 *
 * A pair that was not measured is no test: it keeps its rule from holding, and does not count. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge_kind.h"

/* The verdicts of one rule and runtime stand together. */
static size_t rule_end(const struct verdicts *verdicts, size_t first)
{
    size_t end = first;
    while (end < verdicts->count && verdicts->verdicts[end].rule == verdicts->verdicts[first].rule &&
           strcmp(verdicts->verdicts[end].runtime, verdicts->verdicts[first].runtime) == 0)
        end++;
    return end;
}

static bool was_measured(const struct verdicts *verdicts, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        for (size_t k = 0; k < verdicts->verdicts[i].point_count; k++)
            if (point_is_tested(&verdicts->points[verdicts->verdicts[i].point_first + k]))
                return true;
    return false;
}

void family_count(struct verdicts *verdicts)
{
    verdicts->tests = 0;
    for (size_t first = 0, end; first < verdicts->count; first = end) {
        end = rule_end(verdicts, first);
        bool measured = was_measured(verdicts, first, end);
        verdicts->tests += measured;
        for (size_t i = first; i < end; i++)
            verdicts->verdicts[i].measured = measured;
    }
    verdicts->blocks_needed =
        statistics_blocks_needed(verdicts->tests ? verdicts->tests : 1, verdicts->alpha);
}

/* One rule; 1 where a pair has none. */
static void combine_rule(const struct verdict *verdicts, size_t count, double *p_holds, double *p_fails)
{
    size_t tests = 0;
    double holds = 0, fails = 1;
    for (size_t i = 0; i < count; i++) {
        holds = fmax(holds, isnan(verdicts[i].p_holds) ? 1 : verdicts[i].p_holds);
        fails = fmin(fails, verdicts[i].p_fails); /* fmin passes over NaN */
        tests += !isnan(verdicts[i].p_fails);
    }
    *p_holds = holds;
    *p_fails = fmin(1, (double)(tests ? tests : 1) * fails);
}

static double times(double factor, double p)
{
    return isnan(p) ? p : fmin(1, factor * p);
}

/* Of a rule with several pairs that does not hold as a whole. */
static int adjust_pairs(struct verdict *verdicts, size_t count, size_t rules, double p_fails_rule)
{
    double *p = malloc(2 * count * sizeof *p);
    size_t least = 0, tests = 0;
    if (!p)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (isnan(verdicts[i].p_holds) && isnan(verdicts[i].p_fails))
            continue;
        p[tests] = verdicts[i].p_holds;
        p[count + tests++] = verdicts[i].p_fails;
        if (!(verdicts[least].p_fails <= verdicts[i].p_fails))
            least = i;
    }
    int result = statistics_holm_directional(p, p + count, tests, p, p + count);
    for (size_t i = 0, k = 0; i < count && !result; i++) {
        if (isnan(verdicts[i].p_holds) && isnan(verdicts[i].p_fails))
            continue;
        verdicts[i].p_holds_adjusted = isnan(verdicts[i].p_holds) ? NAN : times((double)rules, p[k]);
        verdicts[i].p_fails_adjusted =
            i == least ? p_fails_rule : fmax(p_fails_rule, times((double)rules, p[count + k]));
        k++;
    }
    free(p);
    return result;
}

static int hand_to_pairs(struct verdict *verdicts, size_t count, const struct verdicts *all, double p_holds,
                         double p_fails)
{
    bool holds = p_holds < all->alpha && !(p_fails < all->alpha);
    if (count > 1 && !holds)
        return adjust_pairs(verdicts, count, all->tests, p_fails);
    for (size_t i = 0; i < count; i++) {
        verdicts[i].p_holds_adjusted = isnan(verdicts[i].p_holds) ? NAN : p_holds;
        verdicts[i].p_fails_adjusted = isnan(verdicts[i].p_fails) ? NAN : p_fails;
    }
    return 0;
}

int family_adjust(struct verdicts *verdicts)
{
    double *p = malloc((2 * verdicts->tests + 1) * sizeof *p), *fails = p + verdicts->tests;
    size_t tests = 0;
    int result = p ? 0 : -1;
    for (size_t first = 0, end; first < verdicts->count && !result; first = end) {
        end = rule_end(verdicts, first);
        if (verdicts->verdicts[first].measured) {
            combine_rule(&verdicts->verdicts[first], end - first, &p[tests], &fails[tests]);
            tests++;
        }
    }
    if (!result)
        result = statistics_holm_directional(p, fails, tests, p, fails);
    tests = 0;
    for (size_t first = 0, end; first < verdicts->count && !result; first = end) {
        end = rule_end(verdicts, first);
        if (verdicts->verdicts[first].measured) {
            result = hand_to_pairs(&verdicts->verdicts[first], end - first, verdicts, p[tests], fails[tests]);
            tests++;
        }
    }
    free(p);
    return result;
}
