/* SPDX-License-Identifier: MIT */
/* Memory of each worker's own, of a size that is swept through the caches: key working-set-kib. Its worker is
 * the first to touch it, so that it lies in the worker's own NUMA domain: before the clock where workers
 * last, else with the first task in the worker's place, which is of the warm-up. */
#ifndef CROSSPOINT_WORKING_SET_H
#define CROSSPOINT_WORKING_SET_H

#include <stdalign.h>
#include <stdbool.h>

#include "workload.h"

#define WORKING_SET_PARAM                                                                                    \
    {                                                                                                        \
        .key = "working-set-kib", .value_default = "1024", .summary = "memory of each worker in KiB"         \
    }

/* In memory that all share; what it tells is its worker's to change. */
struct working_set {
    alignas(64) void *memory; /* page by page its worker's */
    uint64_t tasks;           /* done on it, in all rounds */
    uint64_t position;        /* where the last one left off, for tasks that go on from there */
    bool made;
};

/* The hooks. */
int working_set_possible(const struct cell *cell, unsigned workers, unsigned in_flight, struct error *error);
int working_set_prepare(struct run *run);

/* The worker's; make() fills its bytes, if that has not been done. */
typedef void working_set_make(const struct working_set *set, uint64_t bytes);
struct working_set *working_set_of(struct run *run, unsigned worker, working_set_make *make);
uint64_t working_set_bytes(const struct run *run);

/* Of tasks that count themselves in their set and return index + 1: the proof holds if each set is as its
 * tasks must have left it. */
typedef bool working_set_check(const struct working_set *set, uint64_t bytes);
void working_set_account(const struct run *run, uint64_t items, working_set_check *check,
                         struct account *account);

#endif
