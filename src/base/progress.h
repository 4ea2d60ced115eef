/* SPDX-License-Identifier: MIT */
/* What a run says while it runs, on stderr: one line that is rewritten on a terminal, a line a block
 * elsewhere. */
#ifndef CROSSPOINT_PROGRESS_H
#define CROSSPOINT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void progress_calibrating(bool quiet, size_t done, size_t count, const char *cell);
void progress_launch(bool quiet, uint64_t done, uint64_t count, double left_s, const char *cell);
void progress_block(bool quiet, unsigned done, unsigned count, uint64_t failed, double left_s);
void progress_disturbed(bool quiet, unsigned block, const char *reason, bool repeat);
void progress_clear(bool quiet); /* leaves the terminal's line empty */

/* Colour on this stream: a terminal, and NO_COLOR not set. */
bool progress_colour(int descriptor);
/* Columns of the terminal on this descriptor, 0 if it is none. */
int progress_width(int descriptor);

#endif
