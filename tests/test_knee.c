/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "knee_write.h"

static struct knee made;

/* As if each block had a mood of its own, which all points share. */
static void measure(struct knee_point *point, double rate, double p99_ns, double errors)
{
    for (unsigned block = 0; block < KNEE_BLOCKS; block++)
        point->seen[block] = (struct knee_seen){.told = true,
                                                .answers_per_second = rate * (1 + 0.1 * (block % 3)),
                                                .p50_ns = p99_ns / 10,
                                                .p99_ns = block == 2 ? NAN : p99_ns,
                                                .errors = errors,
                                                .generator = 0.25};
}

static int make(void **state)
{
    (void)state;
    made = (struct knee){.server = "http://127.0.0.1:80/",
                         .closed_count = 3,
                         .open_count = 1,
                         .chosen = 1,
                         .most = 2,
                         .tried_most = 256};
    made.closed[0].connections = 1;
    made.closed[1].connections = 8;
    made.closed[2].connections = 64;
    made.open[0] = (struct knee_point){.connections = 128, .load = 0.5, .rate = 500};
    measure(&made.closed[0], 250, 1e6, 0);
    measure(&made.closed[1], 960, 2e6, 0);
    measure(&made.closed[2], 1000, 9e6, 0);
    measure(&made.open[0], 500, 3e6, 0);
    return 0;
}

static char *written(const char *format)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_int_equal(knee_judge(&made), 0);
    assert_int_equal(knee_write(&made, format, NULL, out), 0);
    fclose(out);
    return text;
}

static void assert_says(const char *format, const char *words)
{
    char *text = written(format);
    if (!strstr(text, words))
        fail_msg("'%s' is not in:\n%s", words, text);
    free(text);
}

/* Blocks differ, shares within a block do not. */
static void shares_are_of_the_same_block(void **state)
{
    (void)state;
    assert_int_equal(knee_judge(&made), 0);
    assert_true(fabs(made.closed[0].share.low - 0.25) < 1e-9 &&
                fabs(made.closed[0].share.high - 0.25) < 1e-9);
    assert_true(made.closed[0].answers.low < made.closed[0].answers.high);
    assert_true(fabs(made.closed[1].share.median - 0.96) < 1e-9);
    assert_true(fabs(made.open[0].p99_ns.median - 3e6) < 1e-9); /* of the blocks that have one */
    assert_true(fabs(made.closed[2].generator - 0.25) < 1e-9);
}

/* The look took more than were needed. */
static void fewer_are_chosen_if_they_do(void **state)
{
    (void)state;
    made.chosen = 2;
    assert_int_equal(knee_judge(&made), 0);
    assert_int_equal(made.chosen, 1);
    measure(&made.closed[1], 940, 2e6, 0);
    made.chosen = 2;
    assert_int_equal(knee_judge(&made), 0);
    assert_int_equal(made.chosen, 2);
}

static void what_is_said(void **state)
{
    (void)state;
    assert_says("text",
                "8 connections at once: 1056/s (960/s to 1152/s), which is 96 % (96 to 96) of what 64 give");
    assert_says("text", "1: 25 % (25 to 25)");
    assert_says("text", "offered 50 % of the most: p50 300 µs, p99 3.00 ms (3.00 ms to 3.00 ms)");
    assert_says("text", "more connections than 256 were not tried; --conc tries more");
    assert_says("markdown", "**choose**");
    assert_says("json", "\"choose\": 8");
}

static void what_cannot_be_told(void **state)
{
    (void)state;
    made.failing_from = 128;
    made.chosen = 2;
    measure(&made.closed[1], 500, 2e6, 0);
    measure(&made.open[0], 500, NAN, 0.02);
    for (unsigned block = 0; block < KNEE_BLOCKS; block++)
        made.closed[2].seen[block].generator = 0.9;
    assert_says("text", "64 connections at once: 1100/s (1000/s to 1200/s), the most that was seen");
    assert_says("text", "offered 50 % of the most: p50 not told, p99 not told: too few answers");
    assert_says("text", "no more: from 128 connections on messages stay without a right answer");
    assert_says("text", "what loads it was busy for more than 80 % of its time");
    assert_says("text", "`crosspoint load` counts them by kind");
    assert_says("json", "\"p99_ns\": null");
}

/* What is beside a round comes off it: on a busy machine too the time is kept. */
static void rounds_keep_the_time(void **state)
{
    (void)state;
    assert_true(fabs(knee_round_s(8, 24, 0, 0, 0) - 8.0 / 24) < 1e-12);
    assert_true(fabs(knee_round_s(8, 24, 4, 4, 27) - 8.0 / 24) < 1e-12);
    assert_true(fabs(24 * (knee_round_s(8, 24, 8, 4, 27) + 4.0 / 27) - 8) < 1e-12);
    assert_true(fabs(knee_round_s(8, 24, 40, 4, 27) - 0.04) < 1e-12); /* the least that says anything */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(shares_are_of_the_same_block, make),
        cmocka_unit_test_setup(fewer_are_chosen_if_they_do, make),
        cmocka_unit_test(rounds_keep_the_time),
        cmocka_unit_test_setup(what_is_said, make),
        cmocka_unit_test_setup(what_cannot_be_told, make),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
