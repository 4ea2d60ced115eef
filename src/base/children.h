/* SPDX-License-Identifier: MIT */
/* Processes that others have left us. */
#ifndef CROSSPOINT_CHILDREN_H
#define CROSSPOINT_CHILDREN_H

#include <stddef.h>
#include <sys/types.h>

/* From now on processes whose parents have died come to this one, whoever of its descendants started them. */
void children_adopt(void);

enum { CHILDREN_MAX = 256 };
struct children {
    pid_t processes[CHILDREN_MAX];
    size_t count; /* more than fit: CHILDREN_MAX + 1 */
};

/* This process's children now, of all its threads; zombies too. */
void children_read(struct children *children);

/* Ends and awaits all children but those in `kept`, and what comes to us when they end, until none is left.
 * Does nothing where `kept` is not whole. */
void children_end_others(const struct children *kept);

#endif
