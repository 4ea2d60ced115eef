/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_SELFTEST_CELLS_H
#define CROSSPOINT_SELFTEST_CELLS_H

#include <stdbool.h>

enum { SELFTEST_FAMILIES_MAX = 8 };

/* What the instrument checks itself with. Defined beside the workloads, in bench/selftest_cells.c. */
struct selftest_cells {
    struct {
        const char *workload, *keys;
        const char *keys_one;          /* of a model that has one task in flight */
        bool quick;                    /* also with --quick */
    } families[SELFTEST_FAMILIES_MAX]; /* each under every model, against itself; ends with NULL */
    const char *busy;                  /* a cell that keeps all units busy */
    const char *busy_key;              /* its work is proportional to this key */
    const char *waiting,
        *waiting_key;       /* a workload whose tasks wait for as many ms; its value is how long they did */
    const char *connecting; /* a cell with more connections than 64 descriptors hold */
    const char *stoppable;  /* a cell with lasting processes that waits */
};
extern const struct selftest_cells selftest_cells;

#endif
