/* SPDX-License-Identifier: MIT */
/* The carriers of a model whose workers outlive their tasks: made, awaited, and replaced where a workload is
 * mortal. */
#ifndef CROSSPOINT_CREW_H
#define CROSSPOINT_CREW_H

#include "carrier.h"

/* What a body's argument says: it takes the place of one that died in the middle of a round. */
enum { CREW_FIRST, CREW_REPLACEMENT };

/* Makes run->workers carriers of body and waits until all are ready. -1: run->error. */
int crew_start(struct run *run, carrier_body *body);

/* Awaits them, after they have been told to end; a death that was not expected ends the process. */
void crew_stop(struct run *run);

/* For run_await_finished: what a dead worker had in hand is lost, and another takes its place. */
void crew_replace_dead(struct run *run);

#endif
