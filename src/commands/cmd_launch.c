/* SPDX-License-Identifier: MIT */
/* One sample: `run` starts this in a fresh process. Prints the row's columns as name=value lines. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell_run.h"
#include "command.h"
#include "driver.h"
#include "file.h"
#include "gbench_shim.h"
#include "hgrm.h"
#include "options.h"
#include "own_options.h"
#include "runtime.h"
#include "trace.h"
#include "words.h"

struct options {
    const char *cell, *topology, *python, *description, *trace, *hgrm;
    uint64_t items, rate;
    struct own_work own;
};

enum {
    OPTION_ITEMS = 256,
    OPTION_RATE,
    OPTION_TOPOLOGY,
    OPTION_PYTHON,
    OPTION_DESCRIPTION,
    OPTION_TRACE,
    OPTION_HGRM
};

static const struct argp_option option_table[] = {
    {"items", OPTION_ITEMS, "N", 0, "work to do", 0},
    {"rate", OPTION_RATE, "N", 0, "messages a second that are offered; default: 0, a closed loop", 0},
    {"topology", OPTION_TOPOLOGY, "FILE", 0, "this machine's topology.xml, which loads faster than discovery",
     0},
    {"python", OPTION_PYTHON, "PATH", 0, "the interpreter of a cell that is not native", 0},
    {"description", OPTION_DESCRIPTION, "FILE", 0, "what that said of itself, so that it is not asked again",
     0},
    {"trace", OPTION_TRACE, "FILE", 0, "write when which worker did each task, for Perfetto; slows it down",
     0},
    {"hgrm", OPTION_HGRM, "FILE", 0, "write the latencies as HdrHistogram's percentiles, in milliseconds", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->own;
        return 0;
    case OPTION_ITEMS:
        options->items = options_count(state, "--items", text, 1, UINT64_C(1) << 40);
        return 0;
    case OPTION_RATE:
        options->rate = options_count(state, "--rate", text, 0, UINT64_C(1) << 32);
        return 0;
    case OPTION_TOPOLOGY:
        options->topology = text;
        return 0;
    case OPTION_PYTHON:
        options->python = text;
        return 0;
    case OPTION_DESCRIPTION:
        options->description = text;
        return 0;
    case OPTION_TRACE:
        options->trace = text;
        return 0;
    case OPTION_HGRM:
        options->hgrm = text;
        return 0;
    case ARGP_KEY_ARG:
        if (options->cell)
            options_error(state, "one cell, not '%s' as well", text);
        options->cell = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        options_error(state, "name a cell: RUNTIME/FAMILY/WORKLOAD/MODEL[/key:value ...]");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

struct launched {
    struct run *run;
    struct measurement measurement;
};

static int measure(void *context, uint64_t items, struct gbench_round *round)
{
    struct launched *sample = context;
    if (cell_measure(sample->run, items, &sample->measurement)) {
        snprintf(round->error, sizeof round->error, "%.255s", sample->run->error.text);
        return -1;
    }
    round->items = sample->measurement.items;
    round->seconds = (double)sample->measurement.wall_ns / 1e9;
    return 0;
}

static void print_row(const struct row *row)
{
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (*row->text[column])
            printf("%s=%s\n", columns[column].name, row->text[column]);
}

static void set_status(const struct measurement *measurement, struct row_buffer *row)
{
    bool invalid = measurement->invalid[0];
    row_set(row, COLUMN_STATUS, "%s", status_names[invalid ? STATUS_INVALID : STATUS_OK]);
    row_set(row, COLUMN_REASON, "%s", measurement->invalid);
}

static int write_trace(const struct run *run, const char *cell, const char *path, struct error *error)
{
    struct file_new file;
    if (!file_create_named(&file, path, error))
        return -1;
    int result = trace_write(run, cell, file.stream) ? error_set(error, "%s: cannot be written", path)
                                                     : file_finish(&file, error);
    file_drop(&file);
    if (!result && trace_left_out(run))
        word_tell(stderr, "%s: the first %d tasks; %" PRIu64 " more are left out", path, TRACE_TASKS_MAX,
                  trace_left_out(run));
    return result;
}

static int write_latencies(const struct run *run, const char *path, struct error *error)
{
    struct file_new file;
    if (!cell_latencies(run))
        return error_set(error, "--hgrm: this workload measures no latencies; io/echo and io/http do");
    if (!file_create_named(&file, path, error))
        return -1;
    int result = hgrm_write(cell_latencies(run), file.stream)
                     ? error_set(error, "%s: cannot be written", path)
                     : file_finish(&file, error);
    file_drop(&file);
    return result;
}

static int launch_native(const struct cell *cell, const struct topology *topology,
                         const struct options *options, uint64_t items, struct row_buffer *row,
                         struct error *error)
{
    struct launched sample = {.run =
                                  cell_open_at(cell, topology, (double)options->rate, options->trace, error)};
    if (!sample.run)
        return -1;
    char name[CELL_NAME_BYTES];
    cell_format(cell, name);
    const struct gbench_case benchmark = {name, measure, &sample};
    double seconds;
    if (cell_warm_up(sample.run, items) || gbench_run_once(&benchmark, items, &seconds))
        run_fail(sample.run, "%s",
                 sample.run->error.text[0] ? sample.run->error.text : "Google Benchmark reported nothing");
    sample.measurement.wall_ns = (uint64_t)llround(seconds * 1e9);
    uint64_t memory_bytes = cell_memory_bytes(sample.run);
    cell_close(sample.run);
    set_status(&sample.measurement, row);
    measurement_fill_row(sample.run, &sample.measurement, memory_bytes, row);
    int result = options->trace ? write_trace(sample.run, name, options->trace, error) : 0;
    if (!result && options->hgrm)
        result = write_latencies(sample.run, options->hgrm, error);
    cell_free(sample.run);
    return result;
}

static int launch(const struct cell *cell, const struct topology *topology, const struct options *options,
                  struct row_buffer *row, struct error *error)
{
    const struct driver *driver = runtime_of(cell)->driver;
    if (driver && (options->trace || options->hgrm))
        return error_set(error, "--%s is of native cells, which %s's are not",
                         options->trace ? "trace" : "hgrm", cell->runtime);
    if (runtime_runnable(cell, topology, error)) {
        row_set(row, COLUMN_STATUS, "skipped");
        row_set(row, COLUMN_REASON, "%s", error->text);
        return 0;
    }
    uint64_t items = runtime_items(cell, options->items, NULL);
    return driver ? driver_launch(driver, cell, topology, items, row, error)
                  : launch_native(cell, topology, options, items, row, error);
}

/* The runtime of a cell that is not native; who launches by hand need not say which python3, nor what it is.
 */
static int add_runtime(const struct options *options, struct error *error)
{
    if (strncmp(options->cell, "native/", 7) == 0)
        return 0;
    if (!options->description)
        return runtimes_add_python(options->python, error);
    int description = open(options->description, O_RDONLY | O_CLOEXEC);
    return description < 0 ? error_set(error, "%s: %s", options->description, strerror(errno))
                           : runtimes_add_described(options->python, description, error);
}

int cmd_launch(int argc, char **argv)
{
    static const struct argp_child children[] = {{&own_options_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {.options = option_table,
                                     .parser = parse,
                                     .children = children,
                                     .args_doc = "CELL",
                                     .doc = "Runs one cell once and prints what was measured."};
    struct options options = {.items = 1};
    options_parse(&argp, argc, argv, &options);

    struct error error;
    struct cell cell;
    struct row_buffer row;
    struct topology *topology = topology_open(options.topology, &error);
    if (!topology || own_work_load(&options.own, &error) || cell_parse(options.cell, NULL, &cell, &error) ||
        add_runtime(&options, &error) ||
        runtime_complete_named(&cell, (unsigned)topology_max(topology), &error)) {
        topology_close(topology);
        runtimes_forget();
        return error_tell(&error);
    }
    row_reset(&row);
    runtime_fill_row(&cell, &row);
    int failed = launch(&cell, topology, &options, &row, &error);
    if (failed)
        fprintf(stderr, "%s/%s: %s\n", cell.workload, cell.model, error.text);
    else
        print_row(&row.row);
    topology_close(topology);
    runtimes_forget();
    return failed ? EXIT_FAILURE : fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
