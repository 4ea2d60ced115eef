/* SPDX-License-Identifier: MIT */
/* Small INI files of one's own, key by key (inih). Rules, whose errors want lines of keys read before, have a
 * reader of theirs. */
#ifndef CROSSPOINT_INI_FILE_H
#define CROSSPOINT_INI_FILE_H

#include <stddef.h>

#include "error.h"

/* Takes a value, or one of its continuation lines. 0, or -1 with error. */
typedef int ini_file_take(void *context, const char *section, const char *key, const char *value,
                          struct error *error);

/* Gives take all keys of a regular file of at most 1 MiB, in their order. -1 with error, which names the file
 * and the line: of the first that take refuses, or that is neither section nor key. */
int ini_file_read(const char *path, ini_file_take *take, void *context, struct error *error);

/* A key's value to where nothing stands yet; it must be of 1 to text_bytes - 1 bytes. -1 with error. */
int ini_file_copy(const char *key, const char *value, char *text, size_t text_bytes, struct error *error);

#endif
