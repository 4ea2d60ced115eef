/* SPDX-License-Identifier: MIT */
/* What the files that read a rule share, and nobody else. */
#ifndef CROSSPOINT_RULE_READER_H
#define CROSSPOINT_RULE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "rules.h"

/* Keys that stand in [rule] or in a [pair NAME], and those that stand in [rule] only. */
enum rule_pair_key {
    KEY_KIND,
    KEY_BETTER,
    KEY_WORSE,
    KEY_METRIC,
    KEY_EFFECT,
    KEY_CELL,
    KEY_EXPECT,
    KEY_SWEEP,
    KEY_SWEEP_QUICK,
    KEY_UNITS_MIN,
    KEY_RUNTIMES,
    KEY_SWEEP_Y,
    KEY_SWEEP_Y_QUICK,
    KEY_QUICK,
    PAIR_KEY_COUNT
};

struct rule_pair_source {
    struct rule_pair pair;
    size_t line;                      /* of the section's first key */
    size_t key_lines[PAIR_KEY_COUNT]; /* 0: not set */
};

struct rule_reader {
    FILE *file;
    const char *path;
    size_t line;
    struct rule *rule;
    struct rule_pair_source base; /* what [rule] says */
    struct rule_pair_source pairs[RULE_PAIRS_MAX];
    size_t pair_count;
    struct error *error;
    bool failed;
    size_t failed_line;
};

/* Keeps the first error only, with path and line; returns -1. */
int rule_fail_at(struct rule_reader *reader, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Fails if value is empty or does not fit. */
int rule_copy_text(struct rule_reader *reader, const char *key, const char *value, char *text,
                   size_t text_bytes);

/* "native cpython", each once. */
int rule_read_runtimes(struct rule_reader *reader, const char *value, struct rule_runtimes *runtimes);

/* What a pair requires, and what else it may have, in words. */
extern const char *const rule_required_keys, *const rule_optional_keys;
/* 1: no such key. */
int rule_read_pair_key(struct rule_reader *reader, struct rule_pair_source *source, const char *name,
                       const char *value);
/* Takes from [rule] what the pair does not say itself, and checks the whole. */
int rule_check_pair(struct rule_reader *reader, struct rule_pair_source *source);

/* ">= 3" */
int rule_read_expect(const char *text, enum rule_expect *sign, double *value);
int rule_read_cell(struct rule_reader *reader, const char *key, const char *value,
                   char text[CELL_NAME_BYTES]);

/* "no" or "yes". */
int rule_read_quick(struct rule_reader *reader, const char *value, bool *only_full);

/* A key of [model NAME]. */
int rule_read_model_key(struct rule_reader *reader, const char *name, const char *key, const char *value);
/* The models and axes of a map, once its pair is checked. */
int rule_check_map(struct rule_reader *reader);
int rule_map_comparisons(const struct rule *rule, const char *runtime, enum rule_values values,
                         unsigned workers_max, struct comparison *comparisons, size_t capacity,
                         struct error *error);

/* The values that a sweep has, in order; one, "", if it is none. */
struct rule_value_list {
    const char *values[2 * RULE_SWEEP_MAX];
    size_t count;
};
struct rule_axes {
    struct rule_value_list x, y;
};
void rule_list_axes(const struct rule_pair *pair, enum rule_values which, struct rule_axes *axes);

/* Does the cell's name say the key? */
bool rule_names_key(const struct cell *cell, const char *key);
/* A number above 0. */
bool rule_is_number(const char *text);
/* Sets a swept key, but where the cell names it: that is what the others are held against. */
int rule_sweep_cell(struct cell *cell, const struct rule_sweep *sweep, const char *value,
                    struct error *error);

#endif
