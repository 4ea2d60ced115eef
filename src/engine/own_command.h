/* SPDX-License-Identifier: MIT */
/* A user's own command, which a workload of bench/ starts for each task. */
#ifndef CROSSPOINT_OWN_COMMAND_H
#define CROSSPOINT_OWN_COMMAND_H

#include "command_line.h"
#include "error.h"
#include "workload.h"

/* Made from bench/meson.build. */
extern const struct workload *const workload_of_command;

/* That workload becomes one of the table's, with this command. -1 with error. */
int own_command_set(const char *text, struct error *error);

/* NULL: none is set. */
const struct command_line *own_command(void);

#endif
