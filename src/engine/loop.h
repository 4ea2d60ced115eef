/* SPDX-License-Identifier: MIT */
/* A libuv loop and its tasks in flight: what the models with loops share. */
#ifndef CROSSPOINT_LOOP_H
#define CROSSPOINT_LOOP_H

#include "run.h"

struct loop;

/* In its own worker's thread, or the caller's. NULL with error. */
struct loop *loop_open(struct run *run, unsigned worker, struct error *error);
/* Begins tasks, its share of conc at a time, until none is left to claim and none is in flight; records them.
 */
void loop_round(struct loop *loop);
void loop_close(struct loop *loop);

#endif
