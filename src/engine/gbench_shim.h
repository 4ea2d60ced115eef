/* SPDX-License-Identifier: MIT */
/* Google Benchmark behind a C interface: the only C++ in the project. Always one thread, always manual time:
 * its own clocks see the main thread only. */
#ifndef CROSSPOINT_GBENCH_SHIM_H
#define CROSSPOINT_GBENCH_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What one call of gbench_measure did. */
struct gbench_round {
    uint64_t items;                        /* work done; may be more than was asked for */
    double seconds;                        /* that it took, workers made and awaited apart */
    double latency_p50_ns, latency_p99_ns; /* 0: none */
    char error[256];
    bool skipped;     /* cannot run here: error says why, but nothing failed */
    bool interrupted; /* no more of anything is wanted */
};

/* Does `items` of work. -1: round->error says why. */
typedef int gbench_measure(void *context, uint64_t items, struct gbench_round *round);

struct gbench_case {
    const char *name;
    gbench_measure *measure;
    void *context;
};

/* Runs one case once, for exactly `items`: the seconds are as Google Benchmark reports them. -1 if measure
 * failed or nothing was reported. */
int gbench_run_once(const struct gbench_case *benchmark, uint64_t items, double *seconds);

/* Where the results go beside standard output. */
struct gbench_out {
    FILE *stream;       /* the caller's; NULL: nowhere */
    const char *format; /* json, csv or console */
    bool tabular;       /* console: counters as columns */
    bool json;          /* JSON on standard output, whole at an interruption too */
};

/* Google Benchmark's own command line (flags, repetitions, JSON) over all cases; filter and file are the
 * caller's, not among the flags. Returns an exit code: 2 for flags it does not know, 1 if a case failed, but
 * not for cases that were skipped, 130 if a round was interrupted: what was reported till then is whole.
 * Whether out->stream took all is for the caller to ask. */
int gbench_main(int argc, char **argv, const struct gbench_case *cases, size_t count,
                const struct gbench_out *out);

#ifdef __cplusplus
}
#endif

#endif
