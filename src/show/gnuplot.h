/* SPDX-License-Identifier: MIT */
/* What all charts share: their files in FOLDER/charts, text and numbers in gnuplot's language, and the head.
 */
#ifndef CROSSPOINT_GNUPLOT_H
#define CROSSPOINT_GNUPLOT_H

#include <stddef.h>
#include <stdio.h>

#include "error.h"
#include "file.h"

/* Pixels of the SVG (the PNG has twice as many) and columns of its bold line. */
enum { GNUPLOT_WIDTH = 960, GNUPLOT_MARGIN = 22, GNUPLOT_HEAD_COLUMNS = 120, GNUPLOT_ID_BYTES = 224 };

/* The whole text of FOLDER/NAME, to be freed; NULL with error. */
char *gnuplot_read_script(const char *folder, const char *name, struct error *error);

/* Makes FOLDER/charts unless it is there; a link is refused. */
int gnuplot_make_folder(const char *folder, struct error *error);

/* Begins FOLDER/charts/ID.SUFFIX anew, as file_create and file_finish. */
FILE *gnuplot_open(struct file_new *file, const char *folder, const char *id, const char *suffix,
                   struct error *error);
int gnuplot_close(struct file_new *file, const char *id, struct error *error);

/* NAME = "text", any text; what is no UTF-8 becomes '?'. */
void gnuplot_put_string(FILE *out, const char *name, const char *text);
/* The same in bold, for labels that are read as enhanced text. */
void gnuplot_put_bold(FILE *out, const char *name, const char *text);
/* NAME = value; 0 if it is not finite. */
void gnuplot_put_value(FILE *out, const char *name, double value);

/* In a chart's CSV, or a list of words: a figure, nothing if it is not finite, and what stands behind it; a
 * stranger's text, but for letters, digits and what names and times are made of as '_'. */
void gnuplot_put_number(FILE *out, double value, char end);
void gnuplot_put_word(FILE *out, const char *text);

/* Breaks text at spaces into lines of at most width columns; returns how many. */
int gnuplot_wrap(char *text, size_t width);

/* A script is: start, head, what the chart needs and draws, end. What stands between start and end is done
 * once for ID.svg and once for ID.png. style: the text of style.gp. */
void gnuplot_put_start(FILE *out, const char *id, const char *style, int height_px);
void gnuplot_put_end(FILE *out);

/* Above and below the panels, as the labels 101 to 104. */
struct gnuplot_head {
    const char *title, *subtitle;
    const char *finding;      /* bold; its lines broken */
    const char *finding_word; /* a verdict's word colours the finding; empty: dark */
    const char *foot;
};
void gnuplot_put_head(FILE *out, const struct gnuplot_head *head, int height_px);
/* Pixels that the head takes, with so many lines of finding. */
int gnuplot_head_height(int lines);

#endif
