/* SPDX-License-Identifier: MIT */
#include "own_command.h"

#include <stddef.h>

#include "workload_table.h"

static struct command_line command;

int own_command_set(const char *text, struct error *error)
{
    return command_line_read(text, &command, error) || workload_add_own(workload_of_command, error) ? -1 : 0;
}

const struct command_line *own_command(void)
{
    return command.count ? &command : NULL;
}
