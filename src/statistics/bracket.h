/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_BRACKET_H
#define CROSSPOINT_BRACKET_H

#include <stddef.h>

/* What a test said at one point of a sweep. */
enum bracket_point {
    BRACKET_OPEN,
    BRACKET_NOT_AHEAD, /* shown not to be ahead */
    BRACKET_AHEAD,     /* shown to be ahead */
};

/* Points of the sweep, in its order; -1: there is none. */
struct statistics_bracket {
    long after;  /* the last shown not ahead */
    long before; /* the first from which all are shown ahead */
};

/* Where a sweep gets ahead for good: after < before whenever both are there, and the crossing lies between
 * them whatever the curve's form, as far as the points say the truth: nothing is interpolated. Where each end
 * is shown at a one-sided level alpha (a fixed sequence inwards from its end of the sweep needs no
 * correction: Maurer, Hothorn and Lehmacher 1995), both are right with 1 - 2 alpha at least. */
struct statistics_bracket statistics_bracket(const enum bracket_point *points, size_t n);

#endif
