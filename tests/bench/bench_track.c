/* SPDX-License-Identifier: MIT */
/* The table of docs/tracking.md: how often `track` calls a cell slower though none is, and how often it finds
 * a step, over made-up histories of 40 cells and 30 sessions. */
#include <stdio.h>
#include <stdlib.h>

#include "made_history.h"

enum { HISTORIES = 2000 };

static double percent(size_t part, size_t whole)
{
    return whole ? 100 * (double)part / (double)whole : 0;
}

int main(int argc, char **argv)
{
    static const double steps[] = {0.05, 0.1, 0.2};
    size_t histories = argc > 1 ? strtoul(argv[1], NULL, 10) : HISTORIES;
    puts("| history | false alarms, % of suites a session | +5 % found | +10 % found | +20 % found | at the "
         "right "
         "session |\n|---|--:|--:|--:|--:|--:|");
    for (int kind = 0; kind < HISTORY_KIND_COUNT; kind++) {
        struct history_rates none = history_measure((enum history_kind)kind, histories, 0), rates;
        size_t found = 0, placed = 0;
        printf("| %s | %.2f |", history_names[kind], percent(none.alarms, none.sessions));
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            rates = history_measure((enum history_kind)kind, histories, steps[i]);
            printf(" %.1f |", percent(rates.found, rates.steps));
            found += rates.found;
            placed += rates.placed;
        }
        printf(" %.1f |\n", percent(placed, found));
        fflush(stdout);
    }
    return 0;
}
