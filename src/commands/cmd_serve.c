/* SPDX-License-Identifier: MIT */
/* The server of a cell, by hand. It runs in a child, which this process drains and ends. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/sock_diag.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cell_run.h"
#include "child.h"
#include "children.h"
#include "command.h"
#include "measure.h"
#include "options.h"
#include "runtime.h"
#include "serving.h"
#include "words.h"

struct options {
    const char *model, *workload, *listen, *place;
    unsigned conc, workers, backlog, idle_s;
    const char *keys[CELL_PARAMS_MAX];
    size_t key_count;
};

enum {
    OPTION_MODEL = 256,
    OPTION_WORKLOAD,
    OPTION_LISTEN,
    OPTION_CONC,
    OPTION_WORKERS,
    OPTION_KEY,
    OPTION_PLACE,
    OPTION_IDLE,
    OPTION_BACKLOG
};
enum { COUNT_MAX = 1000000, IDLE_S_MAX = 86400, DRAIN_MS_MAX = 10000, QUIET_MS = 100, STEP_MS = 10 };

static const struct argp_option option_table[] = {
    {"model", OPTION_MODEL, "MODEL", 0, "which one serves; required", 0},
    {"workload", OPTION_WORKLOAD, "FAMILY/NAME", 0, "what it serves, a web server, say; required", 0},
    {"listen", OPTION_LISTEN, "ADDRESS:PORT", 0, "where; default: 127.0.0.1:8080. Port 0: any free one", 0},
    {"conc", OPTION_CONC, "N", 0, "connections at a time, and so threads or processes; default: 64", 0},
    {"workers", OPTION_WORKERS, "N", 0, "loops, where a model has several; default: max", 0},
    {"key", OPTION_KEY, "KEY:VALUE", 0, "a key of the workload (payload:1024); may be repeated", 0},
    {"place", OPTION_PLACE, "PLACE", 0, "where the workers sit; default: none", 0},
    {"idle-timeout", OPTION_IDLE, "S", 0,
     "end a connection that for S seconds has neither sent a whole request nor taken any of its answer; "
     "default: "
     "never",
     0},
    {"backlog", OPTION_BACKLOG, "N", 0, "connections that may wait to be accepted; default: 4096", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case OPTION_MODEL:
        options->model = text;
        return 0;
    case OPTION_WORKLOAD:
        options->workload = text;
        return 0;
    case OPTION_LISTEN:
        options->listen = text;
        return 0;
    case OPTION_CONC:
        options->conc = (unsigned)options_count(state, "--conc", text, 1, COUNT_MAX);
        return 0;
    case OPTION_WORKERS:
        options->workers = (unsigned)options_count(state, "--workers", text, 1, COUNT_MAX);
        return 0;
    case OPTION_KEY:
        if (options->key_count == CELL_PARAMS_MAX)
            options_error(state, "too many keys");
        if (!strchr(text, ':'))
            options_error(state, "--key '%s' is not KEY:VALUE, as payload:1024 is", text);
        options->keys[options->key_count++] = text;
        return 0;
    case OPTION_IDLE:
        options->idle_s = (unsigned)options_count(state, "--idle-timeout", text, 1, IDLE_S_MAX);
        return 0;
    case OPTION_BACKLOG:
        options->backlog = (unsigned)options_count(state, "--backlog", text, 1, COUNT_MAX);
        return 0;
    case OPTION_PLACE:
        options->place = text;
        return 0;
    case ARGP_KEY_ARG:
        options_error(state, "no argument '%s' here; an address is --listen %s", text, text);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int set_number(struct cell *cell, const char *key, unsigned number, struct error *error)
{
    char text[16];
    snprintf(text, sizeof text, "%u", number);
    return number ? cell_set(cell, key, text, error) : 0;
}

static int check_serves(const struct cell *cell, struct error *error)
{
    char known[200] = "";
    if (workload_find(cell->family, cell->workload)->serves)
        return 0;
    for (size_t i = 0; workloads[i]; i++)
        if (workloads[i]->serves)
            snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s/%s", *known ? ", " : "",
                     workloads[i]->family, workloads[i]->name);
    return error_set(error, "%s/%s serves nobody; known: %s", cell->family, cell->workload, known);
}

static int make_cell(const struct options *options, unsigned units_max, struct cell *cell,
                     struct error *error)
{
    char name[CELL_NAME_BYTES];
    snprintf(name, sizeof name, "%s/%s", options->workload, options->model);
    if (cell_parse(name, "native", cell, error))
        return -1;
    const struct model *model = model_find(cell->model);
    unsigned conc = model && model_is_reference(model) ? 0 : options->conc;
    if (set_number(cell, "workers", options->workers, error) || set_number(cell, "conc", conc, error) ||
        cell_set(cell, "place", options->place, error))
        return -1;
    for (size_t i = 0; i < options->key_count; i++) {
        const char *colon = strchr(options->keys[i], ':');
        snprintf(name, sizeof name, "%.*s", (int)(colon - options->keys[i]), options->keys[i]);
        if (cell_set(cell, name, colon + 1, error))
            return -1;
    }
    return runtime_complete(cell, units_max, error) ? -1 : check_serves(cell, error);
}

/* ADDRESS:PORT, of IPv4. */
static int read_address(const char *text, struct sockaddr_in *address, struct error *error)
{
    char host[32];
    const char *colon = strrchr(text, ':');
    char *end = NULL;
    unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
    snprintf(host, sizeof host, "%.*s", colon ? (int)(colon - text) : 0, text);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (!colon || end == colon + 1 || *end || port > UINT16_MAX || colon[1] == '-' || colon[1] == '+' ||
        inet_pton(AF_INET, host, &address->sin_addr) != 1)
        return error_set(error, "--listen '%s' is no address and port, as 127.0.0.1:8080 is", text);
    return 0;
}

static int open_listener(const struct options *options, struct sockaddr_in *address, struct error *error)
{
    const char *text = options->listen;
    int one = 1;
    socklen_t length = sizeof *address;
    if (read_address(text, address, error))
        return -1;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) ||
        bind(listener, (struct sockaddr *)address, length) ||
        getsockname(listener, (struct sockaddr *)address, &length) || listen(listener, (int)options->backlog))
        return error_set(error, "listening on %s: %s", text, strerror(errno));
    return listener;
}

/* A terminal's signals reach all of us: our parent heeds them, we do not. */
static _Noreturn void serve(const struct cell *cell, const struct topology *topology, struct serving *serving)
{
    struct error error;
    struct measurement measurement;
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_UNBLOCK, &children, NULL);
    struct run *run = cell_open_serving(cell, topology, serving, &error);
    if (!run)
        exit(error_tell(&error));
    cell_measure(run, 1, &measurement); /* returns where loops are drained */
    _exit(EXIT_SUCCESS);
}

static uint64_t sum_of(struct serving *serving, enum serving_count count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SERVING_PARTS; i++)
        sum += atomic_load(&serving->parts[i].counts[count]);
    return sum;
}

static bool is_busy(struct serving *serving)
{
    int64_t sum = 0;
    for (size_t i = 0; i < SERVING_PARTS; i++)
        sum += atomic_load(&serving->parts[i].busy);
    return sum != 0;
}

/* Attempts to connect that the kernel has dropped, since as many waited to be accepted as may. */
static uint64_t count_turned_away(int listener)
{
    uint32_t memory[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof memory;
    getsockopt(listener, SOL_SOCKET, SO_MEMINFO, memory, &length);
    return memory[SK_MEMINFO_DROPS];
}

static void tell_counts(struct serving *serving, uint64_t turned_away)
{
    static const struct {
        enum serving_count count;
        const char *word;
    } faults[] = {{SERVING_MALFORMED, "malformed"},      {SERVING_TOO_LONG, "too long"},
                  {SERVING_NOT_ALLOWED, "not allowed"},  {SERVING_CUT_SHORT, "cut short"},
                  {SERVING_NOT_TAKEN, "not taken"},      {SERVING_TIMED_OUT, "timed out"},
                  {SERVING_NOT_ACCEPTED, "not accepted"}};
    const char *between = "";
    printf("connections: %" PRIu64 "; answers: %" PRIu64 "; faults: ", sum_of(serving, SERVING_CONNECTIONS),
           sum_of(serving, SERVING_ANSWERS));
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        uint64_t sum = sum_of(serving, faults[i].count);
        if (sum > 0)
            printf("%s%" PRIu64 " %s", between, sum, faults[i].word);
        between = sum > 0 ? ", " : between;
    }
    if (turned_away > 0)
        printf("%s%" PRIu64 " turned away", between, turned_away);
    puts(turned_away > 0 || *between ? "" : "none");
}

/* Until no answer has been on its way for a moment, or another signal comes. */
static void drain(struct serving *serving, const sigset_t *signals)
{
    const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
    unsigned quiet_ms = 0;
    shutdown(serving->listener, SHUT_RDWR);
    for (unsigned ms = 0; ms < DRAIN_MS_MAX && quiet_ms < QUIET_MS; ms += STEP_MS) {
        int signal_number = sigtimedwait(signals, NULL, &step);
        if (signal_number > 0 && signal_number != SIGCHLD)
            return;
        quiet_ms = is_busy(serving) ? 0 : quiet_ms + STEP_MS;
    }
}

/* EXIT_FINE, or EXIT_FAILURE if the server ended by itself. */
static int watch(pid_t server, struct serving *serving, const sigset_t *signals)
{
    static const struct children none = {.count = 0};
    int code = EXIT_FINE, status;
    for (int signal_number = 0;
         signal_number != SIGTERM && signal_number != SIGINT && signal_number != SIGHUP;) {
        signal_number = sigwaitinfo(signals, NULL);
        if (signal_number == SIGCHLD && waitpid(server, &status, WNOHANG) == server) {
            code = EXIT_FAILURE;
            word_tell(stderr, "crosspoint: the server has ended by itself (status %#x)", (unsigned)status);
            break;
        }
    }
    uint64_t turned_away = count_turned_away(serving->listener); /* it forgets when it is shut down */
    if (code == EXIT_FINE)
        drain(serving, signals);
    children_end_others(&none);
    tell_counts(serving, turned_away);
    return code;
}

static int start(const struct cell *cell, const struct topology *topology, const struct options *options,
                 struct error *error)
{
    struct sockaddr_in address;
    sigset_t signals;
    char name[CELL_NAME_BYTES], host[INET_ADDRSTRLEN];
    struct serving *serving =
        mmap(NULL, sizeof *serving, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (serving == MAP_FAILED)
        return error_set(error, "%s", strerror(errno));
    serving->idle_ns = options->idle_s * UINT64_C(1000000000);
    serving->listener = open_listener(options, &address, error);
    if (serving->listener < 0)
        return -1;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    children_adopt();
    pid_t server = child_fork();
    if (server < 0)
        return error_set(error, "fork: %s", strerror(errno));
    if (server == 0)
        serve(cell, topology, serving);
    cell_format(cell, name);
    printf("%s on %s:%u; SIGTERM ends it\n", name, inet_ntop(AF_INET, &address.sin_addr, host, sizeof host),
           ntohs(address.sin_port));
    fflush(stdout);
    return watch(server, serving, &signals);
}

int cmd_serve(int argc, char **argv)
{
    static const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .doc =
            "Starts the server that a cell measures, for any client. SIGTERM or Ctrl-C drains and ends it: "
            "answers on their way are finished, 10 seconds at most. Then it tells what it has counted."};
    struct options options = {.listen = "127.0.0.1:8080", .place = "none", .conc = 64, .backlog = SOMAXCONN};
    struct cell cell;
    struct error error;
    options_parse(&argp, argc, argv, &options);
    if (options.model && !options.workload && catalogue_check_model(&catalogue_native, options.model, &error))
        return error_tell(&error);
    if (!options.model || !options.workload) {
        word_tell(stderr, "crosspoint serve: --%s is missing; `crosspoint list %ss` names them",
                  options.model ? "workload" : "model", options.model ? "workload" : "model");
        return EXIT_USAGE;
    }
    struct topology *topology = topology_open(NULL, &error);
    if (!topology)
        return error_tell(&error);
    int code = -1;
    if (make_cell(&options, (unsigned)topology_max(topology), &cell, &error) == 0 &&
        cell_runnable(&catalogue_native, &cell, topology, &error) == 0)
        code = start(&cell, topology, &options, &error);
    topology_close(topology);
    return code < 0 ? error_tell(&error) : code;
}
