/* SPDX-License-Identifier: MIT */
/* The chapters of the page, in its order. -1 with error, where there is one. */
#ifndef CROSSPOINT_REPORT_PART_H
#define CROSSPOINT_REPORT_PART_H

#include <stdio.h>

#include "drawing.h"
#include "error.h"
#include "result.h"
#include "sweeps.h"
#include "table.h"
#include "verdict.h"

/* Where the charts of this call are. */
struct page {
    const char *folder;
    const struct drawn *drawn;
};

/* The page up to below its heading; and its end. */
void page_put_head(FILE *out, const char *title, const char *heading);
void page_put_end(FILE *out);

/* What the questions of the rules come to. */
void report_put_answers(FILE *out, const struct verdicts *verdicts);
/* How many rules hold, do not hold, and are inconclusive. */
void report_put_counts(FILE *out, const struct verdicts *verdicts);
/* The decision tree: its map, and what its branches come to. */
int report_put_tree(FILE *out, const struct verdicts *verdicts, const struct page *page, struct error *error);
/* -1: out of memory. */
int report_put_overview(FILE *out, const struct verdicts *verdicts);
int report_put_rules(FILE *out, const struct verdicts *verdicts, const struct page *page,
                     struct error *error);
int report_put_sweeps(FILE *out, const struct sweeps *sweeps, const struct page *page, struct error *error);
/* open: not folded. */
void report_put_cells(FILE *out, const struct samples *samples, bool open);
int report_put_method(FILE *out, const struct verdicts *verdicts, const struct samples *samples,
                      struct error *error);

/* The chart ID, if it was drawn. */
int report_put_chart(FILE *out, const char *id, const char *title, const struct page *page,
                     struct error *error);

#endif
