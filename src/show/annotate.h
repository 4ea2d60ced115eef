/* SPDX-License-Identifier: MIT */
/* Lines that GitHub shows beside a change: ::warning title=TITLE::TEXT, with what would end either escaped.
 */
#ifndef CROSSPOINT_ANNOTATE_H
#define CROSSPOINT_ANNOTATE_H

#include <stdio.h>

/* GitHub shows ten errors and ten warnings of a step. */
enum { ANNOTATE_ERROR, ANNOTATE_WARNING, ANNOTATE_NOTICE, ANNOTATE_LEVELS, ANNOTATE_MAX = 10 };

struct annotations {
    FILE *out;
    size_t counts[ANNOTATE_LEVELS];
};

/* Those beyond the tenth of their level are counted, and left out. */
void annotate(struct annotations *annotations, int level, const char *title, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
