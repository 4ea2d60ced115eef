/* SPDX-License-Identifier: MIT */
/* A page and its charts, in a folder of their own. */
#ifndef CROSSPOINT_PAGE_H
#define CROSSPOINT_PAGE_H

#include <stdio.h>

#include "drawing.h"
#include "error.h"
#include "report_part.h"

struct page_kind {
    /* Charts into FOLDER/charts, at most jobs at a time, as charts_draw; -1 with error. */
    int (*draw)(const void *context, const char *script_folder, const char *folder, unsigned jobs,
                struct drawn *drawn, struct error *error);
    const char *title, *heading;
    int (*put)(FILE *out, const void *context, const struct page *page,
               struct error *error); /* -1 with error */
};

/* FOLDER, which must not exist, with index.html and the charts that were drawn. 0, or -1 with error; where
 * gnuplot is missing or fails the page is written all the same. */
int page_make(const char *folder, const struct page_kind *kind, const void *context, struct error *error);

/* What a command prints around its tables, a paragraph a line, and `before` (markup) if there is any. */
typedef void page_text(const void *context, FILE *out);
void page_put_text(FILE *out, const char *before, page_text *print, const void *context);

#endif
