/* SPDX-License-Identifier: MIT */
/* The options of run, one a line, and the filter that they hold. An error ends the program: here it ends the
 * input. */
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "fuzz.h"
#include "options.h"
#include "run_options.h"

/* What argp holds while it parses is lost with the input. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static jmp_buf input_ends;
static bool inside;

_Noreturn void __real_exit(int code);
_Noreturn void __wrap_exit(int code);
_Noreturn void __wrap_exit(int code)
{
    if (!inside)
        __real_exit(code);
    longjmp(input_ends, code + 1);
}

/* argp itself answers these, and ends. */
static int is_answered_by_argp(const char *text)
{
    return strncmp(text, "--help", 6) == 0 || strncmp(text, "--usage", 7) == 0 ||
           strncmp(text, "--version", 9) == 0 || strcmp(text, "-?") == 0 || strcmp(text, "-V") == 0;
}

/* As a command's own: the options of run are its child. */
static error_t parse(int key, char *text, struct argp_state *state)
{
    if (key == ARGP_KEY_INIT)
        state->child_inputs[0] = state->input;
    else if (key == ARGP_KEY_ARG)
        options_error(state, "no argument '%s'", text);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { WORDS_MAX = 32 };
    static char text[4096];
    static struct run_options options;
    const struct argp_child children[] = {{&run_options_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {.parser = parse, .children = children};
    char *words[WORDS_MAX + 2] = {"run"}, *rest = text, *word;
    int count = 1;
    if (size >= sizeof text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    while ((word = strsep(&rest, "\n")) && count <= WORDS_MAX) {
        if (is_answered_by_argp(word))
            return 0;
        words[count++] = word;
    }
    run_options_init(&options);
    inside = true;
    if (setjmp(input_ends) == 0)
        options_parse(&argp, count, words, &options);
    inside = false;
    regex_t regex;
    struct error error;
    if (filter_compile(text, &regex, &error) == 0) {
        regexec(&regex, "native/cpu/sum-squares/thread-pool/workers:2/terms:1000/place:compact", 0, NULL, 0);
        regfree(&regex);
    }
    return 0;
}
