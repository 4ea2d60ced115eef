/* SPDX-License-Identifier: MIT */
#include "selftest_check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exit_codes.h"
#include "file.h"
#include "table.h"
#include "words.h"

const char *const selftest_verdict_names[SELFTEST_VERDICT_COUNT] = {"passed", "failed", "not shown",
                                                                    "skipped"};

struct selftest_check *selftest_checks_add(struct selftest_checks *checks, const char *test,
                                           const char *subject)
{
    struct selftest_check *rows = realloc(checks->rows, (checks->count + 1) * sizeof *rows);
    if (!rows)
        return NULL;
    checks->rows = rows;
    struct selftest_check *check = &rows[checks->count++];
    *check = (struct selftest_check){.verdict = SELFTEST_NOT_SHOWN};
    snprintf(check->test, sizeof check->test, "%s", test);
    snprintf(check->subject, sizeof check->subject, "%s", subject);
    return check;
}

void selftest_checks_free(struct selftest_checks *checks)
{
    free(checks->rows);
    *checks = (struct selftest_checks){.rows = NULL};
}

static size_t count_verdicts(const struct selftest_checks *checks, enum selftest_verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < checks->count; i++)
        count += checks->rows[i].verdict == verdict;
    return count;
}

int selftest_checks_exit_code(const struct selftest_checks *checks)
{
    if (count_verdicts(checks, SELFTEST_FAILED))
        return EXIT_REGRESSION;
    if (count_verdicts(checks, SELFTEST_NOT_SHOWN) || !checks->count)
        return EXIT_NOTHING_COMPARABLE;
    return EXIT_FINE;
}

enum { TEST, SUBJECT, SHOWN, REQUIRED, VERDICT, DETAIL, COLUMN_END };

static const struct table_column check_columns[COLUMN_END] = {
    [TEST] = {"test", "test", TABLE_ALL},
    [SUBJECT] = {"subject", "subject", TABLE_ALL, .fit = TABLE_WRAP},
    [SHOWN] = {"shown", "shown", TABLE_ALL, .fit = TABLE_WRAP},
    [REQUIRED] = {"required", "must be", TABLE_ALL, .fit = TABLE_WRAP},
    [VERDICT] = {"verdict", "verdict", TABLE_ALL},
    [DETAIL] = {"detail", "", TABLE_MACHINES},
};

/* People read the details of what did not pass, cut; the file has them in full. */
static void fill(struct table *table, const struct selftest_checks *checks)
{
    enum { DETAIL_WIDTH = 140 };
    static const enum table_role roles[SELFTEST_VERDICT_COUNT] = {[SELFTEST_PASSED] = TABLE_GOOD,
                                                                  [SELFTEST_FAILED] = TABLE_BAD,
                                                                  [SELFTEST_NOT_SHOWN] = TABLE_UNCLEAR,
                                                                  [SELFTEST_SKIPPED] = TABLE_QUIET};
    for (size_t i = 0; i < checks->count; i++) {
        const struct selftest_check *check = &checks->rows[i];
        char detail[sizeof check->detail];
        table_row(table, TABLE_ALL, 0);
        table_text(table, TEST, "%s", check->test);
        table_text(table, SUBJECT, "%s", check->subject);
        table_text(table, SHOWN, "%s", check->shown);
        table_text(table, REQUIRED, "%s", check->required);
        table_text(table, VERDICT, "%s", selftest_verdict_names[check->verdict]);
        table_role(table, VERDICT, roles[check->verdict]);
        table_text(table, DETAIL, "%s", check->detail);
        word_cut(check->detail, DETAIL_WIDTH, detail, sizeof detail);
        if (check->verdict != SELFTEST_PASSED)
            table_aside(table, TEST, "%s", detail);
    }
}

int selftest_checks_write_csv(const struct selftest_checks *checks, const char *path, struct error *error)
{
    struct file_new file;
    struct table table;
    FILE *out = file_create(&file, path, error);
    if (!out)
        return -1;
    table_open(&table, TABLE_CSV, check_columns, COLUMN_END);
    fill(&table, checks);
    bool whole = !table.failed && !table_write(&table, NULL, out);
    table_free(&table);
    if (whole)
        return file_finish(&file, error);
    file_drop(&file);
    return error_set(error, "%s: cannot be written", path);
}

void selftest_checks_write_text(const struct selftest_checks *checks, bool colour, size_t width, FILE *out)
{
    const struct table_style style = {.colour = colour, .width = width};
    struct table table;
    table_open(&table, TABLE_TEXT, check_columns, COLUMN_END);
    fill(&table, checks);
    table_write(&table, &style, out);
    table_free(&table);
    fprintf(out, "\n%zu passed, %zu failed, %zu not shown, %zu skipped\n",
            count_verdicts(checks, SELFTEST_PASSED), count_verdicts(checks, SELFTEST_FAILED),
            count_verdicts(checks, SELFTEST_NOT_SHOWN), count_verdicts(checks, SELFTEST_SKIPPED));
}
