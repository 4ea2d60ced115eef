/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_REPORT_H
#define CROSSPOINT_REPORT_H

#include "drawing.h"
#include "error.h"
#include "sweeps.h"
#include "verdict.h"

/* Writes FOLDER/report.html: one self-contained page (charts inside) with the verdicts, the charts in
 * FOLDER/charts that drawn names, what FOLDER/run.json tells of the machine and the run (left out if there is
 * none), and how it was measured: counts of rows by status, and all rows that are not ok with their reasons.
 */
int report_write(const struct verdicts *verdicts, const struct samples *samples, const struct sweeps *sweeps,
                 const char *folder, const struct drawn *drawn, struct error *error);

#endif
