/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_COMPARE_FLIPS_H
#define CROSSPOINT_COMPARE_FLIPS_H

#include "gate.h"
#include "verdicts_file.h"

/* A rule that base and new decide differently; what one of them leaves open is none. */
struct compare_flip {
    const struct verdict_line *base, *new;
    bool fails; /* as the gate says, which may be NULL */
};
/* To be freed; count of them. NULL: out of memory. */
struct compare_flip *compare_flips(const struct verdict_lines *base, const struct verdict_lines *new,
                                   const struct gate *gate, size_t *count);

/* GATE_LOST or GATE_GAINED; GATE_NONE unless both words are decided and differ. */
int flip_direction(const char *from, const char *to);

#endif
