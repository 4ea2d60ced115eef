/* SPDX-License-Identifier: MIT */
#include "ranks.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"

enum { TAG_CLOCK, TAG_RESULT, TAG_TOLD };
enum { TELLERS = 2, PINGS = 200 };
/* Once we are told to stop, a second is left. */
enum {
    LOOK_NS = 500000,
    AHEAD_NS = 50000000,
    STOP_NS = 350000000,
    TURN_NS = 200000000,
    LATE_NS = 2000000000
};

static void pause_ns(uint64_t ns)
{
    const struct timespec pause = {.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
    nanosleep(&pause, NULL);
}

/* The middle of a round trip is when the other looked at its clock, to within half of it. */
static void ping(struct rank_place *place, int other)
{
    place->round_trip_ns = UINT64_MAX;
    for (int i = 0; i < PINGS; i++) {
        uint64_t there_ns, sent_ns = clock_now_ns();
        MPI_Send(&sent_ns, 1, MPI_UINT64_T, other, TAG_CLOCK, MPI_COMM_WORLD);
        MPI_Recv(&there_ns, 1, MPI_UINT64_T, other, TAG_CLOCK, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        uint64_t back_ns = clock_now_ns(), trip_ns = back_ns - sent_ns;
        if (trip_ns < place->round_trip_ns) {
            place->round_trip_ns = trip_ns;
            place->offset_ns = (int64_t)(there_ns - (sent_ns + trip_ns / 2));
        }
    }
}

static void answer_pings(void)
{
    for (int i = 0; i < PINGS; i++) {
        uint64_t now_ns;
        MPI_Recv(&now_ns, 1, MPI_UINT64_T, 0, TAG_CLOCK, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        now_ns = clock_now_ns();
        MPI_Send(&now_ns, 1, MPI_UINT64_T, 0, TAG_CLOCK, MPI_COMM_WORLD);
    }
}

static void compare_clocks(struct ranks *ranks)
{
    if (ranks->rank > 0)
        answer_pings();
    for (int other = 1; ranks->rank == 0 && other < ranks->count; other++)
        ping(&ranks->places[other], other);
    MPI_Bcast(ranks->places, ranks->count * (int)sizeof *ranks->places, MPI_BYTE, 0, MPI_COMM_WORLD);
}

int ranks_open(struct ranks *ranks, const atomic_bool *stop)
{
    int provided;
    *ranks = (struct ranks){.stop = stop};
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided) || provided < MPI_THREAD_SERIALIZED)
        return -1;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &ranks->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks->count);
    ranks->places = calloc((size_t)ranks->count, sizeof *ranks->places);
    return ranks->places ? 0 : -1;
}

int ranks_introduce(struct ranks *ranks, struct rank_place *place)
{
    place->process = getpid();
    gethostname(place->host, sizeof place->host - 1);
    MPI_Allreduce(MPI_IN_PLACE, &place->threads, 1, MPI_UNSIGNED, MPI_MIN, MPI_COMM_WORLD);
    if (MPI_Allgather(place, sizeof *place, MPI_BYTE, ranks->places, sizeof *place, MPI_BYTE, MPI_COMM_WORLD))
        return -1;
    compare_clocks(ranks);
    return 0;
}

/* false: we are to stop before it is done. */
static bool await(const struct ranks *ranks, MPI_Request *request)
{
    int done = 0;
    while (!MPI_Test(request, &done, MPI_STATUS_IGNORE) && !done && !atomic_load(ranks->stop))
        pause_ns(LOOK_NS);
    return done;
}

static uint64_t furthest_ns(const struct ranks *ranks)
{
    uint64_t most_ns = 0;
    for (int i = 1; i < ranks->count; i++)
        if (ranks->places[i].round_trip_ns > most_ns)
            most_ns = ranks->places[i].round_trip_ns;
    return most_ns;
}

/* These requests may outlive the call. */
bool ranks_start(struct ranks *ranks, bool ready, uint64_t *start_ns)
{
    static int mine, worst;
    static uint64_t at_ns;
    MPI_Request request;
    if (ranks->met)
        return false;
    ranks->met = true;
    mine = !ready;
    MPI_Iallreduce(&mine, &worst, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD, &request);
    if (!await(ranks, &request) || worst)
        return false;
    at_ns = clock_now_ns() + AHEAD_NS + 10 * furthest_ns(ranks);
    MPI_Ibcast(&at_ns, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD, &request);
    if (!await(ranks, &request))
        return false;
    *start_ns = at_ns + (uint64_t)ranks->places[ranks->rank].offset_ns;
    const struct timespec until = {.tv_sec = (time_t)(*start_ns / 1000000000),
                                   .tv_nsec = (long)(*start_ns % 1000000000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) && !atomic_load(ranks->stop))
        continue;
    return true;
}

/* What is under way while results are handed in. */
struct settling {
    struct ranks *ranks;
    MPI_Request sends[TELLERS], result, told;
    struct rank_result *coming;
    int got;
    struct {
        int whole, code;
    } tidings;
    uint64_t end_ns;
    bool hurried;
};

static bool is_teller(const struct ranks *ranks)
{
    return ranks->rank < TELLERS;
}

static void expect_result(struct settling *settling)
{
    MPI_Irecv(settling->coming, sizeof *settling->coming, MPI_BYTE, MPI_ANY_SOURCE, TAG_RESULT,
              MPI_COMM_WORLD, &settling->result);
}

static void hand_in(struct settling *settling, const struct rank_result *result)
{
    const struct ranks *ranks = settling->ranks;
    for (int teller = 0; teller < TELLERS; teller++) {
        settling->sends[teller] = MPI_REQUEST_NULL;
        if (teller != ranks->rank && teller < ranks->count)
            MPI_Isend(result, sizeof *result, MPI_BYTE, teller, TAG_RESULT, MPI_COMM_WORLD,
                      &settling->sends[teller]);
    }
    settling->told = settling->result = MPI_REQUEST_NULL;
    if (ranks->rank > 0)
        MPI_Irecv(&settling->tidings, 2, MPI_INT, MPI_ANY_SOURCE, TAG_TOLD, MPI_COMM_WORLD, &settling->told);
    if (is_teller(ranks) && ranks->count > 1)
        expect_result(settling);
}

static void take_results(struct settling *settling, ranks_take *take, void *context)
{
    int done = 0;
    while (settling->result != MPI_REQUEST_NULL && !MPI_Test(&settling->result, &done, MPI_STATUS_IGNORE) &&
           done) {
        take(context, settling->coming);
        if (++settling->got < settling->ranks->count)
            expect_result(settling);
    }
}

/* Rank 0 is waited for by rank 1, and both by the others. */
static bool is_time(struct settling *settling)
{
    uint64_t now_ns = clock_now_ns(),
             turn = (uint64_t)(is_teller(settling->ranks) ? settling->ranks->rank : 2);
    if (atomic_load(settling->ranks->stop) && !settling->hurried) {
        settling->hurried = true;
        settling->end_ns = now_ns + STOP_NS + turn * TURN_NS;
    }
    return now_ns >= settling->end_ns;
}

enum ranks_part ranks_settle(struct ranks *ranks, struct rank_result *result, uint64_t patience_ns,
                             ranks_take *take, void *context, int *code)
{
    uint64_t turn = (uint64_t)(is_teller(ranks) ? ranks->rank : TELLERS);
    struct settling settling = {.ranks = ranks,
                                .coming = malloc(sizeof *settling.coming),
                                .got = 1,
                                .end_ns = clock_now_ns() + patience_ns + LATE_NS * (turn + 1)};
    if (!settling.coming)
        return RANKS_LOST;
    result->rank = ranks->rank;
    hand_in(&settling, result);
    if (is_teller(ranks))
        take(context, result);
    for (;;) {
        int told = 0, sent = 0;
        bool late = is_time(&settling);
        take_results(&settling, take, context);
        MPI_Testall(TELLERS, settling.sends, &sent, MPI_STATUSES_IGNORE);
        bool whole = settling.result == MPI_REQUEST_NULL;
        if (ranks->rank == 0 && ((whole && sent) || late))
            return RANKS_TELL;
        if (ranks->rank > 0 && !MPI_Request_get_status(settling.told, &told, MPI_STATUS_IGNORE) && told &&
            ((whole && sent) || late || !settling.tidings.whole)) {
            *code = settling.tidings.code;
            MPI_Wait(&settling.told, MPI_STATUS_IGNORE);
            return settling.tidings.whole && whole && sent ? RANKS_DONE : RANKS_LOST;
        }
        if (late && !told)
            return is_teller(ranks) ? RANKS_TELL : RANKS_LOST;
        pause_ns(LOOK_NS);
    }
}

void ranks_told(struct ranks *ranks, bool whole, int code)
{
    MPI_Request *requests = calloc((size_t)ranks->count, sizeof *requests);
    int done = 0, tidings[] = {whole, code};
    if (!requests)
        return;
    for (int other = 0; other < ranks->count; other++) {
        requests[other] = MPI_REQUEST_NULL;
        if (other != ranks->rank)
            MPI_Isend(tidings, 2, MPI_INT, other, TAG_TOLD, MPI_COMM_WORLD, &requests[other]);
    }
    uint64_t end_ns = clock_now_ns() + (whole ? LATE_NS : TURN_NS / 2);
    while (!MPI_Testall(ranks->count, requests, &done, MPI_STATUSES_IGNORE) && !done &&
           clock_now_ns() < end_ns)
        pause_ns(LOOK_NS);
    if (done)
        free(requests);
}

void ranks_exit(int code, bool whole)
{
    fflush(NULL);
    if (whole)
        MPI_Finalize();
    _exit(code);
}
