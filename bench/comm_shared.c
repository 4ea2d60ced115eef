/* SPDX-License-Identifier: MIT */
/* Many workers read and update one set of data: in memory that they share, under a lock, or through a process
 * that owns it and answers their requests. An update reads an entry, adds one, and gives back what it was.
 * Requests come over a connection for each worker (pipe: two pipes; manager: Unix sockets, as Python's
 * Manager), or over one queue for all, with an answer for each worker (queue). */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "child.h"
#include "lock.h"
#include "workload.h"

static const struct workload_param params[] = {
    {.key = "updates", .value_default = "10", .summary = "updates a task"},
    {.key = "via",
     .value_default = "memory",
     .summary = "shared under a lock, or how requests come to the process that owns the data",
     .choices = "memory|pipe|queue|manager"},
    {0},
};

enum { ENTRIES = 1024 };

struct request {
    uint64_t worker, entry;
};
struct answer {
    uint64_t before;
};

struct data {
    pthread_mutex_t mutex;
    uint64_t updates;  /* a task */
    pid_t owner;       /* 0: memory */
    unsigned channels; /* of requests: one, or one for each worker */
    struct channel **requests, **answers;
    uint64_t entries[ENTRIES];
    uint64_t expected[ENTRIES]; /* account(): what they are after the round */
};

static uint64_t update(struct data *data, uint64_t entry)
{
    return data->entries[entry]++;
}

/* The owner */

static void answer_one(struct data *data, struct channel *requests)
{
    struct request request;
    channel_receive(requests, (char *)&request);
    struct answer answer = {update(data, request.entry % ENTRIES)};
    channel_send(data->answers[request.worker], (const char *)&answer);
}

static _Noreturn void own(struct run *run, struct data *data)
{
    struct pollfd *polls = calloc(data->channels, sizeof *polls);
    if (!polls)
        run_fail(run, "out of memory");
    for (unsigned i = 0; i < data->channels; i++)
        polls[i] = (struct pollfd){.fd = channel_readable(data->requests[i]), .events = POLLIN};
    for (;;) {
        if (data->channels > 1 && poll(polls, data->channels, -1) < 0) {
            if (errno != EINTR)
                run_fail(run, "poll: %s", strerror(errno));
            continue;
        }
        for (unsigned i = 0; i < data->channels; i++)
            if (data->channels == 1 || polls[i].revents)
                answer_one(data, data->requests[i]);
    }
}

/* Making it */

static int open_channels(struct run *run, struct data *data)
{
    const char *way = run_key_is(run, "via", "manager") ? "socketpair" : run_key(run, "via");
    unsigned workers = run_workers(run);
    data->channels = run_key_is(run, "via", "queue") ? 1 : workers;
    data->requests = run_allocate(run, workers * sizeof data->requests[0]);
    data->answers = run_allocate(run, workers * sizeof data->answers[0]);
    if (!data->requests || !data->answers)
        return -1;
    for (unsigned i = 0; i < data->channels; i++)
        if (!(data->requests[i] = channel_open(run, way, sizeof(struct request), NULL)))
            return -1;
    for (unsigned i = 0; i < workers; i++)
        if (!(data->answers[i] = channel_open(run, way, sizeof(struct answer), NULL)))
            return -1;
    return 0;
}

static void keep_sides(const struct run *run, struct data *data, enum channel_side of_requests)
{
    for (unsigned i = 0; i < data->channels; i++)
        channel_keep_side(data->requests[i], of_requests);
    for (unsigned i = 0; i < run_workers(run); i++)
        channel_keep_side(data->answers[i], 1 - of_requests);
}

static int start_owner(struct run *run, struct data *data)
{
    if (open_channels(run, data))
        return -1;
    pid_t owner = child_fork();
    if (owner < 0)
        return run_error(run, "the process that owns the data: %s", strerror(errno));
    keep_sides(run, data, owner ? CHANNEL_SENDER : CHANNEL_RECEIVER);
    if (owner == 0)
        own(run, data);
    data->owner = owner;
    return 0;
}

static int prepare(struct run *run)
{
    struct data *data = run_allocate(run, sizeof *data);
    run_set_data(run, data);
    if (!data || lock_init_mutex(run, &data->mutex))
        return -1;
    data->updates = run_key_number(run, "updates");
    return run_key_is(run, "via", "memory") ? 0 : start_owner(run, data);
}

/* Tasks */

static uint64_t update_locked(struct data *data, uint64_t entry)
{
    pthread_mutex_lock(&data->mutex);
    uint64_t before = update(data, entry);
    pthread_mutex_unlock(&data->mutex);
    return before;
}

static uint64_t ask_owner(struct data *data, unsigned worker, uint64_t entry)
{
    struct request request = {worker, entry};
    struct answer answer;
    channel_send(data->requests[data->channels > 1 ? worker : 0], (const char *)&request);
    channel_receive(data->answers[worker], (char *)&answer);
    return answer.before;
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct data *data = run_data(run);
    uint64_t sum = 0, first = task->index * data->updates;
    for (uint64_t i = first; i < first + data->updates; i++)
        sum += data->owner ? ask_owner(data, task->worker, i % ENTRIES) : update_locked(data, i % ENTRIES);
    return sum;
}

/* In whatever order: an entry that was `from` and became `to` has given back each number from the one up to
 * the other once, and lost no update. */
static void account(const struct run *run, uint64_t items, struct account *account)
{
    struct data *data = run_data(run);
    uint64_t updates = items * data->updates;
    for (uint64_t entry = 0; entry < ENTRIES; entry++) {
        uint64_t from = data->expected[entry], to = from + updates / ENTRIES + (entry < updates % ENTRIES);
        if (to > 0)
            account->checksum += workload_sum_of_indices(to - 1);
        if (from > 0)
            account->checksum -= workload_sum_of_indices(from - 1);
        account->checksum += data->entries[entry] - to; /* nothing, if none is lost */
        data->expected[entry] = to;
    }
}

static void cleanup(struct run *run)
{
    struct data *data = run_data(run);
    if (!data->owner)
        return;
    child_kill(data->owner);
    for (unsigned i = 0; i < data->channels; i++)
        channel_close(data->requests[i]);
    for (unsigned i = 0; i < run_workers(run); i++)
        channel_close(data->answers[i]);
}

const struct workload workload_comm_shared = {
    .family = "comm",
    .name = "shared",
    .summary = "workers read and update data: in memory that they share, or through the process that owns it",
    .params = params,
    .prepare = prepare,
    .task = task,
    .account = account,
    .cleanup = cleanup,
};
