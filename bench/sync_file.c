/* SPDX-License-Identifier: MIT */
/* The last tickets: a file holds the number of the ticket that was sold last. Who sells one reads it, and
 * writes the next: under a lock of the file, or with none, and then some tickets are sold twice. A lock of
 * flock(2) is the open file's, which forks and threads share: each task opens the file anew. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "nameless_file.h"
#include "workload.h"

static const struct workload_param params[] = {
    {.key = "lock",
     .value_default = "flock",
     .summary = "what keeps the others out",
     .choices = "flock|none"},
    {.key = "tickets", .value_default = "100", .summary = "tickets that a task sells"},
    {0},
};

struct tickets {
    int file;
    uint64_t each; /* a task */
    bool locked;
    uint64_t sold; /* in earlier rounds */
};

static void read_sold(const struct run *run, int file, uint64_t *sold)
{
    ssize_t got = pread(file, sold, sizeof *sold, 0);
    if (got != sizeof *sold)
        run_fail(run, "reading the file of tickets: %s", got < 0 ? strerror(errno) : "it is too short");
}

static void write_sold(const struct run *run, int file, uint64_t sold)
{
    if (pwrite(file, &sold, sizeof sold, 0) != sizeof sold)
        run_fail(run, "writing the file of tickets: %s", strerror(errno));
}

static int prepare(struct run *run)
{
    struct tickets *tickets = run_allocate(run, sizeof *tickets);
    if (!tickets)
        return -1;
    run_set_data(run, tickets);
    tickets->each = run_key_number(run, "tickets");
    tickets->locked = run_key_is(run, "lock", "flock");
    tickets->file = nameless_file_open();
    if (tickets->file < 0)
        return run_error(run, "a file in %s (TMPDIR): %s", nameless_file_folder(), strerror(errno));
    write_sold(run, tickets->file, 0);
    return 0;
}

static int open_anew(const struct run *run, const struct tickets *tickets)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", tickets->file);
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        run_fail(run, "%s, the file of tickets: %s", path, strerror(errno));
    return file;
}

static void lock(const struct run *run, int file)
{
    while (flock(file, LOCK_EX))
        if (errno != EINTR)
            run_fail(run, "flock: %s", strerror(errno));
}

static uint64_t sell_one(const struct run *run, int file, bool locked)
{
    uint64_t sold;
    if (locked)
        lock(run, file);
    read_sold(run, file, &sold);
    write_sold(run, file, sold + 1);
    if (locked)
        flock(file, LOCK_UN);
    return sold + 1;
}

/* The numbers that were sold; without a lock nobody can know them: how many. */
static uint64_t task(struct run *run, const struct task *task)
{
    const struct tickets *tickets = run_data(run);
    int file = open_anew(run, tickets);
    uint64_t sum = 0;
    (void)task;
    for (uint64_t i = 0; i < tickets->each; i++)
        sum += sell_one(run, file, tickets->locked);
    close(file);
    return tickets->locked ? sum : tickets->each;
}

/* With a lock each ticket has a number of its own, and none is missing. */
static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct tickets *tickets = run_data(run);
    uint64_t asked = items * tickets->each, before = tickets->sold;
    read_sold(run, tickets->file, &tickets->sold);
    account->value = (double)(asked - (tickets->sold - before));
    account->checksum = tickets->locked ? asked * before + workload_sum_of_indices(asked) : asked;
}

static void cleanup(struct run *run)
{
    const struct tickets *tickets = run_data(run);
    close(tickets->file);
}

const struct workload workload_sync_file = {
    .family = "sync",
    .name = "file",
    .summary =
        "workers sell tickets that a file counts, locked or not; value: sales lost, of tickets sold twice",
    .value_unit = "lost",
    .params = params,
    .prepare = prepare,
    .task = task,
    .account = account,
    .cleanup = cleanup,
};
