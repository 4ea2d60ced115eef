/* SPDX-License-Identifier: MIT */
/* What an empty task costs in pools, submitted one by one with IN_FLIGHT of them not done: all in turn, in
 * random order, each time in a fresh process. */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "peers.h"
#include "random.h"
#include "statistics.h"

enum {
    ROUNDS_DEFAULT = 30,
    ROUNDS_MAX = 1000,
    TASKS = 200000,
    WARM_UP_TASKS = 20000,
    SETTLE_MS = 50,
    IDLE_MS = 100,
    MANY = 8, /* workers per processing unit */
};

static const struct arm {
    const struct peer *peer;
    unsigned workers_per_unit;
} arms[] = {
    {&peer_pool, 1},      {&peer_pool, MANY},     {&peer_libuv, 1},
#ifdef HAVE_GLIB
    {&peer_glib, 1},
#endif
#ifdef HAVE_TBB
    {&peer_tbb_group, 1}, {&peer_tbb_enqueue, 1},
#endif
#ifdef HAVE_OPENMP
    {&peer_openmp, 1},
#endif
};
enum { ARMS = sizeof arms / sizeof arms[0] };

struct figures {
    double task_ns;    /* per task */
    double cpu_ns;     /* of all processing units, per task */
    double idle_share; /* of one processing unit, by all of its workers when nothing is there to do */
};

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void wait_ms(long ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static unsigned units(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) ? 1 : (unsigned)CPU_COUNT(&set);
}

static void time_tasks(const struct peer *peer, void *state, uint64_t tasks, struct figures *figures)
{
    double begin = seconds(CLOCK_MONOTONIC), used = seconds(CLOCK_PROCESS_CPUTIME_ID);
    peer->submit(state, tasks);
    figures->task_ns = (seconds(CLOCK_MONOTONIC) - begin) / (double)tasks * 1e9;
    figures->cpu_ns = (seconds(CLOCK_PROCESS_CPUTIME_ID) - used) / (double)tasks * 1e9;
}

static int measure(const struct arm *arm, struct figures *figures)
{
    void *state = arm->peer->start(arm->workers_per_unit * units());
    if (!state)
        return -1;
    time_tasks(arm->peer, state, WARM_UP_TASKS, figures);
    time_tasks(arm->peer, state, TASKS, figures);
    wait_ms(SETTLE_MS);
    double begin = seconds(CLOCK_MONOTONIC), used = seconds(CLOCK_PROCESS_CPUTIME_ID);
    wait_ms(IDLE_MS);
    figures->idle_share = (seconds(CLOCK_PROCESS_CPUTIME_ID) - used) / (seconds(CLOCK_MONOTONIC) - begin);
    arm->peer->stop(state);
    return 0;
}

static int measure_apart(const struct arm *arm, struct figures *figures)
{
    int ends[2];
    if (pipe(ends))
        return -1;
    pid_t child = child_fork();
    if (child == 0) {
        int bad = measure(arm, figures) || write(ends[1], figures, sizeof *figures) != sizeof *figures;
        _exit(bad);
    }
    close(ends[1]);
    bool whole = child > 0 && read(ends[0], figures, sizeof *figures) == sizeof *figures;
    close(ends[0]);
    return child > 0 && child_await(child) == 0 && whole ? 0 : -1;
}

static void shuffle(unsigned order[ARMS], uint64_t *seed)
{
    for (unsigned i = 0; i < ARMS; i++)
        order[i] = i;
    for (unsigned i = ARMS; i > 1; i--) {
        unsigned other = (unsigned)random_below(seed, i), kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

static int run_round(unsigned round, uint64_t *seed, struct figures results[ARMS], FILE *csv)
{
    unsigned order[ARMS];
    shuffle(order, seed);
    for (unsigned slot = 0; slot < ARMS; slot++) {
        const struct arm *arm = &arms[order[slot]];
        struct figures *figures = &results[order[slot]];
        double load = NAN;
        if (measure_apart(arm, figures)) {
            fprintf(stderr, "bench_pool: %s could not be measured\n", arm->peer->name);
            return -1;
        }
        getloadavg(&load, 1);
        if (csv)
            fprintf(csv, "%u,%u,%s,%u,%u,%d,%d,%.2f,%.2f,%.5f,%.2f\n", round + 1, slot + 1, arm->peer->name,
                    arm->workers_per_unit * units(), units(), TASKS, IN_FLIGHT, figures->task_ns,
                    figures->cpu_ns, figures->idle_share, load);
    }
    return csv && fflush(csv) ? -1 : 0;
}

static void summarise(struct figures results[][ARMS], unsigned rounds)
{
    printf("%-18s %7s %10s %-17s %9s %-15s %7s\n", "pool", "workers", "ns a task", "(95 %)", "of pool's",
           "(95 %)", "idle");
    for (unsigned arm = 0; arm < ARMS; arm++) {
        double times[ROUNDS_MAX], differences[ROUNDS_MAX], idle[ROUNDS_MAX];
        struct median_interval time, rest;
        struct signed_rank ratio;
        for (unsigned round = 0; round < rounds; round++) {
            times[round] = results[round][arm].task_ns;
            idle[round] = results[round][arm].idle_share;
            differences[round] = log(times[round] / results[round][0].task_ns);
        }
        if (statistics_median(times, rounds, 0.95, &time) || statistics_median(idle, rounds, 0.95, &rest) ||
            statistics_signed_rank(differences, rounds, 0, 0.95, &ratio))
            continue;
        char interval[32], ratio_interval[32];
        snprintf(interval, sizeof interval, "(%.1f-%.1f)", time.low, time.high);
        snprintf(ratio_interval, sizeof ratio_interval, "(%.2f-%.2f)", exp(ratio.low), exp(ratio.high));
        printf("%-18s %7u %10.1f %-17s %9.2f %-15s %5.2f %%\n", arms[arm].peer->name,
               arms[arm].workers_per_unit * units(), time.median, interval, exp(ratio.estimate),
               ratio_interval, 100 * rest.median);
    }
}

static int run_rounds(unsigned rounds, FILE *csv)
{
    static struct figures results[ROUNDS_MAX][ARMS];
    uint64_t seed = (uint64_t)time(NULL);
    double load = NAN;
    getloadavg(&load, 1);
    printf("%u rounds, seed %llu, %u processing units, %d tasks, %d in flight, load average %.2f", rounds,
           (unsigned long long)seed, units(), TASKS, IN_FLIGHT, load);
    fflush(stdout);
    if (csv)
        fprintf(csv,
                "round,slot,pool,workers,units,tasks,in_flight,task_ns,cpu_ns,idle_share,load_average\n");
    for (unsigned round = 0; round < rounds; round++)
        if (run_round(round, &seed, results[round], csv))
            return 1;
    getloadavg(&load, 1);
    printf(" before, %.2f after\n", load);
    summarise(results, rounds);
    return 0;
}

int main(int argc, char **argv)
{
    unsigned long rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : ROUNDS_DEFAULT;
    if (argc > 3 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_pool [CSV [ROUNDS]]\nROUNDS: 1 to %d, by default %d\n", ROUNDS_MAX,
                ROUNDS_DEFAULT);
        return 2;
    }
    FILE *csv = argc > 1 ? fopen(argv[1], "w") : NULL;
    if (argc > 1 && !csv) {
        fprintf(stderr, "bench_pool: %s: %s\n", argv[1], strerror(errno));
        return 2;
    }
    int code = run_rounds((unsigned)rounds, csv);
    if (csv && fclose(csv)) {
        fprintf(stderr, "bench_pool: %s: %s\n", argv[1], strerror(errno));
        return 2;
    }
    return code;
}
