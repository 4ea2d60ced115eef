/* SPDX-License-Identifier: MIT */
#include "paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int paths_program(char path[PATH_BYTES], struct error *error)
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_BYTES - 1);
    if (length < 0)
        return error_set(error, "/proc/self/exe: %s", strerror(errno));
    path[length] = '\0';
    return 0;
}

int paths_data(const char *what, char path[PATH_BYTES], struct error *error)
{
    const char *data = getenv("CROSSPOINT_DATA");
    char program[PATH_BYTES];
    if (data && *data) {
        snprintf(path, PATH_BYTES, "%s/%s", data, what);
        if (access(path, R_OK) == 0)
            return 0;
        return error_set(error, "CROSSPOINT_DATA: no %s: %s", path, strerror(errno));
    }
    if (paths_program(program, error))
        return -1;
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    snprintf(path, PATH_BYTES, "%s/../share/crosspoint/%s", program, what);
    if (access(path, R_OK) == 0)
        return 0;
    snprintf(path, PATH_BYTES, "%s/%s/%s", CROSSPOINT_SOURCE,
             strcmp(what, "gnuplot") == 0 ? "scripts" : "bench", what);
    if (access(path, R_OK) == 0)
        return 0;
    return error_set(error,
                     "no %s in %s/../share/crosspoint; install with `meson install` or set CROSSPOINT_DATA",
                     what, program);
}
