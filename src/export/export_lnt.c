/* SPDX-License-Identifier: MIT */
/* LNT's report, format 2, in the terms of its default suite `nts`, so that no server needs a schema of ours:
 * a test's `score` (higher is better), `mem_bytes` and `execution_time` in seconds, each a list of samples. A
 * cell is a test; each of its times is one beside it. */
#include <string.h>

#include "export.h"

enum { TEST_BYTES_MAX = 256 };

static const struct export_key machine_keys[] = {
    {"hardware", "machine.fingerprint.cpu_model"}, {"topology", "machine.fingerprint.topology"},
    {"os", "machine.fingerprint.kernel"},          {"architecture", "machine.fingerprint.architecture"},
    {"memory_bytes", "machine.memory_bytes"},
};
static const struct export_key run_keys[] = {
    {"run_id", "run_id"},
    {"crosspoint", "versions.crosspoint"},
    {"compiler_version", "versions.compiler"},
};
enum {
    MACHINE_KEYS = sizeof machine_keys / sizeof *machine_keys,
    RUN_KEYS = sizeof run_keys / sizeof *run_keys
};

static json_t *machine(const struct export_run *run)
{
    json_t *machine = export_texts(run, machine_keys, MACHINE_KEYS);
    json_object_set_new(machine, "name", json_string(run->machine));
    return machine;
}

/* LNT orders runs by llvm_project_revision and cannot order hashes: the time stands there. */
static json_t *run_information(const struct export_run *run)
{
    char time[40], order[40];
    json_t *information = export_texts(run, run_keys, RUN_KEYS);
    export_time(run, "%Y-%m-%dT%H:%M:%S", time, sizeof time);
    export_time(run, "%Y%m%d%H%M%S", order, sizeof order);
    json_object_set_new(information, "start_time", json_string(time));
    json_object_set_new(information, "end_time", json_string(time));
    json_object_set_new(information, "llvm_project_revision", json_string(order));
    json_object_set_new(information, "commit", json_string(run->commit));
    return information;
}

static void add_test(json_t *tests, const struct measured_cell *cell)
{
    json_t *test = json_pack("{s:s}", "name", cell->name);
    for (size_t i = 0; i < cell->count; i++) {
        const struct figure *figure = &cell->figures[i];
        if (figure->measure->unit == MEASURE_RATE)
            json_object_set_new(test, "score", export_values(figure));
        else if (figure->measure->unit == MEASURE_BYTES)
            json_object_set_new(test, "mem_bytes", export_values(figure));
    }
    if (json_object_size(test) > 1)
        json_array_append(tests, test);
    json_decref(test);
    for (size_t i = 0; i < cell->count; i++) {
        const struct figure *figure = &cell->figures[i];
        if (figure->measure->unit == MEASURE_TIME_NS)
            json_array_append_new(tests, json_pack("{s:o, s:o}", "name",
                                                   json_sprintf("%s.%s", cell->name, figure->measure->name),
                                                   "execution_time", export_values(figure)));
    }
}

static int write_lnt(const struct export_job *job, struct error *error)
{
    const struct export_run *run = job->runs;
    json_t *tests = json_array();
    for (size_t i = 0; i < run->measured.count; i++)
        add_test(tests, &run->measured.cells[i]);
    return export_json(job,
                       json_pack("{s:s, s:o, s:o, s:o}", "format_version", "2", "machine", machine(run),
                                 "run", run_information(run), "tests", tests),
                       error);
}

const struct export_format export_lnt = {.name = "lnt",
                                         .summary = "LNT's report, format 2, for its suite nts",
                                         .dated = true,
                                         .name_bytes_max = TEST_BYTES_MAX - 32,
                                         .write = write_lnt};
