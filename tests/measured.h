/* SPDX-License-Identifier: MIT */
/* A cell that is measured by a test. */
#ifndef CROSSPOINT_TESTS_MEASURED_H
#define CROSSPOINT_TESTS_MEASURED_H

#include "cell_run.h"

struct measuring {
    const struct topology *topology;
    uint64_t items;
    int rounds; /* one leaves nothing behind that spoils the next */
};

struct outcome {
    char error[512];
    struct measurement measurement;
    char observed[64], requested[64];
    bool skipped;
};

/* In a child: a cell needs a process with one thread, and libuv's pool keeps its size for life. */
struct outcome measured_in_child(const struct measuring *measuring, const char *name);

/* That it runs, where it was told to, or is skipped. */
void measured_assert(const struct measuring *measuring, const char *name, const char *place);

#endif
