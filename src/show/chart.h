/* SPDX-License-Identifier: MIT */
/* One chart a rule: charts/NAME.csv and NAME.gp, which stand alone, drawn by gnuplot into NAME.svg and
 * NAME.png. */
#ifndef CROSSPOINT_CHART_H
#define CROSSPOINT_CHART_H

#include "drawing.h"
#include "error.h"
#include "verdict.h"

/* Writes FOLDER/charts/ID.csv and ID.gp for every rule that has a figure to show, and runs gnuplot on each
 * (at most jobs at a time); those that were drawn go to drawn, which stays the caller's. Returns how many
 * charts were drawn, or -1 with error (gnuplot missing or failed: its own words). script_folder holds
 * style.gp, bars.gp, sweep.gp and map.gp, whose text goes into each ID.gp. */
int charts_draw(const struct verdicts *verdicts, const char *script_folder, const char *folder, unsigned jobs,
                struct drawn *drawn, struct error *error);

#endif
