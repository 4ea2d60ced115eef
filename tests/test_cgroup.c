/* SPDX-License-Identifier: MIT */
/* Made-up control groups and processes. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cgroup.h"
#include "directory.h"
#include "resource_limits.h"

#define MOUNT_V1        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
#define MOUNT_V1_CPUSET "35 31 0:32 / /sys/fs/cgroup/cpuset rw,relatime shared:9 - cgroup cgroup rw,cpuset\n"
#define MOUNT_V2        "24 23 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
#define MOUNT_UNIFIED   "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
#define V1              "sys/fs/cgroup/cpu,cpuacct/"
#define MOUNT_V1_PIDS   "36 31 0:33 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids\n"
#define V2              "sys/fs/cgroup/"
#define V1_PIDS         "sys/fs/cgroup/pids/"
#define NOT_SAID        UINT64_MAX

static const struct tree {
    const char *name, *mountinfo, *cgroup;
    struct {
        const char *name, *text;
    } files[6];
    double quota_processors;
    uint64_t throttled_ns, tasks_left; /* 0: no limit */
} trees[] = {
    {.name = "none", .throttled_ns = NOT_SAID},
    {.name = "v2, fewest tasks left in the parent",
     .mountinfo = MOUNT_V2,
     .cgroup = "0::/a/b\n",
     .files = {{V2 "a/b/pids.max", "max\n"},
               {V2 "a/b/pids.current", "7\n"},
               {V2 "a/pids.max", "100\n"},
               {V2 "a/pids.current", "58\n"},
               {V2 "pids.max", "1000\n"},
               {V2 "pids.current", "60\n"}},
     .throttled_ns = NOT_SAID,
     .tasks_left = 42},
    {.name = "v1, tasks of another controller's group",
     .mountinfo = MOUNT_V1 MOUNT_V1_PIDS,
     .cgroup = "3:cpu,cpuacct:/a\n4:pids:/b\n",
     .files = {{V1_PIDS "b/pids.max", "20\n"}, {V1_PIDS "b/pids.current", "3\n"}, {V1 "a/pids.max", "1\n"}},
     .throttled_ns = NOT_SAID,
     .tasks_left = 17},
    {.name = "v2 max",
     .mountinfo = MOUNT_V2,
     .cgroup = "0::/user.slice\n",
     .files = {{V2 "user.slice/cpu.max", "max 100000\n"},
               {V2 "user.slice/cpu.stat", "usage_usec 5\nnr_throttled 0\nthrottled_usec 0\n"},
               {V2 "cpu.stat", "usage_usec 7\n"}}},
    {.name = "v2 of its own",
     .mountinfo = MOUNT_V2,
     .cgroup = "0::/a/b\n",
     .files = {{V2 "a/b/cpu.max", "150000 100000\n"},
               {V2 "a/b/cpu.stat", "usage_usec 5\nthrottled_usec 12\n"}},
     .quota_processors = 1.5,
     .throttled_ns = 12000},
    {.name = "v2, the parent's is smaller",
     .mountinfo = MOUNT_V2,
     .cgroup = "0::/a/b\n",
     .files = {{V2 "a/b/cpu.max", "400000 100000\n"},
               {V2 "a/cpu.max", "50000 100000\n"},
               {V2 "a/b/cpu.stat", "throttled_usec 1\n"},
               {V2 "a/cpu.stat", "throttled_usec 2\n"},
               {V2 "c/cpu.max", "10000 100000\n"}},
     .quota_processors = 0.5,
     .throttled_ns = 3000},
    {.name = "v2, the cpu controller is not delegated",
     .mountinfo = MOUNT_V2,
     .cgroup = "0::/a/b/c\n",
     .files = {{V2 "a/cpu.max", "200000 100000\n"}, {V2 "a/b/c/memory.max", "max\n"}},
     .quota_processors = 2,
     .throttled_ns = NOT_SAID},
    {.name = "v2 in a container: the root of its namespace has a quota",
     .mountinfo = MOUNT_V2,
     .cgroup = "0::/\n",
     .files = {{V2 "cpu.max", "300000 100000\n"}, {V2 "cpu.stat", "throttled_usec 4\n"}},
     .quota_processors = 3,
     .throttled_ns = 4000},
    {.name = "v2 entered from without",
     .mountinfo = "24 23 0:22 /../../other /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
     .cgroup = "0::/../../mine\n",
     .files = {{V2 "cpu.max", "100000 100000\n"}},
     .quota_processors = 1,
     .throttled_ns = NOT_SAID},
    {.name = "v1",
     .mountinfo = MOUNT_V1_CPUSET MOUNT_V1,
     .cgroup = "5:cpuset:/no\n3:cpu,cpuacct:/job\n",
     .files = {{V1 "job/cpu.cfs_quota_us", "250000\n"},
               {V1 "job/cpu.cfs_period_us", "100000\n"},
               {V1 "job/cpu.stat", "nr_periods 3\nnr_throttled 1\nthrottled_time 12345\n"},
               {V1 "cpu.cfs_quota_us", "-1\n"},
               {V1 "cpu.cfs_period_us", "100000\n"}},
     .quota_processors = 2.5,
     .throttled_ns = 12345},
    {.name = "v1 without a quota",
     .mountinfo = MOUNT_V1,
     .cgroup = "3:cpu,cpuacct:/\n",
     .files = {{V1 "cpu.cfs_quota_us", "-1\n"},
               {V1 "cpu.cfs_period_us", "100000\n"},
               {V1 "cpu.stat", "throttled_time 0\n"}}},
    {.name = "v1 in a container that sees the host's path",
     .mountinfo = "32 31 0:29 /docker/f00 /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n",
     .cgroup = "3:cpu,cpuacct:/docker/f00/inner\n",
     .files = {{V1 "inner/cpu.cfs_quota_us", "800000\n"},
               {V1 "inner/cpu.cfs_period_us", "100000\n"},
               {V1 "cpu.cfs_quota_us", "400000\n"},
               {V1 "cpu.cfs_period_us", "100000\n"}},
     .quota_processors = 4,
     .throttled_ns = NOT_SAID},
    {.name = "v1 in a container whose mount is of another group",
     .mountinfo = "32 31 0:29 /docker/f00 /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n",
     .cgroup = "3:cpu,cpuacct:/docker/f00d\n",
     .files = {{V1 "cpu.cfs_quota_us", "100000\n"},
               {V1 "cpu.cfs_period_us", "50000\n"},
               {V1 "d/cpu.cfs_quota_us", "1000\n"},
               {V1 "d/cpu.cfs_period_us", "100000\n"}},
     .quota_processors = 2,
     .throttled_ns = NOT_SAID},
    {.name = "both, mounted twice",
     .mountinfo = MOUNT_V1 MOUNT_UNIFIED MOUNT_V1,
     .cgroup = "1:cpu,cpuacct:/a\n0::/a\n",
     .files = {{V1 "a/cpu.cfs_quota_us", "100000\n"},
               {V1 "a/cpu.cfs_period_us", "100000\n"},
               {V1 "a/cpu.stat", "throttled_time 7\n"},
               {V2 "unified/a/cpu.stat", "usage_usec 1\n"}},
     .quota_processors = 1,
     .throttled_ns = 7},
};

static void test_cgroup_trees(void **state)
{
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        const struct tree *tree = &trees[i];
        char root[PATH_MAX];
        snprintf(root, sizeof root, "%s/%zu", (const char *)*state, i);
        if (tree->cgroup) {
            file_write(root, "proc/self/mountinfo", tree->mountinfo);
            file_write(root, "proc/self/cgroup", tree->cgroup);
        }
        for (size_t j = 0; j < 6 && tree->files[j].name; j++)
            file_write(root, tree->files[j].name, tree->files[j].text);
        double processors = -1;
        uint64_t ns = NOT_SAID, tasks, tasks_left = tree->tasks_left ? tree->tasks_left : UINT64_MAX;
        errno = 0;
        if (cgroup_quota(root, &processors) || processors != tree->quota_processors)
            fail_msg("%s: quota %g, wanted %g", tree->name, processors, tree->quota_processors);
        int result = cgroup_throttled_ns(root, &ns);
        if (ns != tree->throttled_ns || (result ? errno != ENOENT : ns == NOT_SAID))
            fail_msg("%s: throttled %ju ns, wanted %ju", tree->name, (uintmax_t)ns,
                     (uintmax_t)tree->throttled_ns);
        if (cgroup_tasks_left(root, &tasks) || tasks != tasks_left)
            fail_msg("%s: %ju tasks left, wanted %ju", tree->name, (uintmax_t)tasks, (uintmax_t)tasks_left);
    }
}

static void test_cgroup_error(void **state)
{
    double processors;
    uint64_t ns;
    char root[PATH_MAX];
    file_write(*state, "proc/self/mountinfo", MOUNT_V2);
    file_write(*state, "proc/self/cgroup", "0::/\n");
    snprintf(root, sizeof root, "%s/" V2 "cpu.max", (const char *)*state);
    file_write(root, "a directory", "");
    assert_int_equal(cgroup_quota(*state, &processors), -1);
    assert_int_equal(errno, EISDIR);
    assert_int_equal(cgroup_throttled_ns(*state, &ns), -1);
    assert_int_equal(errno, ENOENT);
}

/* An unknown limit is told, and what is not there is none. */
static void test_unread(void **state)
{
    char text[512], file[PATH_MAX];
    file_write(*state, "proc/self/mountinfo", MOUNT_V2);
    file_write(*state, "proc/self/cgroup", "0::/\n");
    cgroup_unread(*state, text, sizeof text);
    assert_string_equal(text, "");
    for (size_t i = 0; i < 2; i++) {
        const char *names[] = {"pids.max", "cpu.stat"};
        snprintf(file, sizeof file, "%s/" V2 "%s", (const char *)*state, names[i]);
        file_write(file, "a directory", "");
    }
    cgroup_unread(*state, text, sizeof text);
    assert_non_null(strstr(text, "(pids.max) of this process's cgroup cannot be read (Is a directory)"));
    assert_non_null(strstr(text, "; how long it is throttled (cpu.stat) cannot be read (Is a directory)"));
}

static void test_tasks_of_a_user(void **state)
{
    const char *proc = *state;
    file_write(proc, "7/status", "Name:\tThreads: 9\nUid:\t1000\t0\t0\t0\nGid:\t5\nThreads:\t3\nCpus:\tf\n");
    file_write(proc, "11/status", "Name:\tb\nUid:\t0\t1000\t1000\t1000\nThreads:\t100\n");
    file_write(proc, "12/status", "Name:\tc\nUid:\t1000\t1000\t1000\t1000\nThreads:\t40\n");
    file_write(proc, "13/stat", "13 (d) S 1\n");
    file_write(proc, "sys/status", "Uid:\t1000\nThreads:\t500\n");
    assert_int_equal(limits_count_tasks(proc, 1000), 43);
    assert_int_equal(limits_count_tasks("/none", 1000), 0);
    assert_true(limits_count_tasks("/proc", getuid()) >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cgroup_trees, directory_make, directory_remove),
        cmocka_unit_test_setup_teardown(test_tasks_of_a_user, directory_make, directory_remove),
        cmocka_unit_test_setup_teardown(test_cgroup_error, directory_make, directory_remove),
        cmocka_unit_test_setup_teardown(test_unread, directory_make, directory_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
