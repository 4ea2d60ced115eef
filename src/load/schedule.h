/* SPDX-License-Identifier: MIT */
/* When the messages of an open loop are due. */
#ifndef CROSSPOINT_SCHEDULE_H
#define CROSSPOINT_SCHEDULE_H

#include <stdint.h>

#include "load.h"

/* One thread's part of the messages. Poisson processes add up to one, so that each has its own. */
struct schedule {
    enum load_arrivals arrivals;
    uint64_t random;
    double gap_ns, at_ns;
};

/* parts > part, of one generator: all have as many. A rate of 0: all is due at once. */
void schedule_begin(struct schedule *schedule, const struct load_options *options, unsigned part,
                    unsigned parts);
/* Nanoseconds from the start at which the next message is due. */
uint64_t schedule_next(struct schedule *schedule);

#endif
