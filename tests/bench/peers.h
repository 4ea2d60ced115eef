/* SPDX-License-Identifier: MIT */
/* Pools to compare: each is given empty tasks one by one, with so many in flight. C, and C++ for TBB. */
#ifndef CROSSPOINT_PEERS_H
#define CROSSPOINT_PEERS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { IN_FLIGHT = 1000 };

struct peer {
    const char *name;
    void *(*start)(unsigned workers);            /* NULL: could not */
    void (*submit)(void *state, uint64_t tasks); /* returns when all are done */
    void (*stop)(void *state);
};

extern const struct peer peer_pool, peer_libuv, peer_glib, peer_tbb_group, peer_tbb_enqueue, peer_openmp;

/* The same bound for all that have none of their own: the submitter enters before each task, and sleeps while
 * IN_FLIGHT are not done, until half of them are. */
void window_enter(void);
void window_done(void);  /* by the worker, after a task */
void window_drain(void); /* returns when all that entered are done */

#ifdef __cplusplus
}
#endif
#endif
