/* SPDX-License-Identifier: MIT */
/* What the documents use, and the cells that stand for it: data, in one INI file (bench/systems.ini), which
 * says how it is written. Whether there are such cells, their runtime knows. */
#ifndef CROSSPOINT_SYSTEMS_H
#define CROSSPOINT_SYSTEMS_H

#include <stddef.h>

#include "cell.h"
#include "error.h"

enum { SYSTEM_CELLS_MAX = 32 };

struct system {
    char section[48];
    char name[64], what[120];
    struct cell cells[SYSTEM_CELLS_MAX];
    size_t cell_count;
};
struct systems {
    struct system *systems; /* in the file's order */
    size_t count;
};

/* 0, or -1 with error, which names file and line. To be freed in either case. */
int systems_load(const char *path, struct systems *systems, struct error *error);
void systems_free(struct systems *systems);

#endif
