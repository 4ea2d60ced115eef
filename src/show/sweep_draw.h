/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_SWEEP_DRAW_H
#define CROSSPOINT_SWEEP_DRAW_H

#include "drawing.h"
#include "sweeps.h"
#include "table.h"

/* Writes FOLDER/charts/ID.csv and ID.gp for each of them and runs gnuplot (at most jobs at a time); those
 * that were drawn go to drawn, which stays the caller's. script_folder holds style.gp and curves.gp. -1 with
 * error. */
int sweeps_draw(const struct sweeps *sweeps, const char *script_folder, const char *folder, unsigned jobs,
                struct drawn *drawn, struct error *error);

/* The same for terminals: a line a point, at most style->width columns (0: 80). At most a few sweeps; then
 * how many more there are. -1: out failed. */
int sweeps_write(const struct sweeps *sweeps, const struct table_style *style, FILE *out);

#endif
