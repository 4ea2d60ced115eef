/* SPDX-License-Identifier: MIT */
/* One results folder, as a machine of a fleet. */
#ifndef CROSSPOINT_FLEET_MACHINE_H
#define CROSSPOINT_FLEET_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "fleet_split.h"

/* By which machines may be told apart. Of those that are so or not: 1 or 0. */
enum fleet_property {
    FLEET_UNITS,
    FLEET_CORES,
    FLEET_PACKAGES,
    FLEET_NUMA_NODES,
    FLEET_CACHES,
    FLEET_KINDS,
    FLEET_SMT,
    FLEET_VIRTUAL,
    FLEET_QUOTA,
    FLEET_MEMORY,
    FLEET_KERNEL,
    FLEET_INTEL,
    FLEET_AMD,
    FLEET_ARM,
    FLEET_PROPERTY_COUNT
};

/* A row of its verdicts.csv. */
struct fleet_row {
    char rule[64], runtime[32], pair[64], kind[16];
    char better[24], worse[24];    /* their models */
    unsigned char rule_word, word; /* enum fleet_word */
    double effect, n, ratio, low, high, crossing, crossing_low, crossing_high, value;
    uint64_t cells; /* a hash of what was compared, but for how many workers `max` came to */
};

struct fleet_machine {
    char *path;
    char name[24]; /* what tables call it: "m1", by the order of the folders */
    char id[256];  /* host, processor and topology: of two folders with the same the newer counts */
    char host[64], cpu[96], topology[160], kernel[64], build[256], plan[96], commit[48], time_text[24];
    int64_t time;
    double values[FLEET_PROPERTY_COUNT]; /* NaN: not known */
    struct fleet_row *rows;
    size_t row_count;
    char note[400]; /* why it is left out, or what is odd; "" */
    bool left_out;
};

enum fleet_word fleet_word_of(const char *verdict);

/* What is wrong with a folder is no error, but its note. path is taken over. 0, or -1: out of memory. Free
 * with fleet_machine_free. */
int fleet_machine_load(char *path, struct fleet_machine *machine);
void fleet_machine_free(struct fleet_machine *machine);

/* "16 processing units or more", or of what lies below the threshold "fewer than 16 processing units". */
void fleet_word_property(enum fleet_property property, double threshold, bool above, char *text,
                         size_t text_bytes);

/* Why FOLDER is not fit to be given to others as a reference: false and no text if it is. Judged are the
 * run's end, its build and blocks; a run that cannot be read is not fit either. */
bool fleet_unfit(const char *folder, char *text, size_t text_bytes);

#endif
