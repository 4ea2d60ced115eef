/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_FILTER_H
#define CROSSPOINT_FILTER_H

#include <regex.h>

#include "error.h"

/* Compiles an extended regular expression that a user typed, for regexec without matches; to be freed with
 * regfree. -1 with error: it is none, or one that the C library would copy out until its stack or the memory
 * ends: more than 1000 bytes, a back-reference, or repetitions that multiply to more than 1000 elements. */
int filter_compile(const char *text, regex_t *regex, struct error *error);

#endif
