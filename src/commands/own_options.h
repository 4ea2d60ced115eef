/* SPDX-License-Identifier: MIT */
/* The options that name the user's own work: a child of a command's argp, whose input is a struct own_work.
 */
#ifndef CROSSPOINT_OWN_OPTIONS_H
#define CROSSPOINT_OWN_OPTIONS_H

#include <argp.h>

#include "own_work.h"

extern const struct argp own_options_argp;

#endif
