/* SPDX-License-Identifier: MIT */
/* Running gnuplot over the scripts in FOLDER/charts. Whoever made the folder, and whatever the user's shell
 * exports, the pictures are those of this call: gnuplot is found before any folder is changed, works in a
 * new folder with an environment of its own, and whole pictures are moved to their places. */
#ifndef CROSSPOINT_DRAWING_H
#define CROSSPOINT_DRAWING_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "paths.h"

enum { DRAWING_TIMEOUT_S = 60 }; /* of a chart, which takes a second */

/* The charts that were drawn: only these go into a page. */
struct drawn {
    char **ids;
    size_t count;
};
bool drawn_has(const struct drawn *drawn, const char *id);
void drawn_free(struct drawn *drawn);

/* The first gnuplot in an absolute folder of PATH; what is empty or relative there is passed over, as it may
 * name the results folder. */
int drawing_find_program(char path[PATH_BYTES], struct error *error);

/* Runs gnuplot on FOLDER/charts/ID.gp for each id, at most jobs at a time and timeout_s seconds each. Both
 * pictures of a chart, if gnuplot ended well and they are whole, replace FOLDER/charts/ID.svg and ID.png, and
 * its id goes to drawn. -1 with the first error; the charts begun before it are still finished. */
int drawing_run(const char *folder, const char *const *ids, size_t count, unsigned jobs, unsigned timeout_s,
                struct drawn *drawn, struct error *error);

#endif
