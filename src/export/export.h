/* SPDX-License-Identifier: MIT */
/* Results in the formats of the trackers that people have. A cell without a figure stands in none of them. */
#ifndef CROSSPOINT_EXPORT_H
#define CROSSPOINT_EXPORT_H

#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "error.h"
#include "figures.h"
#include "samples.h"

/* One run, reduced. */
struct export_run {
    const char *path;
    bool filtered;
    regex_t filter; /* if so */
    struct samples samples;
    struct measured measured;
    json_t *run;   /* run.json; NULL: there is none */
    time_t time_s; /* when it was written; -1: unknown */
    char commit[64];
    const char *machine; /* host name; "unknown" */
};

struct export_job {
    struct export_run *runs; /* by time; one, but for formats with `several` */
    size_t count;
    FILE *out;          /* for formats of one file */
    const char *folder; /* for the others: it is there */
};

struct export_format {
    const char *name, *summary;
    bool folder;                                                     /* writes several files */
    bool several;                                                    /* takes several runs */
    bool lower_only;                                                 /* to it less is better always */
    bool dated;                                                      /* needs the time of run.json */
    size_t name_bytes_max;                                           /* of a cell; 0: no limit */
    int (*write)(const struct export_job *job, struct error *error); /* 0, or -1 with error */
};

/* NULL with error, which offers what is known. */
const struct export_format *export_format_find(const char *name, struct error *error);
/* The i-th, in the order of the documentation; NULL behind the last. */
const struct export_format *export_format_at(size_t i);

/* Which cells, and of what. */
struct export_wish {
    const char *filter; /* a regular expression for cells; NULL: all */
    const char *commit; /* of the one run; NULL: as run.json says */
};

/* Reads a results folder or a samples.csv. 0, or -1 with error: unreadable, a cell's name
 * that the format cannot hold, no time though it needs one. Free with export_run_close, also after an
 * error. */
int export_run_open(const char *path, const struct export_format *format, const struct export_wish *wish,
                    struct export_run *run, struct error *error);
void export_run_close(struct export_run *run);

/* By time. -1 with error: they are of different machines. */
int export_runs_order(struct export_run *runs, size_t count, struct error *error);

/* For the writers */

/* A file of the job's folder, written whole or not at all: put() writes it. */
typedef int export_put(const void *context, FILE *out);
int export_file(const struct export_job *job, const char *name, export_put *put, const void *context,
                struct error *error);
/* The same of a JSON value, which is given away; NULL: out of memory. */
int export_json_file(const struct export_job *job, const char *name, json_t *value, struct error *error);
/* On job->out. */
int export_json(const struct export_job *job, json_t *value, struct error *error);

/* A cell's or a machine's name as one of a file, without what a shell or a path would take for its own. */
void export_file_name(const char *name, char *file, size_t file_bytes);

/* Whether the cell was asked for. */
bool export_has(const struct export_run *run, const char *cell);

/* The object of texts of key -> path[count], those that are not empty. */
struct export_key {
    const char *key, *path;
};
json_t *export_texts(const struct export_run *run, const struct export_key *keys, size_t count);

/* The time as strftime writes it, in UTC; empty if unknown. */
void export_time(const struct export_run *run, const char *format, char *text, size_t text_bytes);

/* All values of a figure, times in seconds. */
json_t *export_values(const struct figure *figure);

extern const struct export_format export_bmf, export_github, export_otava, export_lnt, export_asv,
    export_pyperf, export_hyperfine, export_openmetrics;

#endif
