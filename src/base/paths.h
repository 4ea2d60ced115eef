/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_PATHS_H
#define CROSSPOINT_PATHS_H

#include <stddef.h>

#include "error.h"

enum { PATH_BYTES = 4096 };

/* Where the program's own data is: what = "rules", "systems.ini" or "gnuplot". $CROSSPOINT_DATA/WHAT if set;
 * else
 * ../share/crosspoint/WHAT from the program, wherever it was moved; else the source tree it was built from.
 */
int paths_data(const char *what, char path[PATH_BYTES], struct error *error);

/* The running program itself, for starting copies of it. */
int paths_program(char path[PATH_BYTES], struct error *error);

#endif
