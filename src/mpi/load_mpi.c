/* SPDX-License-Identifier: MIT */
/* The load generator on many machines at once, started by mpirun: each rank is one, with its share of the
 * connections and of the rate. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hgrm.h"
#include "load_options.h"
#include "measure.h"
#include "options.h"
#include "ranks_report.h"
#include "words.h"

enum { OPTION_BUCKETS = 512, OPTION_OUTPUT };

struct options {
    struct load_command command;
    bool buckets;
    const char *output;
};

static const struct argp_option option_table[] = {
    {"buckets", OPTION_BUCKETS, NULL, 0, "in JSON, the counts of latencies too, of all and of each rank", 0},
    {"output", OPTION_OUTPUT, "FILE", 0,
     "the report, of the machine that tells it: rank 0's, or, where that has died, rank 1's, whose standard "
     "output "
     "mpirun then drops; default: standard output",
     0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->command;
        return 0;
    case OPTION_BUCKETS:
        options->buckets = true;
        return 0;
    case OPTION_OUTPUT:
        options->output = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static atomic_bool stopped;

/* mpirun ends a job with SIGTERM. */
static void stop(int signal_number)
{
    (void)signal_number;
    atomic_store(&stopped, true);
}

static void heed_signals(void)
{
    const struct sigaction action = {.sa_handler = stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* This rank. What it hands in is too large for a stack. */
static struct ranks ranks;
static struct options options;
static struct rank_result result;
static FILE *hgrm;

static int write_hgrm(const struct ranks_report *report)
{
    int lost = hgrm_write(&report->sum.latency, hgrm);
    if (fclose(hgrm) == 0 && !lost)
        return EXIT_FINE;
    word_tell(stderr, "crosspoint-load-mpi: %s: %s", options.command.hgrm, strerror(errno));
    return EXIT_USAGE;
}

static int tell(struct ranks_report *report)
{
    if (options.output && !freopen(options.output, "we", stdout)) {
        word_tell(stderr, "crosspoint-load-mpi: %s: %s", options.output, strerror(errno));
        return EXIT_USAGE;
    }
    int code = ranks_report_print(report, atomic_load(&stopped));
    if (options.command.hgrm && !hgrm) /* rank 0 is gone, which had it open */
        hgrm = fopen(options.command.hgrm, "we");
    if (hgrm && write_hgrm(report))
        code = EXIT_USAGE;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    word_tell(stderr, "crosspoint-load-mpi: standard output: %s", strerror(errno));
    return EXIT_USAGE;
}

/* However this rank's round has ended. */
static _Noreturn void settle(uint64_t patience_ns)
{
    int code = EXIT_USAGE;
    struct ranks_report *report = ranks_report_open(&ranks, &options.command, options.buckets);
    if (!report)
        ranks_exit(EXIT_USAGE, false);
    enum ranks_part part = ranks_settle(&ranks, &result, patience_ns, ranks_report_add, report, &code);
    bool whole = part == RANKS_DONE;
    if (part == RANKS_TELL) {
        whole = ranks_report_is_whole(report);
        code = tell(report);
        ranks_told(&ranks, whole, code);
    }
    ranks_exit(code, whole);
}

/* The longest that another rank's round may last. */
static uint64_t round_ns(void)
{
    return options.command.duration_ns + 2 * options.command.load.limit_ns;
}

static void started(void *context, uint64_t startup_ns)
{
    (void)context, (void)startup_ns;
}

static uint64_t await_start(void *context)
{
    uint64_t start_ns;
    (void)context;
    if (!ranks_start(&ranks, true, &start_ns)) {
        snprintf(result.failure, sizeof result.failure, "not begun, as another rank was not ready");
        settle(0);
    }
    uint64_t now_ns = clock_now_ns();
    result.late_ns = now_ns > start_ns ? now_ns - start_ns : 0;
    return start_ns;
}

/* Threads may fail together: one tells it. */
static _Noreturn void failed(void *context, const char *reason)
{
    static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
    uint64_t start_ns;
    (void)context;
    pthread_mutex_lock(&once);
    memset(&result, 0, sizeof result);
    snprintf(result.failure, sizeof result.failure, "%s", reason);
    bool begun = ranks.met;
    ranks_start(&ranks, false, &start_ns);
    settle(begun ? round_ns() : 0);
}

static void ended(void *context, const struct load_round *round)
{
    (void)context;
    result.round = *round;
    result.latency = *round->latency;
    result.latency_uncorrected = *round->latency_uncorrected;
    snprintf(result.error, sizeof result.error, "%s", round->error ? round->error : "");
    uint64_t end_ns = round->start_ns + round_ns(), now_ns = clock_now_ns();
    settle(now_ns < end_ns ? end_ns - now_ns : 0);
}

/* What only one rank need say. mpirun tells ranks their number before they join. */
static bool is_first(void)
{
    const char *rank = getenv("OMPI_COMM_WORLD_RANK");
    rank = rank ? rank : getenv("PMIX_RANK");
    return !rank || strcmp(rank, "0") == 0;
}

static void linger(void)
{
    usleep(300000); /* else mpirun may end the first before it has said anything */
}

static void read_options(int argc, char **argv)
{
    static char name[] = "crosspoint-load-mpi";
    static const struct argp_child children[] = {{&load_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .children = children,
        .args_doc = LOAD_ARGUMENTS,
        .doc = "Drives a web server, or an echo server, from many machines at once: mpirun -n 4 "
               "crosspoint-load-mpi "
               "http://ADDRESS. Connections and rate are of all ranks together, threads of each. They begin "
               "at the "
               "same time, and latencies are counted together.\vOptions are as of `crosspoint load`."};
    struct error error;
    bool quiet = !is_first();
    if (quiet && (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr) || atexit(linger)))
        _exit(EXIT_USAGE);
    options.command = load_command_default();
    options_parse_as(name, &argp, argc, argv, &options);
    if (load_command_check(&options.command, &error))
        exit(error_tell(&error));
}

static unsigned share(unsigned whole, int parts, int part)
{
    return whole / (unsigned)parts + ((unsigned)part < whole % (unsigned)parts);
}

/* Ends the process if any rank cannot begin. */
static void check_places(void)
{
    bool fine = true;
    for (int rank = 0; rank < ranks.count; rank++) {
        const struct rank_place *place = &ranks.places[rank];
        fine = fine && !place->failure[0];
        if (place->failure[0] && ranks.rank == 0)
            word_tell(stderr, "crosspoint-load-mpi: rank %d (%s): %s", rank, place->host, place->failure);
    }
    if (!fine)
        ranks_exit(EXIT_USAGE, true);
}

static _Noreturn void fail(const char *what)
{
    word_tell(stderr, "crosspoint-load-mpi: %s", what);
    exit(EXIT_USAGE);
}

/* Better before than after. */
static void open_files(struct rank_place *place)
{
    FILE *output = options.output ? fopen(options.output, "ae") : NULL;
    if (options.output && !output)
        snprintf(place->failure, sizeof place->failure, "%s: %s", options.output, strerror(errno));
    if (output)
        fclose(output);
    if (options.command.hgrm && !(hgrm = fopen(options.command.hgrm, "we")))
        snprintf(place->failure, sizeof place->failure, "%s: %s", options.command.hgrm, strerror(errno));
}

/* Sets this rank's share, once all have said that they can have theirs. */
static void join(struct load_options *load)
{
    struct error error;
    if (ranks_open(&ranks, &stopped))
        fail("MPI does not start; is it run by mpirun, or srun --mpi=pmix?");
    struct rank_place place = {.connections = share(load->connections, ranks.count, ranks.rank),
                               .threads = load->threads};
    if (place.connections == 0)
        snprintf(place.failure, sizeof place.failure,
                 "no connection is left for it: --connections %u, ranks %d", load->connections, ranks.count);
    else if (load_prepare(place.connections, &place.threads, &error))
        snprintf(place.failure, sizeof place.failure, "%s", error.text);
    else if (ranks.rank == 0)
        open_files(&place);
    if (ranks_introduce(&ranks, &place))
        fail("the ranks cannot reach each other");
    check_places();
    load->connections = place.connections;
    load->threads = place.threads;
    load->share = (unsigned)ranks.rank;
    load->shares = (unsigned)ranks.count;
}

int main(int argc, char **argv)
{
    struct load_options *load = &options.command.load;
    read_options(argc, argv);
    join(load);
    load->started = started;
    load->await_start = await_start;
    load->ended = ended;
    load->failed = failed;
    heed_signals();
    load_run(load, &options.command.target.address, options.command.duration_ns, &stopped);
    return EXIT_USAGE; /* not reached: a round ends or fails */
}
