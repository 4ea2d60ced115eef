/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cell.h"
#include "generator.h"
#include "measure.h"
#include "tcp_private.h"

/* The load generator, which calls from its own process */

static void load_started(void *context, uint64_t startup_ns)
{
    run_clock_start(context, startup_ns);
}

static void load_ended(void *context, const struct load_round *round)
{
    struct tcp_server *server = run_data(context);
    unsigned long long errors = load_errors(round);
    server->errors = errors;
    if (errors && !server->counts_errors)
        run_fail(context, "load generator: %llu of the answers %s wrong, the first: %s", errors,
                 errors == 1 ? "was" : "were", round->error);
    histogram_merge(run_latency(context), round->latency);
    histogram_merge(run_latency_uncorrected(context), round->latency_uncorrected);
    server->generator_share = round->cpu_fraction;
    run_clock_stop(context, round->stop_ns, memory_of_tree_bytes(server->process, getpid(), MEMORY_ALL));
}

static _Noreturn void load_failed(void *context, const char *reason)
{
    run_fail(context, "load generator: %s", reason);
}

enum { LIMIT_NS = 2000000000 };

static int start_load(struct run *run, struct tcp_server *server, const struct load_options *load)
{
    unsigned percent = cell_load_percent(run_cell(run));
    double rate = percent ? run_rate(run) : 0;
    struct generator_place place = run_generator_place(run);
    struct error error;
    struct load_options options = {
        .connections = run_in_flight(run),
        .http = load->http,
        .message_bytes = load->message_bytes,
        .mark_every = load->mark_every,
        .once = load->once,
        .rate = rate,
        .seed = 1,
        .limit_ns = rate > 0 ? LIMIT_NS : 0,
        .threads = place.threads,
        .topology = place.topology,
        .units = place.units,
        .context = run,
        .started = load_started,
        .ended = load_ended,
        .failed = load_failed,
    };
    if (isnan(rate))
        return run_error(run, "load:%u is of what the cell can do, which only `crosspoint run` finds",
                         percent);
    server->counts_errors = rate > 0;
    server->load = load_start(&options, &error);
    if (!server->load)
        return run_error(run, "%s", error.text);
    return 0;
}

static int open_listener(struct run *run, struct tcp_server *server)
{
    socklen_t length = sizeof server->address;
    server->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&server->address, length) ||
        getsockname(server->listener, (struct sockaddr *)&server->address, &length) ||
        listen(server->listener, (int)run_in_flight(run) + 16))
        return run_error(run, "listening on loopback: %s", strerror(errno));
    return 0;
}

enum { SERVED_TASKS_LOG2 = 48 };

struct tcp_server *tcp_server_open(struct run *run, const struct tcp_protocol *protocol,
                                   const struct load_options *load)
{
    struct tcp_server *server = run_allocate(run, sizeof *server);
    if (!server)
        return NULL;
    run_set_data(run, server);
    server->protocol = protocol;
    server->once = load->once;
    server->process = getpid();
    signal(SIGPIPE, SIG_IGN); /* libuv's writes would raise it where a peer has left */
    if (run_in_loops(run)) {
        server->acceptors = run_allocate(run, run_workers(run) * sizeof *server->acceptors);
        server->connections = run_allocate(run, run_in_flight(run) * sizeof *server->connections);
        if (!server->acceptors || !server->connections)
            return NULL;
    }
    if (run_serving(run)) {
        server->listener = run_serving(run)->listener;
        return server;
    }
    /* The generator first: it must not inherit the port. */
    return start_load(run, server, load) || open_listener(run, server) ? NULL : server;
}

const struct tcp_protocol *tcp_server_protocol(const struct run *run)
{
    return ((const struct tcp_server *)run_data(run))->protocol;
}

uint64_t tcp_server_tasks(const struct run *run, uint64_t items)
{
    if (run_serving(run))
        return UINT64_C(1) << SERVED_TASKS_LOG2; /* for as long as it runs */
    return load_connections(run_in_flight(run), ((const struct tcp_server *)run_data(run))->once, items);
}

void tcp_server_account(const struct run *run, uint64_t items, size_t answer_bytes, struct account *account)
{
    const struct tcp_server *server = run_data(run);
    if (server->load)
        load_await(server->load);
    account->checksum = load_messages(run_in_flight(run), items) * answer_bytes;
    account->value = server->generator_share;
    account->errors = server->errors;
    account->unproven = server->errors > 0;
}

void tcp_server_close(struct run *run)
{
    const struct tcp_server *server = run_data(run);
    if (server->load)
        load_stop(server->load);
    close(server->listener);
}

void tcp_go(struct run *run, const struct task *task)
{
    const struct tcp_server *server = run_data(run);
    if (task->index == 0 && server->load)
        load_go(server->load, &server->address, run_items(run));
}
