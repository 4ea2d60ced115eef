/* SPDX-License-Identifier: MIT */
#include "made_history.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

#include "random.h"
#include "track.h"

enum { CELLS = 40, SESSIONS = 30, STEP_EARLIEST = 18, STEP_FOUND_WITHIN = 3 };

const char *const history_names[HISTORY_KIND_COUNT] = {
    "shifts of 2 %",        "shifts of 0.3 to 4 %",    "shifts of 2 %, heavy tails", "drift, 6 % in all",
    "bimodal runners, 8 %", "rare slow runners, 15 %", "bimodal cells, 8 %",         "one bad session, 20 %"};

static double uniform(uint64_t *state)
{
    return ((double)(random_next(state) >> 11) + 0.5) * 0x1p-53;
}

static double normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(uniform(state)));
    return radius * cos(2 * acos(-1) * uniform(state));
}

/* What a session does to all cells. */
static double common(enum history_kind kind, size_t session, size_t glitch, uint64_t *state)
{
    double chance = uniform(state);
    switch (kind) {
    case HISTORY_DRIFT:
        return -0.002 * (double)session;
    case HISTORY_RUNNERS:
        return chance < 0.3 ? -log(1.08) : 0;
    case HISTORY_RARE_RUNNERS:
        return chance < 0.1 ? -log(1.15) : 0;
    case HISTORY_GLITCH:
        return session == glitch ? -log(1.2) : 0;
    default:
        return 0;
    }
}

static double own(enum history_kind kind, double scatter, uint64_t *state)
{
    double chance = uniform(state), value = scatter * normal(state);
    if (kind == HISTORY_HEAVY && chance < 0.1)
        return 3 * value;
    return kind == HISTORY_BIMODAL_CELLS && chance < 0.2 ? value - log(1.08) : value;
}

static double scatter_of(enum history_kind kind, uint64_t *state)
{
    double chance = uniform(state);
    if (kind == HISTORY_MIXED)
        return 0.003 * pow(0.04 / 0.003, chance);
    return kind == HISTORY_EVEN || kind == HISTORY_HEAVY || kind == HISTORY_GLITCH ? 0.02 : 0.01;
}

void history_make(enum history_kind kind, uint64_t seed, size_t cells, size_t sessions, double step,
                  size_t first, double *logs)
{
    uint64_t state = random_mix(seed * HISTORY_KIND_COUNT + (uint64_t)kind);
    size_t glitch = (size_t)random_below(&state, STEP_EARLIEST);
    double *shifts = test_malloc(sessions * sizeof *shifts);
    for (size_t i = 0; i < sessions; i++)
        shifts[i] = common(kind, i, glitch, &state);
    for (size_t cell = 0; cell < cells; cell++) {
        double scatter = scatter_of(kind, &state);
        for (size_t i = 0; i < sessions; i++) {
            double shift = cell == 0 && i >= first ? -log1p(step) : 0;
            logs[cell * sessions + i] = shifts[i] + shift + own(kind, scatter, &state);
        }
    }
    test_free(shifts);
}

/* A cell called slower in the session, by any step: that which was made does not count. */
static bool is_alarmed(const struct track *track, size_t session, bool stepped)
{
    size_t recent = track->options.confirm + TRACK_WINDOWS - 1;
    for (size_t cell = stepped; cell < track->count; cell++)
        for (size_t i = 0; i < track->rows[cell].step_count; i++) {
            const struct track_step *step = &track->rows[cell].steps[i];
            bool last = i + 1 == track->rows[cell].step_count || step[1].told > session;
            if (step->ratio < 1 && last && step->told <= session && session <= step->first + recent - 1)
                return true;
        }
    return false;
}

struct history_rates history_measure(enum history_kind kind, size_t histories, double step)
{
    struct history_rates rates = {0};
    double *logs = test_malloc(CELLS * SESSIONS * sizeof *logs);
    for (size_t i = 0; i < histories; i++) {
        struct track track;
        size_t first = STEP_EARLIEST + i % (SESSIONS - STEP_EARLIEST - STEP_FOUND_WITHIN + 1);
        history_make(kind, i + 1, CELLS, SESSIONS, step, first, logs);
        assert_int_equal(track_judge(logs, CELLS, SESSIONS, &track_options_default, &track), 0);
        for (size_t session = TRACK_BASE_NEEDED + track.options.confirm - 1; session < SESSIONS; session++) {
            rates.sessions++;
            rates.alarms += is_alarmed(&track, session, step > 0);
        }
        const struct track_row *row = &track.rows[0];
        bool found = false, placed = false;
        for (size_t k = 0; k < row->step_count && step > 0; k++) {
            bool in_time = row->steps[k].ratio < 1 && row->steps[k].told >= first &&
                           row->steps[k].told < first + STEP_FOUND_WITHIN;
            found = found || in_time;
            placed = placed || (in_time && row->steps[k].first == first);
        }
        rates.steps += step > 0;
        rates.found += found;
        rates.placed += placed;
        track_free(&track);
    }
    test_free(logs);
    return rates;
}
