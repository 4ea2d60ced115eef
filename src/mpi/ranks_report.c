/* SPDX-License-Identifier: MIT */
#include "ranks_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "exit_codes.h"
#include "load_report.h"
#include "print_table.h"
#include "words.h"

enum { CROWDED_PERCENT = 80 };

struct ranks_report *ranks_report_open(const struct ranks *ranks, const struct load_command *command,
                                       bool buckets)
{
    struct ranks_report *report = calloc(1, sizeof *report);
    struct rank_told *told = calloc((size_t)ranks->count, sizeof *told);
    if (!report || !told) {
        free(report);
        free(told);
        return NULL;
    }
    report->ranks = ranks;
    report->command = command;
    report->buckets = buckets;
    report->told = told;
    report->sum.round.latency = &report->sum.latency;
    report->sum.round.latency_uncorrected = &report->sum.latency_uncorrected;
    return report;
}

/* [[first ns, count], ...] of those that are not empty. */
static json_t *list_buckets(const struct histogram *histogram)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        if (histogram->buckets[i])
            json_array_append_new(list, json_pack("[I,I]", (json_int_t)histogram_range(i).first_ns,
                                                  (json_int_t)histogram->buckets[i]));
    return list;
}

static void add_round(struct rank_result *sum, const struct rank_result *one, uint64_t elapsed_ns)
{
    struct load_round *round = &sum->round;
    if (elapsed_ns > round->stop_ns)
        round->stop_ns = elapsed_ns;
    round->answers += one->round.answers;
    round->bytes += one->round.bytes;
    round->connects += one->round.connects;
    for (unsigned i = 0; i < LOAD_ERRORS; i++)
        round->errors[i] += one->round.errors[i];
    for (unsigned i = 0; i < LOAD_STATUS_END; i++)
        round->statuses[i] += one->round.statuses[i];
    if (!round->error && one->error[0]) {
        memcpy(sum->error, one->error, sizeof sum->error);
        round->error = sum->error;
    }
    histogram_merge(&sum->latency, &one->latency);
    histogram_merge(&sum->latency_uncorrected, &one->latency_uncorrected);
}

void ranks_report_add(void *context, const struct rank_result *result)
{
    struct ranks_report *report = context;
    struct rank_told *told = &report->told[result->rank];
    told->there = true;
    report->there++;
    memcpy(told->failure, result->failure, sizeof told->failure);
    told->late_ns = result->late_ns;
    told->elapsed_ns = result->round.stop_ns - result->round.start_ns;
    told->answers = result->round.answers;
    told->errors = load_errors(&result->round);
    told->cpu_fraction = result->round.cpu_fraction;
    if (report->buckets)
        told->buckets = list_buckets(&result->latency);
    add_round(&report->sum, result, told->elapsed_ns);
}

bool ranks_report_is_whole(const struct ranks_report *report)
{
    return report->there == report->ranks->count;
}

static double offered(const struct ranks_report *report)
{
    return report->command->load.rate / report->ranks->count;
}

static const char *state(const struct rank_told *told)
{
    return !told->there ? "died" : told->failure[0] ? "failed" : "done";
}

static double answers_a_second(const struct rank_told *told)
{
    return told->elapsed_ns ? (double)told->answers * 1e9 / (double)told->elapsed_ns : 0;
}

enum { RANK, HOST, PROCESS, CONNECTIONS, OFFERED, ANSWERS, ERRORS, BUSY, CLOCK, LATE, STATE, RANK_COLUMNS };

static void add_rank(const struct ranks_report *report, struct table *table, int rank)
{
    char text[32];
    const struct rank_place *place = &report->ranks->places[rank];
    const struct rank_told *told = &report->told[rank];
    table_row(table, TABLE_ALL, 0);
    table_text(table, RANK, "%d", rank);
    table_text(table, HOST, "%s", place->host);
    table_text(table, PROCESS, "%d", (int)place->process);
    table_text(table, CONNECTIONS, "%u", place->connections);
    word_figure(offered(report), text, sizeof text);
    if (report->command->load.rate > 0)
        table_text(table, OFFERED, "%s", text);
    table_text(table, CLOCK, "%+.1f ± %.1f µs", (double)place->offset_ns / 1e3,
               (double)place->round_trip_ns / 2e3);
    table_text(table, STATE, "%s", state(told));
    if (!told->there || told->failure[0])
        return;
    word_figure(answers_a_second(told), text, sizeof text);
    table_text(table, ANSWERS, "%s", text);
    table_text(table, ERRORS, "%" PRIu64, told->errors);
    table_text(table, BUSY, "%.0f %%%s", 100 * told->cpu_fraction,
               100 * told->cpu_fraction < CROWDED_PERCENT ? "" : ", at its limit");
    table_text(table, LATE, "%.0f µs", (double)told->late_ns / 1e3);
}

static int print_ranks(const struct ranks_report *report)
{
    static const struct table_column columns[RANK_COLUMNS] = {
        [RANK] = {"rank", "rank", TABLE_ALL, .right = true},
        [HOST] = {"host", "host", TABLE_ALL},
        [PROCESS] = {"process", "process", TABLE_ALL, .right = true},
        [CONNECTIONS] = {"connections", "conns", TABLE_ALL, .right = true},
        [OFFERED] = {"offered", "offered/s", TABLE_ALL, .right = true},
        [ANSWERS] = {"answers", "answers/s", TABLE_ALL, .right = true},
        [ERRORS] = {"errors", "errors", TABLE_ALL, .right = true},
        [BUSY] = {"busy", "busy", TABLE_ALL, .right = true},
        [CLOCK] = {"clock", "clock", TABLE_ALL, .right = true},
        [LATE] = {"late", "late", TABLE_ALL, .right = true},
        [STATE] = {"state", "", TABLE_ALL},
    };
    struct table table;
    table_open(&table, TABLE_TEXT, columns, RANK_COLUMNS);
    for (int rank = 0; rank < report->ranks->count; rank++)
        add_rank(report, &table, rank);
    putchar('\n');
    return print_table(&table);
}

static json_t *rank_object(const struct ranks_report *report, int rank)
{
    const struct rank_place *place = &report->ranks->places[rank];
    struct rank_told *told = &report->told[rank];
    json_t *object = json_pack(
        "{s:i, s:s, s:i, s:s, s:s*, s:i, s:i, s:I, s:I, s:I}", "rank", rank, "host", place->host, "process",
        (int)place->process, "state", state(told), "failure", told->failure[0] ? told->failure : NULL,
        "connections", (int)place->connections, "threads", (int)place->threads, "clock_offset_ns",
        (json_int_t)place->offset_ns, "clock_uncertainty_ns", (json_int_t)place->round_trip_ns / 2,
        "start_late_ns", (json_int_t)told->late_ns);
    if (report->command->load.rate > 0)
        json_object_set_new(object, "offered_per_second", json_real(offered(report)));
    if (told->there && !told->failure[0])
        json_object_update_new(object, json_pack("{s:I, s:f, s:I, s:f}", "answers", (json_int_t)told->answers,
                                                 "answers_per_second", answers_a_second(told), "errors",
                                                 (json_int_t)told->errors, "generator_cpu_fraction",
                                                 told->cpu_fraction));
    if (told->buckets)
        json_object_set(object, "latency_buckets", told->buckets);
    return object;
}

static int print_json(const struct ranks_report *report, const struct load_report *all)
{
    json_t *object = load_report_object(all), *list = json_array();
    for (int rank = 0; rank < report->ranks->count; rank++)
        json_array_append_new(list, rank_object(report, rank));
    if (report->buckets)
        json_object_set_new(object, "latency_buckets", list_buckets(&report->sum.latency));
    json_object_set_new(object, "ranks", list);
    return load_report_print(object);
}

static int print_text(const struct ranks_report *report, const struct load_report *all)
{
    int code = load_report_text(all);
    return code ? code : print_ranks(report);
}

/* How many have measured nothing. */
static int tell_failures(const struct ranks_report *report)
{
    int failures = 0;
    for (int rank = 0; rank < report->ranks->count; rank++) {
        const struct rank_told *told = &report->told[rank];
        const struct rank_place *place = &report->ranks->places[rank];
        if (told->there && !told->failure[0])
            continue;
        failures++;
        if (told->there)
            word_tell(stderr, "crosspoint-load-mpi: rank %d (%s): %s: %s", rank, place->host,
                      report->command->server, told->failure);
        else
            word_tell(stderr,
                      "crosspoint-load-mpi: rank %d (%s, process %d) has died or cannot be reached; what the "
                      "others measured until then is told",
                      rank, place->host, (int)place->process);
    }
    return failures;
}

int ranks_report_print(struct ranks_report *report, bool interrupted)
{
    struct load_options options = report->command->load;
    struct load_round *round = &report->sum.round;
    int failures = tell_failures(report);
    options.connections = options.threads = 0;
    for (int rank = 0; rank < report->ranks->count; rank++) {
        const struct rank_told *told = &report->told[rank];
        options.connections += report->ranks->places[rank].connections;
        options.threads += report->ranks->places[rank].threads;
        if (round->stop_ns)
            round->cpu_fraction +=
                told->cpu_fraction * (double)told->elapsed_ns / (double)round->stop_ns / report->ranks->count;
    }
    if (round->stop_ns == 0)
        return interrupted && !failures ? EXIT_INTERRUPTED : EXIT_USAGE;
    const struct load_report all = {.server = report->command->server,
                                    .options = &options,
                                    .duration_ns = report->command->duration_ns,
                                    .interrupted = interrupted,
                                    .round = round};
    int code = report->command->json ? print_json(report, &all) : print_text(report, &all);
    if (code == EXIT_FINE && failures)
        code = EXIT_USAGE;
    else if (code == EXIT_FINE && interrupted)
        code = EXIT_INTERRUPTED;
    else if (code == EXIT_FINE && round->answers == 0)
        code = EXIT_NOTHING_COMPARABLE;
    return code;
}
