/* SPDX-License-Identifier: MIT */
/* A chart that is no rule's: its data, its script, and its pictures. */
#ifndef CROSSPOINT_CHART_SINGLE_H
#define CROSSPOINT_CHART_SINGLE_H

#include <stdio.h>

#include "drawing.h"
#include "error.h"

struct chart_single {
    const char *id, *script_name;              /* of a file in the script folder */
    int (*put_data)(FILE *out, void *context); /* first; -1: out of memory */
    void (*put_script)(FILE *out, const void *context, const char *style, const char *script);
};

/* Writes FOLDER/charts/ID.csv and ID.gp, and runs gnuplot on it. 0, or -1 with error. */
int chart_single_draw(const struct chart_single *chart, void *context, const char *script_folder,
                      const char *folder, struct drawn *drawn, struct error *error);

#endif
