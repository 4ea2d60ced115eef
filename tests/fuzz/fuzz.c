/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64], path[128];

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

static void make_folder(const char *name)
{
    const char *memory = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
    snprintf(folder, sizeof folder, "%s/crosspoint-fuzz-XXXXXX", memory);
    if (!mkdtemp(folder))
        abort();
    snprintf(path, sizeof path, "%s/%s", folder, name);
    atexit(remove_folder);
}

const char *fuzz_file(const char *name, const uint8_t *data, size_t size)
{
    if (!*folder)
        make_folder(name);
    FILE *file = fopen(path, "w");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file))
        abort();
    return path;
}

const char *fuzz_folder(const char *name, const uint8_t *data, size_t size)
{
    fuzz_file(name, data, size);
    return folder;
}
