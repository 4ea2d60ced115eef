/* SPDX-License-Identifier: MIT */
/* samples.csv while it grows: a row is on disk when it is appended, and nothing measured is ever lost. */
#ifndef CROSSPOINT_SAMPLES_FILE_H
#define CROSSPOINT_SAMPLES_FILE_H

#include "error.h"
#include "paths.h"
#include "result.h"

struct samples_file {
    char path[PATH_BYTES + 16];
    int descriptor; /* 0: not open */
};

/* Each: 0, or -1 with error that names the file. */

/* folder/samples.csv, which must not exist, with its header. */
int samples_file_create(struct samples_file *file, const char *folder, struct error *error);
/* Hands the rows of an interrupted run to take() and opens the file behind the last whole one; one that is
 * cut is dropped. */
int samples_file_resume(struct samples_file *file, const char *folder, result_take *take, void *context,
                        struct error *error);
int samples_file_append(const struct samples_file *file, const struct row *row, struct error *error);
/* The block's ok rows become invalid, in a copy that then takes the file's place. */
int samples_file_invalidate(struct samples_file *file, unsigned block, const char *reason,
                            struct error *error);
void samples_file_close(struct samples_file *file);

#endif
