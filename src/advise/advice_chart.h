/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_ADVICE_CHART_H
#define CROSSPOINT_ADVICE_CHART_H

#include "advice.h"
#include "drawing.h"

#define ADVICE_CHART_ID "advice"

/* FOLDER/charts/advice.csv and .gp, which stand alone, drawn into .svg and .png: tasks a second over tasks in
 * flight, a colour a model. 0, or -1 with error: no gnuplot, or it failed. */
int advice_chart_draw(const struct advice *advice, const char *script_folder, const char *folder,
                      struct drawn *drawn, struct error *error);

#endif
