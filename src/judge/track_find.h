/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_TRACK_FIND_H
#define CROSSPOINT_TRACK_FIND_H

#include <stddef.h>

#include "error.h"

enum { TRACK_SESSIONS_MAX = 100000 };

struct track_folders {
    char **paths;
    size_t count;
};

/* Every folder with a samples.csv or a run.json below the folder `path`, or it itself; links are not
 * followed. What is found is added. 0, or -1 with error. Free with track_folders_free also after an error. */
int track_find(const char *path, struct track_folders *folders, struct error *error);
void track_folders_free(struct track_folders *folders);

#endif
