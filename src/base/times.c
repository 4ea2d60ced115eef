/* SPDX-License-Identifier: MIT */
#include "times.h"

#include <time.h>

static int64_t parse(const char *text, const char *format, const char **end)
{
    struct tm utc = {0};
    *end = strptime(text, format, &utc);
    return *end ? (int64_t)timegm(&utc) : -1;
}

int64_t time_parse(const char *text)
{
    const char *end;
    int64_t time = parse(text, "%Y-%m-%dT%H:%M:%SZ", &end);
    return end && !*end ? time : -1;
}

int64_t time_parse_id(const char *text)
{
    const char *end;
    return parse(text, "%Y%m%dT%H%M%SZ", &end);
}
