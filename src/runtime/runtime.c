/* SPDX-License-Identifier: MIT */
#include "runtime.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell_run.h"
#include "driver.h"
#include "nearest.h"
#include "own_work.h"
#include "placement.h"

enum { RUNTIMES_MAX = 8 };

static struct runtime native = {.name = "native", .kind = "native", .catalogue = &catalogue_native};
static struct runtime *known[RUNTIMES_MAX] = {&native};
static size_t known_count = 1;

const struct runtime *const *runtimes_all(size_t *count)
{
    *count = known_count;
    return (const struct runtime *const *)known;
}

static const struct runtime *find(const char *name)
{
    for (size_t i = 0; i < known_count; i++)
        if (strcmp(known[i]->name, name) == 0)
            return known[i];
    return NULL;
}

/* Takes the driver. */
static int add(const char *name, struct driver *driver, const char *absent, struct error *error)
{
    int result = 0;
    if (find(name))
        result = error_set(error, "two runtimes are %s; name one of them", name);
    else if (known_count == RUNTIMES_MAX)
        result = error_set(error, "more than %d interpreters", RUNTIMES_MAX - 1);
    struct runtime *runtime = result ? NULL : calloc(1, sizeof *runtime);
    if (!result && !runtime)
        result = error_set(error, "out of memory");
    if (result) {
        driver_free(driver);
        return -1;
    }
    snprintf(runtime->name, sizeof runtime->name, "%s", name);
    runtime->kind = "cpython";
    runtime->catalogue = driver ? driver_catalogue(driver) : NULL;
    runtime->driver = driver;
    snprintf(runtime->absent.text, sizeof runtime->absent.text, "%s", absent);
    known[known_count++] = runtime;
    return 0;
}

int runtimes_add_absent(const char *name, const char *reason, struct error *error)
{
    return add(name, NULL, reason, error);
}

int runtimes_add_described(const char *interpreter, int description, struct error *error)
{
    struct driver *driver = driver_open(interpreter, description, error);
    return driver ? add(driver_runtime(driver), driver, "", error) : -1;
}

int runtimes_add_python(const char *interpreter, struct error *error)
{
    struct error why;
    char name[16] = "cpython";
    int description = driver_describe(interpreter, &why);
    struct driver *driver = description < 0 ? NULL : driver_open(interpreter, description, &why);
    if (driver)
        return add(driver_runtime(driver), driver, "", error);
    for (unsigned number = 2; find(name); number++)
        snprintf(name, sizeof name, "cpython-%u", number);
    return add(name, NULL, why.text, error);
}

int runtimes_check_own(struct error *error)
{
    error_set(error, "no interpreter has the task");
    for (size_t i = 1; i < known_count; i++) {
        if (known[i]->absent.text[0])
            error_set(error, "%s", known[i]->absent.text);
        for (size_t w = 0; known[i]->catalogue && known[i]->catalogue->workloads[w]; w++)
            if (own_work_has(known[i]->catalogue->workloads[w]))
                return 0;
    }
    return -1;
}

void runtimes_forget(void)
{
    while (known_count > 1) {
        struct runtime *runtime = known[--known_count];
        driver_free(runtime->driver);
        free(runtime);
    }
}

const struct runtime *runtime_of(const struct cell *cell)
{
    return find(cell->runtime);
}

/* 0, or -1 if a known name is close to one that is not known. */
static int ask(const char *what, struct nearest *nearest, struct error *error)
{
    return *nearest->name ? error_set(error, "no %s '%s'; %s", what, nearest->typed, nearest_tell(nearest))
                          : 0;
}

static int ask_for_workload(const struct catalogue *catalogue, const struct cell *cell, struct error *error)
{
    struct nearest nearest;
    char typed[64], name[64];
    snprintf(typed, sizeof typed, "%s/%s", cell->family, cell->workload);
    nearest_begin(&nearest, typed, strlen(typed), "");
    for (size_t i = 0; catalogue->workloads[i]; i++) {
        snprintf(name, sizeof name, "%s/%s", catalogue->workloads[i]->family, catalogue->workloads[i]->name);
        nearest_offer(&nearest, name);
    }
    return ask("workload", &nearest, error);
}

static int ask_for_model(const struct catalogue *catalogue, const struct cell *cell, struct error *error)
{
    struct nearest nearest;
    nearest_begin(&nearest, cell->model, strlen(cell->model), "");
    for (size_t i = 0; catalogue->models[i]; i++)
        nearest_offer(&nearest, catalogue->models[i]->name);
    return ask("model", &nearest, error);
}

static int ask_for_place(const struct cell *cell, struct error *error)
{
    struct nearest nearest;
    nearest_begin(&nearest, cell->place, strlen(cell->place), "");
    for (size_t i = 0; i < placement_policy_count; i++)
        nearest_offer(&nearest, placement_policies[i].name);
    return ask("placement", &nearest, error);
}

static int complete(const struct catalogue *catalogue, struct cell *cell, unsigned workers_max,
                    struct error *error)
{
    bool workload_known = catalogue_workload(catalogue, cell->family, cell->workload) != NULL,
         model_known = catalogue_model(catalogue, cell->model) != NULL;
    if ((!workload_known && ask_for_workload(catalogue, cell, error)) ||
        (!model_known && ask_for_model(catalogue, cell, error)) ||
        (*cell->place && !placement_find(cell->place) && ask_for_place(cell, error)))
        return -1;
    return cell_complete(catalogue, cell, workers_max, error);
}

int runtime_complete(struct cell *cell, unsigned workers_max, struct error *error)
{
    const struct runtime *runtime = runtime_of(cell);
    struct nearest nearest;
    if (runtime && runtime->catalogue)
        return complete(runtime->catalogue, cell, workers_max, error);
    if (runtime)
        return error_set(error, "%s", runtime->absent.text);
    nearest_begin(&nearest, cell->runtime, strlen(cell->runtime), "");
    for (size_t i = 0; i < known_count; i++)
        nearest_offer(&nearest, known[i]->name);
    return error_set(error, "no runtime '%s'; %s", cell->runtime, nearest_tell(&nearest));
}

/* A rule names cells that this or that driver does not have: they are left as they are written, and skipped.
 */
static int complete_if_had(const struct runtime *runtime, struct cell *cell, unsigned workers_max,
                           struct error *error)
{
    struct cell completed = *cell;
    if (!runtime->catalogue || cell_complete(runtime->catalogue, &completed, workers_max, error)) {
        cell_resolve(cell, workers_max);
        return -1;
    }
    *cell = completed;
    return 0;
}

int runtime_complete_named(struct cell *cell, unsigned workers_max, struct error *error)
{
    const struct runtime *runtime = runtime_of(cell);
    if (!runtime || runtime == &native)
        return runtime_complete(cell, workers_max, error);
    complete_if_had(runtime, cell, workers_max, NULL);
    return 0;
}

/* Of a completed cell; NULL: its runtime does not have it, and the error (may be NULL) says why. */
static const struct catalogue *catalogue_of(const struct cell *cell, struct error *error)
{
    const struct runtime *runtime = runtime_of(cell);
    struct cell copy = *cell;
    if (runtime->absent.text[0]) {
        error_set(error, "%s", runtime->absent.text);
        return NULL;
    }
    if (runtime == &native || complete_if_had(runtime, &copy, 1, error) == 0)
        return runtime->catalogue;
    error_prefix(error, "%s", runtime->name);
    return NULL;
}

const struct workload *runtime_workload(const struct cell *cell)
{
    const struct catalogue *catalogue = catalogue_of(cell, NULL);
    return catalogue ? catalogue_workload(catalogue, cell->family, cell->workload) : NULL;
}

const struct model *runtime_model(const struct cell *cell)
{
    const struct catalogue *catalogue = catalogue_of(cell, NULL);
    return catalogue ? catalogue_model(catalogue, cell->model) : NULL;
}

uint64_t runtime_items(const struct cell *cell, uint64_t items, uint64_t *granule)
{
    const struct catalogue *catalogue = catalogue_of(cell, NULL);
    if (catalogue)
        return cell_items(catalogue, cell, items, granule);
    if (granule)
        *granule = 1;
    return items;
}

int runtime_runnable(const struct cell *cell, const struct topology *topology, struct error *error)
{
    const struct catalogue *catalogue = catalogue_of(cell, error);
    return catalogue ? cell_runnable(catalogue, cell, topology, error) : -1;
}

void runtime_fill_row(const struct cell *cell, struct row_buffer *row)
{
    cell_fill_row(catalogue_of(cell, NULL), cell, row);
}

/* Not our own /proc/PID/fd: that is closed to it where either of us has capabilities. */
static void hand_down(int file, char path[32])
{
    snprintf(path, 32, "/proc/self/fd/%d", file);
    fcntl(file, F_SETFD, 0);
}

void runtime_become_launch(const struct runtime_launch *launch)
{
    char name[CELL_NAME_BYTES], items[32], rate[48], topology[32], description[32];
    const struct driver *driver = runtime_of(launch->cell)->driver;
    cell_format(launch->cell, name);
    snprintf(items, sizeof items, "--items=%" PRIu64, launch->items);
    hand_down(launch->topology, topology);
    enum { OWN_FIRST = 6 };
    char *arguments[OWN_FIRST + OWN_WORK_ARGUMENTS_MAX + 6] = {
        (char *)launch->program->path, "launch", items, "--topology", topology, name};
    size_t count = OWN_FIRST + own_work_arguments(launch->plugin, &arguments[OWN_FIRST]);
    if (driver) {
        hand_down(driver_description(driver), description);
        arguments[count++] = "--python";
        arguments[count++] = (char *)driver_interpreter(driver);
        arguments[count++] = "--description";
        arguments[count++] = description;
    }
    snprintf(rate, sizeof rate, "--rate=%.0f", launch->rate);
    if (launch->rate > 0)
        arguments[count++] = rate;
    program_exec(launch->program, arguments);
}

int runtime_read_row(char *text, struct row_buffer *row)
{
    for (char *line; (line = strsep(&text, "\n"));) {
        if (!*line)
            continue;
        char *equals = strchr(line, '=');
        if (!equals)
            return -1;
        *equals = '\0';
        int column = column_find(line);
        if (column < 0)
            return -1;
        row_set(row, (enum column)column, "%s", equals + 1);
    }
    return *row->row.text[COLUMN_STATUS] ? 0 : -1;
}
