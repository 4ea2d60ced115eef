/* SPDX-License-Identifier: MIT */
/* A program that runs the cells of another runtime: what it says of itself, and one launch of it. Its
 * protocol is docs/runtime.md. */
#ifndef CROSSPOINT_DRIVER_H
#define CROSSPOINT_DRIVER_H

#include <jansson.h>
#include <stdint.h>

#include "catalogue.h"
#include "cell.h"
#include "driver_process.h"
#include "error.h"
#include "result.h"
#include "topology.h"

struct driver;

/* Asks the interpreter (NULL: the first python3 there is) under our driver what it has. An open file in
 * memory of what it answered, the caller's; -1 with error. */
int driver_describe(const char *interpreter, struct error *error);

/* Reads that, and takes the file. The interpreter is then started as the answer says. NULL with error. */
struct driver *driver_open(const char *interpreter, int description, struct error *error);
void driver_free(struct driver *driver); /* may be NULL */

const char *driver_runtime(const struct driver *driver);
const char *driver_interpreter(const struct driver *driver); /* its path */
/* What the interpreter is given before our driver for a cell; borrowed, ends with NULL. */
void driver_options(const struct driver *driver, const struct cell *cell,
                    const char *options[DRIVER_ARGUMENTS_MAX + 1]);
int driver_description(const struct driver *driver);
const json_t *driver_answer(const struct driver *driver); /* all that it said; borrowed */
const struct catalogue *driver_catalogue(const struct driver *driver);

/* One launch, to its end: places, starts the driver, talks with it, reads what its processes used, and fills
 * the row's columns from STATUS on. -1: it failed, and the error says why. */
int driver_launch(const struct driver *driver, const struct cell *cell, const struct topology *topology,
                  uint64_t items, struct row_buffer *row, struct error *error);

#endif
