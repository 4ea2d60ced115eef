/* SPDX-License-Identifier: MIT */
#include <errno.h>
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

#include "directory.h"
#include "topology.h"

enum { UNITS_MAX = 4096 };

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
        {*state, "not a file"},
        {"/dev/zero", "/dev/zero: not a file"},
        {"/dev/stdin/none.xml", "/dev/stdin/none.xml: "},
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
    unsigned all[UNITS_MAX];
    uint64_t observed[UNITS_MAX / 64];
    int differences = 0;
    for (size_t i = 0; i < count; i++) {
        all[i] = units[i].os_index;
        differences += topology_bind_self(topology, &all[i], 1, NULL) ||
                       topology_read_binding_self(topology, observed, UNITS_MAX / 64, NULL) != 1 ||
                       observed[all[i] / 64] != UINT64_C(1) << all[i] % 64;
    }
    differences += topology_bind_self(topology, all, count, NULL) ||
                   topology_read_binding_self(topology, observed, UNITS_MAX / 64, NULL) != (int)count;
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
