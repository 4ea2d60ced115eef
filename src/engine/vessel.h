/* SPDX-License-Identifier: MIT */
/* A round of which workers may die, in a process of its own: a thread that crashes takes that with it, a
 * process only itself, and both are told by what is left in the shared mapping. Processes that tasks have
 * started and left are ended after it. */
#ifndef CROSSPOINT_VESSEL_H
#define CROSSPOINT_VESSEL_H

struct run;

/* Starts the model, runs one round (begun by the caller), stops the model. If the vessel itself dies, what
 * was not recorded is lost and the clock ends there. -1: run->error, for what is no death of a worker. */
int vessel_run(struct run *run);

#endif
