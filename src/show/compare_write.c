/* SPDX-License-Identifier: MIT */
/* A comparison: a row a cell, and what stands around them. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "file.h"
#include "report_part.h"
#include "table.h"
#include "wording.h"

enum {
    CELL,
    N,
    BASE,
    NEW,
    METRIC,
    RATIO,
    CI_LOW,
    CI_HIGH,
    INTERVAL,
    LEVEL,
    P_ADJUSTED,
    P_SLOWER,
    P_FASTER,
    P_SAME,
    P_NOT_SLOWER,
    DETECTABLE,
    VERDICT,
    CSV_REASON,
    REASON,
    N_BASE,
    N_NEW,
    FAILED_BASE,
    FAILED_NEW,
    BROKEN,
    EXACT,
    AGAIN,
    AGAIN_INTERVAL,
    COLUMN_END
};

static const struct table_column compare_columns[COLUMN_END] = {
    [CELL] = {"cell", "cell", TABLE_ALL, .fit = TABLE_LEAD},
    [N] = {"n", "n", TABLE_PEOPLE | TABLE_CSV, .right = true},
    [BASE] = {"base", "base", TABLE_ALL, .right = true},
    [NEW] = {"new", "new", TABLE_ALL, .right = true},
    [METRIC] = {"metric", "", TABLE_CSV},
    [RATIO] = {"ratio", "ratio (95 % interval)", TABLE_ALL},
    [CI_LOW] = {"ci_low", "", TABLE_CSV},
    [CI_HIGH] = {"ci_high", "", TABLE_CSV},
    [INTERVAL] = {"interval", "", TABLE_JSON},
    [LEVEL] = {"level", "", TABLE_JSON},
    [P_ADJUSTED] = {"p_adjusted", "", TABLE_MACHINES},
    [P_SLOWER] = {"p_slower", "", TABLE_JSON},
    [P_FASTER] = {"p_faster", "", TABLE_JSON},
    [P_SAME] = {"p_same", "", TABLE_JSON},
    [P_NOT_SLOWER] = {"p_not_slower", "", TABLE_JSON},
    [DETECTABLE] = {"detectable", "detectable", TABLE_PEOPLE | TABLE_JSON, .right = true},
    [VERDICT] = {"verdict", "verdict", TABLE_ALL, .strong = true},
    [CSV_REASON] = {"reason", "", TABLE_CSV},
    [REASON] = {"reason", "", TABLE_JSON},
    [N_BASE] = {"n_base", "", TABLE_JSON},
    [N_NEW] = {"n_new", "", TABLE_JSON},
    [FAILED_BASE] = {"failed_base", "", TABLE_JSON},
    [FAILED_NEW] = {"failed_new", "", TABLE_JSON},
    [BROKEN] = {"broken", "", TABLE_JSON},
    [EXACT] = {"exact", "", TABLE_JSON},
    [AGAIN] = {"again", "", TABLE_JSON},
    [AGAIN_INTERVAL] = {"again_interval", "", TABLE_JSON},
};

static bool is_paired(const struct compared *compared)
{
    return compared->options.pairing == COMPARE_PAIRED;
}

static const char *const tests[] = {
    [COMPARE_UNPAIRED] = "rank-sum", [COMPARE_PAIRED] = "signed-rank", [COMPARE_SESSIONS] = "prediction"};

/* What the rows are compared by, and what that cannot tell. */
static const char *const methods[] = {
    [COMPARE_UNPAIRED] = ("Unpaired, rank-sum test: the runs were not interleaved, so a machine that changed "
                          "between them cannot be told from a change of the program. --ab interleaves two "
                          "builds; --base adds runs that show how far sessions differ"),
    [COMPARE_PAIRED] = "Paired by block, signed-rank test",
    [COMPARE_SESSIONS] =
        ("Student's prediction interval: what differs more than sessions of the base do is the "
         "program, or a machine that changed for good")};

/* Of a verdict that stands the CSV's reason says which test it is from, if the runs were not interleaved. */
static void set_verdict(struct table *table, const struct compared *compared, const struct compare_row *row)
{
    static const enum table_role roles[] = {TABLE_BAD, TABLE_GOOD, TABLE_PLAIN, TABLE_UNCLEAR};
    static const char *const weaker[] = {
        [COMPARE_UNPAIRED] = "unpaired", [COMPARE_PAIRED] = "", [COMPARE_SESSIONS] = "sessions"};
    const char *test = row->verdict == COMPARE_INCONCLUSIVE ? "" : weaker[compared->options.pairing];
    table_text(table, VERDICT, "%s", compare_verdict_names[row->verdict]);
    table_role(table, VERDICT, roles[row->verdict]);
    table_aside(table, VERDICT, "%s", row->reason);
    table_text(table, CSV_REASON, "%s%s%s", test, *test && *row->reason ? "; " : "", row->reason);
    table_text(table, REASON, "%s", row->reason);
}

static void set_tests(struct table *table, const struct compare_row *row)
{
    table_number(table, LEVEL, row->ci_level);
    table_number(table, P_ADJUSTED, row->p_adjusted);
    table_number(table, P_SLOWER, row->p_slower);
    table_number(table, P_FASTER, row->p_faster);
    table_number(table, P_SAME, row->p_same);
    table_number(table, P_NOT_SLOWER, row->p_not_slower);
    table_count(table, N_BASE, row->n_base);
    table_count(table, N_NEW, row->n_new);
    table_count(table, FAILED_BASE, row->failed_base);
    table_count(table, FAILED_NEW, row->failed_new);
    table_truth(table, BROKEN, row->broken);
    if (row->comparable)
        table_truth(table, EXACT, row->exact);
}

static void set_figures(struct table *table, bool by_sessions, const struct compare_row *row)
{
    bool interval = compare_has_interval(row);
    table_count(table, N, row->n_base < row->n_new || by_sessions ? row->n_base : row->n_new);
    table_number(table, BASE, row->base);
    table_number(table, NEW, row->new);
    table_number(table, RATIO, row->ratio);
    table_number(table, CI_LOW, interval ? row->ci_low : NAN);
    table_number(table, CI_HIGH, interval ? row->ci_high : NAN);
    table_range(table, INTERVAL, row->ci_low, row->ci_high);
    table_number(table, DETECTABLE, row->detectable);
    table_number(table, AGAIN, row->again);
    table_range(table, AGAIN_INTERVAL, row->again_low, row->again_high);
}

static void set_words(struct table *table, enum column metric, bool by_sessions,
                      const struct compare_row *row)
{
    char base[40], new[40], ratio[96];
    bool interval = compare_has_interval(row);
    word_metric(metric, row->base, base, sizeof base);
    word_metric(metric, row->new, new, sizeof new);
    word_ratio(row->ratio, interval ? row->ci_low : NAN, interval ? row->ci_high : NAN, ratio, sizeof ratio);
    if (row->n_base != row->n_new && !by_sessions)
        table_words(table, N, "%zu/%zu", row->n_base, row->n_new);
    table_words(table, BASE, "%s", base);
    table_words(table, NEW, "%s", new);
    table_words(table, RATIO, "%s", ratio);
    if (isfinite(row->detectable))
        table_words(table, DETECTABLE, "%.2g %%", 100 * row->detectable);
}

static void fill(struct table *table, const struct compared *compared)
{
    bool by_sessions = compared->options.pairing == COMPARE_SESSIONS;
    for (size_t i = 0; i < compared->count; i++) {
        const struct compare_row *row = &compared->rows[i];
        table_row(table, TABLE_ALL, 0);
        table_text(table, CELL, "%s", row->cell);
        table_text(table, METRIC, "%s", columns[compared->metric].name);
        set_figures(table, by_sessions, row);
        set_words(table, compared->metric, by_sessions, row);
        set_tests(table, row);
        set_verdict(table, compared, row);
    }
}

/* JSON */

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *means_array(const struct compared *compared)
{
    json_t *means = json_array();
    for (size_t i = 0; i < compared->mean_count; i++) {
        const struct compare_mean *mean = &compared->means[i];
        json_array_append_new(means,
                              json_pack("{s:s, s:I, s:o, s:[o, o]}", "family", mean->family, "cells",
                                        (json_int_t)mean->cells, "mean", number_or_null(mean->mean),
                                        "interval", number_or_null(mean->low), number_or_null(mean->high)));
    }
    return means;
}

static json_t *head_object(const struct compared *compared)
{
    json_t *head = json_pack(
        "{s:s, s:b, s:f, s:f, s:b, s:s, s:I, s:I}", "metric", columns[compared->metric].name,
        "lower_is_better", columns[compared->metric].lower_better, "effect", compared->options.effect,
        "alpha", compared->alpha, "paired", is_paired(compared), "test", tests[compared->options.pairing],
        "tests", (json_int_t)compared->comparable, "samples_needed", (json_int_t)compared->samples_needed);
    for (int verdict = 0; verdict < COMPARE_VERDICT_COUNT; verdict++)
        json_object_set_new(head, compare_verdict_names[verdict],
                            json_integer((json_int_t)compared->verdicts[verdict]));
    json_t *rest =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:o}", "failed_base",
                  (json_int_t)compared->failed_base, "failed_new", (json_int_t)compared->failed_new, "broken",
                  (json_int_t)compared->broken, "base_cells", (json_int_t)compared->in_base, "not_compared",
                  (json_int_t)compared->missing, "measured_again", (json_int_t)compared->again, "confirmed",
                  (json_int_t)compared->confirmed, "not_judged_again", (json_int_t)compared->unjudged,
                  "too_little_data", (json_int_t)compared->too_little, "exit_code",
                  compared_exit_code(compared), "geometric_means", means_array(compared));
    if (!head || !rest || json_object_update(head, rest)) {
        json_decref(head);
        head = NULL;
    }
    json_decref(rest);
    return head;
}

static int write_json(const struct compared *compared, const struct table *table, FILE *out)
{
    json_t *head = head_object(compared);
    fputs("{\n  ", out);
    int failed = head ? json_dumpf(head, out, JSON_EMBED) : -1;
    json_decref(head);
    fputs(",\n  \"cells\": ", out);
    failed |= table_write(table, NULL, out);
    fputs("\n}\n", out);
    return failed;
}

/* What stands under a table for people */

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* "Geometric means of the ratios (above 1: new is faster): native/cpu 0.98× (0.95–1.01) over 11 cells; ..."
 */
static void put_means(const struct compared *compared, FILE *out)
{
    fputs("Geometric means of the ratios (above 1: new is faster): ", out);
    for (size_t i = 0; i < compared->mean_count; i++) {
        const struct compare_mean *mean = &compared->means[i];
        fprintf(out, "%s%s %.4g×", i ? "; " : "", mean->family, mean->mean);
        if (isfinite(mean->low))
            fprintf(out, " (%.4g–%.4g)", mean->low, mean->high);
        fprintf(out, " over %zu cell%s", mean->cells, plural(mean->cells));
    }
    fputs(".\n", out);
}

void compared_put_sentences(const struct compared *compared, FILE *out)
{
    char effect[24];
    size_t apart = compared->count - compared->comparable;
    word_effect(compared->options.effect, effect, sizeof effect);
    fprintf(out, "%zu slower, %zu faster, %zu same, %zu inconclusive", compared->verdicts[COMPARE_SLOWER],
            compared->verdicts[COMPARE_FASTER], compared->verdicts[COMPARE_SAME],
            compared->verdicts[COMPARE_INCONCLUSIVE]);
    if (apart)
        fprintf(out, " (%zu of them not comparable)", apart);
    fprintf(out, ": %s, effect %s.\n", word_metric_name(compared->metric), effect);
    if (compared->failed_base || compared->failed_new)
        fprintf(out, "Failed launches: %zu in base, %zu in new.\n", compared->failed_base,
                compared->failed_new);
    if (compared->broken)
        fprintf(out, "Regression: %zu cell%s in new, in base not or far less often.\n", compared->broken,
                compared->broken == 1 ? " fails" : "s fail");
    if (compared->missing)
        fprintf(out, "Not compared: %zu of the %zu cells of base, for which new has no figure to compare.\n",
                compared->missing, compared->in_base);
    if (compared->again) {
        fprintf(out, "Measured again in fresh blocks: %zu of %zu confirmed", compared->confirmed,
                compared->again);
        if (compared->unjudged)
            fprintf(out, ", %zu neither confirmed nor cleared", compared->unjudged);
        fputs(".\n", out);
    }
    if (!compared->comparable)
        return;
    if (compared->options.pairing == COMPARE_SESSIONS)
        fprintf(out, "%zu base runs against one. ", 1 + compared->options.history_count);
    fprintf(out, "%s; %zu test%s, Holm-adjusted, %g %%.\n", methods[compared->options.pairing],
            compared->comparable, plural(compared->comparable), 100 * compared->alpha);
    put_means(compared, out);
    fprintf(out, "Detectable: what lies that far beyond %s is shown with a probability of 90 %%.\n", effect);
    if (compared->too_little)
        fprintf(out, "Too little data for %s: %zu cell%s.\n", effect, compared->too_little,
                plural(compared->too_little));
}

/* A sentence a line; those that a terminal is too narrow for are broken. */
static void put_summary(const struct compared *compared, size_t width, FILE *out)
{
    char *text = NULL;
    size_t bytes;
    FILE *memory = open_memstream(&text, &bytes);
    if (!memory)
        return;
    compared_put_sentences(compared, memory);
    fclose(memory);
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) && rest;)
        word_wrap(out, line, 0, 0, width);
    free(text);
}

int compared_write(const struct compared *compared, const char *format_name, int colour, int width, FILE *out,
                   struct error *error)
{
    const struct table_style style = {.colour = colour, .width = width > 0 ? (size_t)width : 0};
    if (strcmp(format_name, "github") == 0)
        return compared_write_github(compared, out, error);
    int format = table_format_find(format_name, error), failed = 0;
    struct table table;
    if (format < 0)
        return -1;
    bool people = format & TABLE_PEOPLE;
    table_open(&table, (enum table_format)format, compare_columns, COLUMN_END);
    fill(&table, compared);
    if (format == TABLE_JSON)
        failed = write_json(compared, &table, out);
    else if (compared->count || !people)
        failed = table_write(&table, &style, out);
    if (people && compared->count)
        putc('\n', out);
    if (people)
        put_summary(compared, style.width, out);
    table_free(&table);
    return failed || fflush(out) || ferror(out) ? error_set(error, "cannot write the comparison") : 0;
}

/* What the command prints, as a page. */
static int put_page(const struct compared *compared, const char *const names[2], FILE *out,
                    struct error *error)
{
    char *text = NULL;
    size_t bytes;
    struct table table;
    page_put_head(out, "compare", "Is the new build slower?");
    html_put_element(out, "<p class=\"quiet\">crosspoint compare --ab: base is <code>", names[0], "</code>");
    html_put_element(out, ", new is <code>", names[1], "</code></p>\n");
    FILE *memory = open_memstream(&text, &bytes);
    if (!memory)
        return error_set(error, "out of memory");
    compared_put_sentences(compared, memory);
    fclose(memory);
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) && rest;)
        html_put_element(out, "<p>", line, "</p>\n");
    free(text);
    table_open(&table, TABLE_HTML, compare_columns, COLUMN_END);
    fill(&table, compared);
    int failed = table_write(&table, NULL, out);
    table_free(&table);
    page_put_end(out);
    return failed ? error_set(error, "out of memory") : 0;
}

int compared_write_page(const struct compared *compared, const char *const names[2], const char *folder,
                        struct error *error)
{
    char path[PATH_BYTES];
    struct file_new file;
    snprintf(path, sizeof path, "%.4000s/report.html", folder);
    if (!file_create(&file, path, error))
        return -1;
    if (put_page(compared, names, file.stream, error)) {
        file_drop(&file);
        return -1;
    }
    return file_finish(&file, error);
}

void compared_name_broken(const struct compared *compared, FILE *out)
{
    for (size_t i = 0; i < compared->count; i++)
        if (compared->rows[i].broken)
            word_print(out, "regression: %s, %s\n", compared->rows[i].cell, compared->rows[i].reason);
}
