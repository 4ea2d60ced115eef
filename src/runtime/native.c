/* SPDX-License-Identifier: MIT */
/* Compiled C, in a launch of crosspoint itself. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cell_run.h"
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

const struct runtime runtime_native = {
    .name = "native",
    .summary = "compiled C",
    .complete = cell_complete,
    .counts = cell_counts,
    .items = cell_items,
    .runnable = cell_runnable,
    .launch = become_launch,
    .read_row = read_row,
};
