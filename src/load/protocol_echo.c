/* SPDX-License-Identifier: MIT */
/* A message of random bytes, which is to come back as it is. Long ones are windows of one text, each message
 * another, since ten thousand connections would fill the memory with their own. */
#include <pthread.h>
#include <string.h>

#include "protocol.h"
#include "random.h"

enum { WINDOWS = 4096 };

static uint64_t text[(LOAD_PAYLOAD_BYTES_MAX + WINDOWS) / 8];

static void write_text(void)
{
    uint64_t state = 0;
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        text[i] = random_next(&state);
}

static const char *window(uint64_t sequence)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, write_text);
    return (const char *)text + random_mix(sequence) % WINDOWS;
}

static size_t size_of(const struct talk *talk)
{
    return talk->options->message_bytes ? talk->options->message_bytes : LOAD_MESSAGE_BYTES;
}

static const char *ask(struct talk *talk, size_t *count)
{
    talk->echo.received = 0;
    *count = size_of(talk);
    if (*count > LOAD_MESSAGE_BYTES)
        return talk->echo.bytes = window(talk->sequence);
    for (size_t i = 0; i < LOAD_MESSAGE_BYTES / 8; i++)
        talk->echo.message[i] = random_mix(talk->sequence) + i;
    if (talk->options->mark_every)
        *(char *)talk->echo.message = talk->marked ? LOAD_MARKED : LOAD_PLAIN;
    return talk->echo.bytes = (const char *)talk->echo.message;
}

static int hear(struct talk *talk, const char *bytes, size_t count)
{
    size_t left = size_of(talk) - talk->echo.received;
    if (count > left || memcmp(talk->echo.bytes + talk->echo.received, bytes, count) != 0) {
        talk->wrong = "a message came back changed";
        return -1;
    }
    talk->echo.received += count;
    return count == left;
}

const struct protocol protocol_echo = {.ask = ask, .hear = hear};
