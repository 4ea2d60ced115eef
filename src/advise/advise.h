/* SPDX-License-Identifier: MIT */
/* Measures what advice is made of, within a time. */
#ifndef CROSSPOINT_ADVISE_H
#define CROSSPOINT_ADVISE_H

#include <stdint.h>

#include "advice.h"
#include "run_setup.h"

struct advise {
    struct run_options run; /* own: whose work; seed, out, quiet, pythons */
    double seconds;
    unsigned in_flight_max; /* 0: as many as are worth a try */
};

/* 0, 1 when interrupted, 2 when the work itself fails or takes too long (error says so), -1 with error.
 * session: opened by run_setup_open; its folder has the samples. */
int advise_measure(const struct advise *advise, struct session *session, struct advice *advice,
                   struct error *error);

#endif
