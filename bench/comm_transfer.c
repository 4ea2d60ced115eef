/* SPDX-License-Identifier: MIT */
/* One worker sends messages, another receives them and reads every byte. A message is a fixed pattern, made
 * beforehand, with its number in each block of 4 KiB: what is measured is the handing over, and that a block
 * was not read, or read twice, shows in the sum. */
#include <string.h>

#include "channel.h"
#include "message.h"
#include "workload.h"

static const struct workload_param params[] = {
    {.key = "payload", .value_default = "4096", .summary = "bytes a message", .value_min = 8},
    {.key = "via",
     .value_default = "memory",
     .summary = "the way of a message; in memory only its reference is handed over",
     .choices = CHANNEL_CHOICES},
    {0},
};

enum { SENDER, RECEIVER, SIDES, BLOCK_WORDS = 4096 / MESSAGE_WORD_BYTES };

struct transfer {
    struct channel *channel;
    size_t bytes, words;        /* what is left over after the last whole word is read, and zero */
    uint64_t *sends, *receives; /* each side's own message */
};

static int prepare(struct run *run)
{
    struct transfer *transfer = run_allocate(run, sizeof *transfer);
    run_set_data(run, transfer);
    if (!transfer || !(transfer->bytes = message_bytes(run)))
        return -1;
    transfer->words = transfer->bytes / MESSAGE_WORD_BYTES;
    transfer->sends = run_allocate(run, transfer->bytes);
    transfer->receives = run_allocate(run, transfer->bytes);
    if (!transfer->sends || !transfer->receives)
        return -1;
    message_fill(transfer->sends, transfer->words);
    transfer->channel =
        channel_open(run, run_key(run, "via"), transfer->bytes, (const char *)transfer->sends);
    return transfer->channel ? 0 : -1;
}

static void send_all(const struct transfer *transfer, uint64_t items)
{
    for (uint64_t number = 1; number <= items; number++) {
        uint64_t *message = (uint64_t *)channel_room(transfer->channel, (char *)transfer->sends);
        for (size_t i = 0; i < transfer->words; i += BLOCK_WORDS)
            message[i] = number;
        channel_send(transfer->channel, (const char *)message);
    }
}

static uint64_t read_all(const struct transfer *transfer, const char *message)
{
    const uint64_t *words = (const uint64_t *)message;
    uint64_t sum = 0;
    for (size_t i = 0; i < transfer->words; i++)
        sum += words[i];
    for (size_t i = transfer->words * MESSAGE_WORD_BYTES; i < transfer->bytes; i++)
        sum += (unsigned char)message[i];
    return sum;
}

static uint64_t receive_all(const struct transfer *transfer, uint64_t items)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < items; i++) {
        sum += read_all(transfer, channel_receive(transfer->channel, (char *)transfer->receives));
        channel_done(transfer->channel);
    }
    return sum;
}

static uint64_t task(struct run *run, const struct task *task)
{
    const struct transfer *transfer = run_data(run);
    run_arrive(run);
    if (task->index == RECEIVER)
        return receive_all(transfer, run_items(run));
    send_all(transfer, run_items(run));
    return 0;
}

static unsigned roles(const struct cell *cell)
{
    (void)cell;
    return SIDES;
}

/* All words less those in whose place a number stands, and the numbers. */
static void account(const struct run *run, uint64_t items, struct account *account)
{
    const struct transfer *transfer = run_data(run);
    uint64_t words = transfer->words, blocks = (words + BLOCK_WORDS - 1) / BLOCK_WORDS;
    uint64_t index_sum =
        workload_sum_of_indices(words - 1) - BLOCK_WORDS * workload_sum_of_indices(blocks - 1);
    account->checksum = items * message_word(index_sum) + blocks * workload_sum_of_indices(items);
}

static void cleanup(struct run *run)
{
    const struct transfer *transfer = run_data(run);
    channel_close(transfer->channel);
}

const struct workload workload_comm_transfer = {
    .family = "comm",
    .name = "transfer",
    .summary = "one worker sends messages, another receives and reads them",
    .item = "message",
    .params = params,
    .needs = MODEL_CONCURRENT,
    .together = true,
    .roles = roles,
    .prepare = prepare,
    .task = task,
    .account = account,
    .cleanup = cleanup,
};
