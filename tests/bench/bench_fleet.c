/* SPDX-License-Identifier: MIT */
/* How often what splits a made-up fleet is found, and how often something is that is chance: the table of
 * docs/fleet.md. Usage: bench_fleet [FLEETS] */
#include <stdio.h>
#include <stdlib.h>

#include "made_fleet.h"

enum { FLEETS = 500, RULES = 31 };

static int measure(size_t machines, bool split, size_t fleets, size_t *with_units, size_t *any)
{
    *with_units = *any = 0;
    for (uint64_t seed = 1; seed <= fleets; seed++) {
        struct fleet fleet;
        bool first;
        fleet_make(seed, machines, RULES, split, &fleet);
        if (fleet_judge(&fleet))
            return -1;
        *any += fleet_splits_told(&fleet, &first) > (first ? 1U : 0U);
        *with_units += first;
        fleet_free(&fleet);
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = {9, 16, 25, 40, 100, 400};
    size_t fleets = argc > 1 ? strtoul(argv[1], NULL, 10) : FLEETS;
    printf("%zu fleets of each size, %d rules; of the first, with one verdict of twenty turned round\n",
           fleets, RULES);
    printf("machines  found where it splits  a chance one told  a chance one told where nothing splits\n");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && fleets; i++) {
        size_t found, besides, none, chance;
        if (measure(sizes[i], true, fleets, &found, &besides) ||
            measure(sizes[i], false, fleets, &none, &chance))
            return EXIT_FAILURE;
        double percent = 100.0 / (double)fleets;
        printf("%8zu  %19.1f %%  %15.1f %%  %36.1f %%\n", sizes[i], percent * (double)found,
               percent * (double)besides, percent * (double)(chance + none));
    }
    return EXIT_SUCCESS;
}
