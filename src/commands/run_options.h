/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_RUN_OPTIONS_H
#define CROSSPOINT_RUN_OPTIONS_H

#include <argp.h>

#include "run_setup.h"

/* The options that choose what is run and how; a child of a command's argp, its input a struct run_options.
 */
extern const struct argp run_options_argp;
void run_options_init(struct run_options *options);

#endif
