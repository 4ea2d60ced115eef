/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_ERROR_H
#define CROSSPOINT_ERROR_H

/* What was wrong, where, and what would be right: one line, no newline, ready for "crosspoint: %s\n". */
struct error {
    char text[512];
};

/* Fills error (which may be NULL) and returns -1, so that a function can `return error_set(...)`. */
int error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " in front of the text: the place where the error was met. Returns -1. */
int error_prefix(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "crosspoint: TEXT" on stderr, control characters told and not sent; returns EXIT_USAGE, so that a command
 * can `return error_tell(&error)`. */
int error_tell(const struct error *error);

#endif
