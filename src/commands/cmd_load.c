/* SPDX-License-Identifier: MIT */
/* The load generator by hand, for any server on this machine. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "hgrm.h"
#include "load_report.h"
#include "load_target.h"
#include "options.h"
#include "words.h"

struct options {
    const char *server, *hgrm;
    bool json, payload_given;
    uint64_t duration_ns;
    struct load_options load;
};

enum {
    OPTION_CONNECTIONS = 256,
    OPTION_RATE,
    OPTION_ARRIVALS,
    OPTION_SEED,
    OPTION_SECONDS,
    OPTION_THREADS,
    OPTION_PAYLOAD,
    OPTION_ONCE,
    OPTION_TIMEOUT,
    OPTION_FORMAT,
    OPTION_HGRM
};
enum { CONNECTIONS_MAX = 1000000, RATE_MAX = 100000000, SECONDS_MAX = 86400, THREADS_MAX = 1024 };

static const struct argp_option option_table[] = {
    {"connections", OPTION_CONNECTIONS, "N", 0, "at a time, each with one message on its way; default: 64",
     0},
    {"rate", OPTION_RATE, "N", 0,
     "messages a second over all connections (open loop); default: 0, each connection sends when it has its "
     "answer (closed loop)",
     0},
    {"arrivals", OPTION_ARRIVALS, "poisson|constant", 0,
     "how messages of a rate become due; default: poisson", 0},
    {"seed", OPTION_SEED, "N", 0, "of Poisson arrivals; default: 1", 0},
    {"seconds", OPTION_SECONDS, "S", 0, "how long; default: 10", 0},
    {"threads", OPTION_THREADS, "N", 0, "of the generator; default: one for each processing unit allowed", 0},
    {"payload", OPTION_PAYLOAD, "BYTES", 0, "of a message to an echo server; default: 64", 0},
    {"once", OPTION_ONCE, NULL, 0, "a connection for each message", 0},
    {"timeout", OPTION_TIMEOUT, "S", 0, "for an answer; then the connection is given up; default: 2", 0},
    {"format", OPTION_FORMAT, "text|json", 0, "default: text", 0},
    {"hgrm", OPTION_HGRM, "FILE", 0, "the latencies as HdrHistogram's percentiles, in milliseconds", 0},
    {0},
};

/* Which of two words it is. */
static bool is_second(struct argp_state *state, const char *option, const char *text, const char *first,
                      const char *second)
{
    if (strcmp(text, first) != 0 && strcmp(text, second) != 0)
        options_error(state, "%s '%s' is neither %s nor %s", option, text, first, second);
    return strcmp(text, second) == 0;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    struct load_options *load = &options->load;
    switch (key) {
    case OPTION_CONNECTIONS:
        load->connections = (unsigned)options_count(state, "--connections", text, 1, CONNECTIONS_MAX);
        return 0;
    case OPTION_RATE:
        load->rate = (double)options_count(state, "--rate", text, 0, RATE_MAX);
        return 0;
    case OPTION_ARRIVALS:
        load->arrivals =
            is_second(state, "--arrivals", text, "poisson", "constant") ? LOAD_CONSTANT : LOAD_POISSON;
        return 0;
    case OPTION_SEED:
        load->seed = options_count(state, "--seed", text, 0, INT64_MAX);
        return 0;
    case OPTION_SECONDS:
        options->duration_ns = options_seconds_ns(state, "--seconds", text, SECONDS_MAX);
        return 0;
    case OPTION_THREADS:
        load->threads = (unsigned)options_count(state, "--threads", text, 1, THREADS_MAX);
        return 0;
    case OPTION_PAYLOAD:
        load->message_bytes = options_count(state, "--payload", text, 1, LOAD_PAYLOAD_BYTES_MAX);
        options->payload_given = true;
        return 0;
    case OPTION_ONCE:
        load->once = true;
        return 0;
    case OPTION_TIMEOUT:
        load->limit_ns = options_seconds_ns(state, "--timeout", text, SECONDS_MAX);
        return 0;
    case OPTION_FORMAT:
        options->json = is_second(state, "--format", text, "text", "json");
        return 0;
    case OPTION_HGRM:
        options->hgrm = text;
        return 0;
    case ARGP_KEY_ARG:
        if (options->server)
            options_error(state, "one server, not '%s' as well", text);
        options->server = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        options_error(state, "name a server: http://127.0.0.1:8080/path, or 127.0.0.1:9000 (echo)");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The first signal ends the round, the second the process. */
static atomic_bool interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    atomic_store(&interrupted, true);
}

static void heed_signals(void)
{
    const struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* Of the generator, in whose thread it is called. */
struct driven {
    const struct options *options;
    FILE *hgrm;
    int code;
};

static void started(void *context, uint64_t startup_ns)
{
    (void)context, (void)startup_ns;
}

static _Noreturn void failed(void *context, const char *reason)
{
    const struct driven *driven = context;
    word_tell(stderr, "crosspoint load: %s: %s", driven->options->server, reason);
    _exit(EXIT_USAGE);
}

static int write_hgrm(const struct driven *driven, const struct load_round *round)
{
    int lost = hgrm_write(round->latency, driven->hgrm);
    if (fclose(driven->hgrm) == 0 && !lost)
        return 0;
    word_tell(stderr, "crosspoint load: %s: %s", driven->options->hgrm, strerror(errno));
    return EXIT_USAGE;
}

static void ended(void *context, const struct load_round *round)
{
    struct driven *driven = context;
    const struct options *options = driven->options;
    const struct load_report report = {.server = options->server,
                                       .options = &options->load,
                                       .duration_ns = options->duration_ns,
                                       .interrupted = atomic_load(&interrupted),
                                       .round = round};
    driven->code = options->json ? load_report_json(&report) : load_report_text(&report);
    if (driven->code == EXIT_FINE && driven->hgrm)
        driven->code = write_hgrm(driven, round);
    if (driven->code == EXIT_FINE && report.interrupted)
        driven->code = EXIT_INTERRUPTED;
    else if (driven->code == EXIT_FINE && round->answers == 0)
        driven->code = EXIT_NOTHING_COMPARABLE;
}

static int drive(struct options *options, const struct load_target *target, struct error *error)
{
    char request[LOAD_REQUEST_BYTES];
    struct load_options *load = &options->load;
    struct driven driven = {.options = options};
    const struct load_http http = {.request = request};
    load_target_request(target, load->once, request);
    load->http = target->http ? &http : NULL;
    load->persists = true;
    load->context = &driven;
    load->started = started;
    load->ended = ended;
    load->failed = failed;
    if (load_prepare(load->connections, &load->threads, error))
        return -1;
    if (options->hgrm && !(driven.hgrm = fopen(options->hgrm, "we")))
        return error_set(error, "%s: %s", options->hgrm, strerror(errno));
    heed_signals();
    load_run(load, &target->address, options->duration_ns, &interrupted);
    return driven.code;
}

int cmd_load(int argc, char **argv)
{
    static const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .args_doc = "http://ADDRESS[:PORT][/PATH] | ADDRESS:PORT",
        .doc =
            "Drives a web server, or an echo server, on this machine, and tells how fast it answers. With a "
            "rate latencies count from when a message was due, so that one which has to wait is late."};
    const uint64_t second_ns = 1000000000;
    struct options options = {
        .duration_ns = 10 * second_ns,
        .load = {.connections = 64, .message_bytes = 64, .seed = 1, .limit_ns = 2 * second_ns}};
    struct load_target target;
    struct error error;
    options_parse(&argp, argc, argv, &options);
    if (load_target_parse(options.server, &target, &error))
        return error_tell(&error);
    if (target.http && options.payload_given) {
        error_set(&error, "--payload is of echo servers; a web server's answer is as long as it is");
        return error_tell(&error);
    }
    int code = drive(&options, &target, &error);
    return code < 0 ? error_tell(&error) : code;
}
