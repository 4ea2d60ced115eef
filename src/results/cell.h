/* SPDX-License-Identifier: MIT */
/* A cell is what one launch measures; its name is its identity between machines and over years:
 *     RUNTIME/FAMILY/WORKLOAD/MODEL[/key:value ...]
 * Keys in this order: workers, conc, the workload's own in alphabetical order, place. */
#ifndef CROSSPOINT_CELL_H
#define CROSSPOINT_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

enum { CELL_NAME_BYTES = 640, CELL_PARAMS_MAX = 8 };

struct cell_param {
    char key[24];
    char value[24];
};

struct cell {
    char runtime[16];  /* native, cpython */
    char family[16];   /* cpu, io, create, ... */
    char workload[32]; /* without its family: sum-squares */
    char model[32];
    unsigned workers;                          /* 0: not in the name */
    bool workers_max;                          /* workers:max, before cell_resolve */
    unsigned conc;                             /* 0: not in the name */
    struct cell_param params[CELL_PARAMS_MAX]; /* alphabetical by key */
    size_t param_count;
    char place[16]; /* empty: not in the name */
};

/* Reads a name. runtime: NULL if the name carries it; else the name does not (as in rule files) and this is
 * it. Keys may stand in any order; cell_format puts them right. Only the form is checked here. 0, or -1 with
 * error. */
int cell_parse(const char *name, const char *runtime, struct cell *cell, struct error *error);

/* Sets or replaces one key ("workers", "conc", "place", or a workload's own). 0, or -1 with error. */
int cell_set(struct cell *cell, const char *key, const char *value, struct error *error);

/* The value of a workload's own key, or NULL. */
const char *cell_param(const struct cell *cell, const char *key);

/* Replaces workers:max by the number; with place:split, where the load generator has the other half, by half
 * of it; by no more than conc. */
void cell_resolve(struct cell *cell, unsigned workers_max);

/* The canonical name, at most CELL_NAME_BYTES with its end. */
void cell_format(const struct cell *cell, char name[CELL_NAME_BYTES]);

/* The workload's own keys as they stand in the name: "terms:1000/via:pipe". */
void cell_format_params(const struct cell *cell, char *text, size_t text_bytes);

/* The load that its messages are offered at, in percent of what the slowest of the cells that it is compared
 * with can do; 0: it is a closed loop. */
unsigned cell_load_percent(const struct cell *cell);

#endif
