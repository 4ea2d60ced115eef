/* SPDX-License-Identifier: MIT */
/* squares.hgrm was written by HdrHistogram's algorithm from i * i * 1000 + i, i from 1 to 1000. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hgrm.h"

static struct histogram histogram;

static char *write_it(void)
{
    char *text = NULL;
    size_t bytes;
    FILE *memory = open_memstream(&text, &bytes);
    assert_non_null(memory);
    assert_int_equal(hgrm_write(&histogram, memory), 0);
    fclose(memory);
    return text;
}

static void as_hdr_histogram_does(void **state)
{
    (void)state;
    char path[512], expected[8192];
    snprintf(path, sizeof path, "%s/squares.hgrm", getenv("CROSSPOINT_FIXTURES"));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    expected[fread(expected, 1, sizeof expected - 1, file)] = '\0';
    fclose(file);
    for (uint64_t i = 1; i <= 1000; i++)
        histogram_record(&histogram, i * i * 1000 + i);
    char *text = write_it();
    assert_string_equal(text, expected);
    free(text);
}

static void of_nothing(void **state)
{
    (void)state;
    histogram_reset(&histogram);
    char *text = write_it();
    assert_non_null(
        strstr(text, "\n       0.000     1.000000            0          inf\n#[Mean    =        0.000,"));
    free(text);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    setvbuf(full, NULL, _IONBF, 0);
    assert_int_equal(hgrm_write(&histogram, full), -1);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_hdr_histogram_does),
        cmocka_unit_test(of_nothing),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
