/* SPDX-License-Identifier: MIT */
/* Did the machine itself step? Each run times its canaries, loops of crosspoint's own that no change of the
 * code under test touches: where one of them steps with a cell, the commit is not shown to be the cause. */
#ifndef CROSSPOINT_TRACK_CANARY_H
#define CROSSPOINT_TRACK_CANARY_H

#include <stddef.h>

#include "track.h"

/* The readings in sessions window[window_count] against those in base[base_count], tested as a cell's are
 * (step.h), at alpha over the number of canaries, by the effect at least and by half of step_log, the step
 * that is to be explained (below 0: slower), in its direction.
 * Returns which, the one that moved farthest, with its ratio (above 1: faster); SIZE_MAX: none did, or they
 * are not known. */
size_t track_canary_find(const struct track_canaries *canaries, const size_t *base, size_t base_count,
                         const size_t *window, size_t window_count, double step_log,
                         const struct track_options *options, double *ratio);

#endif
