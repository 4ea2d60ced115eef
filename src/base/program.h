/* SPDX-License-Identifier: MIT */
/* A build of crosspoint that launches are started from: opened once, so that all of them are of one file. */
#ifndef CROSSPOINT_PROGRAM_H
#define CROSSPOINT_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "error.h"
#include "paths.h"

struct program {
    char path[PATH_BYTES];
    int file; /* O_PATH; -1: not opened */
    /* What the file was when it was opened. */
    dev_t device;
    ino_t inode;
    off_t bytes;
    struct timespec written;
    bool own;     /* the running program, which nobody can write to */
    bool by_path; /* whoever runs it opens it again, by its path: an interpreter a script, a process a plugin
                   */
};

/* path: NULL for the running program itself, even if its file has been replaced since it was started. 0, or
 * -1 with error. */
int program_open(struct program *program, const char *path, struct error *error);
void program_close(struct program *program); /* also one that was never opened: {.file = -1} */

/* That what would be started is still what was opened. A file that another took the place of still is; one
 * that was written to is not, nor is a script whose path leads elsewhere. 0, or -1 with error. */
int program_check(const struct program *program, struct error *error);

/* Becomes the program: arguments[0] is the path. Returns with errno if it cannot. Async-signal-safe. */
void program_exec(const struct program *program, char *const arguments[]);

#endif
