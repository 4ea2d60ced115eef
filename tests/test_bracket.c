/* SPDX-License-Identifier: MIT */
#include "bracket.h"
#include "numbers.h"
#include "statistics.h"

enum { POINTS_MAX = 6 };

static void test_ends(void **state)
{
    (void)state;
    static const struct {
        const char *points; /* - not ahead, ? open, + ahead */
        long after, before;
    } cases[] = {
        {"", -1, -1},    {"?", -1, -1},   {"-", 0, -1},    {"+", -1, 0},    {"-+", 0, 1},   {"--++", 1, 2},
        {"-??+", 0, 3},  {"-+?+", 0, 3},  {"-+-+", 2, 3},  {"+-?+", 1, 3},  {"+++", -1, 0}, {"---", 2, -1},
        {"-++?", 0, -1}, {"-++-", 3, -1}, {"?-?++", 1, 3}, {"+?++", -1, 2}, {"??+", -1, 2}, {"-??", 0, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum bracket_point points[POINTS_MAX];
        size_t n = 0;
        for (const char *point = cases[i].points; *point; point++)
            points[n++] = *point == '-' ? BRACKET_NOT_AHEAD : *point == '+' ? BRACKET_AHEAD : BRACKET_OPEN;
        struct statistics_bracket bracket = statistics_bracket(points, n);
        if (bracket.after != cases[i].after || bracket.before != cases[i].before)
            fail_msg("%s: %ld, %ld", cases[i].points, bracket.after, bracket.before);
    }
}

/* A sweep with a true ratio, which passes 1.1 at 32. */
struct sweep {
    const char *name;
    double x[POINTS_MAX];
    size_t n;
    double (*ratio)(double x);
    bool interpolation_misses; /* half of the time or more, at a level of 95 % */
};

static double ratio_linear(double x)
{
    return 1 + x / 320;
}

static double ratio_saturating(double x)
{
    return 0.7 + 0.8 * x / (x + 32);
}

static double ratio_late(double x)
{
    return 1 + 0.1 * pow(x / 32, 3);
}

static double ratio_log(double x)
{
    return exp(log(1.1) + 0.1 * log(x / 32));
}

static const struct sweep sweeps[] = {
    {"linear", {1, 4, 16, 64, 256, 1024}, 6, ratio_linear, true},
    {"linear, wide", {1, 10, 100, 1000}, 4, ratio_linear, true},
    {"saturating", {1, 4, 16, 64, 256, 1024}, 6, ratio_saturating, false},
    {"late", {1, 3, 9, 27, 81}, 5, ratio_late, true},
    {"straight", {1, 4, 16, 64, 256, 1024}, 6, ratio_log, false},
    {"a point just after it", {1, 2, 8, 32.01, 128, 512}, 6, ratio_log, false},
    {"a point just before it", {1, 2, 8, 31.99, 128, 512}, 6, ratio_log, false},
};

/* 20 blocks a point, each arm with 3 %: is the crossing inside of the bracket, and inside of where the ends
 * of the ratios' intervals pass the threshold? */
static void judge_sweep(const struct sweep *sweep, uint64_t *seed, struct statistics_cache *cache,
                        bool *bounded, bool *in_bracket, bool *in_interpolated)
{
    enum { BLOCKS = 20 };
    const double threshold = log(1.1), crossing = 32, noise = 0.03, alpha = 0.025;
    double low[POINTS_MAX], high[POINTS_MAX], earliest = 0, latest = INFINITY;
    enum bracket_point points[POINTS_MAX] = {BRACKET_OPEN};
    bool not_ahead[POINTS_MAX], ahead[POINTS_MAX];
    for (size_t i = 0; i < sweep->n; i++) {
        double d[BLOCKS];
        for (size_t k = 0; k < BLOCKS; k++)
            d[k] = log(sweep->ratio(sweep->x[i])) + noise * (random_normal(seed) - random_normal(seed));
        struct signed_rank result;
        assert_int_equal(statistics_signed_rank_bounds(d, BLOCKS, threshold, 0.95, cache, NULL, &result), 0);
        low[i] = result.low;
        high[i] = result.high;
        ahead[i] = result.p_greater <= alpha;
        not_ahead[i] = result.p_less <= alpha;
    }
    for (size_t i = 0; i < sweep->n && not_ahead[i]; i++)
        points[i] = BRACKET_NOT_AHEAD;
    for (size_t i = sweep->n; i-- > 0 && ahead[i];)
        points[i] = BRACKET_AHEAD;
    struct statistics_bracket bracket = statistics_bracket(points, sweep->n);
    *in_bracket = (bracket.after < 0 || sweep->x[bracket.after] <= crossing) &&
                  (bracket.before < 0 || crossing <= sweep->x[bracket.before]);
    *bounded = bracket.after >= 0 && bracket.before >= 0;
    statistics_crossing(sweep->x, high, sweep->n, threshold, &earliest);
    statistics_crossing(sweep->x, low, sweep->n, threshold, &latest);
    *in_interpolated = earliest <= crossing && crossing <= latest;
}

/* The bracket holds the crossing at least 95 % of the time whatever the curve; an interval from interpolation
 * does so where the curve is straight. */
static void test_coverage(void **state)
{
    (void)state;
    enum { ROUNDS = 400 };
    uint64_t seed = 11;
    struct statistics_cache cache = {0};
    for (size_t i = 0; i < sizeof sweeps / sizeof *sweeps; i++) {
        int bounded = 0, covered = 0, interpolated = 0;
        for (int round = 0; round < ROUNDS; round++) {
            bool both, in_bracket, in_interpolated;
            judge_sweep(&sweeps[i], &seed, &cache, &both, &in_bracket, &in_interpolated);
            bounded += both;
            covered += in_bracket;
            interpolated += in_interpolated;
        }
        if (bounded < 0.95 * ROUNDS || covered < 0.95 * ROUNDS ||
            (interpolated <= ROUNDS / 2) != sweeps[i].interpolation_misses)
            fail_msg("%s: of %d the bracket has two ends %d times and is right %d times, interpolation %d",
                     sweeps[i].name, ROUNDS, bounded, covered, interpolated);
    }
    statistics_cache_free(&cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_coverage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
