/* SPDX-License-Identifier: MIT */
/* samples.csv: one table of columns drives the writer and the reader. */
#ifndef CROSSPOINT_RESULT_H
#define CROSSPOINT_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum column {
    COLUMN_RUN_ID,
    COLUMN_BLOCK,
    COLUMN_SLOT,
    COLUMN_CELL,
    COLUMN_RUNTIME,
    COLUMN_FAMILY,
    COLUMN_WORKLOAD,
    COLUMN_MODEL,
    COLUMN_WORKERS,
    COLUMN_CONC,
    COLUMN_PARAMS,
    COLUMN_PLACE,
    COLUMN_STATUS,
    COLUMN_REASON,
    COLUMN_ITEMS,
    COLUMN_WALL_NS,
    COLUMN_ITEMS_PER_SECOND,
    COLUMN_LATENCY_P50_NS,
    COLUMN_LATENCY_P90_NS,
    COLUMN_LATENCY_P99_NS,
    COLUMN_LATENCY_P999_NS,
    COLUMN_LATENCY_MAX_NS,
    COLUMN_STARTUP_NS,
    COLUMN_CPU_USER_NS,
    COLUMN_CPU_SYSTEM_NS,
    COLUMN_SWITCHES_VOLUNTARY,
    COLUMN_SWITCHES_INVOLUNTARY,
    COLUMN_MIGRATIONS,
    COLUMN_FAULTS_MINOR,
    COLUMN_FAULTS_MAJOR,
    COLUMN_MEMORY_BYTES,
    COLUMN_VALUE,
    COLUMN_VALUE_UNIT,
    COLUMN_CHECKSUM,
    COLUMN_CPUS_REQUESTED,
    COLUMN_CPUS_OBSERVED,
    COLUMN_STEAL_FRACTION,
    COLUMN_FOREIGN_CPU_FRACTION,
    COLUMN_THROTTLED_NS,
    COLUMN_REQUIRED_COUNT, /* those that follow were appended: a file of an older run has them not */
    COLUMN_TASKS_LOST = COLUMN_REQUIRED_COUNT,
    COLUMN_ERRORS,
    COLUMN_FAIRNESS,
    COLUMN_LATENCY_UNCORRECTED_P50_NS,
    COLUMN_LATENCY_UNCORRECTED_P99_NS,
    COLUMN_OFFERED_PER_SECOND,
    COLUMN_COUNT
};

struct column_info {
    const char *name;
    const char *summary; /* meaning and unit, for the documentation */
    enum { COLUMN_TEXT, COLUMN_NUMBER } type;
    bool metric;       /* a rule may compare it */
    bool lower_better; /* times and memory */
};
extern const struct column_info columns[COLUMN_COUNT];

/* -1 if there is no such column. */
int column_find(const char *name);

enum status { STATUS_OK, STATUS_INVALID, STATUS_FAILED, STATUS_SKIPPED, STATUS_COUNT };
extern const char *const status_names[STATUS_COUNT];

/* One row as text; an absent figure is "", never 0 or NaN. */
struct row {
    const char *text[COLUMN_COUNT];
};

/* A row that owns its text. */
struct row_buffer {
    struct row row;
    char storage[4096];
    size_t used;
};
void row_reset(struct row_buffer *buffer);
/* Sets one column; text that no longer fits is cut. */
void row_set(struct row_buffer *buffer, enum column column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Shortest decimal that reads back the same; NaN and infinities leave the column empty. */
void row_set_number(struct row_buffer *buffer, enum column column, double value);

/* NaN for an empty or unreadable field. */
double row_number(const struct row *row, enum column column);
/* NaN for an empty field; -1 with error, which names the column, for one that is no finite number. */
int row_parse_number(const struct row *row, enum column column, double *value, struct error *error);
/* A whole number from 0 up, as blocks and slots are; -1 with error. */
int row_parse_whole(const struct row *row, enum column column, uint32_t *value, struct error *error);
/* -1 with error. */
int row_parse_status(const struct row *row, enum status *status, struct error *error);

/* Is the metric a sum over the launch's whole work (not a rate, a quantile or a peak)? */
bool result_is_total(enum column metric);
/* A quantile of a launch's latencies: a launch with too few events has none. */
bool result_is_quantile(enum column metric);

/* The header line and one row, RFC 4180, with their newlines; returns the length, 0 if it does not fit. */
size_t result_format_header(char *text, size_t text_bytes);
size_t result_format_row(const struct row *row, char *text, size_t text_bytes);

/* Reads a samples.csv and hands each row to take() in file order; the row's text lives until take() returns.
 * take() returns 0 to go on, -1 with error to stop. Errors name the file and the line. A last line without
 * its newline (a run that was killed while it wrote) is left out; *cut_bytes (may be NULL) then tells its
 * length, else 0. Columns are found by the header: the required ones of ours must be there, appended ones
 * that are missing are empty in each row, unknown ones are passed over. */
typedef int result_take(void *context, const struct row *row, size_t line, struct error *error);
int result_read(const char *path, result_take *take, void *context, size_t *cut_bytes, struct error *error);

#endif
