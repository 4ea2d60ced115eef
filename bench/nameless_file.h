/* SPDX-License-Identifier: MIT */
/* Files that the kernel removes with their last descriptor: nothing is left of them, whatever dies. */
#ifndef CROSSPOINT_NAMELESS_FILE_H
#define CROSSPOINT_NAMELESS_FILE_H

#include <stddef.h>

/* Where they lie: TMPDIR, or /tmp. */
const char *nameless_file_folder(void);

/* A new one, to read and write; -1 with errno. */
int nameless_file_open(void);
/* All of it, from where the file stands; -1 with errno. */
int nameless_file_write(int file, const void *bytes, size_t count);
/* From here on it is read and written past the page cache; -1 with errno where its file system has no such
 * way. */
int nameless_file_set_direct(int file);

#endif
