/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sys/stat.h>

#include "command.h"
#include "conclude.h"
#include "options.h"
#include "rules_used.h"
#include "words.h"

struct options {
    const char *results, *rules;
};

enum { OPTION_RULES = 256 };

static const struct argp_option option_table[] = {
    {"rules", OPTION_RULES, "FILE|DIR", 0, "your own rules to judge by; default: those that come along", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case OPTION_RULES:
        options->rules = text;
        return 0;
    case ARGP_KEY_ARG:
        if (options->results)
            options_error(state, "one results folder, not '%s' as well", text);
        options->results = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        options_error(state, "name a results folder");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_report(int argc, char **argv)
{
    static const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .args_doc = "RESULTS",
        .doc = "Writes verdicts.csv, charts and report.html anew from samples.csv."};
    struct options options = {0};
    options_parse(&argp, argc, argv, &options);

    struct conclusion conclusion = {0};
    struct error error;
    struct stat stat_buffer;
    int code;
    if (stat(options.results, &stat_buffer) == 0 && !S_ISDIR(stat_buffer.st_mode)) {
        error_set(&error, "%s is no folder; the report goes where samples.csv lies", options.results);
        return error_tell(&error);
    }
    if (conclusion_open(options.results, options.rules, &conclusion, &error) ||
        conclusion_write(&conclusion, options.results, &error)) {
        code = error_tell(&error);
    } else {
        word_print(stdout, "report: %s/report.html\n", options.results);
        rules_used_tell(options.results, options.rules);
        conclusion_tell_missing(&conclusion);
        code = conclusion_exit_code(&conclusion);
    }
    conclusion_free(&conclusion);
    return code;
}
