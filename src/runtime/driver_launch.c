/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell_run.h"
#include "driver.h"
#include "driver_process.h"
#include "measure.h"
#include "paths.h"
#include "placement.h"

/* Where the work and what loads it sit; none of a kind: it is not bound. */
struct places {
    unsigned *workers, *main, *generator;
    size_t worker_count, main_count, generator_count;
};

static void places_free(struct places *places)
{
    free(places->workers);
    free(places->main);
    free(places->generator);
}

static int compare_units(const void *a, const void *b)
{
    unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;
    return (left > right) - (left < right);
}

static size_t sort_distinct(unsigned *units, size_t count)
{
    size_t distinct = 0;
    qsort(units, count, sizeof *units, compare_units);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || units[i] != units[i - 1])
            units[distinct++] = units[i];
    return distinct;
}

static int place(const struct cell *cell, const struct topology *topology, unsigned workers,
                 struct places *places, struct error *error)
{
    size_t unit_count;
    const struct unit *units = topology_units(topology, &unit_count);
    const struct placement_policy *policy = placement_find(cell->place);
    places->workers = calloc(workers, sizeof *places->workers);
    places->main = calloc(workers > unit_count ? workers : unit_count, sizeof *places->main);
    places->generator = calloc(unit_count, sizeof *places->generator);
    if (!places->workers || !places->main || !places->generator)
        return error_set(error, "out of memory");
    int distinct = placement_assign(policy, units, unit_count, places->workers, workers, error);
    int beside = distinct < 0 ? -1
                              : placement_assign_generator(policy, units, unit_count, workers,
                                                           places->generator, unit_count, error);
    if (distinct < 0 || beside < 0)
        return -1;
    places->generator_count = (size_t)beside;
    if (distinct > 0) {
        places->worker_count = workers;
        memcpy(places->main, places->workers, workers * sizeof *places->main);
        places->main_count = sort_distinct(places->main, workers);
        return topology_bind_self(topology, places->main, places->main_count, error);
    }
    for (size_t i = 0; i < unit_count; i++)
        places->main[i] = units[i].os_index;
    places->main_count = sort_distinct(places->main, unit_count);
    return 0;
}

static json_t *units_to_json(const unsigned *units, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_integer(units[i]));
    return array;
}

static json_t *params_to_json(const struct cell *cell, const struct workload *workload)
{
    json_t *params = json_object();
    for (const struct workload_param *param = workload->params; param && param->key; param++) {
        const char *value = cell_param(cell, param->key);
        json_object_set_new(params, param->key, json_string(value ? value : param->value_default));
    }
    return params;
}

/* The line that begins a launch, to be freed. NULL: out of memory. */
static char *make_request(const struct driver *driver, const struct cell *cell, uint64_t items,
                          const struct places *places)
{
    const struct catalogue *catalogue = driver_catalogue(driver);
    char name[CELL_NAME_BYTES], program[PATH_BYTES];
    unsigned workers, conc;
    struct error error;
    cell_format(cell, name);
    cell_counts(catalogue, cell, &workers, &conc);
    if (paths_program(program, &error))
        program[0] = '\0';
    json_t *request =
        json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:I, s:o, s:o, s:o, s:o, s:s}", "cell", name, "family",
                  cell->family, "workload", cell->workload, "model", cell->model, "workers", (int)workers,
                  "conc", (int)conc, "items", (json_int_t)items, "params",
                  params_to_json(cell, catalogue_workload(catalogue, cell->family, cell->workload)), "units",
                  units_to_json(places->main, places->main_count), "worker_units",
                  units_to_json(places->workers, places->worker_count), "generator_units",
                  units_to_json(places->generator, places->generator_count), "crosspoint", program);
    char *text = json_dumps(request, JSON_COMPACT), *line = NULL;
    if (text && asprintf(&line, "%s\n", text) < 0)
        line = NULL;
    free(text);
    json_decref(request);
    return line;
}

/* What it says and uses while it works. */
struct talk {
    struct driver_process process;
    pid_t generator; /* 0: none */
    struct usage before, usage;
    uint64_t memory_first_bytes, memory_last_bytes, tree_bytes;
    unsigned memory_readings;
    json_t *result;
};

static int read_result(struct talk *talk, const char *line, struct error *error)
{
    json_error_t problem;
    talk->result = json_loads(line, JSON_REJECT_DUPLICATES, &problem);
    return json_is_object(talk->result) ? 0
                                        : error_set(error, "%s printed '%.80s', which is no result: %s",
                                                    talk->process.name, line, problem.text);
}

static int go_on(struct talk *talk, struct error *error)
{
    return driver_process_tell(&talk->process, "\n", error);
}

static void read_memory(struct talk *talk)
{
    uint64_t bytes = memory_of_tree_bytes(talk->process.process, talk->generator, MEMORY_ANONYMOUS);
    if (talk->memory_readings++ == 0)
        talk->memory_first_bytes = bytes;
    talk->memory_last_bytes = bytes;
}

/* A line that is not `memory`, which is answered. NULL with error. */
static char *hear(struct talk *talk, struct error *error)
{
    for (;;) {
        char *line = driver_process_hear(&talk->process, error);
        if (!line || strcmp(line, "memory") != 0)
            return line;
        read_memory(talk);
        if (go_on(talk, error))
            return NULL;
    }
}

static int hear_ready(struct talk *talk, struct error *error)
{
    char *line = hear(talk, error);
    if (!line)
        return -1;
    if (*line == '{')
        return read_result(talk, line, error);
    if (strncmp(line, "ready", 5) != 0 || (line[5] && line[5] != ' '))
        return error_set(error, "%s printed '%.80s' where it had to say that it is ready", talk->process.name,
                         line);
    talk->generator = (pid_t)strtol(line + 5, NULL, 10);
    talk->before = usage_of_tree(talk->process.process, talk->generator);
    return go_on(talk, error);
}

static int hear_result(struct talk *talk, struct error *error)
{
    char *line = talk->result ? NULL : hear(talk, error);
    if (!talk->result && (!line || read_result(talk, line, error)))
        return -1;
    talk->usage = usage_subtract(usage_of_tree(talk->process.process, talk->generator), talk->before);
    talk->tree_bytes = memory_of_tree_bytes(talk->process.process, talk->generator, MEMORY_ALL);
    return 0;
}

static bool is_whole(const json_t *result, const char *key)
{
    return json_integer_value(json_object_get(result, key)) > 0;
}

static int check_result(const struct talk *talk, uint64_t items, struct error *error)
{
    const char *checksum = json_string_value(json_object_get(talk->result, "checksum"));
    if (json_string_value(json_object_get(talk->result, "skipped")))
        return 0;
    if (!is_whole(talk->result, "items") || !is_whole(talk->result, "wall_ns"))
        return error_set(error, "%s: a result without items or wall_ns", talk->process.name);
    if (!checksum || strlen(checksum) != 16 || checksum[strspn(checksum, "0123456789abcdef")])
        return error_set(error, "%s: a result without a checksum of 16 hexadecimal digits",
                         talk->process.name);
    json_int_t done = json_integer_value(json_object_get(talk->result, "items"));
    if ((uint64_t)done < items)
        return error_set(error, "%s did %" PRIu64 " items of %" PRIu64, talk->process.name, (uint64_t)done,
                         items);
    return 0;
}

static void set_whole(const json_t *result, const char *key, struct row_buffer *row, enum column column)
{
    const json_t *value = json_object_get(result, key);
    if (json_is_integer(value))
        row_set(row, column, "%" PRId64, (int64_t)json_integer_value(value));
}

static void fill_units(const json_t *result, const struct places *places, struct row_buffer *row)
{
    enum { OBSERVED_MAX = 1024 };
    char text[256];
    unsigned observed[OBSERVED_MAX];
    size_t count = 0, index;
    json_t *unit;
    if (places->worker_count) {
        placement_format(places->main, places->main_count, text, sizeof text);
        row_set(row, COLUMN_CPUS_REQUESTED, "%s", text);
    }
    json_array_foreach(json_object_get(result, "cpus_observed"), index, unit) if (count < OBSERVED_MAX)
        observed[count++] = (unsigned)json_integer_value(unit);
    placement_format(observed, count, text, sizeof text);
    row_set(row, COLUMN_CPUS_OBSERVED, "%s", text);
}

/* Threads that have ended have taken their switches with them. */
static bool knows_switches(const struct model *model)
{
    return !(model->gives & MODEL_PER_TASK);
}

static void fill_usage(const struct talk *talk, const struct model *model, struct row_buffer *row)
{
    const struct usage *usage = &talk->usage;
    row_set(row, COLUMN_CPU_USER_NS, "%" PRId64, usage->user_ns);
    row_set(row, COLUMN_CPU_SYSTEM_NS, "%" PRId64, usage->system_ns);
    row_set(row, COLUMN_FAULTS_MINOR, "%" PRId64, usage->faults_minor);
    row_set(row, COLUMN_FAULTS_MAJOR, "%" PRId64, usage->faults_major);
    if (!knows_switches(model))
        return;
    row_set(row, COLUMN_SWITCHES_VOLUNTARY, "%" PRId64, usage->switches_voluntary);
    row_set(row, COLUMN_SWITCHES_INVOLUNTARY, "%" PRId64, usage->switches_involuntary);
}

static uint64_t memory_bytes(const struct talk *talk)
{
    if (talk->memory_readings == 0)
        return talk->tree_bytes;
    uint64_t before = talk->memory_readings > 1 ? talk->memory_first_bytes : 0;
    return talk->memory_last_bytes > before ? talk->memory_last_bytes - before : 0;
}

static void fill_result(const struct talk *talk, const struct model *model, const struct places *places,
                        struct row_buffer *row)
{
    static const struct {
        const char *key;
        enum column column;
    } figures[] = {{"items", COLUMN_ITEMS},
                   {"wall_ns", COLUMN_WALL_NS},
                   {"latency_p50_ns", COLUMN_LATENCY_P50_NS},
                   {"latency_p90_ns", COLUMN_LATENCY_P90_NS},
                   {"latency_p99_ns", COLUMN_LATENCY_P99_NS},
                   {"latency_p999_ns", COLUMN_LATENCY_P999_NS},
                   {"latency_max_ns", COLUMN_LATENCY_MAX_NS},
                   {"startup_ns", COLUMN_STARTUP_NS},
                   {"tasks_lost", COLUMN_TASKS_LOST}};
    const json_t *result = talk->result, *value = json_object_get(result, "value");
    const char *unit = json_string_value(json_object_get(result, "value_unit")),
               *invalid = json_string_value(json_object_get(result, "invalid"));
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        set_whole(result, figures[i].key, row, figures[i].column);
    row_set_number(row, COLUMN_ITEMS_PER_SECOND,
                   json_number_value(json_object_get(result, "items")) /
                       (json_number_value(json_object_get(result, "wall_ns")) / 1e9));
    if (json_is_number(value))
        row_set_number(row, COLUMN_VALUE, json_number_value(value));
    if (unit)
        row_set(row, COLUMN_VALUE_UNIT, "%s", unit);
    uint64_t bytes = memory_bytes(talk);
    if (bytes)
        row_set(row, COLUMN_MEMORY_BYTES, "%" PRIu64, bytes);
    row_set(row, COLUMN_CHECKSUM, "%s", json_string_value(json_object_get(result, "checksum")));
    fill_usage(talk, model, row);
    fill_units(result, places, row);
    row_set(row, COLUMN_STATUS, "%s", status_names[invalid ? STATUS_INVALID : STATUS_OK]);
    row_set(row, COLUMN_REASON, "%s", invalid ? invalid : "");
}

static void fill(const struct talk *talk, const struct model *model, const struct places *places,
                 struct row_buffer *row)
{
    const char *skipped = json_string_value(json_object_get(talk->result, "skipped"));
    if (skipped) {
        row_set(row, COLUMN_STATUS, "%s", status_names[STATUS_SKIPPED]);
        row_set(row, COLUMN_REASON, "%s", skipped);
        return;
    }
    fill_result(talk, model, places, row);
}

int driver_launch(const struct driver *driver, const struct cell *cell, const struct topology *topology,
                  uint64_t items, struct row_buffer *row, struct error *error)
{
    const struct catalogue *catalogue = driver_catalogue(driver);
    struct talk talk = {.process = {.process = -1, .to = -1, .from = -1, .complaints = -1}};
    struct places places = {0};
    unsigned workers, conc;
    const char *options[DRIVER_ARGUMENTS_MAX + 1];
    char *request = NULL;
    driver_options(driver, cell, options);
    cell_counts(catalogue, cell, &workers, &conc);
    int result = place(cell, topology, workers, &places, error);
    if (!result)
        request = make_request(driver, cell, items, &places);
    if (!result && !request)
        result = error_set(error, "out of memory");
    if (!result &&
        !(result = driver_process_start(&talk.process, driver_runtime(driver), driver_interpreter(driver),
                                        options, NULL, error)) &&
        !(result = driver_process_tell(&talk.process, request, error)) &&
        !(result = hear_ready(&talk, error)) && !(result = hear_result(&talk, error)) &&
        !(result = check_result(&talk, items, error)) && !(result = driver_process_end(&talk.process, error)))
        fill(&talk, catalogue_model(catalogue, cell->model), &places, row);
    driver_process_free(&talk.process);
    json_decref(talk.result);
    places_free(&places);
    free(request);
    return result;
}
