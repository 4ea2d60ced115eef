/* SPDX-License-Identifier: MIT */
#include "folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paths.h"

void folder_unmake(const char *path, size_t before)
{
    char part[PATH_BYTES];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = part + strlen(part); slash && (size_t)(slash - part) > before;
         slash = strrchr(part, '/')) {
        *slash = '\0';
        if (rmdir(part) && errno != ENOENT)
            return;
    }
}

/* path itself is not ours: somebody else's folder may stand there, empty still. */
static void unmake_parents(const char *path, size_t before)
{
    char parent[PATH_BYTES];
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (!slash)
        return;
    *slash = '\0';
    folder_unmake(parent, before);
}

int folder_make(const char *path, size_t *before, bool *exists, struct error *error)
{
    char part[PATH_BYTES];
    snprintf(part, sizeof part, "%s", path);
    *before = 0;
    if (exists)
        *exists = false;
    bool made = false;
    for (char *slash = strchr(part + (*part == '/'), '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, 0777) == 0)
            made = true;
        else if (errno != EEXIST) {
            error_set(error, "%s: %s", part, strerror(errno));
            unmake_parents(part, *before);
            return -1;
        }
        if (!made)
            *before = (size_t)(slash - part);
        *slash = '/';
    }
    if (mkdir(path, 0777) == 0)
        return 0;
    if (exists)
        *exists = errno == EEXIST;
    if (errno == EEXIST)
        error_set(error, "%s exists; results are never overwritten", path);
    else
        error_set(error, "%s: %s", path, strerror(errno));
    unmake_parents(path, *before);
    return -1;
}
