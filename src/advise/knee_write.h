/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_KNEE_WRITE_H
#define CROSSPOINT_KNEE_WRITE_H

#include <stdio.h>

#include "knee.h"
#include "table.h"

/* As advice_write, whose formats it has. 0, or -1: what is written to is at its end. */
int knee_write(const struct knee *knee, const char *format, const struct table_style *style, FILE *out);

#endif
