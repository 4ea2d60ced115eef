/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run_file.h"
#include "samples.h"

static int take(void *context, const struct row *row, size_t line, struct error *error)
{
    struct samples *samples = context;
    double figures[COLUMN_COUNT];
    uint32_t slot;
    struct samples_input input = {.cell = row->text[COLUMN_CELL],
                                  .reason = row->text[COLUMN_REASON],
                                  .line = line,
                                  .generator_busy = NAN,
                                  .by_column = figures};
    if (row_parse_whole(row, COLUMN_BLOCK, &input.block, error) ||
        row_parse_whole(row, COLUMN_SLOT, &slot, error) || row_parse_status(row, &input.status, error) ||
        row_parse_number(row, COLUMN_ITEMS, &input.items, error))
        return -1;
    if (!*input.cell)
        return error_set(error, "cell is empty");
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (samples->kept[column] && row_parse_number(row, (enum column)column, &figures[column], error))
            return -1;
    if (strcmp(row->text[COLUMN_VALUE_UNIT], "generator_cpu_fraction") == 0 &&
        row_parse_number(row, COLUMN_VALUE, &input.generator_busy, error))
        return -1;
    if (!samples->row_count)
        snprintf(samples->run_id, sizeof samples->run_id, "%s", row->text[COLUMN_RUN_ID]);
    return samples_add(samples, &input, error);
}

static int read_units_max(const char *folder, struct samples *samples, struct error *error)
{
    json_t *run;
    if (run_file_load_if_any(folder, &run, error))
        return -1;
    double units_max = run_file_number(run, "machine.units_max", 0);
    if (units_max >= 1)
        samples->units_max = (unsigned)units_max;
    json_decref(run);
    return 0;
}

/* The folder of compare --ab has a run a build. */
static bool holds_two_runs(const char *folder)
{
    static const char *const builds[] = {"base", "new"};
    char path[4096];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s/samples.csv", folder, builds[i]);
        if (access(path, F_OK))
            return false;
    }
    return true;
}

int samples_load(const char *path, const enum column *metrics, size_t count, struct samples *samples,
                 struct error *error)
{
    struct stat status;
    char file[4096];
    samples_init(samples, metrics, count);
    if (stat(path, &status))
        return error_set(error, "%s: %s", path, strerror(errno));
    bool folder = S_ISDIR(status.st_mode);
    snprintf(file, sizeof file, folder ? "%s/samples.csv" : "%s", path);
    if (folder && access(file, F_OK) && holds_two_runs(path))
        return error_set(error, "%s holds the two runs of compare --ab: name %s/base or %s/new", path, path,
                         path);
    if (result_read(file, take, samples, &samples->cut_bytes, error) ||
        (folder && read_units_max(path, samples, error)))
        return -1;
    return samples_finish(samples, error) ? error_prefix(error, "%s", file) : 0;
}
