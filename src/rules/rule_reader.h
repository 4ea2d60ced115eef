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

/* What a pair requires, in words. */
extern const char *const rule_required_keys;
/* 1: no such key. */
int rule_read_pair_key(struct rule_reader *reader, struct rule_pair_source *source, const char *name,
                       const char *value);
/* Takes from [rule] what the pair does not say itself, and checks the whole. */
int rule_check_pair(struct rule_reader *reader, struct rule_pair_source *source);

/* A number above 0. */
bool rule_is_number(const char *text);
/* Sets a swept key, but where the cell names it: that is what the others are held against. */
int rule_sweep_cell(struct cell *cell, const struct rule_sweep *sweep, const char *value,
                    struct error *error);

#endif
