/* SPDX-License-Identifier: MIT */
/* An HTTP/1.1 origin server on loopback that answers each request after a delay: a process of its own, bound
 * where a load generator would sit. It is what tasks wait for, and must not be what limits them. */
#ifndef CROSSPOINT_HTTP_ORIGIN_H
#define CROSSPOINT_HTTP_ORIGIN_H

#include <netinet/in.h>
#include <stdint.h>

#include "random.h"
#include "workload.h"

struct origin;

/* The page /N is so many words, the first of which is random_mix(N) and each next one more by 1. */
enum { ORIGIN_PAGE_WORDS = 32, ORIGIN_PAGE_BYTES = ORIGIN_PAGE_WORDS * 8 };

/* What the words of a page add up to. */
static inline uint64_t origin_page_sum(uint64_t page)
{
    return ORIGIN_PAGE_WORDS * random_mix(page) + ORIGIN_PAGE_WORDS * (ORIGIN_PAGE_WORDS - 1) / 2;
}

/* In prepare(). Answers are held back until `together` requests wait for theirs. Clients close their
 * connections, the server then resets what is left: so no port waits in TIME_WAIT. NULL: run_error() has said
 * why. */
struct origin *origin_start(struct run *run, uint64_t delay_ms, unsigned together);
/* Where the task in that slot is to connect: with one connection a slot no backlog overflows. */
const struct sockaddr *origin_address(const struct origin *origin, unsigned slot);
pid_t origin_process(const struct origin *origin);
/* A connection for the blocking half, to be closed with run_close(). */
int origin_connect(struct run *run, const struct origin *origin, unsigned slot);
/* The server's share of a CPU since the mark. */
void origin_mark(struct origin *origin);
double origin_cpu_fraction(const struct origin *origin);
void origin_stop(struct origin *origin);

#endif
