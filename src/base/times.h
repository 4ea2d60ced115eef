/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_TIMES_H
#define CROSSPOINT_TIMES_H

#include <stdint.h>

/* Seconds since 1970 of a time in UTC; -1: it is none. "2026-11-21T10:15:00Z", as run.json has it. */
int64_t time_parse(const char *text);
/* "20261121T101500Z" and whatever follows, as in a run's id. */
int64_t time_parse_id(const char *text);

#endif
