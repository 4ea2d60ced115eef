/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gate.h"
#include "nearest.h"
#include "table.h"
#include "words.h"

static _Noreturn void fail(const char *command, const char *format, va_list arguments)
{
    char *text;
    if (vasprintf(&text, format, arguments) >= 0)
        word_tell(stderr, "%s: %s", command, text);
    exit(EXIT_USAGE);
}

static _Noreturn __attribute__((format(printf, 2, 3))) void fail_command(const char *command,
                                                                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail(command, format, arguments);
}

void options_error(const struct argp_state *state, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail(state->argv[0], format, arguments);
}

uint64_t options_count(const struct argp_state *state, const char *option, const char *text, uint64_t low,
                       uint64_t high)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || errno || value < low || value > high)
        options_error(state, "%s '%s' is not a whole number from %llu to %llu", option, text,
                      (unsigned long long)low, (unsigned long long)high);
    return value;
}

uint64_t options_seconds_ns(const struct argp_state *state, const char *option, const char *text,
                            unsigned high)
{
    char *end = NULL;
    double seconds = isdigit((unsigned char)*text) ? strtod(text, &end) : 0;
    bool plain = text[strspn(text, "0123456789.")] == '\0';
    if (!plain || !end || *end || seconds < 0.001 || seconds > high)
        options_error(state, "%s '%s' is no number of seconds from 0.001 to %u", option, text, high);
    return (uint64_t)(seconds * 1e9);
}

double options_percent(const struct argp_state *state, const char *option, const char *text)
{
    char *end;
    double percent = strtod(text, &end);
    bool in_range = end != text && percent >= 0 && percent <= 1000;
    if (in_range && *end == '\0')
        options_error(state, "%s '%s' is not a percentage from 0%% to 1000%%: write %s%%", option, text,
                      text);
    if (!in_range || strcmp(end + strspn(end, " "), "%") != 0)
        options_error(state, "%s '%s' is not a percentage from 0%% to 1000%%, such as 5%%", option, text);
    return percent / 100;
}

void options_format(const struct argp_state *state, const char *text, const char *beside)
{
    struct error error;
    if (table_format_find_beside(text, beside, &error) < 0)
        options_error(state, "%s", error.text);
}

void options_gate(const struct argp_state *state, const char *path, struct gate *gate)
{
    struct error error;
    if (gate->count)
        options_error(state, "one gate, not '%s' as well", path);
    if (gate_load(path, (int64_t)time(NULL) / 86400, gate, &error))
        options_error(state, "%s", error.text);
}

void options_fail_on(const struct argp_state *state, const char *text, struct gate *gate)
{
    struct error error;
    if (gate_parse_fail_on(text, &gate->fail_on, &error))
        options_error(state, "%s", error.text);
}

static bool is_end(const struct argp_option *option)
{
    return !option || (!option->name && !option->doc);
}

/* Whole names only: what an abbreviation means would change with the next option. */
static const struct argp_option *find_in_table(const struct argp_option *option, const char *name,
                                               size_t length)
{
    for (; !is_end(option); option++)
        if (option->name && strlen(option->name) == length && strncmp(option->name, name, length) == 0)
            return option;
    return NULL;
}

static const struct argp_option *find_in_argp(const struct argp *argp, const char *name, size_t length)
{
    const struct argp_option *found = find_in_table(argp->options, name, length);
    for (const struct argp_child *child = argp->children; !found && child && child->argp; child++)
        found = find_in_argp(child->argp, name, length);
    return found;
}

const char *options_runtime(const struct argp_state *state, const char *text)
{
    static const char *const kinds[] = {"native", "cpython", "all"};
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    struct nearest nearest;
    nearest_begin(&nearest, text, strlen(text), "");
    for (size_t i = 0; i < KINDS; i++) {
        nearest_offer(&nearest, kinds[i]);
        if (strcmp(text, kinds[i]) == 0)
            return i + 1 < KINDS ? kinds[i] : NULL;
    }
    options_error(state, "no runtime '%s'; %s", text, nearest_tell(&nearest));
}

static const struct argp_option *find_option(const struct argp *argp, const char *name, size_t length)
{
    static const struct argp_option built_in[] = {
        {.name = "help"}, {.name = "usage"}, {.name = "version"}, {0}};
    const struct argp_option *found = find_in_argp(argp, name, length);
    return found ? found : find_in_table(built_in, name, length);
}

static void offer_options(const struct argp *argp, struct nearest *nearest)
{
    for (const struct argp_option *option = argp->options; !is_end(option); option++)
        if (option->name && !(option->flags & OPTION_HIDDEN))
            nearest_offer(nearest, option->name);
    for (const struct argp_child *child = argp->children; child && child->argp; child++)
        offer_options(child->argp, nearest);
}

static _Noreturn void fail_unknown(const struct argp *argp, const char *command, const char *given)
{
    struct nearest nearest;
    bool is_long = strncmp(given, "--", 2) == 0;
    nearest_begin(&nearest, given + 2, is_long ? strcspn(given + 2, "=") : 0, "--");
    offer_options(argp, &nearest);
    nearest_offer(&nearest, "help");
    fail_command(command, "no option '%s'; %s", given, nearest_tell(&nearest));
}

/* argp would say the same in two lines and would not say what is known. */
static void check_options(const struct argp *argp, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0)
            return;
        if (argv[i][0] != '-' || argv[i][1] == '\0' || strcmp(argv[i], "-?") == 0 ||
            strcmp(argv[i], "-V") == 0)
            continue;
        size_t length = strcspn(argv[i] + 2, "=");
        const struct argp_option *option = NULL;
        if (argv[i][1] == '-' && length > 0)
            option = find_option(argp, argv[i] + 2, length);
        if (!option)
            fail_unknown(argp, argv[0], argv[i]);
        bool attached = argv[i][2 + length] == '=';
        bool required = option->arg && !(option->flags & OPTION_ARG_OPTIONAL);
        if (required && !attached && ++i == argc)
            fail_command(argv[0], "--%s needs a value: --%s=%s", option->name, option->name, option->arg);
        if (!option->arg && attached)
            fail_command(argv[0], "--%s takes no value", option->name);
    }
}

static bool parsing;

/* argp ends the process itself after --help and --version: output that was lost is an error there too. */
static void check_help(void)
{
    if (!parsing || (fflush(stdout) == 0 && !ferror(stdout)))
        return;
    word_tell(stderr, "crosspoint: standard output: %s", strerror(errno));
    _exit(EXIT_USAGE);
}

void options_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    char name[64];
    snprintf(name, sizeof name, "crosspoint %s", argv[0]);
    options_parse_as(name, argp, argc, argv, input);
}

void options_parse_as(char *name, const struct argp *argp, int argc, char **argv, void *input)
{
    char *command = argv[0];
    argv[0] = name;
    check_options(argp, argc, argv);
    argp_err_exit_status = EXIT_USAGE;
    static bool registered;
    registered = registered || atexit(check_help) == 0;
    parsing = true;
    argp_parse(argp, argc, argv, 0, NULL, input);
    parsing = false;
    argv[0] = command;
}

const char *options_program(void)
{
    return program_invocation_name;
}

const char *argp_program_version = "crosspoint " CROSSPOINT_VERSION;
