/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_FOLDER_H
#define CROSSPOINT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* Makes the folder at path and those above it that are missing. *before: how many bytes of path name a
 * folder that was there, for folder_unmake. -1 with error; *exists (may be NULL) tells whether that is
 * because something stands at path already. */
int folder_make(const char *path, size_t *before, bool *exists, struct error *error);

/* Removes what folder_make made, as far as it is empty. */
void folder_unmake(const char *path, size_t before);

/* Whether some bytes can be written there, by writing the first of them, and whether its disk says that it
 * has room for all. 0, or -1 with error. */
int folder_check_room(const char *path, uint64_t bytes, struct error *error);

#endif
