/* SPDX-License-Identifier: MIT */
#include "synthetic.h"

#include <ftw.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>

#include "cell.h"

void synthetic_open(struct synthetic *synthetic)
{
    char path[128];
    snprintf(synthetic->folder, sizeof synthetic->folder, "/tmp/crosspoint-test-XXXXXX");
    assert_non_null(mkdtemp(synthetic->folder));
    snprintf(path, sizeof path, "%s/samples.csv", synthetic->folder);
    synthetic->file = fopen(path, "we");
    assert_non_null(synthetic->file);
    synthetic->state = 42;
    char header[2048];
    assert_true(result_format_header(header, sizeof header) > 0);
    fputs(header, synthetic->file);
}

void synthetic_close(struct synthetic *synthetic)
{
    assert_int_equal(fclose(synthetic->file), 0);
    synthetic->file = NULL;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

void synthetic_remove(struct synthetic *synthetic)
{
    assert_int_equal(nftw(synthetic->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* splitmix64 (Steele, Lea, Flood 2014) and Box-Muller */
static double uniform(struct synthetic *synthetic)
{
    uint64_t z = synthetic->state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

double synthetic_normal(struct synthetic *synthetic)
{
    double radius = sqrt(-2 * log(uniform(synthetic)));
    return radius * cos(2 * acos(-1) * uniform(synthetic));
}

void synthetic_row(struct synthetic *synthetic, const char *name, unsigned block, const char *status,
                   const char *reason, enum column metric, double value)
{
    struct row_buffer row;
    struct cell cell;
    struct error error;
    char line[4096], params[192];
    row_reset(&row);
    assert_int_equal(cell_parse(name, NULL, &cell, &error), 0);
    cell_format_params(&cell, params, sizeof params);
    row_set(&row, COLUMN_RUN_ID, "synthetic");
    row_set(&row, COLUMN_BLOCK, "%u", block);
    row_set(&row, COLUMN_SLOT, "0");
    row_set(&row, COLUMN_CELL, "%s", name);
    row_set(&row, COLUMN_RUNTIME, "%s", cell.runtime);
    row_set(&row, COLUMN_FAMILY, "%s", cell.family);
    row_set(&row, COLUMN_WORKLOAD, "%s", cell.workload);
    row_set(&row, COLUMN_MODEL, "%s", cell.model);
    row_set(&row, COLUMN_PARAMS, "%s", params);
    row_set(&row, COLUMN_PLACE, "%s", cell.place);
    row_set(&row, COLUMN_STATUS, "%s", status);
    row_set(&row, COLUMN_REASON, "%s", reason);
    if (metric < COLUMN_COUNT)
        row_set_number(&row, metric, value);
    if (synthetic->items > 0)
        row_set_number(&row, COLUMN_ITEMS, synthetic->items);
    assert_true(result_format_row(&row.row, line, sizeof line) > 0);
    fputs(line, synthetic->file);
}

void synthetic_cell(struct synthetic *synthetic, const char *cell, unsigned blocks, enum column metric,
                    double centre, double spread)
{
    for (unsigned block = 0; block < blocks; block++)
        synthetic_row(synthetic, cell, block, "ok", "", metric,
                      centre * exp(spread * synthetic_normal(synthetic)));
}

void synthetic_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static const struct {
    const char *cell;
    double per_second;
} steady[] = {
    {"native/cpu/sum-squares/process-pool/workers:2/place:compact", 1.96e3},
    {"native/cpu/sum-squares/thread-pool/workers:2/place:compact", 1.97e3},
    {"native/cpu/sum-squares/serial/place:compact", 1e3},
    {"native/cpu/sum-squares/thread-pool/workers:4/place:one-core", 0.995e3},
    {"native/cpu/sum-squares/serial/place:one-core", 1e3},
    {"native/io/fetch/thread-pool/conc:16/place:split", 3.58e3},
    {"native/io/fetch/serial/place:split", 168},
    {"native/io/sleep/thread-pool/conc:16/place:one-core", 6.31e3},
    {"native/io/sleep/thread-pool/conc:16/place:compact", 6.33e3},
    {"native/io/sleep/serial/place:compact", 98.8},
    {"native/create/empty/thread-per-task/workers:1/resident-mib:1/place:one-core", 71e3},
    {"native/create/empty/process-per-task/workers:1/resident-mib:1/place:one-core", 9.1e3},
    {"native/create/empty/thread-per-task/workers:1/resident-mib:16/place:one-core", 70e3},
    {"native/create/empty/process-per-task/workers:1/resident-mib:16/place:one-core", 1.9e3},
    {"native/cpu/sum-squares/process-pool/workers:2/terms:1000/place:compact", 1.9e6},
    {"native/cpu/sum-squares/process-per-task/workers:2/terms:1000/place:compact", 12.1e3},
    {"native/cpu/sum-squares/thread-pool/workers:2/terms:1000/place:compact", 2.1e6},
    {"native/cpu/sum-squares/thread-per-task/workers:2/terms:1000/place:compact", 61e3},
};

static void write_cell(struct synthetic *synthetic, unsigned blocks, enum column metric, double centre,
                       const char *format, unsigned value)
{
    char cell[CELL_NAME_BYTES];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(cell, sizeof cell, format, value);
#pragma GCC diagnostic pop
    synthetic_cell(synthetic, cell, blocks, metric, centre, 0.02);
}

/* Both metrics in one row each: throughput and the 99th percentile. */
static void write_echo(struct synthetic *synthetic, unsigned blocks, const char *cell, double per_second,
                       double p99_ns)
{
    for (unsigned block = 0; block < blocks; block++) {
        struct row_buffer row;
        char line[4096];
        row_reset(&row);
        row_set(&row, COLUMN_RUN_ID, "synthetic");
        row_set(&row, COLUMN_BLOCK, "%u", block);
        row_set(&row, COLUMN_SLOT, "1");
        row_set(&row, COLUMN_CELL, "%s", cell);
        row_set(&row, COLUMN_STATUS, "ok");
        row_set_number(&row, COLUMN_ITEMS_PER_SECOND, per_second * exp(0.02 * synthetic_normal(synthetic)));
        row_set_number(&row, COLUMN_LATENCY_P99_NS, p99_ns * exp(0.08 * synthetic_normal(synthetic)));
        assert_true(result_format_row(&row.row, line, sizeof line) > 0);
        fputs(line, synthetic->file);
    }
}

void synthetic_suite(struct synthetic *synthetic, unsigned blocks)
{
    for (size_t i = 0; i < sizeof steady / sizeof *steady; i++)
        synthetic_cell(synthetic, steady[i].cell, blocks, COLUMN_ITEMS_PER_SECOND, steady[i].per_second,
                       0.015);

    static const unsigned terms[] = {3000000, 300000, 30000, 3000};
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        double task_seconds = terms[i] * 1e-9 / 2;
        write_cell(synthetic, blocks, COLUMN_ITEMS_PER_SECOND, 1 / (task_seconds + 0.2e-6),
                   "native/cpu/sum-squares/thread-pool/workers:2/terms:%u/place:compact", terms[i]);
        write_cell(synthetic, blocks, COLUMN_ITEMS_PER_SECOND, 1 / (task_seconds + 15e-6),
                   "native/cpu/sum-squares/thread-per-task/workers:2/terms:%u/place:compact", terms[i]);
    }
    static const struct {
        unsigned conc;
        double loop, threads, loop_p99, threads_p99;
    } echo[] = {{1, 21e3, 23e3, 71e3, 66e3},      {4, 60e3, 71e3, 95e3, 88e3},
                {16, 101e3, 99e3, 240e3, 260e3},  {64, 125e3, 101e3, 700e3, 1.1e6},
                {256, 131e3, 97e3, 2.4e6, 4.8e6}, {1000, 127e3, 81e3, 9.4e6, 31e6}};
    for (size_t i = 0; i < sizeof echo / sizeof *echo; i++)
        for (size_t k = 0; k < 2; k++) {
            const char *workload = k ? "http" : "echo";
            char cell[CELL_NAME_BYTES];
            snprintf(cell, sizeof cell, "native/io/%s/event-loop/workers:1/conc:%u/place:split", workload,
                     echo[i].conc);
            write_echo(synthetic, blocks, cell, echo[i].loop, echo[i].loop_p99);
            snprintf(cell, sizeof cell, "native/io/%s/thread-per-task/conc:%u/place:split", workload,
                     echo[i].conc);
            write_echo(synthetic, blocks, cell, echo[i].threads, echo[i].threads_p99);
        }
}

int synthetic_load(const struct synthetic *synthetic, struct samples *samples, struct error *error)
{
    static const enum column metrics[] = {COLUMN_ITEMS_PER_SECOND,     COLUMN_WALL_NS, COLUMN_LATENCY_P99_NS,
                                          COLUMN_SWITCHES_INVOLUNTARY, COLUMN_VALUE,   COLUMN_MEMORY_BYTES};
    return samples_load(synthetic->folder, metrics, sizeof metrics / sizeof *metrics, samples, error);
}

char *synthetic_read(const char *folder, const char *name)
{
    char path[512], *text = NULL;
    size_t room = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    if (getdelim(&text, &room, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

double synthetic_script_number(const char *folder, const char *script, const char *name)
{
    char *text = synthetic_read(folder, script), start[64];
    assert_non_null(text);
    snprintf(start, sizeof start, "\n%s = ", name);
    const char *found = strstr(text, start);
    if (!found)
        fail_msg("%s: no %s", script, name);
    found += strlen(start);
    double number = strtod(found + (*found == '"'), NULL);
    free(text);
    return number;
}
