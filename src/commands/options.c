/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

static _Noreturn void fail(const char *command, const char *format, va_list arguments)
{
    char *text;
    if (vasprintf(&text, format, arguments) >= 0)
        word_print(stderr, "%s: %s\n", command, text);
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

static bool is_end(const struct argp_option *option)
{
    return !option || (!option->name && !option->doc);
}

static size_t list_table(const struct argp_option *option, char *text, size_t text_bytes, size_t used)
{
    for (; !is_end(option) && used < text_bytes; option++)
        if (option->name && !(option->flags & OPTION_HIDDEN))
            used += (size_t)snprintf(text + used, text_bytes - used, "--%s, ", option->name);
    return used;
}

static void list_known(const struct argp *argp, char *text, size_t text_bytes)
{
    size_t used = list_table(argp->options, text, text_bytes, 0);
    for (const struct argp_child *child = argp->children; child && child->argp; child++)
        used = list_table(child->argp->options, text, text_bytes, used);
    if (used < text_bytes)
        snprintf(text + used, text_bytes - used, "--help");
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

static const struct argp_option *find_option(const struct argp *argp, const char *name, size_t length)
{
    static const struct argp_option built_in[] = {
        {.name = "help"}, {.name = "usage"}, {.name = "version"}, {0}};
    const struct argp_option *found = find_in_table(argp->options, name, length);
    for (const struct argp_child *child = argp->children; !found && child && child->argp; child++)
        found = find_in_table(child->argp->options, name, length);
    return found ? found : find_in_table(built_in, name, length);
}

/* Letters put in, left out or changed, two swapped counting as two; beyond LETTERS_MAX nothing is close. */
static size_t letters_apart(const char *a, size_t a_length, const char *b)
{
    enum { LETTERS_MAX = 40 };
    size_t b_length = strlen(b), row[LETTERS_MAX + 1];
    if (a_length > LETTERS_MAX || b_length > LETTERS_MAX)
        return SIZE_MAX;
    for (size_t k = 0; k <= b_length; k++)
        row[k] = k;
    for (size_t i = 1; i <= a_length; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t k = 1; k <= b_length; k++) {
            size_t best = corner + (a[i - 1] != b[k - 1]);
            corner = row[k];
            best = row[k] + 1 < best ? row[k] + 1 : best;
            row[k] = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
        }
    }
    return row[b_length];
}

static void nearest_in_table(const struct argp_option *option, const char *name, size_t length, size_t *least,
                             const char **nearest)
{
    for (; !is_end(option); option++) {
        size_t apart = option->name ? letters_apart(name, length, option->name) : SIZE_MAX;
        if (apart < *least) {
            *least = apart;
            *nearest = option->name;
        }
    }
}

/* NULL if none is close. */
static const char *find_nearest(const struct argp *argp, const char *name, size_t length)
{
    size_t least = length > 4 ? 3 : 2;
    const char *nearest = NULL;
    nearest_in_table(argp->options, name, length, &least, &nearest);
    for (const struct argp_child *child = argp->children; child && child->argp; child++)
        nearest_in_table(child->argp->options, name, length, &least, &nearest);
    return nearest;
}

/* argp would say the same in two lines and would not say what is known. */
static void check_options(const struct argp *argp, int argc, char **argv)
{
    char known[1024];
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
        if (!option) {
            list_known(argp, known, sizeof known);
            const char *nearest = argv[i][1] == '-' ? find_nearest(argp, argv[i] + 2, length) : NULL;
            fail_command(argv[0], "no option '%s'%s%s%s; known: %s", argv[i],
                         nearest ? "; did you mean --" : "", nearest ? nearest : "", nearest ? "?" : "",
                         known);
        }
        bool attached = argv[i][2 + length] == '=';
        bool required = option->arg && !(option->flags & OPTION_ARG_OPTIONAL);
        if (required && !attached && ++i == argc)
            fail_command(argv[0], "--%s needs a value: --%s=%s", option->name, option->name, option->arg);
        if (!option->arg && attached)
            fail_command(argv[0], "--%s takes no value", option->name);
    }
}

void options_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    char name[64], *command = argv[0];
    snprintf(name, sizeof name, "crosspoint %s", command);
    argv[0] = name;
    check_options(argp, argc, argv);
    argp_err_exit_status = EXIT_USAGE;
    argp_parse(argp, argc, argv, 0, NULL, input);
    argv[0] = command;
}

const char *options_program(void)
{
    return program_invocation_name;
}

const char *argp_program_version = "crosspoint " CROSSPOINT_VERSION;
