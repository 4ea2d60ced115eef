/* SPDX-License-Identifier: MIT */
/* Files that are written whole or not at all, and files that are read though somebody else made them. */
#ifndef CROSSPOINT_FILE_H
#define CROSSPOINT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "error.h"
#include "paths.h"

/* Being written: a new file beside `path`, which takes its place once all of it is there. */
struct file_new {
    FILE *stream;
    char path[PATH_BYTES];
    char temporary[PATH_BYTES + 32]; /* "": the stream goes straight to the path */
};

/* Begins path anew. What is there stays as it is until file_finish: a link is replaced, not followed. Returns
 * file->stream, which stays the file's; NULL with error. */
FILE *file_create(struct file_new *file, const char *path, struct error *error);

/* The same for a path that the user typed: a link is followed, and what is no regular file (a device, a pipe)
 * is written straight to. */
FILE *file_create_named(struct file_new *file, const char *path, struct error *error);

/* Ends the writing: 0 if every byte was taken and the file stands at its path; else -1 with error, and what
 * stood there before still does. */
int file_finish(struct file_new *file, struct error *error);

/* Gives up: nothing of it is left. After file_finish, and on a file of zeros, without effect. */
void file_drop(struct file_new *file);

enum { FILE_NO_LINK = 1 }; /* a link is refused: in a results folder, whoever made it */

/* Opens a regular file of at most bytes_max for reading; what is none (a pipe, a device) is refused and never
 * waited for. *bytes (may be NULL): its size. A descriptor that is closed on exec, or -1 with error, which
 * names the path; *missing (may be NULL) tells whether there is no such file. */
int file_open(const char *path, int flags, size_t bytes_max, size_t *bytes, bool *missing,
              struct error *error);

/* The whole of it, with a NUL byte behind; to be freed. NULL with error. */
char *file_read(const char *path, int flags, size_t bytes_max, size_t *bytes, bool *missing,
                struct error *error);

#endif
