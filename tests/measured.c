/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "measured.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime.h"

static void measure(const struct measuring *measuring, const char *name, struct outcome *outcome)
{
    struct cell cell;
    struct error error;
    if (cell_parse(name, NULL, &cell, &error) ||
        runtime_complete(&cell, (unsigned)topology_max(measuring->topology), &error)) {
        snprintf(outcome->error, sizeof outcome->error, "%s", error.text);
        return;
    }
    if (cell_runnable(&catalogue_native, &cell, measuring->topology, &error)) {
        outcome->skipped = true;
        return;
    }
    struct run *run = cell_open(&cell, measuring->topology, &error);
    if (!run) {
        snprintf(outcome->error, sizeof outcome->error, "%s", error.text);
        return;
    }
    int failed = cell_warm_up(run, measuring->items);
    for (int round = 0; round < measuring->rounds && !failed; round++)
        failed = cell_measure(run, measuring->items, &outcome->measurement);
    if (failed) {
        snprintf(outcome->error, sizeof outcome->error, "%s", run->error.text);
        return;
    }
    struct row_buffer row;
    row_reset(&row);
    cell_close(run);
    measurement_fill_row(run, &outcome->measurement, 0, &row);
    snprintf(outcome->requested, sizeof outcome->requested, "%s", row.row.text[COLUMN_CPUS_REQUESTED]);
    snprintf(outcome->observed, sizeof outcome->observed, "%s", row.row.text[COLUMN_CPUS_OBSERVED]);
    cell_free(run);
}

struct outcome measured_in_child(const struct measuring *measuring, const char *name)
{
    struct outcome *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(shared, MAP_FAILED);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(60);
        measure(measuring, name, shared);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    struct outcome outcome = *shared;
    munmap(shared, sizeof *shared);
    if (status && !outcome.error[0])
        snprintf(outcome.error, sizeof outcome.error, "ended with status %#x", status);
    return outcome;
}

void measured_assert(const struct measuring *measuring, const char *name, const char *place)
{
    struct outcome outcome = measured_in_child(measuring, name);
    if (outcome.skipped)
        return;
    if (outcome.error[0])
        fail_msg("%s: %s", name, outcome.error);
    assert_true(outcome.measurement.items >= 1);
    assert_true(outcome.measurement.wall_ns > 0);
    if (strcmp(place, "none") != 0)
        assert_string_equal(outcome.observed, outcome.requested);
    assert_true(outcome.observed[0] != '\0');
}
