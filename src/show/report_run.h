/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_REPORT_RUN_H
#define CROSSPOINT_REPORT_RUN_H

#include <jansson.h>
#include <stdio.h>

/* The report's chapter on run.json, whatever it holds: a table for each of its objects. NULL: nothing. */
void report_put_run(FILE *out, const json_t *run);

#endif
