/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "options.h"
#include "placement.h"
#include "print_table.h"
#include "topology.h"
#include "words.h"

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
    enum { UNIT, CORE, L3, NUMA, PACKAGE, CORE_KIND, COLUMN_END };
    static const struct table_column columns[COLUMN_END] = {
        [UNIT] = {"unit", "unit", TABLE_ALL, .right = true},
        [CORE] = {"core", "core", TABLE_ALL, .right = true},
        [L3] = {"l3", "L3", TABLE_ALL, .right = true},
        [NUMA] = {"numa", "NUMA", TABLE_ALL, .right = true},
        [PACKAGE] = {"package", "package", TABLE_ALL, .right = true},
        [CORE_KIND] = {"kind", "kind", TABLE_ALL, .right = true},
    };
    struct table table;
    table_open(&table, TABLE_TEXT, columns, COLUMN_END);
    for (size_t i = 0; i < count; i++) {
        table_row(&table, TABLE_ALL, 0);
        table_count(&table, UNIT, units[i].os_index);
        table_count(&table, CORE, units[i].core);
        table_count(&table, L3, units[i].l3);
        table_count(&table, NUMA, units[i].numa);
        table_count(&table, PACKAGE, units[i].package);
        if (hybrid)
            table_count(&table, CORE_KIND, units[i].kind);
    }
    table_hide_empty(&table);
    print_table(&table);
    if (hybrid)
        puts("kind: of the core; the higher, the faster. Workers that are placed share\n"
             "one where it has room.");
}

enum { POLICY, SEATS, GENERATOR, PLACEMENT_END };

static void set_seats(struct table *table, const unsigned *seats, size_t count)
{
    char *text = NULL;
    size_t bytes;
    FILE *memory = open_memstream(&text, &bytes);
    if (!memory)
        return;
    for (size_t i = 0; i < count; i++)
        fprintf(memory, "%s%u", i ? " " : "", seats[i]);
    fclose(memory);
    table_text(table, SEATS, "%s", text ? text : "");
    free(text);
}

static void add_policy(struct table *table, const struct placement_policy *policy, const struct unit *units,
                       size_t unit_count, unsigned *seats, size_t workers)
{
    struct error error;
    unsigned generator;
    int distinct = placement_assign(policy, units, unit_count, seats, workers, &error);
    table_row(table, TABLE_ALL, 0);
    table_text(table, POLICY, "%s", policy->name);
    if (distinct < 0)
        table_text(table, SEATS, "%s", error.text);
    else if (distinct == 0)
        table_text(table, SEATS, "unbound: the scheduler decides");
    else
        set_seats(table, seats, workers);
    if (distinct > 0 &&
        placement_assign_generator(policy, units, unit_count, workers, &generator, 1, &error) > 0)
        table_count(table, GENERATOR, generator);
}

static void print_placements(const struct unit *units, size_t unit_count, unsigned *seats, size_t workers)
{
    static const struct table_column columns[PLACEMENT_END] = {
        [POLICY] = {"place", "placement", TABLE_ALL},
        [SEATS] = {"workers", "workers on", TABLE_ALL, .fit = TABLE_WRAP},
        [GENERATOR] = {"generator", "load generator on", TABLE_ALL},
    };
    struct table table;
    table_open(&table, TABLE_TEXT, columns, PLACEMENT_END);
    for (size_t i = 0; i < placement_policy_count; i++)
        add_policy(&table, &placement_policies[i], units, unit_count, seats, workers);
    print_table(&table);
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
        word_tell(stderr, "crosspoint: %s", topology_warning(topology));
    topology_describe(topology, text, sizeof text);
    printf("%s\nworkers:max is %zu", text, topology_max(topology));
    if (topology_quota(topology) > 0)
        printf(" (CPU quota of %.2f processors)", topology_quota(topology));
    printf("\n\n");
    print_units(units, unit_count, topology_kinds(topology) > 1);
    printf("\n%zu worker%s:\n", workers, workers == 1 ? "" : "s");
    print_placements(units, unit_count, seats, workers);
    free(seats);
    topology_close(topology);
    return EXIT_FINE;
}
