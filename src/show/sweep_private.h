/* SPDX-License-Identifier: MIT */
/* What the files that show sweeps share. */
#ifndef CROSSPOINT_SWEEP_PRIVATE_H
#define CROSSPOINT_SWEEP_PRIVATE_H

#include <stdbool.h>
#include <stdio.h>

#include "sweeps.h"

enum { SWEEP_ABOVE = 26 }; /* pixels between the head and the plot */

struct sweep_drawing {
    const struct sweep_chart *chart;
    char finding[1024];
    int head, height; /* pixels */
    bool fitted;      /* any series */
};

/* "Scaling of cpu/x", "io/sleep over conc". */
void sweep_word_title(const struct sweep_chart *chart, char *text, size_t text_bytes);
/* What the figures are. */
void sweep_word_figure(const struct sweep_chart *chart, char *text, size_t text_bytes);
/* "1.97× (1.95–1.99)", "395/s (390/s–401/s)". */
void sweep_word_interval(const struct sweep_chart *chart, const struct sweep_point *point, char *text,
                         size_t text_bytes);
/* "1.97× (1.95–1.99) with 2 workers", "395/s (390/s–401/s) at conc:4". */
void sweep_word_point(const struct sweep_chart *chart, const struct sweep_point *point, char *text,
                      size_t text_bytes);

/* What all its series share: ", conc:64, terms:1000, place:compact". */
void sweep_word_keys(const struct cell *cell, const char *swept, char *text, size_t text_bytes);

/* Script: a word a series. */
void sweep_put_series(FILE *out, const struct sweep_chart *chart);
/* Each series with its figures, from the top in their order, then what the lines are. */
void sweep_put_key(FILE *out, const struct sweep_drawing *drawing);
int sweep_key_height(const struct sweep_drawing *drawing);

#endif
