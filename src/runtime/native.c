/* SPDX-License-Identifier: MIT */
/* Compiled C, in a launch of crosspoint itself. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cell_run.h"
#include "model.h"
#include "nearest.h"
#include "placement.h"
#include "runtime.h"

static void become_launch(const struct runtime_launch *launch)
{
    char name[CELL_NAME_BYTES], items[32], topology[32], *path = (char *)launch->program->path;
    cell_format(launch->cell, name);
    snprintf(items, sizeof items, "--items=%" PRIu64, launch->items);
    /* Not our own /proc/PID/fd: that is closed to it where either of us has capabilities. */
    snprintf(topology, sizeof topology, "/proc/self/fd/%d", launch->topology);
    fcntl(launch->topology, F_SETFD, 0);
    program_exec(launch->program, (char *[]){path, "launch", items, "--topology", topology, name, NULL});
}

/* name=value lines. -1 if one is not ours. */
static int read_row(char *text, struct row_buffer *row)
{
    for (char *line; (line = strsep(&text, "\n"));) {
        if (!*line)
            continue;
        char *equals = strchr(line, '=');
        if (!equals)
            return -1;
        *equals = '\0';
        int column = column_find(line);
        if (column < 0)
            return -1;
        row_set(row, (enum column)column, "%s", equals + 1);
    }
    return *row->row.text[COLUMN_STATUS] ? 0 : -1;
}

/* 0, or -1 if a known name is close to one that is not known. */
static int ask(const char *what, struct nearest *nearest, struct error *error)
{
    return *nearest->name ? error_set(error, "no %s '%s'; %s", what, nearest->typed, nearest_tell(nearest))
                          : 0;
}

static int ask_for_workload(const struct cell *cell, struct error *error)
{
    struct nearest nearest;
    char typed[64], name[64];
    snprintf(typed, sizeof typed, "%s/%s", cell->family, cell->workload);
    nearest_begin(&nearest, typed, strlen(typed), "");
    for (size_t i = 0; workloads[i]; i++) {
        snprintf(name, sizeof name, "%s/%s", workloads[i]->family, workloads[i]->name);
        nearest_offer(&nearest, name);
    }
    return ask("workload", &nearest, error);
}

static int ask_for_model(const struct cell *cell, struct error *error)
{
    struct nearest nearest;
    nearest_begin(&nearest, cell->model, strlen(cell->model), "");
    for (size_t i = 0; models[i]; i++)
        nearest_offer(&nearest, models[i]->name);
    return ask("model", &nearest, error);
}

static int ask_for_place(const struct cell *cell, struct error *error)
{
    struct nearest nearest;
    nearest_begin(&nearest, cell->place, strlen(cell->place), "");
    for (size_t i = 0; i < placement_policy_count; i++)
        nearest_offer(&nearest, placement_policies[i].name);
    return ask("placement", &nearest, error);
}

static int complete(struct cell *cell, unsigned workers_max, struct error *error)
{
    bool known = workload_find(cell->family, cell->workload) != NULL;
    if ((!known && ask_for_workload(cell, error)) ||
        (!model_find(cell->model) && ask_for_model(cell, error)) ||
        (*cell->place && !placement_find(cell->place) && ask_for_place(cell, error)))
        return -1;
    return cell_complete(cell, workers_max, error);
}

const struct runtime runtime_native = {
    .name = "native",
    .summary = "compiled C",
    .complete = complete,
    .counts = cell_counts,
    .items = cell_items,
    .runnable = cell_runnable,
    .launch = become_launch,
    .read_row = read_row,
};
