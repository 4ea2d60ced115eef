/* SPDX-License-Identifier: MIT */
/* One description of a table, written as text, CSV, JSON, Markdown or HTML.
 *
 * A table is opened for one format and filled row by row, cell by cell; what that format does not show is
 * passed over, so that one filler serves all. Out of memory is remembered and told by table_write. */
#ifndef CROSSPOINT_TABLE_H
#define CROSSPOINT_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"

enum table_format {
    TABLE_TEXT = 1,
    TABLE_MARKDOWN = 2,
    TABLE_HTML = 4,
    TABLE_CSV = 8,
    TABLE_JSON = 16,
    TABLE_PEOPLE = TABLE_TEXT | TABLE_MARKDOWN | TABLE_HTML,
    TABLE_MACHINES = TABLE_CSV | TABLE_JSON,
    TABLE_ALL = TABLE_PEOPLE | TABLE_MACHINES
};

/* --format: one of the names; -1 with error, which lists them. */
int table_format_find(const char *name, struct error *error);
/* The same where there is one that is no table's, which is 0; NULL: none. */
int table_format_find_beside(const char *name, const char *beside, struct error *error);

/* What a column of text does where the line has no room for it. */
enum table_fit {
    TABLE_KEEP,
    TABLE_WRAP,  /* its text is broken into lines */
    TABLE_UNDER, /* it stands under the row; on wide terminals it is cut */
    TABLE_LEAD,  /* the first column: it stands on a line of its own, the rest under it */
};

struct table_column {
    const char *key;   /* for programs */
    const char *title; /* for people */
    unsigned formats;  /* that show it */
    bool right;
    enum table_fit fit;
    bool code;              /* HTML: set as code */
    bool anchor;            /* HTML: links to the part of the page that has the cell's key as its id */
    bool strong;            /* Markdown: bold, in rows of level 0 */
    const char *aside_word; /* text: before the asides, which stand apart from their cell there; NULL: none */
};

/* Colour on terminals, a chip in HTML, bold in Markdown. */
enum table_role { TABLE_PLAIN, TABLE_GOOD, TABLE_BAD, TABLE_UNCLEAR, TABLE_QUIET };

struct table_cell {
    enum {
        TABLE_ABSENT,
        TABLE_WORDS,
        TABLE_NUMBER,
        TABLE_COUNT,
        TABLE_TRUTH,
        TABLE_RANGE,
        TABLE_NESTED
    } kind;
    enum table_role role;
    char *text;  /* for people it is free of control characters */
    char *aside; /* lines that belong to the cell, less important; or NULL */
    char *brief; /* short for the first of them, or NULL */
    double number[2];
    struct table *nested;
};
struct table_row {
    unsigned level; /* 1: part of the row of level 0 above */
    bool heading;   /* one text over all columns, in the first cell */
    struct table_cell *cells;
};
struct table {
    enum table_format format;
    const struct table_column *columns;
    size_t column_count;
    struct table_row *rows;
    size_t count;
    uint64_t hidden; /* a bit a column: table_hide_empty */
    bool bare;       /* without titles */
    bool passing;    /* the row at hand is not shown */
    bool failed;     /* out of memory */
};

/* columns must outlive the table. */
void table_open(struct table *table, enum table_format format, const struct table_column *columns,
                size_t column_count);
void table_free(struct table *table);

/* The cells that are set next are of this row, which stands in these formats. */
void table_row(struct table *table, unsigned formats, unsigned level);
void table_heading(struct table *table, const char *text);

/* For people and programs; people see three digits of a number. Infinities and NaN are absent. */
void table_text(struct table *table, size_t column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void table_number(struct table *table, size_t column, double value);
void table_count(struct table *table, size_t column, size_t value);
/* For JSON; true and false; [low, high]; an array of a table's rows, which the cell takes over. */
void table_truth(struct table *table, size_t column, bool value);
void table_range(struct table *table, size_t column, double low, double high);
void table_nested(struct table *table, size_t column, struct table *nested);

/* For people only: what they see instead; a line below it; a word or two that may stand for the first such
 * line. Empty text: nothing. */
void table_words(struct table *table, size_t column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void table_aside(struct table *table, size_t column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void table_brief(struct table *table, size_t column, const char *text);
void table_role(struct table *table, size_t column, enum table_role role);

/* Leaves out the columns that no row so far has anything in. */
void table_hide_empty(struct table *table);

/* How text is set. */
struct table_style {
    bool colour;
    size_t width; /* columns to fit; 0: no limit */
};

/* 0, or -1 if memory or the file is at its end. style: of use for text only, may be NULL. JSON: an array, a
 * row a line. */
int table_write(const struct table *table, const struct table_style *style, FILE *out);

/* The rows as an array of objects, one of them, to be freed; NULL: out of memory. */
json_t *table_json(const struct table *table);
json_t *table_json_row(const struct table *table, const struct table_row *row);

/* Text with what HTML would take for markup escaped; the same between open and close, which are markup. */
void html_put_text(FILE *out, const char *text);
void html_put_element(FILE *out, const char *open, const char *text, const char *close);

#endif
