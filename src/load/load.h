/* SPDX-License-Identifier: MIT */
/* The load generator: a process of its own, bound to units of its own, that drives a TCP server under test
 * over loopback. Closed loop: each of conc connections has one message in flight until `items` have been
 * answered. */
#ifndef CROSSPOINT_LOAD_H
#define CROSSPOINT_LOAD_H

#include <stdint.h>

struct run;
struct load;

enum { LOAD_MESSAGE_BYTES = 64 };

/* Opens a listening socket on a free loopback port, into *listener, and forks the generator; before any
 * worker is made. A generator that dies ends the launch. NULL: run->error. */
struct load *load_start(struct run *run, int *listener);

/* Begins a round: connects, has one message answered on every connection, then starts the clock of
 * run->shared. When the last answer is in it stops the clock, fills startup_ns, memory_bytes, latency and
 * value_sum (its own CPU time in millionths of the wall time of its threads), and closes the connections with
 * a reset: ECONNRESET is their end. To be called by the round's first task. */
void load_go(struct load *load);

/* Messages the server answers in a round of `items`, warm-up included. */
uint64_t load_messages(const struct run *run, uint64_t items);

/* Ends and awaits the generator, closes the listener. */
void load_stop(struct load *load);

#endif
