/* SPDX-License-Identifier: MIT */
#include "schedule.h"

#include <math.h>

#include "random.h"

void schedule_begin(struct schedule *schedule, const struct load_options *options, unsigned part,
                    unsigned parts)
{
    double gap_ns = options->rate > 0 ? 1e9 / options->rate : 0;
    if (options->shares) {
        part = options->share * parts + part;
        parts *= options->shares;
    }
    *schedule = (struct schedule){
        .arrivals = options->arrivals, .random = random_mix(options->seed + part), .gap_ns = gap_ns * parts};
    if (options->arrivals == LOAD_CONSTANT) /* they take turns */
        schedule->at_ns = gap_ns * part - schedule->gap_ns;
}

/* -log(u), 0 < u <= 1, is exponential. */
static double draw_gap(struct schedule *schedule)
{
    if (schedule->arrivals == LOAD_CONSTANT)
        return schedule->gap_ns;
    double u = (double)((random_next(&schedule->random) >> 11) + 1) * 0x1p-53;
    return -log(u) * schedule->gap_ns;
}

uint64_t schedule_next(struct schedule *schedule)
{
    if (schedule->gap_ns > 0)
        schedule->at_ns += draw_gap(schedule);
    return (uint64_t)fmax(schedule->at_ns, 0);
}
