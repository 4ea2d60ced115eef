/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "command_line.h"

/* The words of a line, each in [ ]. */
static const char *words_of(const char *text)
{
    static struct command_line line;
    static char words[COMMAND_LINE_BYTES];
    static struct error error;
    if (command_line_read(text, &line, &error))
        return error.text;
    *words = '\0';
    for (size_t i = 0; i < line.count; i++) {
        strcat(words, "[");
        strcat(strcat(words, line.words[i]), "]");
    }
    return words;
}

static void words_are_a_shell_s(void **state)
{
    (void)state;
    assert_string_equal(words_of(" true  a\t'b c'\"d \\\" 'e'\" \\f "), "[true][a][b cd \" 'e'][f]");
    assert_string_equal(words_of("true '$x' ''"), "[true][$x][]");
    assert_string_equal(words_of("true a=b ./c=d"), "[true][a=b][./c=d]");
}

/* As it stands. */
static void a_shell_gets_what_only_it_can_do(void **state)
{
    (void)state;
    static const char *const lines[] = {"true | cat", "true $HOME",     "true *", "false\ntrue",
                                        "true\n",     "X=1 printenv X", "(true)", "true &"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char expected[64];
        snprintf(expected, sizeof expected, "[/bin/sh][-c][%s]", lines[i]);
        assert_string_equal(words_of(lines[i]), expected);
    }
}

static void what_is_no_command(void **state)
{
    (void)state;
    assert_string_equal(words_of("true 'a"), "a quote is not closed: true 'a");
    assert_string_equal(words_of("  "), "it is empty");
    assert_string_equal(words_of("no-such-program-here 1"),
                        "command 'no-such-program-here' not found in PATH");
}

static void each_task_has_its_number(void **state)
{
    (void)state;
    static struct command_line line;
    static struct command_line_arguments arguments;
    struct error error;
    assert_int_equal(command_line_read("true a-{index}.png {index}{index}", &line, &error), 0);
    assert_int_equal(command_line_fill(&line, 42, &arguments), 0);
    assert_string_equal(arguments.words[1], "a-42.png");
    assert_string_equal(arguments.words[2], "4242");
    assert_null(arguments.words[3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_a_shell_s),
        cmocka_unit_test(a_shell_gets_what_only_it_can_do),
        cmocka_unit_test(what_is_no_command),
        cmocka_unit_test(each_task_has_its_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
