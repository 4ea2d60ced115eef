/* SPDX-License-Identifier: MIT */
#include "load_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "exit_codes.h"
#include "print_table.h"
#include "words.h"

enum { EVENTS_BEYOND_MIN = 10, CROWDED_PERCENT = 80 };

static const struct {
    const char *key, *title;
    double q;
} quantiles[] = {{"p50", "p50", 0.5}, {"p90", "p90", 0.9}, {"p99", "p99", 0.99}, {"p999", "p99.9", 0.999}};

enum { QUANTILES = sizeof quantiles / sizeof quantiles[0] };

static const struct {
    const char *key, *title;
} kinds[LOAD_ERRORS] = {
    [LOAD_WRONG] = {"wrong", "wrong"},
    [LOAD_STATUS] = {"status", "of status 400 and above"},
    [LOAD_TIMED_OUT] = {"timed_out", "timed out"},
    [LOAD_RESET] = {"reset", "reset"},
    [LOAD_CLOSED] = {"closed", "closed"},
    [LOAD_CONNECT] = {"connect", "not connected"},
    [LOAD_UNSENT] = {"unsent", "not sent"},
};

/* Messages without an answer count as the slowest: a quantile that lies among them is not known. 0: that, or
 * too few beyond it. */
static uint64_t quantile_ns(const struct load_report *report, const struct histogram *histogram, double q)
{
    uint64_t missing = load_errors(report->round) - report->round->errors[LOAD_STATUS];
    double of_answered = q * (double)(histogram->count + missing) / (double)histogram->count;
    if (histogram->count == 0 || of_answered >= 1)
        return 0;
    return histogram_quantile_ns(histogram, of_answered,
                                 missing < EVENTS_BEYOND_MIN ? EVENTS_BEYOND_MIN - missing : 0);
}

static double elapsed_s(const struct load_report *report)
{
    return (double)(report->round->stop_ns - report->round->start_ns) / 1e9;
}

static const char *arrivals(const struct load_options *options)
{
    return options->arrivals == LOAD_CONSTANT ? "constant" : "poisson";
}

static void print_head(const struct load_report *report)
{
    const struct load_options *options = report->options;
    word_print(stdout, "%s: %u connection%s%s, %u thread%s, ", report->server, options->connections,
               options->connections == 1 ? "" : "s", options->once ? " at a time, one for each message" : "",
               options->threads, options->threads == 1 ? "" : "s");
    if (options->rate <= 0)
        printf("closed loop\n");
    else if (options->arrivals == LOAD_CONSTANT)
        printf("open loop, %.0f a second\n", options->rate);
    else
        printf("open loop, %.0f a second (Poisson, seed %" PRIu64 ")\n", options->rate, options->seed);
}

static void print_counts(const struct load_report *report)
{
    const struct load_round *round = report->round;
    char rate[32], bytes[32], seconds[32];
    word_figure((double)round->answers / elapsed_s(report), rate, sizeof rate);
    word_figure_plain((double)round->bytes / elapsed_s(report) / 1e6, " MB/s", bytes, sizeof bytes);
    word_figure_plain(elapsed_s(report), " s", seconds, sizeof seconds);
    printf("answers    %" PRIu64 " in %s: %s a second, %s%s\n", round->answers, seconds, rate, bytes,
           report->interrupted ? "; interrupted" : "");
    printf("errors     %" PRIu64, load_errors(round));
    const char *before = ": ";
    for (unsigned kind = 0; kind < LOAD_ERRORS; kind++)
        if (round->errors[kind]) {
            printf("%s%" PRIu64 " %s", before, round->errors[kind], kinds[kind].title);
            before = ", ";
        }
    if (round->error)
        word_print(stdout, "; the first: %s", round->error);
    putchar('\n');
}

static void print_statuses(const struct load_report *report)
{
    const char *before = "statuses   ";
    for (unsigned status = 0; status < LOAD_STATUS_END; status++)
        if (report->round->statuses[status]) {
            printf("%s%u: %" PRIu64, before, status, report->round->statuses[status]);
            before = ", ";
        }
    if (*before == ',')
        putchar('\n');
}

static void add_latencies(const struct load_report *report, struct table *table, const char *name,
                          const struct histogram *histogram)
{
    char text[32];
    double figures[QUANTILES + 2];
    for (unsigned i = 0; i < QUANTILES; i++)
        figures[i] = (double)quantile_ns(report, histogram, quantiles[i].q);
    figures[QUANTILES] = (double)histogram->max_ns;
    figures[QUANTILES + 1] = histogram_mean_ns(histogram);
    table_row(table, TABLE_ALL, 0);
    table_text(table, 0, "%s", name);
    for (unsigned i = 0; i < QUANTILES + 2; i++) {
        word_figure_plain(figures[i] / 1e6, " ms", text, sizeof text);
        if (figures[i] > 0)
            table_text(table, i + 1, "%s", text);
    }
}

static int print_latencies(const struct load_report *report)
{
    struct table_column columns[QUANTILES + 3] = {
        {"latency", "latency", TABLE_ALL},
        [QUANTILES + 1] = {"max", "max", TABLE_ALL, .right = true},
        [QUANTILES + 2] = {"mean", "mean", TABLE_ALL, .right = true},
    };
    struct table table;
    bool open = report->options->rate > 0;
    for (unsigned i = 0; i < QUANTILES; i++)
        columns[i + 1] =
            (struct table_column){quantiles[i].key, quantiles[i].title, TABLE_ALL, .right = true};
    table_open(&table, TABLE_TEXT, columns, QUANTILES + 3);
    add_latencies(report, &table, open ? "from when due" : "from the send", report->round->latency);
    if (open)
        add_latencies(report, &table, "from the send", report->round->latency_uncorrected);
    return print_table(&table);
}

int load_report_text(const struct load_report *report)
{
    double busy_percent = 100 * report->round->cpu_fraction;
    print_head(report);
    print_counts(report);
    print_statuses(report);
    putchar('\n');
    if (print_latencies(report))
        return EXIT_USAGE;
    printf("\ngenerator  busy for %.0f %% of its threads' time%s\n", busy_percent,
           busy_percent < CROWDED_PERCENT ? ""
                                          : ": at its limit, the server may do more; take more --threads");
    return EXIT_FINE;
}

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static void set_count(json_t *object, const char *key, uint64_t count)
{
    set(object, key, json_integer((json_int_t)count));
}

static json_t *json_latencies(const struct load_report *report, const struct histogram *histogram)
{
    json_t *object = json_object();
    for (unsigned i = 0; i < QUANTILES; i++) {
        uint64_t ns = quantile_ns(report, histogram, quantiles[i].q);
        set(object, quantiles[i].key, ns ? json_integer((json_int_t)ns) : json_null());
    }
    set_count(object, "max", histogram->max_ns);
    set(object, "mean", json_real(histogram_mean_ns(histogram)));
    return object;
}

static json_t *json_asked(const struct load_report *report)
{
    const struct load_options *options = report->options;
    json_t *object = json_object();
    set(object, "server", json_string(report->server));
    set(object, "protocol", json_string(options->http ? "http" : "echo"));
    set_count(object, "connections", options->connections);
    set_count(object, "threads", options->threads);
    set(object, "once", json_boolean(options->once));
    if (!options->http)
        set_count(object, "payload_bytes", options->message_bytes);
    set(object, "loop", json_string(options->rate > 0 ? "open" : "closed"));
    if (options->rate > 0) {
        set(object, "rate", json_real(options->rate));
        set(object, "arrivals", json_string(arrivals(options)));
        set_count(object, "seed", options->seed);
    }
    set(object, "seconds", json_real((double)report->duration_ns / 1e9));
    set(object, "timeout_s", json_real((double)options->limit_ns / 1e9));
    return object;
}

static json_t *json_statuses(const struct load_round *round)
{
    char name[8];
    json_t *object = json_object();
    for (unsigned status = 0; status < LOAD_STATUS_END; status++) {
        snprintf(name, sizeof name, "%u", status);
        if (round->statuses[status])
            set_count(object, name, round->statuses[status]);
    }
    return object;
}

json_t *load_report_object(const struct load_report *report)
{
    const struct load_round *round = report->round;
    json_t *object = json_asked(report), *errors = json_object();
    set(object, "interrupted", json_boolean(report->interrupted));
    set(object, "elapsed_s", json_real(elapsed_s(report)));
    set_count(object, "answers", round->answers);
    set(object, "answers_per_second", json_real((double)round->answers / elapsed_s(report)));
    set_count(object, "bytes_received", round->bytes);
    set_count(object, "connects", round->connects);
    for (unsigned kind = 0; kind < LOAD_ERRORS; kind++)
        set_count(errors, kinds[kind].key, round->errors[kind]);
    set(object, "errors", errors);
    set(object, "error_first", round->error ? json_string(round->error) : json_null());
    if (report->options->http)
        set(object, "statuses", json_statuses(round));
    set(object, "latency_ns", json_latencies(report, round->latency));
    if (report->options->rate > 0)
        set(object, "latency_uncorrected_ns", json_latencies(report, round->latency_uncorrected));
    set(object, "generator_cpu_fraction", json_real(round->cpu_fraction));
    return object;
}

int load_report_print(json_t *object)
{
    int failed = json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(object);
    return failed ? EXIT_USAGE : EXIT_FINE;
}

int load_report_json(const struct load_report *report)
{
    return load_report_print(load_report_object(report));
}
