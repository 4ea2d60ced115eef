/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cgroup.h"
#include "resource_limits.h"
#include "topology.h"

enum { UNITS_MAX = 4096 };

/* A temporary directory per test: state. */

static int directory_make(void **state)
{
    char *directory = strdup("/tmp/crosspoint-test-XXXXXX");
    *state = directory;
    return directory && mkdtemp(directory) ? 0 : -1;
}

static int entry_remove(const char *path, const struct stat *status, int flag, struct FTW *position)
{
    (void)status;
    (void)flag;
    (void)position;
    return remove(path);
}

static int directory_remove(void **state)
{
    int result = nftw(*state, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return result;
}

/* Writes a file and the directories it stands in. */
static void file_write(const char *directory, const char *name, const char *text)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        assert_true(!mkdir(path, 0700) || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct topology *open_machine(const char *xml_path)
{
    struct error error;
    struct topology *topology = topology_open(xml_path, &error);
    if (!topology)
        fail_msg("%s", error.text);
    return topology;
}

static struct topology *open_description(const char *description)
{
    struct error error;
    struct topology *topology = topology_open_description(description, &error);
    if (!topology)
        fail_msg("%s", error.text);
    return topology;
}

static void assert_same_units(const struct topology *left, const struct topology *right)
{
    size_t left_count, right_count;
    const struct unit *left_units = topology_units(left, &left_count);
    const struct unit *right_units = topology_units(right, &right_count);
    assert_int_equal(left_count, right_count);
    assert_memory_equal(left_units, right_units, left_count * sizeof *left_units);
}

static void test_describe(void **state)
{
    (void)state;
    static const struct {
        const char *description, *text;
    } cases[] = {
        {"pack:2 numa:2 l3:1 core:8 pu:2", "64 processing units, 32 cores, 2 packages, 4 NUMA nodes, 4 L3s"},
        {"pack:1 l3:1 core:2 pu:1", "2 processing units, 2 cores, 1 package, 1 NUMA node, 1 L3"},
        {"pu:1", "1 processing unit, 1 NUMA node"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct topology *topology = open_description(cases[i].description);
        char text[128], small[8];
        topology_describe(topology, text, sizeof text);
        assert_string_equal(text, cases[i].text);
        topology_describe(topology, small, sizeof small);
        assert_int_equal(strlen(small), 7);
        topology_close(topology);
    }
}

static void test_units_of_a_description(void **state)
{
    (void)state;
    struct topology *topology = open_description("pack:2 numa:2 l3:2 core:2 pu:2");
    size_t count;
    const struct unit *units = topology_units(topology, &count);
    assert_int_equal(count, 32);
    for (unsigned i = 0; i < count; i++) {
        const struct unit wanted = {
            .os_index = i, .core = i / 2, .l3 = i / 4, .numa = i / 8, .package = i / 16};
        assert_memory_equal(&units[i], &wanted, sizeof wanted);
    }
    assert_int_equal(topology_max(topology), 32);
    assert_true(topology_quota(topology) == 0);
    topology_close(topology);
}

static void test_missing_levels_count_as_0(void **state)
{
    (void)state;
    struct topology *topology = open_description("pu:2");
    size_t count;
    const struct unit *units = topology_units(topology, &count);
    const struct unit wanted[] = {{.os_index = 0}, {.os_index = 1, .core = 1}};
    assert_int_equal(count, 2);
    assert_memory_equal(units, wanted, sizeof wanted);
    topology_close(topology);
}

static void test_bad_descriptions(void **state)
{
    char garbage[PATH_MAX];
    struct error error;
    file_write(*state, "garbage.txt", "no topology");
    snprintf(garbage, sizeof garbage, "%s/garbage.txt", (const char *)*state);
    const struct {
        const char *description, *text;
    } cases[] = {
        {"", "pack:2 numa:2"},
        {"pack:2 cor:2", "\"pack:2 cor:2\" is neither"},
        {"core:0", "pack:2 numa:2"},
        {"/nonexistent/topology.xml", "/nonexistent/topology.xml: No such file"},
        {garbage, "garbage.txt is no topology"},
        {"pack:64 core:1024", "more than 4096 processing units"},
        {"pack:2 [numa] core:3000 pu:1", "more than 4096 processing units"},
        {*state, "no regular file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        error.text[0] = '\0';
        assert_null(topology_open_description(cases[i].description, &error));
        if (!strstr(error.text, cases[i].text))
            fail_msg("\"%s\": %s", cases[i].description, error.text);
    }
    assert_null(topology_open("/nonexistent/topology.xml", &error));
    assert_non_null(strstr(error.text, "/nonexistent/topology.xml: No such file"));
    assert_null(topology_open(garbage, &error));
    assert_non_null(strstr(error.text, "garbage.txt is no topology"));
}

static void test_export_and_read_back(void **state)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/topology.xml", (const char *)*state);
    struct topology *found = open_machine(NULL);
    assert_int_equal(topology_export(found, path, NULL), 0);
    struct topology *read = open_description(path), *loaded = open_machine(path);
    assert_same_units(found, read);
    assert_same_units(found, loaded);
    topology_close(loaded);
    topology_close(read);
    topology_close(found);
}

static void test_export_nowhere(void **state)
{
    (void)state;
    struct error error;
    struct topology *topology = open_machine(NULL);
    assert_int_equal(topology_export(topology, "/nonexistent/topology.xml", &error), -1);
    assert_non_null(strstr(error.text, "/nonexistent/topology.xml"));
    topology_close(topology);
}

/* Binds to each unit in turn, then to all, and counts what is not read back equal. */
static int binding_differences(const struct topology *topology)
{
    size_t count;
    const struct unit *units = topology_units(topology, &count);
    unsigned all[UNITS_MAX], observed[UNITS_MAX];
    int differences = 0;
    for (size_t i = 0; i < count; i++) {
        all[i] = units[i].os_index;
        differences += topology_bind_self(topology, &all[i], 1, NULL) ||
                       topology_read_binding_self(topology, observed, UNITS_MAX, NULL) != 1 ||
                       observed[0] != all[i];
    }
    differences += topology_bind_self(topology, all, count, NULL) ||
                   topology_read_binding_self(topology, observed, 1, NULL) != (int)count;
    return differences;
}

static char *read_text(const char *path)
{
    static char text[1 << 20];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* Memory behind a bus of its own: hwloc 2.9.0's restrict aborts over it. */
static void test_node_without_units(void **state)
{
    static const char node[] =
        "<object type=\"NUMANode\" os_index=\"1000\" cpuset=\"0x0\" complete_cpuset=\"0x0\" "
        "nodeset=\"%s\" complete_nodeset=\"%s\" gp_index=\"99999\" "
        "local_memory=\"1048576\"/>\n";
    char path[PATH_MAX], made[PATH_MAX], set[512] = "0x00000100", line[2048];
    snprintf(path, sizeof path, "%s/topology.xml", (const char *)*state);
    snprintf(made, sizeof made, "%s/made.xml", (const char *)*state);
    for (int i = 0; i < 31; i++) /* bit 1000 */
        strcat(set, ",0x0");
    struct topology *found = open_machine(NULL);
    assert_int_equal(topology_export(found, path, NULL), 0);
    char *text = read_text(path), *machine = strstr(text, "<object type=\"Machine\""), *end;
    assert_non_null(machine);
    end = strstr(machine, "<object type=\"Package\"");
    if (!end) {
        topology_close(found);
        skip();
    }
    FILE *file = fopen(made, "w");
    assert_non_null(file);
    fwrite(text, 1, (size_t)(end - text), file);
    snprintf(line, sizeof line, node, set, set);
    fputs(line, file);
    fputs(end, file);
    fclose(file);
    struct topology *loaded = open_machine(made);
    assert_same_units(found, loaded);
    assert_int_equal(topology_export(loaded, path, NULL), 0);
    topology_close(loaded);
    topology_close(found);
}

/* What is measured is this machine, whatever the shell exports. */
static void test_environment_of_hwloc(void **state)
{
    (void)state;
    struct topology *before = open_machine(NULL);
    setenv("HWLOC_SYNTHETIC", "pack:8 core:4 pu:2", 1);
    setenv("HWLOC_XMLFILE", "/nonexistent.xml", 1);
    setenv("HWLOC_THISSYSTEM", "0", 1);
    setenv("HWLOC_HIDE_ERRORS", "1", 1);
    struct topology *after = open_machine(NULL);
    assert_same_units(before, after);
    assert_int_equal(binding_differences(after), 0);
    assert_non_null(strstr(topology_warning(after), "HWLOC_SYNTHETIC"));
    assert_non_null(strstr(topology_warning(after), "HWLOC_XMLFILE"));
    assert_null(strstr(topology_warning(after), "HIDE_ERRORS"));
    assert_null(getenv("HWLOC_SYNTHETIC"));
    assert_string_equal(topology_warning(before), "");
    unsetenv("HWLOC_HIDE_ERRORS");
    topology_close(after);
    topology_close(before);
}

static int units_that_changed(const struct topology *topology, unsigned os_index)
{
    struct error error = {""};
    cpu_set_t mask;
    if (topology_check_allowed(topology, &error))
        return 1;
    CPU_ZERO(&mask);
    CPU_SET(os_index, &mask);
    if (sched_setaffinity(0, sizeof mask, &mask))
        return 2;
    return topology_check_allowed(topology, &error) && strstr(error.text, "have changed") ? 0 : 3;
}

static void test_units_that_change(void **state)
{
    (void)state;
    size_t count;
    int status;
    struct topology *topology = open_machine(NULL);
    const struct unit *units = topology_units(topology, &count);
    if (count < 2) {
        topology_close(topology);
        skip();
    }
    pid_t child = fork();
    if (child == 0)
        _exit(units_that_changed(topology, units[0].os_index));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    topology_close(topology);
}

static void test_this_machine(void **state)
{
    (void)state;
    struct topology *topology = open_machine(NULL);
    cpu_set_t *mask = CPU_ALLOC(UNITS_MAX);
    size_t mask_bytes = CPU_ALLOC_SIZE(UNITS_MAX), count;
    assert_int_equal(sched_getaffinity(0, mask_bytes, mask), 0);
    const struct unit *units = topology_units(topology, &count);
    assert_int_equal(count, CPU_COUNT_S(mask_bytes, mask));
    for (size_t i = 0; i < count; i++)
        assert_true(CPU_ISSET_S(units[i].os_index, mask_bytes, mask));
    assert_in_range(topology_max(topology), 1, count);
    assert_non_null(strchr(topology_library_version(), '.'));
    CPU_FREE(mask);
    topology_close(topology);
}

static void *binding_differences_thread(void *topology)
{
    return (void *)(intptr_t)binding_differences(topology);
}

static void expect_binding(struct topology *topology)
{
    pthread_t thread;
    void *differences;
    int status;
    assert_int_equal(binding_differences(topology), 0);
    assert_int_equal(pthread_create(&thread, NULL, binding_differences_thread, topology), 0);
    assert_int_equal(pthread_join(thread, &differences), 0);
    assert_null(differences);
    pid_t child = fork();
    if (child == 0)
        _exit(binding_differences(topology) != 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void test_binding(void **state)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/topology.xml", (const char *)*state);
    struct topology *found = open_machine(NULL);
    expect_binding(found);
    assert_int_equal(topology_export(found, path, NULL), 0);
    topology_close(found);
    struct topology *loaded = open_machine(path);
    expect_binding(loaded);
    topology_close(loaded);
}

static void test_binding_refused(void **state)
{
    (void)state;
    struct error error;
    struct topology *topology = open_machine(NULL);
    const unsigned nonexistent[] = {topology_units(topology, &(size_t){0})[0].os_index, 999999};
    assert_int_equal(topology_bind_self(topology, nonexistent, 2, &error), -1);
    assert_non_null(strstr(error.text, "processing unit 999999: this process may use "));
    topology_close(topology);

    topology = open_description("pu:1");
    assert_int_equal(topology_bind_self(topology, &(unsigned){0}, 1, &error), -1);
    assert_non_null(strstr(error.text, "only described"));
    assert_int_equal(topology_read_binding_self(topology, NULL, 0, &error), -1);
    topology_close(topology);
}

/* In a child: a process that may use less than the machine sees only that, found or loaded. */
static int restricted_differences(unsigned os_index, const char *xml_path)
{
    cpu_set_t *mask = CPU_ALLOC(UNITS_MAX);
    size_t mask_bytes = CPU_ALLOC_SIZE(UNITS_MAX);
    int differences = 0;
    CPU_ZERO_S(mask_bytes, mask);
    CPU_SET_S(os_index, mask_bytes, mask);
    if (sched_setaffinity(0, mask_bytes, mask))
        return -1;
    CPU_FREE(mask);
    for (int loaded = 0; loaded < 2; loaded++) {
        struct topology *topology = topology_open(loaded ? xml_path : NULL, NULL);
        if (!topology)
            return -1;
        size_t count;
        const struct unit *units = topology_units(topology, &count);
        char text[128];
        topology_describe(topology, text, sizeof text);
        differences +=
            count != 1 || units[0].os_index != os_index || units[0].core != 0 || units[0].numa != 0;
        differences += strncmp(text, "1 processing unit, ", 19) || !strstr(text, ", 1 NUMA node");
        differences += topology_max(topology) != 1 || binding_differences(topology);
        topology_close(topology);
    }
    return differences;
}

static void test_restricted_process(void **state)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/topology.xml", (const char *)*state);
    struct topology *topology = open_machine(NULL);
    assert_int_equal(topology_export(topology, path, NULL), 0);
    size_t count;
    const struct unit *units = topology_units(topology, &count);
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(restricted_differences(units[count - 1].os_index, path) != 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    topology_close(topology);
}

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
        cmocka_unit_test(test_describe),
        cmocka_unit_test(test_units_of_a_description),
        cmocka_unit_test(test_missing_levels_count_as_0),
        cmocka_unit_test_setup_teardown(test_bad_descriptions, directory_make, directory_remove),
        cmocka_unit_test_setup_teardown(test_export_and_read_back, directory_make, directory_remove),
        cmocka_unit_test(test_export_nowhere),
        cmocka_unit_test_setup_teardown(test_node_without_units, directory_make, directory_remove),
        cmocka_unit_test(test_environment_of_hwloc),
        cmocka_unit_test(test_units_that_change),
        cmocka_unit_test(test_this_machine),
        cmocka_unit_test_setup_teardown(test_binding, directory_make, directory_remove),
        cmocka_unit_test(test_binding_refused),
        cmocka_unit_test_setup_teardown(test_restricted_process, directory_make, directory_remove),
        cmocka_unit_test_setup_teardown(test_cgroup_trees, directory_make, directory_remove),
        cmocka_unit_test_setup_teardown(test_tasks_of_a_user, directory_make, directory_remove),
        cmocka_unit_test_setup_teardown(test_cgroup_error, directory_make, directory_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
