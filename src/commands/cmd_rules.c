/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "conclude.h"
#include "options.h"
#include "rules_used.h"
#include "progress.h"

struct options {
    const char *results, *format, *rules;
};

enum { OPTION_FORMAT = 256, OPTION_RULES };

static const struct argp_option option_table[] = {
    {"format", OPTION_FORMAT, "NAME", 0, "text (default), csv, json, markdown or plain", 0},
    {"rules", OPTION_RULES, "FILE|DIR", 0, "your own rules to judge by; default: those that come along", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case OPTION_FORMAT:
        options_format(state, text, "plain");
        options->format = text;
        return 0;
    case OPTION_RULES:
        options->rules = text;
        return 0;
    case ARGP_KEY_ARG:
        if (options->results)
            options_error(state, "one results folder, not '%s' as well", text);
        options->results = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        options_error(state, "name a results folder or a samples.csv");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_rules(int argc, char **argv)
{
    static const struct argp argp = {.options = option_table,
                                     .parser = parse,
                                     .args_doc = "RESULTS",
                                     .doc = "Judges the rules on what was measured."};
    struct options options = {.format = "text"};
    options_parse(&argp, argc, argv, &options);

    struct conclusion conclusion;
    struct error error;
    int code;
    if (conclusion_open(options.results, options.rules, &conclusion, &error) ||
        verdicts_write(&conclusion.verdicts, options.format, progress_colour(STDOUT_FILENO),
                       progress_width(STDOUT_FILENO), stdout, &error)) {
        code = error_tell(&error);
    } else {
        rules_used_tell(options.results, options.rules);
        conclusion_tell_missing(&conclusion);
        code = conclusion_exit_code(&conclusion);
    }
    conclusion_free(&conclusion);
    return code;
}
