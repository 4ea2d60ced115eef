/* SPDX-License-Identifier: MIT */
/* Load generators on many machines, which act as one: what they tell each other through MPI.
 *
 * Open MPI ends all ranks when one has died: SIGTERM, and a second later SIGKILL. So nothing waits for long
 * from the start on, each rank hands in what it has when it is told to stop, and that to two: to rank 0,
 * which tells it, and to rank 1, which does where rank 0 is gone. */
#ifndef CROSSPOINT_RANKS_H
#define CROSSPOINT_RANKS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "histogram.h"
#include "load.h"

enum { RANK_HOST_BYTES = 64, RANK_TEXT_BYTES = 256 };

/* Known of each before the start. */
struct rank_place {
    char host[RANK_HOST_BYTES], failure[RANK_TEXT_BYTES]; /* failure: why it cannot begin; empty: it can */
    pid_t process;
    unsigned connections, threads;
    int64_t offset_ns;      /* its clock's time less rank 0's, to within half the round trip */
    uint64_t round_trip_ns; /* the least that was seen */
};

/* What it hands in. Its pointers are of no use to others. */
struct rank_result {
    int rank;
    char failure[RANK_TEXT_BYTES]; /* why it has measured nothing; empty: it has */
    char error[RANK_TEXT_BYTES];   /* the round's first; empty: none */
    uint64_t late_ns;              /* how long after the start it began */
    struct load_round round;
    struct histogram latency, latency_uncorrected;
};

struct ranks {
    int rank, count;
    struct rank_place *places; /* [count], the same in all */
    const atomic_bool *stop;
    bool met;
};

/* 0, or -1 where MPI does not start. */
int ranks_open(struct ranks *ranks, const atomic_bool *stop);

/* Tells the others of place, this rank's without its clock, and hears of theirs; all call it. threads become
 * what all can have. -1 where MPI does not work. */
int ranks_introduce(struct ranks *ranks, struct rank_place *place);

/* All of them are ready, or this one is not: *start_ns in this rank's clock, and it has come. false: there is
 * none, as another is not ready, or we are to stop. */
bool ranks_start(struct ranks *ranks, bool ready, uint64_t *start_ns);

/* Hands in a result, and sees to it that it is told. take: called with each rank's result, in any order, by
 * the two that may have to tell. RANKS_TELL: it is this one, which then tells and calls ranks_told. Else
 * *code is what the program is to end with: RANKS_DONE, all have handed in; RANKS_LOST, not all. patience_ns:
 * how long others may still take. */
enum ranks_part { RANKS_TELL, RANKS_DONE, RANKS_LOST };
typedef void ranks_take(void *context, const struct rank_result *result);
enum ranks_part ranks_settle(struct ranks *ranks, struct rank_result *result, uint64_t patience_ns,
                             ranks_take *take, void *context, int *code);
/* Tells the others that it has been told, whether all were there, and their exit code. */
void ranks_told(struct ranks *ranks, bool whole, int code);

/* Ends the process: without waiting for others, where not all are there. */
_Noreturn void ranks_exit(int code, bool whole);

#endif
