/* SPDX-License-Identifier: MIT */
#include "bracket.h"

struct statistics_bracket statistics_bracket(const enum bracket_point *points, size_t n)
{
    struct statistics_bracket bracket = {.after = -1, .before = -1};
    for (size_t i = 0; i < n; i++) {
        if (points[i] == BRACKET_NOT_AHEAD)
            bracket.after = (long)i;
        if (points[i] != BRACKET_AHEAD)
            bracket.before = -1;
        else if (bracket.before < 0)
            bracket.before = (long)i;
    }
    return bracket;
}
