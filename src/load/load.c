/* SPDX-License-Identifier: MIT */
/* The generator as a process of its own, with the rounds that it is told to run. */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "carrier.h"
#include "child.h"
#include "futex.h"
#include "resource_limits.h"
#include "round.h"
#include "topology.h"

enum command { COMMAND_NONE, COMMAND_GO, COMMAND_END };

/* In memory that both processes share. */
struct load {
    _Atomic uint32_t rounds; /* futex: moves with each command */
    _Atomic uint32_t told;   /* futex: which of them has been told */
    _Atomic uint32_t command;
    struct load_options options;
    struct plan plan; /* of this round */
    pid_t generator;
};

uint64_t load_messages(unsigned connections, uint64_t messages)
{
    return messages + connections;
}

uint64_t load_connections(unsigned connections, bool once, uint64_t messages)
{
    return once ? load_messages(connections, messages) : connections;
}

/* Message i is marked if i % mark_every == mark_every - 1. */
uint64_t load_marked(unsigned mark_every, uint64_t messages)
{
    return mark_every ? messages / mark_every : 0;
}

int load_prepare(unsigned connections, unsigned *threads, struct error *error)
{
    struct limits limits;
    struct topology *topology = topology_open(NULL, error);
    if (!topology)
        return -1;
    if (*threads == 0)
        *threads = (unsigned)topology_max(topology);
    topology_close(topology);
    if (*threads > connections)
        *threads = connections;
    const struct limits_need need = {.descriptors = connections + *threads + 64,
                                     .connections = (connections + LOAD_SOURCES - 1) / LOAD_SOURCES,
                                     .tasks = *threads};
    limits_raise_descriptors();
    limits_read(&limits);
    return limits_check(&limits, &need, error);
}

static _Noreturn void serve_commands(struct load *load)
{
    uint32_t seen = 0;
    sender_bind(&load->plan, 0);
    for (;;) {
        uint32_t rounds;
        while ((rounds = atomic_load(&load->rounds)) == seen)
            futex_wait(&load->rounds, seen, false);
        seen = rounds;
        if (atomic_load(&load->command) == COMMAND_END)
            _exit(EXIT_SUCCESS);
        round_run(&load->plan);
        atomic_store(&load->told, seen);
        futex_wake(&load->told, 1, false);
    }
}

struct load *load_start(const struct load_options *options, struct error *error)
{
    struct limits limits;
    struct load *load = mmap(NULL, sizeof *load, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (load == MAP_FAILED) {
        error_set(error, "load generator: %s", strerror(errno));
        return NULL;
    }
    limits_read(&limits);
    load->options = *options;
    load->plan.options = &load->options;
    load->plan.wave = limits.backlog > 0 && limits.backlog < options->connections ? (unsigned)limits.backlog
                                                                                  : options->connections;
    load->plan.route.source = round_source(getpid());
    carrier_watch_processes(NULL);
    load->generator = child_fork();
    if (load->generator == 0)
        serve_commands(load);
    if (load->generator < 0) {
        error_set(error, "load generator: fork: %s", strerror(errno));
        munmap(load, sizeof *load);
        return NULL;
    }
    return load;
}

bool load_is_source(const struct load *load, struct in_addr address)
{
    return round_is_source(load->plan.route.source, ntohl(address.s_addr));
}

static void command(struct load *load, enum command what)
{
    atomic_store(&load->command, what);
    atomic_fetch_add(&load->rounds, 1);
    futex_wake(&load->rounds, 1, false);
}

void load_go(struct load *load, const struct sockaddr_in *server, uint64_t messages)
{
    load->plan.route.server = *server;
    load->plan.messages = messages;
    command(load, COMMAND_GO);
}

void load_await(struct load *load)
{
    uint32_t told, rounds = atomic_load(&load->rounds);
    while ((told = atomic_load(&load->told)) != rounds)
        futex_wait(&load->told, told, false);
}

void load_stop(struct load *load)
{
    carrier_unwatch_processes();
    command(load, COMMAND_END);
    child_await(load->generator);
    munmap(load, sizeof *load);
}
