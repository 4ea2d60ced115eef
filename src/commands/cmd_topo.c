/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "options.h"
#include "placement.h"
#include "topology.h"

struct options {
    const char *topology;
    unsigned workers;
};

enum { OPTION_TOPOLOGY = 256, OPTION_WORKERS, WORKERS_SHOWN_MAX = 4096 };

static const struct argp_option option_table[] = {
    {"topology", OPTION_TOPOLOGY, "FILE.xml|SYNTHETIC", 0,
     "another machine: hwloc's XML export, or its synthetic form: 'pack:2 numa:2 l3:1 core:8 pu:2'", 0},
    {"workers", OPTION_WORKERS, "N", 0, "how many to place; default: max", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case OPTION_TOPOLOGY:
        options->topology = text;
        return 0;
    case OPTION_WORKERS:
        options->workers = (unsigned)options_count(state, "--workers", text, 1, WORKERS_SHOWN_MAX);
        return 0;
    case ARGP_KEY_ARG:
        options_error(state, "no argument '%s' here; another machine is --topology='%s'", text, text);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_units(const struct unit *units, size_t count, bool hybrid)
{
    printf("%-6s %-6s %-6s %-6s %s%s\n", "unit", "core", "L3", "NUMA", "package", hybrid ? "  kind" : "");
    for (size_t i = 0; i < count; i++) {
        printf("%-6u %-6u %-6u %-6u ", units[i].os_index, units[i].core, units[i].l3, units[i].numa);
        printf(hybrid ? "%-8u %u\n" : "%u\n", units[i].package, units[i].kind);
    }
    if (hybrid)
        puts("kind: of the core; the higher, the faster. Workers that are placed share one where it has "
             "room.");
}

static void print_list(const char *label, const unsigned *units, size_t count)
{
    printf(" %s", label);
    for (size_t i = 0; i < count; i++)
        printf(" %u", units[i]);
}

static int print_policy(const struct placement_policy *policy, const struct unit *units, size_t unit_count,
                        unsigned *seats, size_t workers)
{
    struct error error;
    printf("%-9s", policy->name);
    int distinct = placement_assign(policy, units, unit_count, seats, workers, &error);
    if (distinct < 0)
        return printf(" %s\n", error.text);
    if (distinct == 0)
        return printf(" unbound: the scheduler decides\n");
    print_list("workers on", seats, workers);
    unsigned generator;
    if (placement_assign_generator(policy, units, unit_count, workers, &generator, 1, &error) > 0)
        print_list("  load generator on", &generator, 1);
    return printf("\n");
}

int cmd_topo(int argc, char **argv)
{
    static const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .doc = "Shows the machine, and on which processing units each placement puts the "
               "workers, as the kernel numbers them."};
    struct options options = {0};
    options_parse(&argp, argc, argv, &options);

    struct error error;
    char text[256];
    size_t unit_count;
    struct topology *topology =
        options.topology ? topology_open_description(options.topology, &error) : topology_open(NULL, &error);
    if (!topology)
        return error_tell(&error);
    const struct unit *units = topology_units(topology, &unit_count);
    size_t workers = options.workers ? options.workers : topology_max(topology);
    unsigned *seats = calloc(workers, sizeof *seats);
    if (!seats) {
        topology_close(topology);
        error_set(&error, "out of memory");
        return error_tell(&error);
    }
    if (topology_warning(topology)[0])
        fprintf(stderr, "crosspoint: %s\n", topology_warning(topology));
    topology_describe(topology, text, sizeof text);
    printf("%s\nworkers:max is %zu", text, topology_max(topology));
    if (topology_quota(topology) > 0)
        printf(" (CPU quota of %.2f processors)", topology_quota(topology));
    printf("\n\n");
    print_units(units, unit_count, topology_kinds(topology) > 1);
    printf("\n%zu worker%s:\n", workers, workers == 1 ? "" : "s");
    for (size_t i = 0; i < placement_policy_count; i++)
        print_policy(&placement_policies[i], units, unit_count, seats, workers);
    free(seats);
    topology_close(topology);
    return EXIT_FINE;
}
