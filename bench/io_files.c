/* SPDX-License-Identifier: MIT */
/* A task reads a file from its first byte to its last and sums its words. The files lie in TMPDIR and have no
 * name, so that nothing is left of them whatever dies; they are opened once, before the clock: what is
 * measured is reading. In loops libuv reads: by the threads of its file pool, of which there are as many as
 * tasks in flight, and the loop sums. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "error.h"
#include "file_pool.h"
#include "nameless_file.h"
#include "resource_limits.h"
#include "sums.h"
#include "workload.h"

enum {
    BLOCK_BYTES = 4096,       /* that O_DIRECT may ask for */
    READ_BYTES_MAX = 1 << 30, /* which libuv's buffers can name */
    SPARE_DESCRIPTORS = 128,
    SPARE_TASKS = 8,
};

static const struct workload_param params[] = {
    {.key = "direct",
     .value_default = "no",
     .summary = "past the page cache (O_DIRECT)",
     .choices = "no|yes"},
    {.key = "files", .value_default = "64", .summary = "files, read in turn"},
    {.key = "kib", .value_default = "64", .summary = "size of a file in KiB"},
    {0},
};

/* In a loop. */
struct reading {
    uv_fs_t request;
    struct run *run;
    struct task *task;
    size_t done_bytes;
};

struct files {
    uint64_t count;
    size_t bytes, buffer_bytes; /* of one */
    char *buffers;              /* [in flight], on whole blocks */
    struct reading *readings;   /* [in flight]; NULL where tasks block */
    int descriptors[];
};

static size_t whole_blocks(size_t bytes)
{
    return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
}

/* Whether TMPDIR's file system reads past the page cache. */
static int direct_possible(struct error *error)
{
    int file = nameless_file_open();
    int failed = file < 0 || nameless_file_set_direct(file);
    if (failed)
        error_set(error,
                  "direct:yes: a file in %s (TMPDIR) cannot be opened with O_DIRECT: %s; "
                  "set TMPDIR to a folder on a disk",
                  nameless_file_folder(), strerror(errno));
    if (file >= 0)
        close(file);
    return failed ? -1 : 0;
}

static int possible(const struct cell *cell, unsigned workers, unsigned in_flight, struct error *error)
{
    uint64_t count = workload_key_number(cell, "files"), bytes = workload_key_number(cell, "kib") * 1024;
    struct limits limits;
    struct limits_need need = {.descriptors = count + SPARE_DESCRIPTORS, .tasks = in_flight + SPARE_TASKS};
    (void)workers;
    limits_read(&limits);
    if (limits_check(&limits, &need, error) || limits_check_memory(count + in_flight, bytes, error))
        return -1;
    return strcmp(workload_key(cell, "direct"), "yes") == 0 ? direct_possible(error) : 0;
}

/* Word j of file f */
static uint64_t word(uint64_t file, uint64_t j)
{
    return (file << 32) + j;
}

static int write_file(struct files *files, uint64_t index, bool direct)
{
    int file = files->descriptors[index] = nameless_file_open();
    uint64_t *words = (uint64_t *)files->buffers;
    if (file < 0)
        return -1;
    for (uint64_t j = 0; j < files->bytes / sizeof words[0]; j++)
        words[j] = word(index, j);
    if (nameless_file_write(file, files->buffers, files->bytes))
        return -1;
    return direct ? fsync(file) || nameless_file_set_direct(file) : 0;
}

static int prepare(struct run *run)
{
    uint64_t count = run_key_number(run, "files");
    size_t bytes = run_key_number(run, "kib") * 1024, buffer_bytes = whole_blocks(bytes);
    unsigned in_flight = run_in_flight(run);
    struct files *files = run_allocate(run, sizeof *files + count * sizeof files->descriptors[0]);
    char *buffers = files ? run_allocate(run, in_flight * buffer_bytes + BLOCK_BYTES) : NULL;
    if (!buffers)
        return -1;
    files->count = count;
    files->bytes = bytes;
    files->buffer_bytes = buffer_bytes;
    files->buffers = buffers + -(uintptr_t)buffers % BLOCK_BYTES;
    run_set_data(run, files);
    for (uint64_t i = 0; i < count; i++)
        if (write_file(files, i, run_key_is(run, "direct", "yes")))
            return run_error(run, "a file in %s (TMPDIR): %s", nameless_file_folder(), strerror(errno));
    if (!run_in_loops(run))
        return 0;
    files->readings = run_allocate(run, in_flight * sizeof *files->readings);
    return files->readings ? file_pool_start(run) : -1;
}

static char *buffer_of(const struct files *files, unsigned slot)
{
    return files->buffers + slot * files->buffer_bytes;
}

/* A blocking worker's number is that of its slot. */
static void settle(struct run *run, unsigned worker)
{
    const struct files *files = run_data(run);
    if (!run_in_loops(run))
        memset(buffer_of(files, worker), 0, files->buffer_bytes);
}

/* Each word weighs by its place. */
static uint64_t sum_words(const struct files *files, const char *buffer)
{
    const uint64_t *words = (const uint64_t *)buffer;
    uint64_t sum = 0;
    for (uint64_t j = 0; j < files->bytes / sizeof words[0]; j++)
        sum += words[j] * (2 * j + 1);
    return sum;
}

static uint64_t task(struct run *run, const struct task *task)
{
    const struct files *files = run_data(run);
    char *buffer = buffer_of(files, task->slot);
    int file = files->descriptors[task->index % files->count];
    for (size_t done = 0; done < files->bytes;) {
        ssize_t got = pread(file, buffer + done, files->buffer_bytes - done, (off_t)done);
        if (got == 0 || (got < 0 && errno != EINTR))
            run_fail(run, "read: %s", got ? strerror(errno) : "the file ends too early");
        done += got > 0 ? (size_t)got : 0;
    }
    return sum_words(files, buffer);
}

static void read_on(struct reading *reading);

static void has_read(uv_fs_t *request)
{
    struct reading *reading = request->data;
    const struct files *files = run_data(reading->run);
    ssize_t got = request->result;
    uv_fs_req_cleanup(request);
    if (got <= 0)
        run_fail(reading->run, "uv_fs_read: %s", got ? uv_strerror((int)got) : "the file ends too early");
    reading->done_bytes += (size_t)got;
    if (reading->done_bytes < files->bytes)
        read_on(reading);
    else
        reading->task->complete(reading->run, reading->task,
                                sum_words(files, buffer_of(files, reading->task->slot)));
}

static void read_on(struct reading *reading)
{
    const struct files *files = run_data(reading->run);
    struct task *task = reading->task;
    size_t done = reading->done_bytes, left = files->buffer_bytes - done;
    uv_buf_t rest = uv_buf_init(buffer_of(files, task->slot) + done,
                                left < READ_BYTES_MAX ? (unsigned)left : READ_BYTES_MAX);
    int problem = uv_fs_read(task->loop, &reading->request, files->descriptors[task->index % files->count],
                             &rest, 1, (int64_t)done, has_read);
    if (problem)
        run_fail(reading->run, "uv_fs_read: %s", uv_strerror(problem));
}

static void begin(struct run *run, struct task *task)
{
    const struct files *files = run_data(run);
    struct reading *reading = &files->readings[task->slot];
    reading->run = run;
    reading->task = task;
    reading->done_bytes = 0;
    reading->request.data = reading;
    read_on(reading);
}

/* Of a file of n words: sum of (file * 2^32 + j) (2j + 1) = file * 2^32 n^2 + sum of 2 j^2 + j. */
static void account(const struct run *run, uint64_t items, struct account *account)
{
    const struct files *files = run_data(run);
    uint64_t words = files->bytes / sizeof(uint64_t);
    uint64_t same = 2 * sum_of_squares_below(words) + sum_below(words);
    for (uint64_t file = 0; file < files->count && file < items; file++)
        account->checksum += ((items - file - 1) / files->count + 1) * (word(file, 0) * words * words + same);
}

static void cleanup(struct run *run)
{
    const struct files *files = run_data(run);
    for (uint64_t i = 0; i < files->count; i++)
        close(files->descriptors[i]);
}

const struct workload workload_io_files = {
    .family = "io",
    .name = "files",
    .summary = "reading a file and summing its words; loops read through libuv's file pool, of conc threads",
    .item = "file",
    .params = params,
    .cell_default = "conc:4",
    .possible = possible,
    .prepare = prepare,
    .settle = settle,
    .task = task,
    .begin = begin,
    .account = account,
    .cleanup = cleanup,
};
