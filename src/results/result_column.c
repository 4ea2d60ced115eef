/* SPDX-License-Identifier: MIT */
#include "result.h"

#include <string.h>

/* clang-format off */
const struct column_info columns[COLUMN_COUNT] = {
    [COLUMN_RUN_ID] = {"run_id", "name of the run", COLUMN_TEXT, false, false},
    [COLUMN_BLOCK] = {"block", "randomised complete block, from 0", COLUMN_NUMBER, false, false},
    [COLUMN_SLOT] = {"slot", "place in the block's order, from 0", COLUMN_NUMBER, false, false},
    [COLUMN_CELL] = {"cell", "the cell's whole name", COLUMN_TEXT, false, false},
    [COLUMN_RUNTIME] = {"runtime", "native or cpython", COLUMN_TEXT, false, false},
    [COLUMN_FAMILY] = {"family", "cpu, io, create, ...", COLUMN_TEXT, false, false},
    [COLUMN_WORKLOAD] = {"workload", "what a task does", COLUMN_TEXT, false, false},
    [COLUMN_MODEL] = {"model", "how tasks are run", COLUMN_TEXT, false, false},
    [COLUMN_WORKERS] = {"workers", "threads, processes or loops", COLUMN_NUMBER, false, false},
    [COLUMN_CONC] = {"conc", "tasks in flight", COLUMN_NUMBER, false, false},
    [COLUMN_PARAMS] = {"params", "the workload's own keys", COLUMN_TEXT, false, false},
    [COLUMN_PLACE] = {"place", "placement policy", COLUMN_TEXT, false, false},
    [COLUMN_STATUS] = {"status", "ok, invalid, failed or skipped", COLUMN_TEXT, false, false},
    [COLUMN_REASON] = {"reason", "why it is not ok", COLUMN_TEXT, false, false},
    [COLUMN_ITEMS] = {"items", "work done in the timed part", COLUMN_NUMBER, false, false},
    [COLUMN_WALL_NS] = {"wall_ns", "from the barrier to the last completion", COLUMN_NUMBER, true, true},
    [COLUMN_ITEMS_PER_SECOND] = {"items_per_second", "items over wall time", COLUMN_NUMBER, true, false},
    [COLUMN_LATENCY_P50_NS] = {"latency_p50_ns", "median latency of an item", COLUMN_NUMBER, true, true},
    [COLUMN_LATENCY_P90_NS] = {"latency_p90_ns", "90th percentile", COLUMN_NUMBER, true, true},
    [COLUMN_LATENCY_P99_NS] = {"latency_p99_ns", "99th percentile", COLUMN_NUMBER, true, true},
    [COLUMN_LATENCY_P999_NS] = {"latency_p999_ns", "99.9th percentile", COLUMN_NUMBER, true, true},
    [COLUMN_LATENCY_MAX_NS] = {"latency_max_ns", "the longest", COLUMN_NUMBER, true, true},
    [COLUMN_STARTUP_NS] = {"startup_ns", "making all workers, to the last one ready", COLUMN_NUMBER, true, true},
    [COLUMN_CPU_USER_NS] = {"cpu_user_ns", "user CPU time of the tree of workers", COLUMN_NUMBER, true, true},
    [COLUMN_CPU_SYSTEM_NS] = {"cpu_system_ns", "system CPU time", COLUMN_NUMBER, true, true},
    [COLUMN_SWITCHES_VOLUNTARY] = {"switches_voluntary", "context switches, voluntary", COLUMN_NUMBER, true, true},
    [COLUMN_SWITCHES_INVOLUNTARY] = {"switches_involuntary", "context switches, involuntary", COLUMN_NUMBER, true, true},
    [COLUMN_MIGRATIONS] = {"migrations", "moves between processing units, of lasting workers", COLUMN_NUMBER, true, true},
    [COLUMN_FAULTS_MINOR] = {"faults_minor", "page faults without I/O", COLUMN_NUMBER, true, true},
    [COLUMN_FAULTS_MAJOR] = {"faults_major", "page faults with I/O", COLUMN_NUMBER, true, true},
    [COLUMN_MEMORY_BYTES] = {"memory_bytes", "proportional set size of the tree of workers at peak load", COLUMN_NUMBER, true, true},
    [COLUMN_VALUE] = {"value", "a figure that is none of these", COLUMN_NUMBER, true, false},
    [COLUMN_VALUE_UNIT] = {"value_unit", "what value counts", COLUMN_TEXT, false, false},
    [COLUMN_CHECKSUM] = {"checksum", "proof of the work, hexadecimal", COLUMN_TEXT, false, false},
    [COLUMN_CPUS_REQUESTED] = {"cpus_requested", "processing units asked for, as the kernel numbers them", COLUMN_TEXT, false, false},
    [COLUMN_CPUS_OBSERVED] = {"cpus_observed", "processing units read back in the workers", COLUMN_TEXT, false, false},
    [COLUMN_STEAL_FRACTION] = {"steal_fraction", "CPU time stolen by the hypervisor, of capacity", COLUMN_NUMBER, false, false},
    [COLUMN_FOREIGN_CPU_FRACTION] = {"foreign_cpu_fraction", "CPU time of other processes, of capacity", COLUMN_NUMBER, false, false},
    [COLUMN_THROTTLED_NS] = {"throttled_ns", "time throttled by a cgroup quota", COLUMN_NUMBER, false, false},
    [COLUMN_TASKS_LOST] = {"tasks_lost", "tasks whose worker died", COLUMN_NUMBER, true, true},
    [COLUMN_ERRORS] = {"errors", "answers that were wrong, too late, or reset", COLUMN_NUMBER, true, true},
    [COLUMN_FAIRNESS] = {"fairness", "Jain's index of the items of each worker, 0 to 1", COLUMN_NUMBER, true, false},
    [COLUMN_LATENCY_UNCORRECTED_P50_NS] = {"latency_uncorrected_p50_ns", "median latency from the real send, not the intended one", COLUMN_NUMBER, true, true},
    [COLUMN_LATENCY_UNCORRECTED_P99_NS] = {"latency_uncorrected_p99_ns", "99th percentile of the same", COLUMN_NUMBER, true, true},
    [COLUMN_OFFERED_PER_SECOND] = {"offered_per_second", "items a second that became due, of an open loop", COLUMN_NUMBER, false, false},
};
/* clang-format on */

const char *const status_names[STATUS_COUNT] = {"ok", "invalid", "failed", "skipped"};

int column_find(const char *name)
{
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (strcmp(columns[column].name, name) == 0)
            return column;
    return -1;
}

bool result_is_total(enum column metric)
{
    return metric == COLUMN_WALL_NS || metric == COLUMN_TASKS_LOST || metric == COLUMN_ERRORS ||
           (metric >= COLUMN_CPU_USER_NS && metric <= COLUMN_FAULTS_MAJOR);
}

bool result_is_quantile(enum column metric)
{
    return (metric >= COLUMN_LATENCY_P50_NS && metric <= COLUMN_LATENCY_P999_NS) ||
           metric == COLUMN_LATENCY_UNCORRECTED_P50_NS || metric == COLUMN_LATENCY_UNCORRECTED_P99_NS;
}
