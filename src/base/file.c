/* SPDX-License-Identifier: MIT */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Writing */

static FILE *fail(struct file_new *file, struct error *error)
{
    error_set(error, "%s: %s", file->path, strerror(errno));
    memset(file, 0, sizeof *file);
    return NULL;
}

/* A name that nobody can have put there before: O_EXCL would refuse it, and we try others. */
static int open_beside(struct file_new *file)
{
    enum { TRIES = 16 };
    int descriptor = -1;
    for (int i = 0; i < TRIES && descriptor < 0; i++) {
        uint32_t bits = 0;
        if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != sizeof bits)
            bits = (uint32_t)getpid() + (uint32_t)i;
        snprintf(file->temporary, sizeof file->temporary, "%s.new-%08x", file->path, bits);
        descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (descriptor < 0 && errno != EEXIST)
            break;
    }
    return descriptor;
}

FILE *file_create(struct file_new *file, const char *path, struct error *error)
{
    memset(file, 0, sizeof *file);
    snprintf(file->path, sizeof file->path, "%s", path);
    int descriptor = open_beside(file);
    if (descriptor < 0)
        return fail(file, error);
    file->stream = fdopen(descriptor, "w");
    if (file->stream)
        return file->stream;
    close(descriptor);
    unlink(file->temporary);
    return fail(file, error);
}

FILE *file_create_named(struct file_new *file, const char *path, struct error *error)
{
    struct stat status;
    char target[PATH_MAX];
    bool there = stat(path, &status) == 0;
    if (!there || S_ISREG(status.st_mode))
        return file_create(file, there && realpath(path, target) ? target : path, error);
    memset(file, 0, sizeof *file);
    snprintf(file->path, sizeof file->path, "%s", path);
    file->stream = fopen(path, "we");
    return file->stream ? file->stream : fail(file, error);
}

int file_finish(struct file_new *file, struct error *error)
{
    errno = ENOSPC; /* of a write whose own error is gone by now */
    bool failed = fflush(file->stream) || ferror(file->stream);
    int code = errno;
    if (fclose(file->stream) && !failed) {
        failed = true;
        code = errno;
    }
    file->stream = NULL;
    if (!failed && *file->temporary && rename(file->temporary, file->path)) {
        failed = true;
        code = errno;
    }
    if (failed) {
        error_set(error, "%s: %s", file->path, strerror(code));
        file_drop(file);
    }
    file->temporary[0] = '\0';
    return failed ? -1 : 0;
}

void file_drop(struct file_new *file)
{
    if (file->stream)
        fclose(file->stream);
    if (*file->temporary)
        unlink(file->temporary);
    memset(file, 0, sizeof *file);
}

/* Reading */

int file_open(const char *path, int flags, size_t bytes_max, size_t *bytes, bool *missing,
              struct error *error)
{
    bool no_link = flags & FILE_NO_LINK;
    struct stat status;
    int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (no_link ? O_NOFOLLOW : 0));
    if (missing)
        *missing = file < 0 && (errno == ENOENT || errno == ENOTDIR);
    if (file < 0 && errno == ELOOP && no_link)
        return error_set(error, "%s: a link, which is not followed in a results folder", path);
    if (file < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    bool regular = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    if (!regular)
        error_set(error, "%s: not a file", path);
    else if ((uintmax_t)status.st_size > bytes_max)
        error_set(error, "%s: larger than %.3g MiB", path, (double)bytes_max / 1048576);
    if (!regular || (uintmax_t)status.st_size > bytes_max) {
        close(file);
        return -1;
    }
    if (bytes)
        *bytes = (size_t)status.st_size;
    return file;
}

char *file_read(const char *path, int flags, size_t bytes_max, size_t *bytes, bool *missing,
                struct error *error)
{
    size_t size, used = 0;
    int file = file_open(path, flags, bytes_max, &size, missing, error);
    if (file < 0)
        return NULL;
    char *text = malloc(size + 1);
    ssize_t got = 1;
    while (text && used < size && got > 0) {
        got = read(file, text + used, size - used);
        used += got > 0 ? (size_t)got : 0;
    }
    if (!text || got < 0) {
        error_set(error, "%s: %s", path, text ? strerror(errno) : "out of memory");
        free(text);
        text = NULL;
    } else {
        text[used] = '\0';
        *bytes = used;
    }
    close(file);
    return text;
}
