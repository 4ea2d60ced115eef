/* SPDX-License-Identifier: MIT */
/* Made-up histories: what a cell's figures do from session to session, and one step among them. */
#ifndef CROSSPOINT_TESTS_MADE_HISTORY_H
#define CROSSPOINT_TESTS_MADE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

enum history_kind {
    HISTORY_EVEN,          /* each cell shifts by 2 % between sessions */
    HISTORY_MIXED,         /* from cell to cell between 0.3 and 4 % */
    HISTORY_HEAVY,         /* 2 %, one session in ten by three times as much */
    HISTORY_DRIFT,         /* 1 %, and all cells get slower by 0.2 % a session */
    HISTORY_RUNNERS,       /* 1 %, and three sessions in ten on a runner that is 8 % slower */
    HISTORY_RARE_RUNNERS,  /* 1 %, and one session in ten on a runner that is 15 % slower */
    HISTORY_BIMODAL_CELLS, /* 1 %, and each cell for itself is slower by 8 % in one session of five */
    HISTORY_GLITCH,        /* 2 %, and one session in which all is 20 % slower */
    HISTORY_KIND_COUNT
};
extern const char *const history_names[HISTORY_KIND_COUNT];

/* logs[cell * sessions + session], from the seed alone. Cell 0 is slower by `step` (0.1: it takes 10 %
 * longer) from session `first` on. */
void history_make(enum history_kind kind, uint64_t seed, size_t cells, size_t sessions, double step,
                  size_t first, double *logs);

/* Of so many histories of 40 cells and 30 sessions: session by session, how many suites had a cell called
 * slower although none is; and with a step of cell 0, in how many it was found in the third session or
 * before, and began with the right one. Asserts on failure. */
struct history_rates {
    size_t sessions, alarms; /* suites a session, of the sessions with a verdict */
    size_t steps, found, placed;
};
struct history_rates history_measure(enum history_kind kind, size_t histories, double step);

#endif
