/* SPDX-License-Identifier: MIT */
/* A command as a user types it, to be started many times. */
#ifndef CROSSPOINT_COMMAND_LINE_H
#define CROSSPOINT_COMMAND_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "paths.h"

enum { COMMAND_LINE_BYTES = 8192, COMMAND_LINE_WORDS_MAX = 512 };

struct command_line {
    char program[PATH_BYTES]; /* what is started */
    const char *words[COMMAND_LINE_WORDS_MAX];
    size_t count;
    char storage[COMMAND_LINE_BYTES];
};

/* Words in '', "" or with \ as a shell takes them; a command that asks for more of a shell (| > $ * ; ...) is
 * given to /bin/sh. -1 with error: an open quote, too long, or no such program in PATH. The words point into
 * *line. */
int command_line_read(const char *text, struct command_line *line, struct error *error);

/* The arguments, in which each {index} is the number; for posix_spawn. They stand in text. 0, or -1: too
 * long. */
struct command_line_arguments {
    char *words[COMMAND_LINE_WORDS_MAX + 1];
    char text[COMMAND_LINE_BYTES];
};
int command_line_fill(const struct command_line *line, uint64_t index,
                      struct command_line_arguments *arguments);

#endif
