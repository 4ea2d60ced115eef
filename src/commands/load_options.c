/* SPDX-License-Identifier: MIT */
#include "load_options.h"

#include <string.h>

#include "options.h"

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
    struct load_command *options = state->input;
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

const struct argp load_argp = {.options = option_table, .parser = parse};

struct load_command load_command_default(void)
{
    const uint64_t second_ns = 1000000000;
    return (struct load_command){
        .duration_ns = 10 * second_ns,
        .load = {.connections = 64, .message_bytes = 64, .seed = 1, .limit_ns = 2 * second_ns}};
}

int load_command_check(struct load_command *options, struct error *error)
{
    if (load_target_parse(options->server, &options->target, error))
        return -1;
    if (options->target.http && options->payload_given)
        return error_set(error, "--payload is of echo servers; a web server's answer is as long as it is");
    load_target_request(&options->target, options->load.once, options->request);
    options->http.request = options->request;
    options->load.http = options->target.http ? &options->http : NULL;
    options->load.persists = true;
    return 0;
}
