/* SPDX-License-Identifier: MIT */
/* What compare --ab measures must be builds of ours: said before anything is measured. */
#ifndef CROSSPOINT_COMPARE_PROGRAM_H
#define CROSSPOINT_COMPARE_PROGRAM_H

#include "error.h"
#include "paths.h"

/* The whole path of an executable file. 0, or -1 with error. */
int compare_program_find(const char *name, char path[PATH_BYTES], struct error *error);

/* Asks `PATH --version`; name is what the user called it. 0, or -1 with error. */
int compare_program_check(const char *name, const char *path, struct error *error);

#endif
