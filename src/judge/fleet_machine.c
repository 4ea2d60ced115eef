/* SPDX-License-Identifier: MIT */
#include "fleet_machine.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "run_file.h"
#include "times.h"
#include "utf8.h"
#include "verdicts_file.h"

__attribute__((format(printf, 2, 3))) static void leave_out(struct fleet_machine *machine, const char *format,
                                                            ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(machine->note, sizeof machine->note, format, arguments);
    va_end(arguments);
    machine->left_out = true;
}

/* Of a stranger's text what terminals and pages would take for more than text. */
static void make_plain(char *text)
{
    utf8_repair(text);
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            *text = '?';
}

/* topology: "16 processing units, 8 cores, 1 package, 2 NUMA nodes, 2 L3s, 2 kinds of cores". */
static double count_in(const char *topology, const char *what)
{
    for (const char *part = topology; part; part = strchr(part, ',') ? strchr(part, ',') + 2 : NULL) {
        char *end;
        double count = strtod(part, &end);
        if (end > part && *end == ' ' && strncmp(end + 1, what, strlen(what)) == 0)
            return count;
        if (strlen(part) < 2)
            break;
    }
    return NAN;
}

/* 6.1 of "6.1.0-18-amd64", so that 6.10 is later than 6.9. */
static double kernel_number(const char *kernel)
{
    unsigned major, minor;
    return sscanf(kernel, "%u.%u", &major, &minor) == 2 && minor < 1000 ? major + minor / 1000.0 : NAN;
}

static void set_values(struct fleet_machine *machine, const json_t *run)
{
    double *values = machine->values;
    const char *topology = machine->topology;
    json_t *is_virtual = run_file_value(run, "machine.fingerprint.virtual");
    values[FLEET_UNITS] = run_file_number(run, "machine.units", count_in(topology, "processing unit"));
    values[FLEET_CORES] = count_in(topology, "core");
    values[FLEET_PACKAGES] = count_in(topology, "package");
    values[FLEET_NUMA_NODES] = count_in(topology, "NUMA node");
    values[FLEET_CACHES] = count_in(topology, "L3");
    values[FLEET_KINDS] = count_in(topology, "kinds of cores");
    if (*topology && isnan(values[FLEET_KINDS]))
        values[FLEET_KINDS] = 1;
    values[FLEET_SMT] = isnan(values[FLEET_CORES]) ? NAN : values[FLEET_UNITS] > values[FLEET_CORES];
    values[FLEET_VIRTUAL] = json_is_boolean(is_virtual) ? json_is_true(is_virtual) : NAN;
    values[FLEET_QUOTA] = run_file_number(run, "machine.cpu_quota", 0) > 0;
    values[FLEET_MEMORY] = run_file_number(run, "machine.memory_bytes", NAN) / (1 << 30);
    values[FLEET_KERNEL] = kernel_number(machine->kernel);
    values[FLEET_INTEL] = strstr(machine->cpu, "Intel") != NULL;
    values[FLEET_AMD] = strstr(machine->cpu, "AMD") != NULL;
    values[FLEET_ARM] = strcmp(run_file_text(run, "machine.fingerprint.architecture", ""), "aarch64") == 0;
}

static void copy(const json_t *run, const char *path, const char *otherwise, char *text, size_t text_bytes)
{
    snprintf(text, text_bytes, "%s", run_file_text(run, path, otherwise));
    make_plain(text);
}

static void read_run(struct fleet_machine *machine, const json_t *run)
{
    char version[32], build[200], profile[32], launches[48];
    copy(run, "machine.hostname", "", machine->host, sizeof machine->host);
    copy(run, "machine.fingerprint.cpu_model", "unknown processor", machine->cpu, sizeof machine->cpu);
    copy(run, "machine.fingerprint.topology", "", machine->topology, sizeof machine->topology);
    copy(run, "machine.fingerprint.kernel", "", machine->kernel, sizeof machine->kernel);
    copy(run, "versions.commit", "", machine->commit, sizeof machine->commit);
    copy(run, "outcome.written", "", machine->time_text, sizeof machine->time_text);
    copy(run, "versions.crosspoint", "?", version, sizeof version);
    run_file_word_build(run, build, sizeof build);
    make_plain(build);
    run_file_word_launches(run, launches, sizeof launches);
    copy(run, "options.profile", "?", profile, sizeof profile);
    snprintf(machine->build, sizeof machine->build, "crosspoint %s, %s", version, build);
    snprintf(machine->plan, sizeof machine->plan, "profile %s, %s%s", profile, launches,
             run_file_text(run, "options.rules_path", NULL) ? ", rules of one's own" : "");
    snprintf(machine->id, sizeof machine->id, "%.60s|%.90s|%.100s", machine->host, machine->cpu,
             machine->topology);
    machine->time = time_parse(machine->time_text);
    set_values(machine, run);
}

enum fleet_word fleet_word_of(const char *verdict)
{
    return strcmp(verdict, "holds") == 0           ? FLEET_HOLDS
           : strcmp(verdict, "does not hold") == 0 ? FLEET_FAILS
                                                   : FLEET_OPEN;
}

/* FNV-1a. */
static uint64_t hash_cell(uint64_t hash, const char *cell)
{
    static const char workers[] = "/workers:";
    for (const char *c = cell; *c; c++) {
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
        if (strncmp(c, workers, sizeof workers - 1) == 0)
            c += sizeof workers - 2 + strspn(c + sizeof workers - 1, "0123456789");
    }
    return hash;
}

/* The fourth part of a cell's name. */
static void copy_model(const char *cell, char *model, size_t model_bytes)
{
    for (int slash = 0; slash < 3 && cell; slash++)
        cell = strchr(cell, '/') ? strchr(cell, '/') + 1 : NULL;
    snprintf(model, model_bytes, "%.*s", cell ? (int)strcspn(cell, "/") : 0, cell ? cell : "");
    make_plain(model);
}

static int take_row(void *context, const struct verdict_file_row *from, struct error *error)
{
    struct fleet_machine *machine = context;
    struct fleet_row *grown = array_room(machine->rows, machine->row_count, sizeof *grown);
    if (!grown)
        return error_set(error, "out of memory");
    machine->rows = grown;
    struct fleet_row *row = &machine->rows[machine->row_count++];
    *row = (struct fleet_row){
        .rule_word = (unsigned char)fleet_word_of(from->rule_word),
        .word = (unsigned char)fleet_word_of(from->word),
        .effect = from->effect,
        .n = from->n,
        .ratio = from->ratio,
        .low = from->low,
        .high = from->high,
        .crossing = from->crossing,
        .crossing_low = from->crossing_low,
        .crossing_high = from->crossing_high,
        .value = from->value,
        .cells = hash_cell(hash_cell(UINT64_C(14695981039346656037), from->better), from->worse)};
    memcpy(row->rule, from->rule, sizeof row->rule);
    memcpy(row->runtime, from->runtime, sizeof row->runtime);
    memcpy(row->pair, from->pair, sizeof row->pair);
    memcpy(row->kind, from->kind, sizeof row->kind);
    copy_model(from->better, row->better, sizeof row->better);
    copy_model(from->worse, row->worse, sizeof row->worse);
    make_plain(row->rule);
    make_plain(row->runtime);
    make_plain(row->pair);
    return 0;
}

int fleet_machine_load(char *path, struct fleet_machine *machine)
{
    struct error error;
    json_t *run;
    *machine = (struct fleet_machine){.path = path};
    for (int i = 0; i < FLEET_PROPERTY_COUNT; i++)
        machine->values[i] = NAN;
    if (run_file_load_if_any(path, &run, &error)) {
        leave_out(machine, "%s", error.text);
        return 0;
    }
    if (!run) {
        leave_out(machine, "no run.json, which tells the machine");
        return 0;
    }
    read_run(machine, run);
    json_decref(run);
    if (verdict_rows_read(path, take_row, machine, &error))
        leave_out(machine, "%s", error.text);
    else if (!machine->row_count)
        leave_out(machine, "no verdicts: `crosspoint report` writes verdicts.csv");
    return 0;
}

void fleet_machine_free(struct fleet_machine *machine)
{
    free(machine->rows);
    free(machine->path);
    *machine = (struct fleet_machine){.path = NULL};
}

static const struct {
    const char *one, *many;  /* counted */
    const char *is, *is_not; /* or so, or not */
} property_words[FLEET_PROPERTY_COUNT] = {
    [FLEET_UNITS] = {.one = "processing unit", .many = "processing units"},
    [FLEET_CORES] = {.one = "core", .many = "cores"},
    [FLEET_PACKAGES] = {.one = "package", .many = "packages"},
    [FLEET_NUMA_NODES] = {.one = "NUMA node", .many = "NUMA nodes"},
    [FLEET_CACHES] = {.one = "L3 cache", .many = "L3 caches"},
    [FLEET_KINDS] = {.one = "kind of cores", .many = "kinds of cores"},
    [FLEET_SMT] = {.is = "cores of several threads", .is_not = "cores of one thread"},
    [FLEET_VIRTUAL] = {.is = "virtual machines", .is_not = "no virtual machines"},
    [FLEET_QUOTA] = {.is = "a CPU quota", .is_not = "no CPU quota"},
    [FLEET_MEMORY] = {.one = "GiB of memory", .many = "GiB of memory"},
    [FLEET_INTEL] = {.is = "Intel processors", .is_not = "processors that are not Intel's"},
    [FLEET_AMD] = {.is = "AMD processors", .is_not = "processors that are not AMD's"},
    [FLEET_ARM] = {.is = "64-bit Arm", .is_not = "no 64-bit Arm"},
};

void fleet_word_property(enum fleet_property property, double threshold, bool above, char *text,
                         size_t text_bytes)
{
    const char *is = above ? property_words[property].is : property_words[property].is_not;
    if (property == FLEET_KERNEL)
        snprintf(text, text_bytes, "Linux %s%.0f.%.0f%s", above ? "" : "before ", floor(threshold),
                 round((threshold - floor(threshold)) * 1000), above ? " or later" : "");
    else if (is)
        snprintf(text, text_bytes, "%s", is);
    else
        snprintf(text, text_bytes, above ? "%.4g %s or more" : "fewer than %.4g %s", threshold,
                 threshold == 1 ? property_words[property].one : property_words[property].many);
}

/* Fit for others */

enum { REFERENCE_BLOCKS = 11 }; /* fewer cannot decide as many rules as come along: docs/measurement.md */

static bool tell(char *text, size_t text_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool tell(char *text, size_t text_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, text_bytes, format, arguments);
    va_end(arguments);
    return true;
}

static bool run_unfit(const json_t *run, char *text, size_t text_bytes)
{
    const char *state = run_file_text(run, "outcome.state", "unknown"),
               *commit = run_file_text(run, "versions.commit", "unknown");
    const json_t *blocks = run_file_value(run, "blocks"), *entry;
    size_t index, accepted = 0, disturbed = 0;
    double wanted = run_file_number(run, "options.blocks", 0);
    if (strcmp(state, "complete") != 0)
        return tell(text, text_bytes, "the run did not end well: its state is %.40s", state);
    if (strstr(commit, "-dirty") || strcmp(commit, "unknown") == 0)
        return tell(text, text_bytes, "built from changes that are in no commit (%.60s)", commit);
    if (strcmp(run_file_text(run, "versions.build_type", ""), "release") != 0)
        return tell(text, text_bytes, "no release build: build with --buildtype=release");
    if (run_file_text(run, "options.rules_path", NULL))
        return tell(text, text_bytes, "made with rules of one's own");
    json_array_foreach(blocks, index, entry)
    {
        const char *decision = run_file_text(entry, "decision", ""),
                   *reason = run_file_text(entry, "reason", "");
        accepted += strcmp(decision, "accepted") == 0;
        disturbed += strcmp(decision, "accepted") == 0 && *reason;
    }
    if (!run_file_is_true(run, "options.gate") || wanted < 1)
        return tell(text, text_bytes, "its blocks were not judged: run the profile quick or full");
    if (wanted < REFERENCE_BLOCKS)
        return tell(text, text_bytes, "of %.0f blocks only: it takes %d to decide the rules", wanted,
                    REFERENCE_BLOCKS);
    if ((double)accepted < wanted)
        return tell(text, text_bytes, "disturbed: only %zu of %.0f blocks were accepted", accepted, wanted);
    if (2 * disturbed > accepted)
        return tell(text, text_bytes, "disturbed: %zu of %zu accepted blocks only just", disturbed, accepted);
    return false;
}

bool fleet_unfit(const char *folder, char *text, size_t text_bytes)
{
    struct error error;
    json_t *run = run_file_load(folder, &error);
    *text = '\0';
    if (!run)
        return tell(text, text_bytes, "%s", error.text);
    bool unfit = run_unfit(run, text, text_bytes);
    json_decref(run);
    make_plain(text);
    return unfit;
}
