/* SPDX-License-Identifier: MIT */
/* What does it take to give a new worker its argument? A thread gets a pointer. A process gets a copy: bytes
 * through a pipe into memory of its own, as processes do that are not forked from who has the argument. In C
 * a forked one could look at it where it lies: by:pointer. A task looks at a few words only: their number
 * does not depend on the length. */
#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "child.h"
#include "message.h"
#include "workload.h"

static const struct workload_param params[] = {
    {.key = "by",
     .value_default = "auto",
     .summary = "how it is handed over; auto: to a thread by pointer, to a process as a copy",
     .choices = "auto|pointer|copy"},
    {.key = "payload", .value_default = "4096", .summary = "bytes of a task's argument", .value_min = 64},
    {0},
};

enum { WORDS_READ = 8 };

struct arguments {
    size_t bytes, words;
    uint64_t *argument;
    struct channel *channel; /* NULL: by pointer */
    pid_t parent;            /* sends the copies */
    sem_t receiving;         /* one copy after the other: who creates workers creates one at a time */
};

/* From the first word to the last. */
static size_t place(const struct arguments *arguments, size_t i)
{
    return i * (arguments->words - 1) / (WORDS_READ - 1);
}

static _Noreturn void send_copies(const struct arguments *arguments)
{
    channel_keep_side(arguments->channel, CHANNEL_SENDER);
    for (;;)
        channel_send(arguments->channel, (const char *)arguments->argument);
}

static int open_channel(struct run *run, struct arguments *arguments)
{
    if (sem_init(&arguments->receiving, !run_private(run), 1))
        return run_error(run, "a semaphore: %s", strerror(errno));
    arguments->channel = channel_open(run, "pipe", arguments->bytes, NULL);
    if (!arguments->channel)
        return -1;
    pid_t parent = child_fork();
    if (parent == 0)
        send_copies(arguments);
    if (parent < 0)
        return run_error(run, "the process that sends arguments: %s", strerror(errno));
    arguments->parent = parent;
    channel_keep_side(arguments->channel, CHANNEL_RECEIVER);
    return 0;
}

static int prepare(struct run *run)
{
    struct arguments *arguments = run_allocate(run, sizeof *arguments);
    bool copy = run_key_is(run, "by", "copy") || (run_key_is(run, "by", "auto") && !run_private(run));
    run_set_data(run, arguments);
    if (!arguments || !(arguments->bytes = message_bytes(run)))
        return -1;
    arguments->words = arguments->bytes / MESSAGE_WORD_BYTES;
    arguments->argument = run_allocate(run, arguments->bytes);
    if (!arguments->argument)
        return -1;
    message_fill(arguments->argument, arguments->words);
    return copy ? open_channel(run, arguments) : 0;
}

static uint64_t look_at(const struct arguments *arguments, const uint64_t *argument)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < WORDS_READ; i++)
        sum += argument[place(arguments, i)];
    return sum;
}

static uint64_t look_at_copy(struct run *run, struct arguments *arguments)
{
    char *own = malloc(arguments->bytes);
    if (!own)
        run_fail(run, "out of memory: payload:%s", run_key(run, "payload"));
    while (sem_wait(&arguments->receiving))
        continue;
    channel_receive(arguments->channel, own);
    sem_post(&arguments->receiving);
    uint64_t sum = look_at(arguments, (const uint64_t *)own);
    free(own);
    return sum;
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct arguments *arguments = run_data(run);
    return task->index + 1 +
           (arguments->channel ? look_at_copy(run, arguments) : look_at(arguments, arguments->argument));
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    const struct arguments *arguments = run_data(run);
    uint64_t places = 0;
    for (size_t i = 0; i < WORDS_READ; i++)
        places += place(arguments, i);
    account->checksum = workload_sum_of_indices(items) + items * message_word(places);
}

static void cleanup(struct run *run)
{
    struct arguments *arguments = run_data(run);
    if (arguments->parent > 0)
        child_kill(arguments->parent);
    channel_close(arguments->channel);
}

const struct workload workload_comm_arguments = {
    .family = "comm",
    .name = "arguments",
    .summary = "a new worker for each task is given an argument: a pointer, or a copy",
    .params = params,
    .needs = MODEL_PER_TASK,
    .prepare = prepare,
    .task = task,
    .account = account,
    .cleanup = cleanup,
};
