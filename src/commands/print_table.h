/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_PRINT_TABLE_H
#define CROSSPOINT_PRINT_TABLE_H

#include "table.h"

/* A table of text on standard output, in its colours and width. Frees it; returns an exit code. */
int print_table(struct table *table);

#endif
