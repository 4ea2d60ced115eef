/* SPDX-License-Identifier: MIT */
/* Our echo servers against bare ones: the same load generator on the last processing unit, the server on the
 * first, each pair one after the other in turns, each time in fresh processes. */
#include <netinet/in.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bare_echo.h"
#include "child.h"
#include "children.h"
#include "load.h"
#include "measure.h"
#include "resource_limits.h"
#include "statistics.h"
#include "topology.h"

enum { ROUNDS_DEFAULT = 12, ROUNDS_MAX = 1000, CONNECTIONS_DEFAULT = 1000, MESSAGES_DEFAULT = 200000 };

static const struct pair {
    const char *model, *bare_name;
    void (*bare)(int listener); /* does not return */
} pairs[] = {
    {"thread-per-task", "accept, create, recv, send", bare_threads},
    {"process-per-task", "accept, fork, recv, send", bare_processes},
    {"event-loop", "libuv", bare_libuv},
};
enum { PAIRS = sizeof pairs / sizeof pairs[0] };

struct options {
    const char *program, *model; /* NULL: all */
    unsigned rounds, connections;
    uint64_t messages;
    const struct topology *topology;
    unsigned server_unit, load_unit;
};

/* In memory that the generator shares. */
struct told {
    uint64_t start_ns, stop_ns, errors;
};

static _Noreturn void fail(void *context, const char *what)
{
    (void)context;
    fprintf(stderr, "bench_echo: %s\n", what);
    _exit(EXIT_FAILURE);
}

static void started(void *context, uint64_t startup_ns)
{
    (void)startup_ns;
    ((struct told *)context)->start_ns = clock_now_ns();
}

static void ended(void *context, const struct load_round *round)
{
    ((struct told *)context)->stop_ns = round->stop_ns;
    ((struct told *)context)->errors = load_errors(round);
}

static int listen_on_loopback(struct sockaddr_in *address)
{
    socklen_t length = sizeof *address;
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)address, length) ||
        getsockname(listener, (struct sockaddr *)address, &length) || listen(listener, SOMAXCONN))
        fail(NULL, "no port on loopback");
    return listener;
}

struct figures {
    double rate;   /* messages a second */
    double cpu_us; /* of the server, of a message; with what it took to set up its connections */
};

static double cpu_ns(struct usage usage)
{
    return (double)(usage.user_ns + usage.system_ns);
}

static void end_server(pid_t server)
{
    child_kill(server);
    children_end_others(&(struct children){.count = 0});
}

static struct figures time_bare(const struct options *options, const struct pair *pair, struct told *told)
{
    struct error error;
    struct sockaddr_in address;
    const struct load_options load_options = {.connections = options->connections,
                                              .threads = 1,
                                              .topology = options->topology,
                                              .units = &options->load_unit,
                                              .context = told,
                                              .started = started,
                                              .ended = ended,
                                              .failed = fail};
    struct load *load = load_start(&load_options, &error);
    if (!load)
        fail(NULL, error.text);
    int listener = listen_on_loopback(&address);
    pid_t server = child_fork();
    if (server == 0) {
        if (topology_bind_self(options->topology, &options->server_unit, 1, &error))
            fail(NULL, error.text);
        pair->bare(listener);
    }
    close(listener);
    load_go(load, &address, options->messages);
    load_await(load);
    load_stop(load);
    struct usage before = usage_children();
    end_server(server);
    struct usage used = usage_subtract(usage_children(), before);
    if (told->errors)
        fail(NULL, "the bare server's answers were wrong");
    double messages = (double)options->messages;
    return (struct figures){.rate = messages * 1e9 / (double)(told->stop_ns - told->start_ns),
                            .cpu_us = cpu_ns(used) / messages / 1000};
}

static struct figures time_ours(const struct options *options, const struct pair *pair)
{
    char line[512];
    struct figures figures = {.rate = 0};
    snprintf(line, sizeof line, "'%s' launch native/io/echo/%s/%sconc:%u/place:split --items %llu",
             options->program, pair->model, strcmp(pair->model, "event-loop") == 0 ? "workers:1/" : "",
             options->connections, (unsigned long long)options->messages);
    FILE *output = popen(line, "r");
    while (output && fgets(line, sizeof line, output))
        if (strncmp(line, "items_per_second=", 17) == 0)
            figures.rate = strtod(line + 17, NULL);
        else if (strncmp(line, "cpu_user_ns=", 12) == 0 || strncmp(line, "cpu_system_ns=", 14) == 0)
            figures.cpu_us += strtod(strchr(line, '=') + 1, NULL) / (double)options->messages / 1000;
    if (!output || pclose(output) || figures.rate <= 0)
        fail(NULL, "the cell could not be measured");
    return figures;
}

static bool is_asked(const struct options *options, const struct pair *pair)
{
    return !options->model || strcmp(options->model, pair->model) == 0;
}

struct results {
    struct figures ours[PAIRS][ROUNDS_MAX], bare[PAIRS][ROUNDS_MAX];
};

static void print_ratio(const struct options *options, const double *ours, const double *bare)
{
    struct signed_rank ratio;
    struct median_interval own, other;
    double differences[ROUNDS_MAX];
    for (unsigned i = 0; i < options->rounds; i++)
        differences[i] = log(ours[i] / bare[i]);
    if (statistics_median(ours, options->rounds, 0.95, &own) == 0 &&
        statistics_median(bare, options->rounds, 0.95, &other) == 0 &&
        statistics_signed_rank(differences, options->rounds, 0, 0.95, &ratio) == 0)
        printf(" %10.4g %10.4g %6.3f (%.3f-%.3f)", own.median, other.median, exp(ratio.estimate),
               exp(ratio.low), exp(ratio.high));
}

static void summarise(const struct options *options, const struct results *results)
{
    printf("%-16s %-26s %10s %10s %-21s %10s %10s %s\n", "model", "against", "ours, 1/s", "bare, 1/s",
           "ratio (95 %)", "ours, us", "bare, us", "ratio (95 %)");
    for (unsigned pair = 0; pair < PAIRS; pair++) {
        if (!is_asked(options, &pairs[pair]))
            continue;
        double ours[2][ROUNDS_MAX], bare[2][ROUNDS_MAX];
        for (unsigned i = 0; i < options->rounds; i++) {
            ours[0][i] = results->ours[pair][i].rate;
            ours[1][i] = results->ours[pair][i].cpu_us;
            bare[0][i] = results->bare[pair][i].rate;
            bare[1][i] = results->bare[pair][i].cpu_us;
        }
        printf("%-16s %-26s", pairs[pair].model, pairs[pair].bare_name);
        print_ratio(options, ours[0], bare[0]);
        print_ratio(options, ours[1], bare[1]);
        printf("\n");
    }
}

/* Which of the two comes first changes from round to round. */
static void run_rounds(const struct options *options)
{
    static struct results results;
    struct told *told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (told == MAP_FAILED)
        fail(NULL, "out of memory");
    printf("%u rounds, %u connections, %llu messages; us: processor time of the server, a message\n",
           options->rounds, options->connections, (unsigned long long)options->messages);
    for (unsigned round = 0; round < options->rounds; round++)
        for (unsigned i = 0; i < PAIRS; i++)
            for (unsigned turn = 0; turn < 2 && is_asked(options, &pairs[i]); turn++)
                if ((round + turn) % 2)
                    results.ours[i][round] = time_ours(options, &pairs[i]);
                else
                    results.bare[i][round] = time_bare(options, &pairs[i], told);
    summarise(options, &results);
}

int main(int argc, char **argv)
{
    struct error error;
    struct options options = {
        .program = argc > 1 ? argv[1] : NULL,
        .model = argc > 5 ? argv[5] : NULL,
        .rounds = argc > 2 ? (unsigned)atoi(argv[2]) : ROUNDS_DEFAULT,
        .connections = argc > 3 ? (unsigned)atoi(argv[3]) : CONNECTIONS_DEFAULT,
        .messages = argc > 4 ? strtoull(argv[4], NULL, 10) : MESSAGES_DEFAULT,
    };
    if (argc < 2 || argc > 6 || options.rounds < 1 || options.rounds > ROUNDS_MAX ||
        options.connections < 1 || options.messages < options.connections) {
        fprintf(stderr, "usage: bench_echo CROSSPOINT [ROUNDS [CONNECTIONS [MESSAGES [MODEL]]]]\n");
        return 2;
    }
    limits_raise_descriptors();
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct topology *topology = topology_open(NULL, &error);
    if (!topology)
        fail(NULL, error.text);
    size_t count;
    const struct unit *units = topology_units(topology, &count);
    if (count < 2)
        fail(NULL, "two processing units are needed: one for the server, one for the load");
    options.topology = topology;
    options.server_unit = units[0].os_index;
    options.load_unit = units[count - 1].os_index;
    children_adopt();
    run_rounds(&options);
    topology_close(topology);
    return 0;
}
