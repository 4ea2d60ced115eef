/* SPDX-License-Identifier: MIT */
/* One chart of all rules that were judged in several runtimes: charts/runtimes.csv and runtimes.gp. */
#ifndef CROSSPOINT_RUNTIMES_CHART_H
#define CROSSPOINT_RUNTIMES_CHART_H

#include "drawing.h"
#include "error.h"
#include "verdict.h"

#define RUNTIMES_CHART_ID    "runtimes"
#define RUNTIMES_CHART_TITLE "The same rules in C and in an interpreter"

/* 0, also where there is nothing to compare; -1 with error. */
int runtimes_chart_draw(const struct verdicts *verdicts, const char *script_folder, const char *folder,
                        struct drawn *drawn, struct error *error);

#endif
