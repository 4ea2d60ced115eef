/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "placement.h"
#include "topology.h"

enum { UNITS_MAX = 128 };

#define LARGE "pack:2 numa:2 l3:1 core:8 pu:2"

struct machine {
    struct topology *topology;
    const struct unit *units;
    size_t unit_count;
};

static struct machine machine_open(const char *description)
{
    struct error error;
    struct machine machine = {.topology = topology_open_description(description, &error)};
    if (!machine.topology)
        fail_msg("%s", error.text);
    machine.units = topology_units(machine.topology, &machine.unit_count);
    return machine;
}

static const struct unit *machine_unit(const struct machine *machine, unsigned os_index)
{
    for (size_t i = 0; i < machine->unit_count; i++) {
        if (machine->units[i].os_index == os_index)
            return &machine->units[i];
    }
    fail_msg("no unit %u", os_index);
    return NULL;
}

static int assign(const struct machine *machine, const char *place, unsigned *os_indices, size_t workers)
{
    struct error error;
    const struct placement_policy *policy = placement_find(place);
    assert_non_null(policy);
    int used = placement_assign(policy, machine->units, machine->unit_count, os_indices, workers, &error);
    if (used < 0)
        fail_msg("%s", error.text);
    return used;
}

static int assign_generator(const struct machine *machine, const char *place, size_t workers,
                            unsigned *os_indices, size_t threads)
{
    struct error error;
    int used = placement_assign_generator(placement_find(place), machine->units, machine->unit_count, workers,
                                          os_indices, threads, &error);
    if (used < 0)
        fail_msg("%s", error.text);
    return used;
}

/* "0 2 1", in the order given. */
static void list_write(const unsigned *os_indices, size_t count, char *text, size_t text_bytes)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count && used < text_bytes; i++)
        used += (size_t)snprintf(text + used, text_bytes - used, i ? " %u" : "%u", os_indices[i]);
}

static const struct expectation {
    const char *machine, *place;
    size_t workers;
    const char *work;      /* workers of them; "" is unbound */
    const char *generator; /* as many threads as workers */
} expectations[] = {
    {"pu:1", "none", 2, "", ""},
    {"pu:1", "compact", 2, "0 0", "0 0"},
    {"pu:1", "scatter", 2, "0 0", "0 0"},
    {"pu:1", "one-core", 2, "0 0", "0 0"},
    {"pu:3", "compact", 4, "0 1 2 0", "2 1 0 2"},
    {"pu:2", "split", 1, "0", "1"},
    {"core:2 pu:1", "none", 2, "", ""},
    {"core:2 pu:1", "compact", 3, "0 1 0", "1 0 1"},
    {"core:2 pu:1", "compact", 1, "0", "1"},
    {"core:2 pu:1", "scatter", 3, "0 1 0", "1 0 1"},
    {"core:2 pu:1", "one-core", 3, "0 0 0", "1 1 1"},
    {"core:2 pu:1", "split", 2, "0 0", "1 1"},
    {"core:1 pu:2", "split", 2, "0 0", "1 1"},
    {"core:1 pu:4", "split", 3, "0 1 0", "2 3 2"},
    {"core:2 pu:2", "compact", 4, "0 2 1 3", "3 1 2 0"},
    {"core:2 pu:2", "compact", 2, "0 2", "3 1"},
    {"core:2 pu:2", "scatter", 4, "0 2 1 3", "3 1 2 0"},
    {"core:2 pu:2", "one-core", 2, "0 0", "3 1"},
    {"core:2 pu:2", "split", 3, "0 1 0", "2 3 2"},
    {"core:3 pu:1", "split", 3, "0 1 0", "2 2 2"},
    {"pack:2 core:4 pu:2", "compact", 16, "0 2 4 6 1 3 5 7 8 10 12 14 9 11 13 15",
     "15 13 11 9 14 12 10 8 7 5 3 1 6 4 2 0"},
    {"pack:2 core:4 pu:2", "scatter", 16, "0 8 2 10 4 12 6 14 1 9 3 11 5 13 7 15",
     "15 13 11 9 14 12 10 8 7 5 3 1 6 4 2 0"},
    {"pack:2 core:4 pu:2", "split", 9, "0 2 4 6 1 3 5 7 0", "8 10 12 14 9 11 13 15 8"},
    {"numa:4 core:1 pu:1", "compact", 5, "0 1 2 3 0", "3 2 1 0 3"},
    {"numa:4 core:1 pu:1", "scatter", 5, "0 1 2 3 0", "3 2 1 0 3"},
    {"numa:4 core:1 pu:1", "split", 3, "0 1 0", "2 3 2"},
    {"numa:3 core:1 pu:1", "split", 3, "0 1 0", "2 2 2"},
    {"numa:2 l3:2 core:2 pu:1", "compact", 4, "0 1 2 3", "7 6 5 4"},
    {"numa:2 l3:2 core:2 pu:1", "scatter", 8, "0 4 2 6 1 5 3 7", "7 6 5 4 3 2 1 0"},
    {"l3:3 core:3 pu:1", "split", 7, "0 1 2 3 4 5 0", "6 7 8 6 7 8 6"},
};

static size_t distinct(const unsigned *os_indices, size_t count)
{
    size_t result = 0;
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < i && os_indices[j] != os_indices[i])
            j++;
        result += j == i;
    }
    return result;
}

static void expect_list(const struct expectation *expected, const char *side, const char *wanted,
                        const unsigned *os_indices, int used)
{
    char text[256];
    size_t count = used ? expected->workers : 0;
    list_write(os_indices, count, text, sizeof text);
    if (strcmp(text, wanted) || (size_t)used != distinct(os_indices, count))
        fail_msg("%s, place:%s, %zu workers, %s: got \"%s\" on %d, wanted \"%s\"", expected->machine,
                 expected->place, expected->workers, side, text, used, wanted);
}

static void test_small_machines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
        const struct expectation *expected = &expectations[i];
        struct machine machine = machine_open(expected->machine);
        unsigned os_indices[UNITS_MAX];
        int used = assign(&machine, expected->place, os_indices, expected->workers);
        expect_list(expected, "work", expected->work, os_indices, used);
        used = assign_generator(&machine, expected->place, expected->workers, os_indices, expected->workers);
        expect_list(expected, "generator", expected->generator, os_indices, used);
        topology_close(machine.topology);
    }
}

/* Two nodes of different size, the second with two caches, as an affinity mask may leave them. */
static void test_uneven_machine(void **state)
{
    (void)state;
    static const struct unit units[] = {
        {.os_index = 0, .core = 0, .l3 = 0, .numa = 0}, {.os_index = 10, .core = 0, .l3 = 0, .numa = 0},
        {.os_index = 1, .core = 1, .l3 = 0, .numa = 0}, {.os_index = 2, .core = 2, .l3 = 0, .numa = 0},
        {.os_index = 3, .core = 3, .l3 = 1, .numa = 1}, {.os_index = 4, .core = 4, .l3 = 2, .numa = 1},
    };
    static const struct expectation expected[] = {
        {"uneven", "compact", 6, "0 1 2 10 3 4", "4 3 10 2 1 0"},
        {"uneven", "scatter", 6, "0 3 1 4 2 10", "4 3 10 2 1 0"},
        {"uneven", "split", 6, "0 1 2 10 0 1", "3 4 3 4 3 4"},
    };
    struct machine machine = {.units = units, .unit_count = sizeof units / sizeof *units};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        unsigned os_indices[6];
        int used = assign(&machine, expected[i].place, os_indices, 6);
        expect_list(&expected[i], "work", expected[i].work, os_indices, used);
        used = assign_generator(&machine, expected[i].place, 6, os_indices, 6);
        expect_list(&expected[i], "generator", expected[i].generator, os_indices, used);
    }
}

static void test_large_compact_fills_a_cache_before_the_next(void **state)
{
    (void)state;
    struct machine machine = machine_open(LARGE);
    unsigned os_indices[64];
    assert_int_equal(machine.unit_count, 64);
    assert_int_equal(assign(&machine, "compact", os_indices, 64), 64);
    for (size_t i = 0; i < 64; i++) {
        const struct unit *unit = machine_unit(&machine, os_indices[i]);
        assert_int_equal(unit->l3, i / 16);
        assert_int_equal(unit->numa, i / 16);
        assert_int_equal(unit->core, i / 16 * 8 + i % 8);
        assert_int_equal(unit->os_index, unit->core * 2 + i % 16 / 8);
    }
    topology_close(machine.topology);
}

static void test_large_scatter_alternates(void **state)
{
    (void)state;
    struct machine machine = machine_open(LARGE);
    unsigned os_indices[64];
    bool core_used[32] = {false};
    assert_int_equal(assign(&machine, "scatter", os_indices, 64), 64);
    for (size_t i = 0; i < 64; i++) {
        const struct unit *unit = machine_unit(&machine, os_indices[i]);
        assert_int_equal(unit->numa, i % 4);
        assert_int_equal(core_used[unit->core], i >= 32); /* siblings last */
        core_used[unit->core] = true;
    }
    topology_close(machine.topology);
}

static void test_large_split_shares_no_domain(void **state)
{
    (void)state;
    struct machine machine = machine_open(LARGE);
    unsigned work[64], generator[64];
    assert_int_equal(assign(&machine, "split", work, 64), 32);
    assert_int_equal(assign_generator(&machine, "split", 64, generator, 64), 32);
    for (size_t i = 0; i < 64; i++) {
        assert_true(machine_unit(&machine, work[i])->numa < 2);
        assert_true(machine_unit(&machine, generator[i])->numa >= 2);
        assert_int_equal(work[i], work[i % 32]);
    }
    topology_close(machine.topology);
}

/* Whatever the machine: every worker sits on an allowed unit, the first ones on units of their own, and the
 * sides of a split share no core where there are two. */
static void test_invariants(void **state)
{
    (void)state;
    static const char *descriptions[] = {"pu:2",
                                         "core:1 pu:8",
                                         "core:5 pu:2",
                                         "l3:3 core:5 pu:2",
                                         "numa:4 core:1 pu:1",
                                         "pack:2 core:4 pu:2",
                                         "numa:3 l3:2 pu:1",
                                         LARGE};
    for (size_t m = 0; m < sizeof descriptions / sizeof *descriptions; m++) {
        struct machine machine = machine_open(descriptions[m]);
        size_t count = machine.unit_count;
        unsigned work[UNITS_MAX], generator[UNITS_MAX];
        for (size_t p = 0; p < placement_policy_count; p++) {
            const char *place = placement_policies[p].name;
            int used = assign(&machine, place, work, count + 1);
            for (int i = 0; i < used; i++)
                machine_unit(&machine, work[i]);
            assert_int_equal(distinct(work, (size_t)used), used);
            if (used)
                assert_int_equal(work[count], work[count % (size_t)used]);
        }
        size_t used = (size_t)assign(&machine, "split", work, count);
        size_t left = (size_t)assign_generator(&machine, "split", count, generator, count);
        assert_int_equal(used + left, count);
        bool two_cores = machine.units[0].core != machine.units[count - 1].core;
        for (size_t i = 0; i < used; i++) {
            for (size_t j = 0; j < left; j++) {
                assert_int_not_equal(work[i], generator[j]);
                if (two_cores)
                    assert_int_not_equal(machine_unit(&machine, work[i])->core,
                                         machine_unit(&machine, generator[j])->core);
            }
        }
        topology_close(machine.topology);
    }
}

static void test_split_needs_two_units(void **state)
{
    (void)state;
    struct machine machine = machine_open("pu:1");
    const struct placement_policy *split = placement_find("split");
    struct error error = {""};
    unsigned os_index = 7;
    assert_int_equal(placement_assign(split, machine.units, 1, &os_index, 1, &error), -1);
    assert_non_null(strstr(error.text, "place:split needs 2 processing units"));
    assert_int_equal(placement_assign_generator(split, machine.units, 1, 1, &os_index, 1, NULL), -1);
    assert_int_equal(os_index, 7);
    topology_close(machine.topology);
}

static void test_find(void **state)
{
    (void)state;
    assert_ptr_equal(placement_find("one-core"), &placement_policies[3]);
    assert_null(placement_find("one"));
    assert_null(placement_find(""));
}

static void test_format(void **state)
{
    (void)state;
    static const struct {
        unsigned list[8];
        size_t count, text_bytes;
        const char *text;
    } cases[] = {
        {{0}, 0, 16, ""},
        {{5}, 1, 16, "5"},
        {{0, 1, 4}, 3, 16, "0-1,4"},
        {{4, 1, 0, 1, 4, 2}, 6, 16, "0-2,4"},
        {{8, 6, 4, 2, 0}, 5, 16, "0,2,4,6,8"},
        {{0, 1, 4}, 3, 6, "0-1,4"},
        {{8, 6, 4, 2, 0}, 5, 9, "0,2,4..."},
        {{8, 6, 4, 2, 0}, 5, 8, "0,2,..."},
        {{100000}, 1, 4, "..."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[16];
        placement_format(cases[i].list, cases[i].count, text, cases[i].text_bytes);
        assert_string_equal(text, cases[i].text);
    }
}

/* Two fast cores of two threads each and four slow ones: 0-3 fast, 4-7 slow; or with a single fastest core.
 */
static const char hybrid[] =
    "<?xml version=\"1.0\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n<topology version=\"2.0\">\n"
    "<object type=\"Machine\" os_index=\"0\" cpuset=\"0xff\" complete_cpuset=\"0xff\" "
    "allowed_cpuset=\"0xff\" "
    "nodeset=\"0x1\" complete_nodeset=\"0x1\" allowed_nodeset=\"0x1\" gp_index=\"1\">\n"
    "<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0xff\" complete_cpuset=\"0xff\" nodeset=\"0x1\" "
    "complete_nodeset=\"0x1\" gp_index=\"2\" local_memory=\"1000000\"/>\n%s</object>\n%s</topology>\n";

static void put_core(char *text, size_t bytes, unsigned core, unsigned first, unsigned units)
{
    size_t used = strlen(text);
    unsigned set = ((1U << units) - 1) << first;
    used += (size_t)snprintf(text + used, bytes - used,
                             "<object type=\"Core\" os_index=\"%u\" cpuset=\"0x%x\" complete_cpuset=\"0x%x\" "
                             "nodeset=\"0x1\" complete_nodeset=\"0x1\" gp_index=\"%u\">\n",
                             core, set, set, 10 + core);
    for (unsigned i = 0; i < units; i++)
        used +=
            (size_t)snprintf(text + used, bytes - used,
                             "<object type=\"PU\" os_index=\"%u\" cpuset=\"0x%x\" complete_cpuset=\"0x%x\" "
                             "nodeset=\"0x1\" complete_nodeset=\"0x1\" gp_index=\"%u\"/>\n",
                             first + i, 1U << (first + i), 1U << (first + i), 30 + first + i);
    snprintf(text + used, bytes - used, "</object>\n");
}

/* kinds: masks of the slower and the faster units. */
static struct machine hybrid_open(unsigned slow, unsigned fast)
{
    char cores[4096] = "", kinds[512], path[] = "/tmp/crosspoint-test-XXXXXX.xml";
    for (unsigned core = 0; core < 6; core++)
        put_core(cores, sizeof cores, core, core < 2 ? 2 * core : core + 2, core < 2 ? 2 : 1);
    snprintf(kinds, sizeof kinds,
             "<cpukind cpuset=\"0x%x\" forced_efficiency=\"1\"/>\n"
             "<cpukind cpuset=\"0x%x\" forced_efficiency=\"2\"/>\n",
             slow, fast);
    int file = mkstemps(path, 4);
    assert_true(file >= 0);
    FILE *out = fdopen(file, "w");
    fprintf(out, hybrid, cores, kinds);
    assert_int_equal(fclose(out), 0);
    struct machine machine = machine_open(path);
    unlink(path);
    return machine;
}

static void expect_seats(const struct machine *machine, const char *place, size_t workers, const char *work,
                         const char *generator)
{
    unsigned os_indices[UNITS_MAX];
    char text[512];
    assign(machine, place, os_indices, workers);
    list_write(os_indices, workers, text, sizeof text);
    if (strcmp(text, work) != 0)
        fail_msg("%s: workers on %s, expected %s", place, text, work);
    assign_generator(machine, place, workers, os_indices, 2);
    list_write(os_indices, 2, text, sizeof text);
    if (strcmp(text, generator) != 0)
        fail_msg("%s: generator on %s, expected %s", place, text, generator);
}

/* What is compared sits on one kind of core; only more workers than it has units go beyond it. */
static void test_kinds_of_cores(void **state)
{
    (void)state;
    struct machine machine = hybrid_open(0xf0, 0x0f);
    assert_int_equal(topology_kinds(machine.topology), 2);
    assert_true(topology_max(machine.topology) <= 4);
    expect_seats(&machine, "compact", 2, "0 2", "3 1");
    expect_seats(&machine, "scatter", 2, "0 2", "3 1");
    expect_seats(&machine, "scatter", 6, "0 2 1 3 4 5", "7 6");
    expect_seats(&machine, "one-core", 2, "0 0", "3 1");
    expect_seats(&machine, "split", 2, "0 1", "2 3");
    topology_close(machine.topology);
    machine = hybrid_open(0xfc, 0x03); /* one fast core: the others are what can be compared on */
    expect_seats(&machine, "compact", 2, "2 4", "3 7");
    expect_seats(&machine, "split", 2, "2 4", "6 7");
    topology_close(machine.topology);
}

/* As large as machines get: every unit is taken, and as often as any other, to within one. */
static void many_workers_fill_many_units(void **state)
{
    (void)state;
    enum { UNITS = 1024, WORKERS = 10000 };
    static const char *const places[] = {"compact", "scatter"};
    struct machine machine = machine_open("pack:8 numa:2 core:32 pu:2");
    static unsigned os_indices[WORKERS];
    assert_int_equal(machine.unit_count, UNITS);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        unsigned sitters[UNITS] = {0};
        assert_int_equal(assign(&machine, places[i], os_indices, WORKERS), UNITS);
        for (size_t worker = 0; worker < WORKERS; worker++)
            sitters[os_indices[worker]]++;
        for (size_t unit = 0; unit < UNITS; unit++)
            assert_in_range(sitters[unit], WORKERS / UNITS, WORKERS / UNITS + 1);
    }
    assert_int_equal(assign(&machine, "split", os_indices, WORKERS), UNITS / 2);
    topology_close(machine.topology);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_of_cores),
        cmocka_unit_test(test_small_machines),
        cmocka_unit_test(test_uneven_machine),
        cmocka_unit_test(test_large_compact_fills_a_cache_before_the_next),
        cmocka_unit_test(test_large_scatter_alternates),
        cmocka_unit_test(test_large_split_shares_no_domain),
        cmocka_unit_test(test_invariants),
        cmocka_unit_test(test_split_needs_two_units),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_format),
        cmocka_unit_test(many_workers_fill_many_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
