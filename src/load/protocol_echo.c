/* SPDX-License-Identifier: MIT */
/* A message of random bytes, which is to come back as it is. */
#include <string.h>

#include "protocol.h"
#include "random.h"

static const char *ask(struct talk *talk, size_t *count)
{
    talk->echo.received = 0;
    for (size_t i = 0; i < LOAD_MESSAGE_BYTES / 8; i++)
        talk->echo.message[i] = random_mix(talk->sequence) + i;
    if (talk->options->mark_every)
        *(char *)talk->echo.message = talk->marked ? LOAD_MARKED : LOAD_PLAIN;
    *count = LOAD_MESSAGE_BYTES;
    return (const char *)talk->echo.message;
}

static int hear(struct talk *talk, const char *bytes, size_t count)
{
    const char *expected = (const char *)talk->echo.message + talk->echo.received;
    if (count > LOAD_MESSAGE_BYTES - talk->echo.received || memcmp(expected, bytes, count) != 0) {
        talk->wrong = "a message came back changed";
        return -1;
    }
    talk->echo.received += count;
    return talk->echo.received == LOAD_MESSAGE_BYTES;
}

const struct protocol protocol_echo = {.ask = ask, .hear = hear};
