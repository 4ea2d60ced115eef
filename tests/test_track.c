/* SPDX-License-Identifier: MIT */
/* Did a cell step? The rates are those of the table in docs/tracking.md, of fewer histories. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "made_history.h"
#include "numbers.h"
#include "step.h"
#include "track.h"

enum { CELLS = 40, SESSIONS = 30 };

static double *make(enum history_kind kind, double step, size_t first)
{
    double *logs = test_malloc(CELLS * SESSIONS * sizeof *logs);
    history_make(kind, 5, CELLS, SESSIONS, step, first, logs);
    return logs;
}

static struct track judge(const double *logs, size_t cells, size_t sessions)
{
    struct track track;
    assert_int_equal(track_judge(logs, cells, sessions, &track_options_default, &track), 0);
    return track;
}

static void rates(void **state)
{
    (void)state;
    enum { HISTORIES = 60 };
    static const enum history_kind kinds[] = {HISTORY_EVEN, HISTORY_DRIFT, HISTORY_RUNNERS,
                                              HISTORY_RARE_RUNNERS, HISTORY_GLITCH};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct history_rates none = history_measure(kinds[i], HISTORIES, 0);
        struct history_rates ten = history_measure(kinds[i], HISTORIES, 0.1);
        struct history_rates twenty = history_measure(kinds[i], HISTORIES, 0.2);
        assert_true(none.steps == 0 && none.alarms * 100 <= none.sessions);
        assert_true(ten.alarms * 100 <= ten.sessions);
        assert_true(ten.steps == HISTORIES && ten.found * 100 >= ten.steps * 95);
        assert_true(ten.placed * 100 >= ten.found * 85);
        assert_true(twenty.found * 100 >= twenty.steps * 99);
    }
}

static void a_step(void **state)
{
    (void)state;
    double *logs = make(HISTORY_EVEN, 0.2, 25);
    struct track track = judge(logs, CELLS, SESSIONS);
    const struct track_row *row = &track.rows[0];
    const struct track_step *step = track_recent(&track, row);
    assert_int_equal(row->verdict, TRACK_SLOWER);
    assert_non_null(step);
    assert_int_equal(step->first, 25);
    assert_int_equal(step->told, 27);
    assert_true(step->low < 1 / 1.2 && 1 / 1.2 < step->high && step->high < 1 && step->p_adjusted < 0.001);
    for (size_t cell = 1; cell < track.count; cell++)
        assert_int_equal(track.rows[cell].step_count, 0);
    track_free(&track);
    for (size_t i = 0; i < CELLS * SESSIONS; i++)
        logs[i] = -logs[i];
    track = judge(logs, CELLS, SESSIONS);
    assert_int_equal(track.rows[0].verdict, TRACK_FASTER);
    track_free(&track);
    test_free(logs);
}

/* Once: five sessions later the level is the usual one, and going back is a step too. */
static void a_level_of_its_own(void **state)
{
    (void)state;
    double *logs = make(HISTORY_EVEN, 0.2, 12);
    struct track track = judge(logs, CELLS, SESSIONS);
    assert_int_equal(track.rows[0].verdict, TRACK_STEADY);
    assert_int_equal(track.rows[0].step_count, 1);
    assert_int_equal(track.rows[0].steps[0].first, 12);
    assert_int_equal(track.rows[0].base, SESSIONS - 12);
    assert_true(track.rows[0].scatter < 0.03);
    track_free(&track);
    for (size_t i = 27; i < SESSIONS; i++)
        logs[i] += log(1.2);
    track = judge(logs, CELLS, SESSIONS);
    assert_int_equal(track.rows[0].verdict, TRACK_FASTER);
    assert_int_equal(track.rows[0].step_count, 2);
    assert_int_equal(track_recent(&track, &track.rows[0])->first, 27);
    track_free(&track);
    test_free(logs);
}

static void suspected(void **state)
{
    (void)state;
    double *logs = make(HISTORY_EVEN, 0.2, 29);
    struct track track = judge(logs, CELLS, SESSIONS);
    assert_int_equal(track.rows[0].verdict, TRACK_SUSPECTED);
    assert_int_equal(track.rows[0].suspect.first, 29);
    assert_null(track_recent(&track, &track.rows[0]));
    assert_true(track.rows[0].suspect.ratio < 0.9);
    track_free(&track);
    test_free(logs);
}

/* A canary that steps with a cell makes it the machine's; one that steps elsewhere, the other way, or by
 * less than half as much, does not. */
static void machine(void **state)
{
    static const struct {
        double shift;
        size_t from;
        enum track_verdict verdict;
    } cases[] = {{0.25, 26, TRACK_MACHINE}, {0, 26, TRACK_SLOWER},    {0.25, 15, TRACK_SLOWER},
                 {-0.25, 26, TRACK_SLOWER}, {0.02, 26, TRACK_SLOWER}, {0.065, 26, TRACK_SLOWER}};
    (void)state;
    double *logs = make(HISTORY_EVEN, 0.2, 26), canaries[2 * SESSIONS];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t session = 0; session < SESSIONS; session++) {
            canaries[session] = NAN;
            canaries[SESSIONS + session] =
                0.01 * (double)(session % 3) - (session >= cases[i].from ? cases[i].shift : 0);
        }
        struct track_options options = track_options_default;
        options.canaries = (struct track_canaries){canaries, 2, SESSIONS};
        struct track track;
        assert_int_equal(track_judge(logs, CELLS, SESSIONS, &options, &track), 0);
        assert_int_equal(track.rows[0].verdict, cases[i].verdict);
        const struct track_step *step = track_recent(&track, &track.rows[0]);
        assert_int_equal(step->first, 26);
        if (cases[i].verdict == TRACK_MACHINE) {
            assert_int_equal(step->canary, 1);
            assert_true(step->canary_ratio > 0.7 && step->canary_ratio < 0.85);
        } else {
            assert_true(step->canary == SIZE_MAX);
        }
        track_free(&track);
    }
    test_free(logs);
}

/* What all cells do is told of the suite, once, and of no cell. */
static void all_cells(void **state)
{
    (void)state;
    double *logs = make(HISTORY_EVEN, 0, 0);
    for (size_t cell = 0; cell < CELLS; cell++)
        for (size_t i = 26; i < SESSIONS; i++)
            logs[cell * SESSIONS + i] -= cell % 4 ? log(1.15) : 0;
    struct track track = judge(logs, CELLS, SESSIONS);
    assert_true(track.has_suite);
    assert_int_equal(track.count, CELLS + 1);
    assert_int_equal(track.rows[CELLS].verdict, TRACK_SLOWER);
    assert_int_equal(track_recent(&track, &track.rows[CELLS])->first, 26);
    for (size_t cell = 0; cell < CELLS; cell++)
        assert_true(track.rows[cell].verdict != TRACK_FASTER && track.rows[cell].verdict != TRACK_SLOWER);
    track_free(&track);
    test_free(logs);
}

static void gaps_and_ends(void **state)
{
    (void)state;
    double *logs = make(HISTORY_EVEN, 0.2, 25);
    for (size_t i = 3; i < SESSIONS; i++)
        logs[2 * SESSIONS + i] = i < 26 ? NAN : logs[2 * SESSIONS + i];
    for (size_t i = 20; i < SESSIONS; i++)
        logs[3 * SESSIONS + i] = NAN;
    for (size_t i = 0; i < SESSIONS; i++)
        logs[4 * SESSIONS + i] = NAN;
    for (size_t i = 27; i < SESSIONS; i++)
        logs[5 * SESSIONS + i] = logs[6 * SESSIONS + i - 1] = INFINITY;
    logs[26] = logs[5] = NAN;
    struct track track = judge(logs, CELLS, SESSIONS);
    assert_int_equal(track.rows[0].verdict, TRACK_SLOWER);
    assert_int_equal(track.rows[0].sessions, SESSIONS - 2);
    assert_int_equal(track_recent(&track, &track.rows[0])->first, 25);
    assert_int_equal(track.rows[2].verdict, TRACK_SHORT);
    assert_int_equal(track.rows[3].verdict, TRACK_ENDED);
    assert_int_equal(track.rows[4].verdict, TRACK_ENDED);
    assert_int_equal(track.rows[5].verdict, TRACK_FAILING);
    assert_int_equal(track.rows[5].suspect.first, 27);
    assert_int_equal(track.rows[6].verdict, TRACK_STEADY);
    assert_int_equal(track.rows[4].sessions, 0);
    track_free(&track);
    test_free(logs);
}

/* Too few sessions, with how many would do; or so much scatter that none would. */
static void too_little(void **state)
{
    (void)state;
    double *logs = make(HISTORY_EVEN, 0, 0), few[CELLS * 9];
    for (size_t cell = 0; cell < CELLS; cell++)
        memcpy(&few[cell * 9], &logs[cell * SESSIONS], 9 * sizeof *few);
    struct track track = judge(few, CELLS, 7);
    for (size_t cell = 0; cell < CELLS; cell++) {
        assert_int_equal(track.rows[cell].verdict, TRACK_SHORT);
        assert_int_equal(track.rows[cell].needed, TRACK_BASE_NEEDED + 3);
    }
    track_free(&track);
    track = judge(few, CELLS, 9);
    size_t shorts = 0;
    for (size_t cell = 0; cell < CELLS; cell++) {
        shorts += track.rows[cell].verdict == TRACK_SHORT;
        assert_true(track.rows[cell].verdict != TRACK_SHORT ||
                    (track.rows[cell].needed > 9 && track.rows[cell].needed <= TRACK_BASE + 3));
    }
    assert_true(shorts > CELLS / 4);
    track_free(&track);
    for (size_t i = 0; i < SESSIONS; i++)
        logs[i] *= 10;
    track = judge(logs, CELLS, SESSIONS);
    assert_int_equal(track.rows[0].verdict, TRACK_NOISY);
    assert_int_equal(track.rows[0].needed, 0);
    assert_true(track.rows[0].detectable > 2 * log1p(0.05));
    track_free(&track);
    track = judge(logs, 0, 0);
    assert_int_equal(track.count, 0);
    track_free(&track);
    track = judge(logs, 3, SESSIONS);
    assert_false(track.has_suite);
    assert_int_equal(track.count, 3);
    track_free(&track);
    test_free(logs);
}

/* A count that is always the same, memory say, may change at once. */
static void without_scatter(void **state)
{
    (void)state;
    double logs[2 * 20];
    for (size_t i = 0; i < 20; i++) {
        logs[i] = i < 17 ? 1 : 0.9;
        logs[20 + i] = i < 17 ? 1 : 0.999;
    }
    struct track track = judge(logs, 2, 20);
    assert_int_equal(track.rows[0].verdict, TRACK_SLOWER);
    assert_int_equal(track.rows[1].verdict, TRACK_STEADY);
    track_free(&track);
}

/* Student's p by numerical integration of its density. */
static void step_by_hand(void **state)
{
    (void)state;
    static const double before[] = {0.1, -0.2, 0.3, 0, 0.05, -0.1, 0.2, -0.15}, after[] = {-0.9, -1, -1.1};
    struct step_base base;
    struct step_shift shift;
    step_base(before, 8, NULL, 0, 0, &base);
    step_test(&base, after, 3, &shift);
    assert_int_equal(base.freedom, 7);
    assert_near(base.location, 0.025, 1e-12);
    assert_near(base.deviation, sqrt(0.03), 1e-9);
    assert_near(shift.estimate, -1.025, 1e-12);
    assert_near(shift.least_below, -2.9 / 3 - 0.025, 1e-12);
    assert_near(shift.p_below, 3.1912488309518596e-05, 1e-9);
    assert_true(shift.all_below && !shift.all_above);
    assert_int_equal(step_place((const double[]){1, 2, 1, 9, 8, 9}, 6, 1, 5), 3);
}

/* One of twenty that went wrong does not count. */
static void one_outlier(void **state)
{
    (void)state;
    double before[20];
    struct step_base clean, base;
    for (size_t i = 0; i < 20; i++)
        before[i] = i % 2 ? 0.01 : -0.01;
    step_base(before, 20, NULL, 0, 0, &clean);
    before[7] = -3;
    step_base(before, 20, NULL, 0, 0, &base);
    assert_near(base.location, clean.location, 0.002);
    assert_near(base.deviation, clean.deviation, 0.001);
    assert_near(base.low, clean.low, 0.002);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(step_by_hand),       cmocka_unit_test(one_outlier),   cmocka_unit_test(a_step),
        cmocka_unit_test(a_level_of_its_own), cmocka_unit_test(suspected),     cmocka_unit_test(machine),
        cmocka_unit_test(all_cells),          cmocka_unit_test(gaps_and_ends), cmocka_unit_test(too_little),
        cmocka_unit_test(without_scatter),    cmocka_unit_test(rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
