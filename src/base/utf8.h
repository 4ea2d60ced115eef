/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_UTF8_H
#define CROSSPOINT_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes of the character that text begins with, 1 to 4; 0 if it begins with none (RFC 3629: no overlong
 * form, no surrogate, nothing beyond U+10FFFF), or if length cuts it. */
size_t utf8_character(const char *text, size_t length);

bool utf8_valid(const char *text, size_t length);

/* Each byte that is of no character becomes '?', so that text which was cut within one is text again. */
void utf8_repair(char *text);

#endif
