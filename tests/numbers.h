/* SPDX-License-Identifier: MIT */
/* What the tests of the statistics share: fixtures, and synthetic numbers whose draws are not those of the
 * code under test. */
#ifndef CROSSPOINT_TESTS_NUMBERS_H
#define CROSSPOINT_TESTS_NUMBERS_H

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINE_BYTES_MAX = 8192, VALUES_MAX = 64, FIELDS_MAX = 10 };

void assert_near(double actual, double expected, double tolerance);

double random_uniform(uint64_t *state);
double random_normal(uint64_t *state);

/* Fixtures: comma-separated fields, a field may hold numbers separated by spaces. */
FILE *fixture_open(const char *name);
/* The fields of the next line; 0 at the end. */
size_t fixture_fields(FILE *file, char line[LINE_BYTES_MAX], const char *fields[FIELDS_MAX]);
size_t parse_values(const char *text, double values[VALUES_MAX]);

#endif
