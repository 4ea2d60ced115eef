/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "selftest_child.h"

enum { NO_PROCESS = INT_MAX }; /* above what the kernel gives to any */

static void groups_of_dead_selftests_are_removed(void **state)
{
    (void)state;
    char parent[] = "/tmp/crosspoint-test-XXXXXX", paths[4][64];
    assert_non_null(mkdtemp(parent));
    snprintf(paths[0], sizeof paths[0], "%s/crosspoint-selftest-%d", parent, NO_PROCESS);
    snprintf(paths[1], sizeof paths[1], "%s/crosspoint-selftest-%d", parent, (int)getpid());
    snprintf(paths[2], sizeof paths[2], "%s/crosspoint-selftest-", parent);
    snprintf(paths[3], sizeof paths[3], "%s/crosspoint-selftest-%dx", parent, NO_PROCESS);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(mkdir(paths[i], 0700), 0);
    selftest_quota_clear(parent);
    assert_int_equal(access(paths[0], F_OK), -1);
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(rmdir(paths[i]), 0);
    rmdir(parent);
    selftest_quota_clear(parent); /* not there */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_of_dead_selftests_are_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
