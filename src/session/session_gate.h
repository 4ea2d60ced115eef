/* SPDX-License-Identifier: MIT */
/* Which blocks of a session count. */
#ifndef CROSSPOINT_SESSION_GATE_H
#define CROSSPOINT_SESSION_GATE_H

#include <stdbool.h>
#include <stdio.h>

#include "environment.h"
#include "session.h"

/* Interrupted: a run ended before it was judged; it does not count, and another takes its place. */
enum block_state { BLOCK_OPEN, BLOCK_ACCEPTED, BLOCK_INVALID, BLOCK_INTERRUPTED };
extern const char *const session_block_states[]; /* as run.json has them */

unsigned session_blocks_in_state(const struct session *session, enum block_state state);
unsigned session_repeats_max(const struct session *session);

/* A line for each disturbance that this machine hides from the gate. */
void session_gate_tell_blind(struct session *session, FILE *out);

/* Before the first block: what the gate cannot see goes into run.json, and canaries sing, so that the first
 * blocks have something to be held against. */
void session_gate_open(struct session *session);

/* Before each block: until one counts, notes who uses the CPU. */
void session_gate_begin(struct session *session);

/* Whether the block counts; if not, its rows become invalid and another takes its place as long as there are
 * repeats. 0, or -1 with error. */
int session_gate_judge(struct session *session, unsigned block, const struct environment *before,
                       struct error *error);

/* The first few blocks were all disturbed: more would be too. Names in session->busy_names what else ran. */
bool session_gate_hopeless(struct session *session);

#endif
