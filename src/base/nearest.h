/* SPDX-License-Identifier: MIT */
/* What an unknown name may have meant: "no list 'modles'; " goes on with "did you mean models?", or with what
 * is known if none is close. */
#ifndef CROSSPOINT_NEAREST_H
#define CROSSPOINT_NEAREST_H

#include <stddef.h>

/* Offered the known names one after the other. */
struct nearest {
    const char *typed, *prefix; /* before each known name: "--" */
    size_t length;              /* of typed */
    size_t letters;             /* fewer than so many lie between it and `name` */
    char name[64];              /* empty: none is close so far */
    size_t used;
    char text[1024];
};

void nearest_begin(struct nearest *nearest, const char *typed, size_t length, const char *prefix);
void nearest_offer(struct nearest *nearest, const char *name);
/* "did you mean NAME?" or "known: NAME, NAME"; stands in nearest. */
const char *nearest_tell(struct nearest *nearest);

#endif
