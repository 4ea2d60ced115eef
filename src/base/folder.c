/* SPDX-License-Identifier: MIT */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
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

/* A disk may have no room for it, or a quota, or a limit of file size. */
static int write_some(int file)
{
    enum { BYTES = 1 << 16 };
    static const char zeros[BYTES];
    ssize_t written;
    for (size_t done = 0; done < BYTES; done += (size_t)written)
        if ((written = write(file, zeros, BYTES - done)) <= 0)
            return -1;
    return 0;
}

int folder_check_room(const char *path, uint64_t bytes, struct error *error)
{
    char name[PATH_BYTES + 16];
    struct statvfs disk;
    snprintf(name, sizeof name, "%s/.room-XXXXXX", path);
    int file = mkostemp(name, O_CLOEXEC);
    int failed = file < 0 ? -1 : write_some(file);
    if (failed)
        error_set(error, "%s: nothing can be written there: %s", path, strerror(errno));
    if (file >= 0) {
        close(file);
        unlink(name);
    }
    if (failed || statvfs(path, &disk) || disk.f_blocks == 0)
        return failed;
    double left = (double)disk.f_bavail * (double)disk.f_frsize;
    return left >= (double)bytes
               ? 0
               : error_set(error, "%s: its disk has %.3g MiB left, some %.3g MiB are needed", path,
                           left / 1048576, (double)bytes / 1048576);
}
