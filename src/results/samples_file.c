/* SPDX-License-Identifier: MIT */
#include "samples_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

enum { ROW_BYTES = 8192 };

static int open_file(struct samples_file *file, int flags, struct error *error)
{
    file->descriptor = open(file->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0666);
    if (file->descriptor >= 0)
        return 0;
    file->descriptor = 0;
    return error_set(error, "%s: %s", file->path, strerror(errno));
}

static int append(const struct samples_file *file, const char *text, size_t length, struct error *error)
{
    if (length == 0)
        return error_set(error, "%s: row too long", file->path);
    errno = ENOSPC; /* that of a write cut short */
    if (write(file->descriptor, text, length) != (ssize_t)length || fdatasync(file->descriptor))
        return error_set(error, "%s: %s", file->path, strerror(errno));
    return 0;
}

int samples_file_create(struct samples_file *file, const char *folder, struct error *error)
{
    char header[ROW_BYTES];
    snprintf(file->path, sizeof file->path, "%s/samples.csv", folder);
    return open_file(file, O_CREAT | O_EXCL, error) ||
                   append(file, header, result_format_header(header, sizeof header), error)
               ? -1
               : 0;
}

int samples_file_append(const struct samples_file *file, const struct row *row, struct error *error)
{
    char text[ROW_BYTES];
    return append(file, text, result_format_row(row, text, sizeof text), error);
}

/* A copy that takes the file's place. */
struct copying {
    FILE *copy;
    const char *reason; /* of the block that becomes invalid; NULL: none does */
    unsigned block;
};

static int copy_row(void *context, const struct row *row, size_t line, struct error *error)
{
    (void)line;
    const struct copying *copying = context;
    struct row changed = *row;
    char text[ROW_BYTES], reason[640];
    bool ok = strcmp(row->text[COLUMN_STATUS], status_names[STATUS_OK]) == 0,
         failed = strcmp(row->text[COLUMN_STATUS], status_names[STATUS_FAILED]) == 0;
    if (copying->reason && row_number(row, COLUMN_BLOCK) == copying->block && (ok || failed)) {
        changed.text[COLUMN_STATUS] = status_names[STATUS_INVALID];
        changed.text[COLUMN_REASON] = copying->reason;
        snprintf(reason, sizeof reason, "%s; failed: %s", copying->reason, row->text[COLUMN_REASON]);
        if (failed)
            changed.text[COLUMN_REASON] = reason;
    }
    size_t length = result_format_row(&changed, text, sizeof text);
    if (length == 0 || fwrite(text, 1, length, copying->copy) != length)
        return error_set(error, "%s", strerror(errno));
    return 0;
}

static int rewrite(const struct samples_file *file, struct copying *copying, struct error *error)
{
    char header[ROW_BYTES];
    struct file_new fresh;
    copying->copy = file_create(&fresh, file->path, error);
    if (!copying->copy)
        return -1;
    size_t length = result_format_header(header, sizeof header);
    fwrite(header, 1, length, copying->copy);
    if (result_read(file->path, copy_row, copying, NULL, error)) {
        file_drop(&fresh);
        return -1;
    }
    if (fflush(copying->copy) == 0 && fdatasync(fileno(copying->copy))) {
        error_set(error, "%s: %s", file->path, strerror(errno));
        file_drop(&fresh);
        return -1;
    }
    return file_finish(&fresh, error);
}

int samples_file_invalidate(struct samples_file *file, unsigned block, const char *reason,
                            struct error *error)
{
    struct copying copying = {.reason = reason, .block = block};
    if (rewrite(file, &copying, error))
        return -1;
    samples_file_close(file);
    return open_file(file, 0, error);
}

static bool has_own_header(const char *path)
{
    char expected[ROW_BYTES], found[ROW_BYTES];
    FILE *file = fopen(path, "re");
    size_t length = result_format_header(expected, sizeof expected);
    bool own = file && fread(found, 1, length, file) == length && memcmp(found, expected, length) == 0;
    if (file)
        fclose(file);
    return own;
}

/* Rows go on as the header says: a file of a time with fewer columns is copied. */
int samples_file_resume(struct samples_file *file, const char *folder, result_take *take, void *context,
                        struct error *error)
{
    size_t cut_bytes;
    struct stat stat;
    snprintf(file->path, sizeof file->path, "%s/samples.csv", folder);
    if (result_read(file->path, take, context, &cut_bytes, error))
        return -1;
    if (!has_own_header(file->path))
        return rewrite(file, &(struct copying){.reason = NULL}, error) || open_file(file, 0, error) ? -1 : 0;
    if (open_file(file, 0, error))
        return -1;
    if (cut_bytes > 0 &&
        (fstat(file->descriptor, &stat) || ftruncate(file->descriptor, stat.st_size - (off_t)cut_bytes)))
        return error_set(error, "%s: %s", file->path, strerror(errno));
    return 0;
}

void samples_file_close(struct samples_file *file)
{
    if (file->descriptor > 0)
        close(file->descriptor);
    file->descriptor = 0;
}
