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
#include "load_options.h"
#include "load_report.h"
#include "options.h"
#include "words.h"

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
    const struct load_command *options;
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
    const struct load_command *options = driven->options;
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

static int drive(struct load_command *options, struct error *error)
{
    struct load_options *load = &options->load;
    struct driven driven = {.options = options};
    load->context = &driven;
    load->started = started;
    load->ended = ended;
    load->failed = failed;
    if (load_prepare(load->connections, &load->threads, error))
        return -1;
    if (options->hgrm && !(driven.hgrm = fopen(options->hgrm, "we")))
        return error_set(error, "%s: %s", options->hgrm, strerror(errno));
    heed_signals();
    load_run(load, &options->target.address, options->duration_ns, &interrupted);
    return driven.code;
}

int cmd_load(int argc, char **argv)
{
    static const struct argp_child children[] = {{&load_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .children = children,
        .args_doc = LOAD_ARGUMENTS,
        .doc =
            "Drives a web server, or an echo server, on this machine, and tells how fast it answers. With a "
            "rate latencies count from when a message was due, so that one which has to wait is late."};
    struct load_command options = load_command_default();
    struct error error;
    options_parse(&argp, argc, argv, &options);
    if (load_command_check(&options, &error) || load_target_check_local(&options.target, &error))
        return error_tell(&error);
    int code = drive(&options, &error);
    return code < 0 ? error_tell(&error) : code;
}
