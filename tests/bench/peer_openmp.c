/* SPDX-License-Identifier: MIT */
/* The submitter is one of the team. Above 64 tasks a thread gcc's runtime does not defer a task but
 * runs it there. */
#include <stdlib.h>

#include "peers.h"

static void *start(unsigned workers)
{
    unsigned *state = malloc(sizeof *state);
    if (state)
        *state = workers;
    return state;
}

static void submit(void *state, uint64_t tasks)
{
    unsigned team = *(unsigned *)state;
#pragma omp parallel num_threads(team)
#pragma omp single
    {
        for (uint64_t task = 0; task < tasks; task++) {
            window_enter();
#pragma omp task
            window_done();
        }
        window_drain();
    }
}

const struct peer peer_openmp = {"OpenMP task", start, submit, free};
