/* SPDX-License-Identifier: MIT */
/* One writer a results folder: a lock that ends with the process that holds it, however that ends. */
#ifndef CROSSPOINT_FOLDER_LOCK_H
#define CROSSPOINT_FOLDER_LOCK_H

#include "error.h"
#include "paths.h"

struct folder_lock {
    char path[PATH_BYTES + 8];
    int file; /* 0 or below: not held */
};

/* Takes the lock, or says which process has it: -1 with error. A file system without locks has none to take,
 * which is no error. */
int folder_lock_take(struct folder_lock *lock, const char *folder, struct error *error);
void folder_lock_free(struct folder_lock *lock);

#endif
