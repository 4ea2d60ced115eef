/* SPDX-License-Identifier: MIT */
/* What a session keeps on disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "plan_json.h"
#include "samples_file.h"
#include "session.h"

struct seen {
    size_t rows;
    char text[256];
};

static int note(void *context, const struct row *row, size_t line, struct error *error)
{
    (void)line;
    (void)error;
    struct seen *seen = context;
    size_t used = strlen(seen->text);
    seen->rows++;
    snprintf(seen->text + used, sizeof seen->text - used, "%s %s %s;", row->text[COLUMN_BLOCK],
             row->text[COLUMN_STATUS], row->text[COLUMN_REASON]);
    return 0;
}

static int open_folder(void **state)
{
    static char folder[32];
    snprintf(folder, sizeof folder, "/tmp/crosspoint-test-XXXXXX");
    *state = mkdtemp(folder);
    return *state ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"samples.csv", "program", "program.calls"};
    char path[64];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", (const char *)*state, names[i]);
        unlink(path);
    }
    return rmdir(*state);
}

static void append(const struct samples_file *file, unsigned block, const char *status, const char *reason)
{
    struct row_buffer row;
    struct error error;
    row_reset(&row);
    row_set(&row, COLUMN_CELL, "native/null/empty/serial");
    row_set(&row, COLUMN_BLOCK, "%u", block);
    row_set(&row, COLUMN_STATUS, "%s", status);
    row_set(&row, COLUMN_REASON, "%s", reason);
    assert_int_equal(samples_file_append(file, &row.row, &error), 0);
}

static void read_back(const struct samples_file *file, const char *expected)
{
    struct seen seen = {.rows = 0};
    struct error error;
    assert_int_equal(result_read(file->path, note, &seen, NULL, &error), 0);
    assert_string_equal(seen.text, expected);
}

static void what_the_block_measured_becomes_invalid(void **state)
{
    struct samples_file file;
    struct error error;
    assert_int_equal(samples_file_create(&file, *state, &error), 0);
    append(&file, 0, "ok", "");
    append(&file, 1, "ok", "");
    append(&file, 1, "failed", "timeout, \"quoted\"");
    append(&file, 1, "skipped", "");
    assert_int_equal(samples_file_invalidate(&file, 1, "stolen time 7 %, above 5", &error), 0);
    append(&file, 2, "ok", ""); /* behind the copy, not in the file that it replaced */
    read_back(&file, "0 ok ;1 invalid stolen time 7 %, above 5;1 invalid stolen time 7 %, above 5; failed: "
                     "timeout, \"quoted\";1 skipped ;2 ok ;");
    samples_file_close(&file);
}

static void a_file_is_never_made_over_another(void **state)
{
    struct samples_file file;
    struct error error;
    assert_int_equal(samples_file_create(&file, *state, &error), 0);
    samples_file_close(&file);
    assert_int_equal(samples_file_create(&file, *state, &error), -1);
    assert_non_null(strstr(error.text, "samples.csv: File exists"));
}

static void resuming_drops_the_row_that_was_cut(void **state)
{
    struct samples_file file;
    struct seen seen = {.rows = 0};
    struct error error;
    assert_int_equal(samples_file_create(&file, *state, &error), 0);
    append(&file, 0, "ok", "");
    assert_int_equal(write(file.descriptor, "run,1,0,native/nu", 17), 17);
    samples_file_close(&file);
    assert_int_equal(samples_file_resume(&file, *state, note, &seen, &error), 0);
    assert_int_equal(seen.rows, 1);
    append(&file, 1, "ok", "");
    read_back(&file, "0 ok ;1 ok ;");
    samples_file_close(&file);
}

static void a_full_disk_is_named(void **state)
{
    struct samples_file file;
    struct error error;
    struct row_buffer row;
    assert_int_equal(samples_file_create(&file, *state, &error), 0);
    samples_file_close(&file);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    file.descriptor = fileno(full);
    row_reset(&row);
    assert_int_equal(samples_file_append(&file, &row.row, &error), -1);
    assert_non_null(strstr(error.text, "samples.csv: No space left on device"));
    fclose(full);
}

static void a_plan_reads_back_the_same(void **state)
{
    (void)state;
    struct plan plan = {.blocks = 5, .seed = UINT64_C(1) << 47}, back = {.cells = NULL};
    static const char *const names[] = {"native/cpu/sum-squares/serial",
                                        "native/io/sleep/event-loop/conc:64"};
    for (size_t i = 0; i < 2; i++) {
        struct cell cell;
        assert_int_equal(cell_parse(names[i], NULL, &cell, NULL), 0);
        assert_int_equal(plan_add(&plan, &cell), i);
        plan.cells[i].items = 1000 + i;
        plan.cells[i].launch_s = 0.25;
    }
    plan.cells[1].group = 0;
    snprintf(plan.cells[1].skip, sizeof plan.cells[1].skip, "64 descriptors");
    json_t *object = plan_to_json(&plan);
    assert_int_equal(plan_from_json(&back, object), 0);
    assert_int_equal(back.count, 2);
    assert_int_equal(back.blocks, 5);
    assert_true(back.seed == plan.seed);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(back.cells[i].items, plan.cells[i].items);
        assert_int_equal(back.cells[i].group, plan.cells[i].group);
        assert_true(back.cells[i].launch_s == 0.25);
        assert_string_equal(back.cells[i].skip, plan.cells[i].skip);
    }
    json_decref(object);
    plan_free(&plan);
    plan_free(&back);
}

static void what_is_no_plan_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "{\"blocks\": 3, \"seed\": 1, \"cells\": []}",
        "{\"blocks\": 0, \"seed\": 1, \"cells\": [{\"cell\": \"native/cpu/sum-squares/serial\"}]}",
        "{\"blocks\": 3, \"seed\": 1, \"cells\": [{\"cell\": \"no cell\"}]}",
        "{\"blocks\": 3, \"seed\": 1, \"cells\": [{\"items\": 7}]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct plan plan = {.cells = NULL};
        json_t *object = json_loads(texts[i], 0, NULL);
        assert_non_null(object);
        assert_int_equal(plan_from_json(&plan, object), -1);
        json_decref(object);
        plan_free(&plan);
    }
}

/* Calibration, with a program that only says how long it took: 1 us an item */

/* case_lines: what the shell does in call n instead, with $items: "0) exit 1;; 3) ns=5000;;" */
static void calibrate(const char *folder, const char *case_lines, struct plan *plan)
{
    struct session session = {
        .plan = *plan, .launch_ms = 10, .timeout_s = 60, .build_count = 1, .gate = true, .quiet = true};
    struct error error;
    struct program program;
    char path[64];
    snprintf(path, sizeof path, "%s/program", folder);
    FILE *script = fopen(path, "w");
    assert_non_null(script);
    fprintf(script,
            "#!/bin/sh\n"
            "items=${2#--items=} ns=1000\n"
            "n=$(cat $0.calls 2>/dev/null || echo 0)\n"
            "echo $((n + 1)) > $0.calls\n"
            "case $n in\n%s\nesac\n"
            "echo status=ok\necho items=$items\necho wall_ns=$((items * ns))\n",
            case_lines);
    fclose(script);
    chmod(path, 0755);
    assert_int_equal(program_open(&program, path, &error), 0);
    session.builds[0].program = &program;
    session.topology = topology_open(NULL, &error);
    assert_non_null(session.topology);
    assert_int_equal(session_calibrate(&session), 0);
    topology_close(session.topology);
    program_close(&program);
    *plan = session.plan;
}

/* conc is 1 for all, so that nothing but calibration decides. */
static void add_cells(struct plan *plan, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[CELL_NAME_BYTES];
        struct cell cell;
        snprintf(name, sizeof name, "native/cpu/sum-squares/serial/terms:%zu/place:none", i + 1);
        assert_int_equal(cell_parse(name, NULL, &cell, NULL), 0);
        assert_int_equal(plan_add(plan, &cell), i);
    }
}

static void a_calibration_launch_that_fails_is_tried_again(void **state)
{
    struct plan plan = {.cells = NULL};
    add_cells(&plan, 1);
    calibrate(*state, "0|1|3|5) exit 1;;", &plan);
    assert_int_equal(plan.cells[0].items, 10000);
    plan_free(&plan);
}

static void one_disturbed_launch_does_not_decide(void **state)
{
    static const char *const disturbed[] = {
        "0) ns=20000000;;", /* seems to be long enough */
        "1) ns=50000;;",
        "2) ns=5000;;",
        "3) ns=5000;;",
    };
    for (size_t i = 0; i < sizeof disturbed / sizeof disturbed[0]; i++) {
        struct plan plan = {.cells = NULL};
        add_cells(&plan, 1);
        calibrate(*state, disturbed[i], &plan);
        assert_int_equal(plan.cells[0].items, 10000);
        plan_free(&plan);
        remove_folder(state);
        open_folder(state);
    }
}

static int calls_made(const char *folder)
{
    char path[64];
    int calls = 0;
    snprintf(path, sizeof path, "%s/program.calls", folder);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &calls), 1);
    fclose(file);
    return calls;
}

static void only_the_slowest_of_a_group_is_launched_again(void **state)
{
    struct plan plan = {.cells = NULL};
    add_cells(&plan, 3);
    plan_join(&plan, 0, 1);
    plan_join(&plan, 1, 2);
    calibrate(*state, "*) case $* in *terms:2/*) ns=2000;; esac;;", &plan);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(plan.cells[i].items, 5000);
    assert_int_equal(calls_made(*state), 3 * 2 + 2);
    plan_free(&plan);
}

static void a_cell_that_seems_slowest_as_it_was_disturbed_does_not_decide(void **state)
{
    struct plan plan = {.cells = NULL};
    add_cells(&plan, 2);
    plan_join(&plan, 0, 1);
    calibrate(*state, "1) ns=50000;; *) case $* in *terms:2/*) ns=2000;; esac;;", &plan);
    assert_int_equal(plan.cells[0].items, 5000);
    assert_int_equal(plan.cells[1].items, 5000);
    assert_int_equal(calls_made(*state), 2 * 2 + 2 + 2);
    plan_free(&plan);
}

static void a_cell_that_fails_leaves_the_work_of_its_group(void **state)
{
    struct plan plan = {.cells = NULL};
    add_cells(&plan, 3);
    plan_join(&plan, 0, 1);
    calibrate(*state, "0|1|2) exit 1;; *) case $* in *terms:3/*) exit 1;; esac;;", &plan);
    assert_int_equal(plan.cells[0].items, 10000);
    assert_int_equal(plan.cells[1].items, 10000);
    assert_int_equal(plan.cells[2].items, 1); /* alone: fails again, with a row */
    plan_free(&plan);
}

/* It would not with one item, and then seem well. */
static void a_cell_that_fails_at_more_work_is_given_it(void **state)
{
    struct plan plan = {.cells = NULL};
    add_cells(&plan, 1);
    calibrate(*state, "*) [ $items -gt 10 ] && exit 1;;", &plan);
    assert_int_equal(plan.cells[0].items, 10000);
    assert_int_equal(calls_made(*state), 1 + 3);
    plan_free(&plan);
}

static void what_another_run_laid_down_holds_cell_by_cell(void **state)
{
    struct plan plan = {.cells = NULL};
    add_cells(&plan, 4);
    for (size_t i = 1; i < 4; i++)
        plan_join(&plan, 0, i);
    plan.cells[1].items = 700;
    plan.cells[2].items = 900;
    calibrate(*state, "", &plan);
    assert_int_equal(plan.cells[0].items, 900);
    assert_int_equal(plan.cells[1].items, 700);
    assert_int_equal(plan.cells[2].items, 900);
    assert_int_equal(plan.cells[3].items, 900);
    plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_the_block_measured_becomes_invalid, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_file_is_never_made_over_another, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(resuming_drops_the_row_that_was_cut, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_full_disk_is_named, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_calibration_launch_that_fails_is_tried_again, open_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(one_disturbed_launch_does_not_decide, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(only_the_slowest_of_a_group_is_launched_again, open_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_cell_that_seems_slowest_as_it_was_disturbed_does_not_decide,
                                        open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_cell_that_fails_leaves_the_work_of_its_group, open_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_cell_that_fails_at_more_work_is_given_it, open_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_another_run_laid_down_holds_cell_by_cell, open_folder,
                                        remove_folder),
        cmocka_unit_test(a_plan_reads_back_the_same),
        cmocka_unit_test(what_is_no_plan_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
