/* SPDX-License-Identifier: MIT */
/* Command lines through argp, with errors that fit one line and say what is known. */
#ifndef CROSSPOINT_OPTIONS_H
#define CROSSPOINT_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "exit_codes.h"

/* argp_parse for `crosspoint COMMAND`: argv[0] is the command's name. Ends the process with EXIT_USAGE and
 * one line for an unknown option, a missing or superfluous value; with 0 for --help. */
void options_parse(const struct argp *argp, int argc, char **argv, void *input);
/* The same for a program of its own. */
void options_parse_as(char *name, const struct argp *argp, int argc, char **argv, void *input);

/* The program as it was called: "./build/crosspoint". */
const char *options_program(void);

/* One line "crosspoint COMMAND: ..." on stderr, then exit(EXIT_USAGE). */
_Noreturn void options_error(const struct argp_state *state, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A whole number from low to high; options_error names the option otherwise. */
uint64_t options_count(const struct argp_state *state, const char *option, const char *text, uint64_t low,
                       uint64_t high);
/* Seconds, as "2" or "0.25", from a millisecond to `high`; in nanoseconds. */
uint64_t options_seconds_ns(const struct argp_state *state, const char *option, const char *text,
                            unsigned high);

/* --format: a table's, or the one that the command has beside them (NULL: none). */
void options_format(const struct argp_state *state, const char *text, const char *beside);

/* --runtime: the kind of runtimes whose cells are asked for; NULL: all. */
const char *options_runtime(const struct argp_state *state, const char *text);

/* --gate FILE, once. */
struct gate;
void options_gate(const struct argp_state *state, const char *path, struct gate *gate);
/* --fail-on LIST. */
void options_fail_on(const struct argp_state *state, const char *text, struct gate *gate);

/* "5%" as 0.05, from 0 to 1000 %. */
double options_percent(const struct argp_state *state, const char *option, const char *text);

#endif
