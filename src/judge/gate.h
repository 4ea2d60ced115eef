/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* What makes compare and track fail: gate.ini.
 *
 *     [cells NAME]   filter = REGEX over cell names (all), metric = COLUMN (all), effect = 10%,
 *                    direction = slower | faster | either | none
 *     [rules NAME]   filter = REGEX over rules, direction = lost | gained | either | none:
 *                    a rule that held and does not is lost
 *     [exempt NAME]  filter = REGEX over cell names and rules; reason and until = 2027-01-31 are required:
 *                    from the day after on it counts again
 *
 * Of several sections that fit the last one that says it counts. */
/* clang-format on */
#ifndef CROSSPOINT_GATE_H
#define CROSSPOINT_GATE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "result.h"

/* --fail-on */
enum { GATE_ON_REGRESSION = 1, GATE_ON_FLIP = 2, GATE_ON_TOO_LITTLE = 4 };
/* direction; the second pair is of rules */
enum { GATE_NONE = 0, GATE_SLOWER = 1, GATE_FASTER = 2, GATE_LOST = 1, GATE_GAINED = 2, GATE_EITHER = 3 };

struct gate_section {
    enum { GATE_CELLS, GATE_RULES, GATE_EXEMPT } kind;
    char name[64];
    bool filtered;
    regex_t filter;
    int metric;    /* -1: all */
    double effect; /* NaN: not said */
    int direction; /* -1: not said */
    char reason[160], until[12];
    bool expired;
};

/* Begins as gate_default. */
struct gate {
    unsigned fail_on;
    struct gate_section *sections;
    size_t count;
};
extern const struct gate gate_default;

/* today: days of UTC, as time() / 86400. 0, or -1 with error: path and line. Free with gate_free also after
 * an error.
 */
int gate_load(const char *path, int64_t today, struct gate *gate, struct error *error);
void gate_free(struct gate *gate);

/* "regression,flip": -1 with error. */
int gate_parse_fail_on(const char *text, unsigned *fail_on, struct error *error);

/* What is said of a cell; gate may be NULL. effect: where none is said. */
double gate_effect(const struct gate *gate, const char *cell, enum column metric, double effect);
/* Whether it is to fail; *exempt (may be NULL): it would, but for this section. */
bool gate_fails_cell(const struct gate *gate, const char *cell, enum column metric, int direction,
                     const struct gate_section **exempt);
bool gate_fails_rule(const struct gate *gate, const char *rule, int direction,
                     const struct gate_section **exempt);

#endif
