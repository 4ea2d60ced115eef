/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_ARRAY_H
#define CROSSPOINT_ARRAY_H

#include <stddef.h>

/* An array of malloc that grows one by one: with room for one behind `count`, whose room is always the next
 * power of two; array NULL: none yet. NULL: out of memory, and the array is as it was. */
void *array_room(void *array, size_t count, size_t element_bytes);

#endif
