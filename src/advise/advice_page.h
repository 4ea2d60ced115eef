/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_ADVICE_PAGE_H
#define CROSSPOINT_ADVICE_PAGE_H

#include "advice.h"

/* A self-contained page at path: what `advise` prints, below a chart, whose files go to FOLDER/charts. 0, or
 * -1 with error; where the chart cannot be drawn, the page is written all the same. */
int advice_page_write(const struct advice *advice, const char *path, const char *folder, struct error *error);

/* Whether it will be possible, as far as can be told before minutes of measuring. */
int advice_page_check(const char *path, struct error *error);

#endif
