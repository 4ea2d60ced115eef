/* SPDX-License-Identifier: MIT */
#include "cell_run.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "placement.h"
#include "resource_limits.h"
#include "serving.h"
#include "trace.h"
#include "vessel.h"

enum {
    EVENTS_BEYOND_MIN = 100,
};

static bool lasts(const struct run *run)
{
    return run->model->gives & MODEL_LASTING;
}

static int compare_units(const void *a, const void *b)
{
    unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;
    return (left > right) - (left < right);
}

static void set_main_units(struct run *run)
{
    memcpy(run->main_units, run->worker_units, run->workers * sizeof *run->main_units);
    qsort(run->main_units, run->workers, sizeof *run->main_units, compare_units);
    size_t distinct = 0;
    for (size_t i = 0; i < run->workers; i++)
        if (i == 0 || run->main_units[i] != run->main_units[i - 1])
            run->main_units[distinct++] = run->main_units[i];
    run->main_unit_count = distinct;
}

/* As many threads as the generator has units: it must not be what limits the figure. */
static int place_generator(struct run *run, const struct placement_policy *policy, const struct unit *units,
                           size_t unit_count)
{
    int distinct = placement_assign_generator(policy, units, unit_count, run->workers, run->generator_units,
                                              unit_count, &run->error);
    if (distinct < 0)
        return -1;
    run->generator_bound = distinct > 0;
    run->generator_count = distinct > 0 ? (size_t)distinct : 1;
    if (run->generator_count > run->conc)
        run->generator_count = run->conc;
    return 0;
}

static int place_workers(struct run *run)
{
    size_t unit_count;
    const struct unit *units = topology_units(run->topology, &unit_count);
    const struct placement_policy *policy = placement_find(run->cell->place);
    run->worker_units = calloc(run->workers, sizeof *run->worker_units);
    run->main_units = calloc(run->workers, sizeof *run->main_units);
    run->generator_units = calloc(unit_count, sizeof *run->generator_units);
    if (!run->worker_units || !run->main_units || !run->generator_units)
        return error_set(&run->error, "out of memory");
    int distinct = placement_assign(policy, units, unit_count, run->worker_units, run->workers, &run->error);
    if (distinct < 0)
        return -1;
    run->bound = distinct > 0;
    if (run->bound)
        set_main_units(run);
    else
        run->main_unit_count = unit_count;
    return place_generator(run, policy, units, unit_count);
}

static int start_model(struct run *run)
{
    uint64_t start_ns = clock_now_ns();
    /* Workers that did start use all this: nothing may be taken from under them. */
    if (run->model->start(run))
        run_fail(run, "%s", run->error.text);
    run->startup_ns = lasts(run) && run->model->carrier ? clock_now_ns() - start_ns : 0;
    return 0;
}

static int open_run(struct run *run, bool traced)
{
    run->arena = arena_create();
    if (!run->arena)
        return error_set(&run->error, "out of memory");
    run->shared = run_allocate(run, sizeof *run->shared + run->workers * sizeof run->shared->workers[0]);
    if (!run->shared)
        return -1;
    if (place_workers(run))
        return -1;
    run_bind_main(run);
    if (run->workload->prepare && run->workload->prepare(run))
        return -1;
    if (traced && trace_attach(run))
        return -1;
    return run->workload->mortal ? 0 : start_model(run);
}

static struct run *open_cell(const struct cell *cell, const struct topology *topology,
                             struct serving *serving, double rate, bool traced, struct error *error)
{
    struct run *run = calloc(1, sizeof *run);
    if (!run) {
        error_set(error, "out of memory");
        return NULL;
    }
    limits_raise_descriptors();
    run->cell = cell;
    run->workload = workload_find(cell->family, cell->workload);
    run->model = model_find(cell->model);
    run->topology = topology;
    run->serving = serving;
    run->rate = rate;
    cell_counts(&catalogue_native, cell, &run->workers, &run->conc);
    if (open_run(run, traced)) {
        if (error)
            *error = run->error;
        cell_free(run);
        return NULL;
    }
    return run;
}

struct run *cell_open(const struct cell *cell, const struct topology *topology, struct error *error)
{
    return open_cell(cell, topology, NULL, NAN, false, error);
}

struct run *cell_open_at(const struct cell *cell, const struct topology *topology, double rate, bool traced,
                         struct error *error)
{
    return open_cell(cell, topology, NULL, rate, traced, error);
}

struct run *cell_open_serving(const struct cell *cell, const struct topology *topology,
                              struct serving *serving, struct error *error)
{
    return open_cell(cell, topology, serving, NAN, false, error);
}

static void begin_round(struct run *run, uint64_t items)
{
    const struct workload *workload = run->workload;
    struct run_shared *shared = run->shared;
    shared->items = items;
    shared->task_count = workload->together ? run->conc
                         : workload->tasks  ? workload->tasks(run, items)
                                            : items;
    shared->clock_start_ns = shared->clock_stop_ns = shared->startup_ns = shared->memory_bytes = 0;
    atomic_store(&shared->tasks_done, 0);
    atomic_store(&shared->tasks_lost, 0);
    atomic_store(&shared->checksum, 0);
    atomic_store(&shared->finished, 0);
    atomic_store(&shared->claimed, 0);
    atomic_store(&shared->sum, 0);
    for (unsigned worker = 0; worker < run->workers; worker++)
        atomic_store_explicit(&shared->workers[worker].count, 0, memory_order_relaxed);
    if (workload->latency) {
        histogram_reset(&shared->latency);
        histogram_reset(&shared->latency_uncorrected);
    }
}

static int check_round(struct run *run, const struct account *account)
{
    uint64_t done = atomic_load(&run->shared->tasks_done), lost = atomic_load(&run->shared->tasks_lost);
    uint64_t checksum = atomic_load(&run->shared->checksum);
    if (run->workload->mortal)
        checksum &= (UINT64_C(1) << RUN_RECORDED_SHIFT) - 1;
    if (done != run->shared->task_count)
        return error_set(&run->error, "%" PRIu64 " of %" PRIu64 " tasks were done", done - lost,
                         run->shared->task_count);
    if (checksum != account->checksum && !account->unproven)
        return error_set(&run->error, "wrong checksum %016" PRIx64 ", expected %016" PRIx64, checksum,
                         account->checksum);
    return 0;
}

static int run_round(struct run *run, uint64_t items, struct account *account)
{
    begin_round(run, items);
    if (run->workload->mortal ? vessel_run(run) : run->model->run(run, run->shared->task_count))
        return -1;
    *account = (struct account){.tasks_lost = atomic_load(&run->shared->tasks_lost), .value = NAN};
    run->workload->account(run, items, account);
    return check_round(run, account);
}

int cell_warm_up(struct run *run, uint64_t items)
{
    const struct workload *workload = run->workload;
    struct account account;
    if (workload->sets_clock || workload->mortal || workload->memory)
        return 0;
    return run_round(run, items / 20 > run->conc ? items / 20 : run->conc, &account);
}

/* Jain's index: 1 if all workers have done the same, 1/n if one of n has done it all. The pool beside a loop
 * does not share the loop's work. */
static double fairness(const struct run *run)
{
    double sum = 0, squares = 0;
    for (unsigned worker = 0; worker < run->workers; worker++) {
        double count = (double)atomic_load(&run->shared->workers[worker].count);
        sum += count;
        squares += count * count;
    }
    bool shares = !run_offloads(run) && run->workers > 1 && sum > 0;
    return shares ? sum * sum / (run->workers * squares) : NAN;
}

/* Worker processes publish theirs; threads are in our own. */
static struct usage usage_of_workers(const struct run *run)
{
    struct usage usage = usage_add(usage_self(), usage_children());
    for (unsigned worker = 0; worker < run->workers; worker++)
        usage = usage_add(usage, run->shared->workers[worker].usage);
    return usage;
}

int cell_measure(struct run *run, uint64_t items, struct measurement *measurement)
{
    struct run_shared *shared = run->shared;
    items = cell_items(&catalogue_native, run->cell, items, NULL);
    struct usage before = usage_of_workers(run);
    struct account account;
    if (run_round(run, items, &account))
        return -1;
    *measurement = (struct measurement){
        .items = items,
        .wall_ns = shared->clock_stop_ns - shared->clock_start_ns,
        .startup_ns = shared->startup_ns ? shared->startup_ns : run->startup_ns,
        .usage = usage_subtract(usage_of_workers(run), before),
        .checksum = account.checksum,
        .tasks_lost = account.tasks_lost,
        .value = account.value,
        .value_unit = run->workload->value_unit,
        .errors = account.errors,
        .fairness = fairness(run),
    };
    memcpy(measurement->invalid, account.invalid, sizeof measurement->invalid);
    if (run->workload->latency) {
        measurement->latency_p50_ns = histogram_quantile_ns(&shared->latency, 0.5, EVENTS_BEYOND_MIN);
        measurement->latency_p90_ns = histogram_quantile_ns(&shared->latency, 0.9, EVENTS_BEYOND_MIN);
        measurement->latency_p99_ns = histogram_quantile_ns(&shared->latency, 0.99, EVENTS_BEYOND_MIN);
        measurement->latency_p999_ns = histogram_quantile_ns(&shared->latency, 0.999, EVENTS_BEYOND_MIN);
        measurement->latency_max_ns = shared->latency.max_ns;
        measurement->latency_uncorrected_p50_ns =
            histogram_quantile_ns(&shared->latency_uncorrected, 0.5, EVENTS_BEYOND_MIN);
        measurement->latency_uncorrected_p99_ns =
            histogram_quantile_ns(&shared->latency_uncorrected, 0.99, EVENTS_BEYOND_MIN);
    }
    return 0;
}

const struct histogram *cell_latencies(const struct run *run)
{
    return run->workload->latency ? &run->shared->latency : NULL;
}

uint64_t cell_memory_bytes(const struct run *run)
{
    if (run->workload->sets_clock || run->workload->memory)
        return run->shared->memory_bytes;
    bool told = lasts(run) || run->model->gives & MODEL_PER_TASK; /* there they are gone: of who made them */
    return told && !run->workload->mortal ? memory_of_tree_bytes(getpid(), run->generator, MEMORY_ALL) : 0;
}

void cell_close(struct run *run)
{
    if (!run->workload->mortal)
        run->model->stop(run);
    if (run->workload->cleanup)
        run->workload->cleanup(run);
}

void cell_free(struct run *run)
{
    arena_destroy(run->arena);
    free(run->worker_units);
    free(run->main_units);
    free(run->generator_units);
    free(run);
}

void cell_fill_row(const struct catalogue *catalogue, const struct cell *cell, struct row_buffer *row)
{
    char name[CELL_NAME_BYTES], params[CELL_PARAMS_MAX * 48];
    unsigned workers, conc;
    cell_format(cell, name);
    cell_format_params(cell, params, sizeof params);
    cell_counts(catalogue, cell, &workers, &conc);
    row_set(row, COLUMN_CELL, "%s", name);
    row_set(row, COLUMN_RUNTIME, "%s", cell->runtime);
    row_set(row, COLUMN_FAMILY, "%s", cell->family);
    row_set(row, COLUMN_WORKLOAD, "%s", cell->workload);
    row_set(row, COLUMN_MODEL, "%s", cell->model);
    row_set(row, COLUMN_WORKERS, "%u", workers);
    row_set(row, COLUMN_CONC, "%u", conc);
    row_set(row, COLUMN_PARAMS, "%s", params);
    row_set(row, COLUMN_PLACE, "%s", cell->place);
}

static void set_ns(struct row_buffer *row, enum column column, uint64_t ns)
{
    if (ns)
        row_set(row, column, "%" PRIu64, ns);
}

static void fill_placement(const struct run *run, struct row_buffer *row)
{
    char text[256];
    unsigned units[RUN_UNITS_MAX];
    size_t count = 0;
    if (run->bound) {
        placement_format(run->main_units, run->main_unit_count, text, sizeof text);
        row_set(row, COLUMN_CPUS_REQUESTED, "%s", text);
    }
    for (unsigned unit = 0; unit < RUN_UNITS_MAX; unit++)
        for (unsigned worker = 0; worker < run->workers; worker++)
            if (run->shared->workers[worker].observed[unit / 64] >> unit % 64 & 1) {
                units[count++] = unit;
                break;
            }
    placement_format(units, count, text, sizeof text);
    row_set(row, COLUMN_CPUS_OBSERVED, "%s", text);
}

static void fill_migrations(const struct run *run, struct row_buffer *row)
{
    if (!lasts(run) || run->workload->mortal || run->workload->memory)
        return;
    int64_t sum = 0;
    for (unsigned worker = 0; worker < run->workers; worker++) {
        if (run->shared->workers[worker].migrations < 0)
            return;
        sum += run->shared->workers[worker].migrations;
    }
    row_set(row, COLUMN_MIGRATIONS, "%" PRId64, sum);
}

void measurement_fill_row(const struct run *run, const struct measurement *measurement, uint64_t memory_bytes,
                          struct row_buffer *row)
{
    const struct usage *usage = &measurement->usage;
    row_set(row, COLUMN_ITEMS, "%" PRIu64, measurement->items);
    set_ns(row, COLUMN_WALL_NS, measurement->wall_ns);
    row_set_number(row, COLUMN_ITEMS_PER_SECOND,
                   (double)measurement->items / ((double)measurement->wall_ns / 1e9));
    set_ns(row, COLUMN_LATENCY_P50_NS, measurement->latency_p50_ns);
    set_ns(row, COLUMN_LATENCY_P90_NS, measurement->latency_p90_ns);
    set_ns(row, COLUMN_LATENCY_P99_NS, measurement->latency_p99_ns);
    set_ns(row, COLUMN_LATENCY_P999_NS, measurement->latency_p999_ns);
    set_ns(row, COLUMN_LATENCY_MAX_NS, measurement->latency_max_ns);
    set_ns(row, COLUMN_STARTUP_NS, measurement->startup_ns);
    row_set(row, COLUMN_CPU_USER_NS, "%" PRId64, usage->user_ns);
    row_set(row, COLUMN_CPU_SYSTEM_NS, "%" PRId64, usage->system_ns);
    row_set(row, COLUMN_SWITCHES_VOLUNTARY, "%" PRId64, usage->switches_voluntary);
    row_set(row, COLUMN_SWITCHES_INVOLUNTARY, "%" PRId64, usage->switches_involuntary);
    fill_migrations(run, row);
    row_set(row, COLUMN_FAULTS_MINOR, "%" PRId64, usage->faults_minor);
    row_set(row, COLUMN_FAULTS_MAJOR, "%" PRId64, usage->faults_major);
    if (memory_bytes)
        row_set(row, COLUMN_MEMORY_BYTES, "%" PRIu64, memory_bytes);
    row_set_number(row, COLUMN_VALUE, measurement->value);
    if (run->workload->mortal)
        row_set(row, COLUMN_TASKS_LOST, "%" PRIu64, measurement->tasks_lost);
    if (run->workload->sockets && run->workload->latency)
        row_set(row, COLUMN_ERRORS, "%" PRIu64, measurement->errors);
    row_set_number(row, COLUMN_FAIRNESS, measurement->fairness);
    if (run->rate > 0)
        row_set_number(row, COLUMN_OFFERED_PER_SECOND, run->rate);
    set_ns(row, COLUMN_LATENCY_UNCORRECTED_P50_NS, measurement->latency_uncorrected_p50_ns);
    set_ns(row, COLUMN_LATENCY_UNCORRECTED_P99_NS, measurement->latency_uncorrected_p99_ns);
    if (measurement->value_unit)
        row_set(row, COLUMN_VALUE_UNIT, "%s", measurement->value_unit);
    row_set(row, COLUMN_CHECKSUM, "%016" PRIx64, measurement->checksum);
    fill_placement(run, row);
}
