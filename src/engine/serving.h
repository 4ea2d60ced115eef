/* SPDX-License-Identifier: MIT */
/* A cell that serves whoever comes, on a socket that it is given, instead of its own load generator. */
#ifndef CROSSPOINT_SERVING_H
#define CROSSPOINT_SERVING_H

#include <stdatomic.h>
#include <stdint.h>

#include "cell_run.h"

struct serving {
    int listener;          /* it listens; shut down: no more is accepted */
    _Atomic uint32_t busy; /* in memory that all share: connections with an answer on its way */
};

/* cell_open() of a workload that serves; its round has no end. */
struct run *cell_open_serving(const struct cell *cell, const struct topology *topology,
                              struct serving *serving, struct error *error);

#endif
