/* SPDX-License-Identifier: MIT */
/* What workloads with a load generator ask of the run. */
#ifndef CROSSPOINT_GENERATOR_H
#define CROSSPOINT_GENERATOR_H

#include <sys/types.h>

#include "topology.h"
#include "workload.h"

/* Where the load generator of this run is to sit. */
struct generator_place {
    unsigned threads;
    const struct topology *topology;
    const unsigned *units; /* [threads] os indices; NULL: unbound */
};
struct generator_place run_generator_place(const struct run *run);

/* A process that is no worker: its memory does not count. */
void run_set_generator(struct run *run, pid_t process);

#endif
