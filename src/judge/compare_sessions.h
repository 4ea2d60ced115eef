/* SPDX-License-Identifier: MIT */
/* One new run against several of the base: a run is one sample, as what differs between two sessions (memory
 * layout, neighbours, temperature) is the same for all rows of one. With the logarithms m of the k base runs'
 * medians and x of the new one's, x - mean(m) over s √(1 + 1/k) follows Student's t with k - 1 degrees of
 * freedom (the prediction interval; Hahn & Meeker 1991, 4.6.1); s is the standard deviation of m. In place of
 * s for the one new run stands the error of its median, where its rows are so few that this is larger. */
#ifndef CROSSPOINT_COMPARE_SESSIONS_H
#define CROSSPOINT_COMPARE_SESSIONS_H

#include "compare_private.h"

enum { COMPARE_SESSIONS_NEEDED = 3 };

/* arms->session_logs: the logarithms of the medians of those base runs that have the cell, with figures and
 * the new run's work; arms->sessions: how many. To be freed. 0, or -1: out of memory. */
int compare_sessions_gather(const struct comparer *comparer, struct arms *arms);

/* Fills the row's figures, p and detectable difference; base becomes the geometric mean of the runs' medians.
 * new is filled, and comparer->new_values; d is overwritten. */
void compare_sessions_measure(const struct comparer *comparer, const struct arms *arms,
                              struct compare_row *row);

#endif
