/* SPDX-License-Identifier: MIT */
#include "made_fleet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

static double pick(uint64_t *state, const double *values, size_t count)
{
    return values[random_below(state, count)];
}

/* Cores, packages and caches go with the units, as they do. */
static void make_machine(uint64_t *state, size_t number, struct fleet_machine *machine)
{
    static const double units[] = {1, 2, 4, 8, 8, 16, 32, 64, 128, 256}, memory[] = {2, 8, 24, 64, 256, 1024},
                        kernels[] = {5.004, 5.015, 6.001, 6.008, 6.012};
    double *values = machine->values;
    char text[64];
    snprintf(text, sizeof text, "fleet/%05zu", number);
    *machine = (struct fleet_machine){.path = strdup(text)};
    snprintf(machine->id, sizeof machine->id, "host%zu", number);
    snprintf(machine->build, sizeof machine->build, "made up");
    snprintf(machine->plan, sizeof machine->plan, "quick");
    values[FLEET_UNITS] = pick(state, units, sizeof units / sizeof *units);
    values[FLEET_SMT] = values[FLEET_UNITS] > 1 && random_below(state, 2);
    values[FLEET_CORES] = values[FLEET_UNITS] / (values[FLEET_SMT] > 0 ? 2 : 1);
    values[FLEET_PACKAGES] = values[FLEET_UNITS] >= 64 ? 2 : 1;
    values[FLEET_NUMA_NODES] = values[FLEET_PACKAGES] * (1 + (double)random_below(state, 2));
    values[FLEET_CACHES] = fmax(1, values[FLEET_CORES] / 8);
    values[FLEET_KINDS] = 1 + (double)(random_below(state, 6) == 0);
    values[FLEET_VIRTUAL] = (double)random_below(state, 2);
    values[FLEET_QUOTA] = random_below(state, 8) == 0;
    values[FLEET_MEMORY] = pick(state, memory, sizeof memory / sizeof *memory);
    values[FLEET_KERNEL] = pick(state, kernels, sizeof kernels / sizeof *kernels);
    values[FLEET_AMD] = (double)random_below(state, 2);
    values[FLEET_INTEL] = values[FLEET_AMD] > 0 ? 0 : (double)random_below(state, 2);
    values[FLEET_ARM] = !(values[FLEET_AMD] > 0) && !(values[FLEET_INTEL] > 0);
}

static unsigned char word_by_units(uint64_t *state, const struct fleet_machine *machine)
{
    bool holds = machine->values[FLEET_UNITS] < 16;
    if (random_below(state, 10) == 0)
        return FLEET_OPEN;
    return holds != (random_below(state, 20) == 0) ? FLEET_HOLDS : FLEET_FAILS;
}

void fleet_make(uint64_t seed, size_t machines, size_t rules, bool split, struct fleet *fleet)
{
    uint64_t state = seed;
    *fleet = (struct fleet){.machines = calloc(machines, sizeof *fleet->machines), .machine_count = machines};
    for (size_t i = 0; i < machines && fleet->machines; i++) {
        struct fleet_machine *machine = &fleet->machines[i];
        make_machine(&state, i, machine);
        machine->rows = calloc(rules, sizeof *machine->rows);
        machine->row_count = machine->rows ? rules : 0;
        for (size_t k = 0; k < machine->row_count; k++) {
            struct fleet_row *row = &machine->rows[k];
            snprintf(row->rule, sizeof row->rule, "rule-%zu", k);
            snprintf(row->runtime, sizeof row->runtime, "native");
            snprintf(row->kind, sizeof row->kind, "compare");
            row->ratio = 1.5 + 0.01 * (double)random_below(&state, 100);
            row->low = row->ratio / 1.02;
            row->high = row->ratio * 1.02;
            row->effect = 0.1;
            row->crossing = row->crossing_low = row->crossing_high = row->value = NAN;
            row->rule_word = k == 0 && split
                                 ? word_by_units(&state, machine)
                                 : (unsigned char)(random_below(&state, 2) ? FLEET_HOLDS : FLEET_FAILS);
            row->word = row->rule_word;
        }
    }
}

size_t fleet_splits_told(const struct fleet *fleet, bool *first)
{
    size_t told = 0;
    *first = false;
    for (size_t i = 0; i < fleet->groups[0].line_count; i++) {
        const struct fleet_line *line = &fleet->groups[0].lines[i];
        if (!line->is_rule || !(line->split_p < fleet_alpha))
            continue;
        told++;
        bool with_units = line->split.property == FLEET_UNITS || line->split.property == FLEET_CORES ||
                          line->split.property == FLEET_CACHES;
        *first |= with_units && strcmp(line->sample->rule, "rule-0") == 0;
    }
    return told;
}
