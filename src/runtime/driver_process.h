/* SPDX-License-Identifier: MIT */
/* An interpreter that runs our driver, and the lines that go to and fro. */
#ifndef CROSSPOINT_DRIVER_PROCESS_H
#define CROSSPOINT_DRIVER_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

#include "error.h"

enum { DRIVER_LINE_BYTES = 1 << 20 };

struct driver_process {
    const char *name; /* in errors: rows have them too, so of a launch no path */
    pid_t process;
    int to, from, complaints; /* complaints: what it said on standard error */
    double timeout_s;         /* of a line; 0: none */
    char *text;               /* DRIVER_LINE_BYTES, of which `used` are read and `taken` given away */
    size_t used, taken;
};

enum { DRIVER_ARGUMENTS_MAX = 8 };

/* name: what errors call it. options: NULL, or what the interpreter is given before our driver; ends with
 * NULL. option: NULL, or the driver's one argument. -1 with error. */
int driver_process_start(struct driver_process *process, const char *name, const char *interpreter,
                         const char *const *options, const char *option, struct error *error);

/* One line, which ends with its newline. -1 with error. */
int driver_process_tell(struct driver_process *process, const char *line, struct error *error);

/* The next line that it prints, without its newline; it stays till the next call. NULL with error: it ended,
 * said too much, or its time was up. */
char *driver_process_hear(struct driver_process *process, struct error *error);

/* No more will be told: it ends by itself, and well, or there is an error. */
int driver_process_end(struct driver_process *process, struct error *error);

/* Kills what is left of it. After any of these, also where it was not started. */
void driver_process_free(struct driver_process *process);

#endif
