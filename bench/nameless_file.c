/* SPDX-License-Identifier: MIT */
#include "nameless_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *nameless_file_folder(void)
{
    const char *name = getenv("TMPDIR");
    return name && *name ? name : "/tmp";
}

int nameless_file_open(void)
{
    char path[4096];
    int file = open(nameless_file_folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0)
        return file;
    /* Some file systems have no files that never had a name. */
    if (snprintf(path, sizeof path, "%s/crosspoint-XXXXXX", nameless_file_folder()) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    file = mkostemp(path, O_CLOEXEC);
    if (file >= 0)
        unlink(path);
    return file;
}

int nameless_file_write(int file, const void *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t written = write(file, (const char *)bytes + done, count - done);
        if (written < 0 && errno != EINTR)
            return -1;
        done += written > 0 ? (size_t)written : 0;
    }
    return 0;
}

int nameless_file_set_direct(int file)
{
    int flags = fcntl(file, F_GETFL);
    return flags < 0 ? -1 : fcntl(file, F_SETFL, flags | O_DIRECT);
}
