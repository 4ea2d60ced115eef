/* SPDX-License-Identifier: MIT */
/* A round of the generator, from first connection to last. */
#ifndef CROSSPOINT_ROUND_H
#define CROSSPOINT_ROUND_H

#include "sender.h"

/* Tells its beginning and its end through the options' functions. */
void round_run(struct plan *plan);

/* The addresses that a process's connections come from: the first of LOAD_SOURCES, and whether one is of
 * them; in the machine's byte order. */
uint32_t round_source(pid_t process);
bool round_is_source(uint32_t source, uint32_t address);

#endif
