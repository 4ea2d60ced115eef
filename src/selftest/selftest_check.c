/* SPDX-License-Identifier: MIT */
#include "selftest_check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exit_codes.h"
#include "table_text.h"
#include "wording.h"
#include "file.h"

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

int selftest_checks_write_csv(const struct selftest_checks *checks, const char *path, struct error *error)
{
    struct file_new file;
    FILE *out = file_create(&file, path, error);
    if (!out)
        return -1;
    fputs("test,subject,shown,required,verdict,detail\n", out);
    for (size_t i = 0; i < checks->count; i++) {
        const struct selftest_check *check = &checks->rows[i];
        const char *fields[] = {check->test,
                                check->subject,
                                check->shown,
                                check->required,
                                selftest_verdict_names[check->verdict],
                                check->detail};
        for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
            fputs(k ? "," : "", out);
            put_csv_field(out, fields[k]);
        }
        putc('\n', out);
    }
    return file_finish(&file, error);
}

/* The table for people; selftest.csv has the details in full. */

enum { DETAIL_COLUMNS = 140 };

struct widths {
    size_t test, subject, shown, required;
};

static void widen(size_t *width, const char *text)
{
    size_t wanted = word_width(text);
    *width = *width < wanted ? wanted : *width;
}

static void put_column(FILE *out, const char *text, size_t width)
{
    fprintf(out, "%s%*s  ", text, (int)(width - word_width(text)), "");
}

static const char *colour_of(enum selftest_verdict verdict)
{
    static const char *const colours[SELFTEST_VERDICT_COUNT] = {[SELFTEST_PASSED] = "\033[32m",
                                                                [SELFTEST_FAILED] = "\033[31m",
                                                                [SELFTEST_NOT_SHOWN] = "\033[33m",
                                                                [SELFTEST_SKIPPED] = "\033[2m"};
    return colours[verdict];
}

void selftest_checks_write_text(const struct selftest_checks *checks, bool colour, FILE *out)
{
    struct widths widths = {strlen("test"), strlen("subject"), strlen("shown"), strlen("must be")};
    for (size_t i = 0; i < checks->count; i++) {
        widen(&widths.test, checks->rows[i].test);
        widen(&widths.subject, checks->rows[i].subject);
        widen(&widths.shown, checks->rows[i].shown);
        widen(&widths.required, checks->rows[i].required);
    }
    put_column(out, "test", widths.test);
    put_column(out, "subject", widths.subject);
    put_column(out, "shown", widths.shown);
    put_column(out, "must be", widths.required);
    fputs("verdict\n", out);
    for (size_t i = 0; i < checks->count; i++) {
        const struct selftest_check *check = &checks->rows[i];
        put_column(out, check->test, widths.test);
        put_column(out, check->subject, widths.subject);
        put_column(out, check->shown, widths.shown);
        put_column(out, check->required, widths.required);
        fprintf(out, "%s%s%s\n", colour ? colour_of(check->verdict) : "",
                selftest_verdict_names[check->verdict], colour ? "\033[0m" : "");
        if (check->detail[0] && check->verdict != SELFTEST_PASSED) {
            char detail[sizeof check->detail];
            word_cut(check->detail, DETAIL_COLUMNS, detail, sizeof detail);
            fprintf(out, "%*s  %s\n", (int)widths.test, "", detail);
        }
    }
    fprintf(out, "\n%zu passed, %zu failed, %zu not shown, %zu skipped\n",
            count_verdicts(checks, SELFTEST_PASSED), count_verdicts(checks, SELFTEST_FAILED),
            count_verdicts(checks, SELFTEST_NOT_SHOWN), count_verdicts(checks, SELFTEST_SKIPPED));
}
