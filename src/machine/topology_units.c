/* SPDX-License-Identifier: MIT */
#include "topology_private.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOMAIN_NONE = 1u << 30 };

extern char **environ;

void topology_ignore_environment(char *text, size_t text_bytes)
{
    static const char prefix[] = "HWLOC_", harmless[] = "HWLOC_HIDE_ERRORS=";
    size_t used = 0;
    text[0] = '\0';
    for (char **variable = environ; *variable;) {
        char name[64];
        if (strncmp(*variable, prefix, strlen(prefix)) != 0 ||
            strncmp(*variable, harmless, strlen(harmless)) == 0) {
            variable++;
            continue;
        }
        size_t length = strcspn(*variable, "=");
        if (length >= sizeof name) { /* none of hwloc's */
            variable++;
            continue;
        }
        snprintf(name, sizeof name, "%.*s", (int)length, *variable);
        unsetenv(name); /* what follows moves up */
        if (used < text_bytes)
            used += (size_t)snprintf(text + used, text_bytes - used, "%s%s", used ? ", " : "", name);
    }
}

static unsigned unit_domain(hwloc_topology_t hwloc, hwloc_obj_t unit, hwloc_obj_type_t type)
{
    hwloc_obj_t domain = hwloc_get_ancestor_obj_by_type(hwloc, type, unit);
    if (domain)
        return domain->logical_index;
    return hwloc_get_nbobjs_by_type(hwloc, type) > 0 ? DOMAIN_NONE : 0;
}

/* NUMA nodes are no ancestors: they hang beside the object whose memory they are, maybe behind a memory
 * cache. */
static unsigned unit_numa(hwloc_obj_t unit)
{
    for (hwloc_obj_t object = unit; object; object = object->parent) {
        hwloc_obj_t memory = object->memory_first_child;
        while (memory && memory->type != HWLOC_OBJ_NUMANODE)
            memory = memory->memory_first_child;
        if (memory)
            return memory->logical_index;
    }
    return 0;
}

/* hwloc ranks kinds by efficiency: the higher, the faster. */
static unsigned unit_kind(hwloc_topology_t hwloc, hwloc_obj_t unit)
{
    int kind = hwloc_cpukinds_get_by_cpuset(hwloc, unit->cpuset, 0);
    return kind > 0 ? (unsigned)kind : 0;
}

/* Cores without an L3 sit with those of their package: what they lack is no domain of its own. */
static void join_without_l3(struct unit *units, size_t count)
{
    unsigned after = 0;
    for (size_t i = 0; i < count; i++)
        if (units[i].l3 != DOMAIN_NONE && units[i].l3 >= after)
            after = units[i].l3 + 1;
    for (size_t i = 0; i < count; i++) {
        if (units[i].l3 != DOMAIN_NONE)
            continue;
        size_t k = 0;
        while (k < count && (units[k].package != units[i].package || units[k].l3 == DOMAIN_NONE))
            k++;
        units[i].l3 = k < count ? units[k].l3 : after; /* a whole package without: it is apart anyhow */
    }
}

static unsigned count_distinct(const struct unit *units, size_t count, size_t offset)
{
    unsigned distinct = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned value = *(const unsigned *)(const void *)((const char *)&units[i] + offset);
        size_t k = 0;
        while (k < i && *(const unsigned *)(const void *)((const char *)&units[k] + offset) != value)
            k++;
        distinct += k == i;
    }
    return distinct;
}

static void describe(struct topology *topology)
{
    static const struct {
        hwloc_obj_type_t type;
        size_t offset;
        const char *one, *many;
    } levels[] = {
        {HWLOC_OBJ_PU, offsetof(struct unit, os_index), "processing unit", "processing units"},
        {HWLOC_OBJ_CORE, offsetof(struct unit, core), "core", "cores"},
        {HWLOC_OBJ_PACKAGE, offsetof(struct unit, package), "package", "packages"},
        {HWLOC_OBJ_NUMANODE, offsetof(struct unit, numa), "NUMA node", "NUMA nodes"},
        {HWLOC_OBJ_L3CACHE, offsetof(struct unit, l3), "L3", "L3s"},
    };
    size_t used = 0, bytes = sizeof topology->text;
    for (size_t i = 0; i < sizeof levels / sizeof *levels && used < bytes; i++) {
        unsigned count = count_distinct(topology->units, topology->unit_count, levels[i].offset);
        if (hwloc_get_nbobjs_by_type(topology->hwloc, levels[i].type) > 0)
            used += (size_t)snprintf(topology->text + used, bytes - used, "%s%u %s", used ? ", " : "", count,
                                     count == 1 ? levels[i].one : levels[i].many);
    }
    unsigned kinds = topology_kinds(topology);
    if (kinds > 1 && used < bytes)
        snprintf(topology->text + used, bytes - used, ", %u kinds of cores", kinds);
}

/* Units of one core stand together. */
static size_t cores_of_kind(const struct unit *units, size_t count, unsigned kind)
{
    size_t cores = 0;
    for (size_t i = 0; i < count; i++)
        cores += units[i].kind == kind && (i == 0 || units[i - 1].core != units[i].core);
    return cores;
}

/* The fastest of which there are two cores or more; where there is no such, the fastest. */
static unsigned first_kind(const struct unit *units, size_t count)
{
    unsigned fastest = 0, first = 0;
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        if (units[i].kind > fastest)
            fastest = units[i].kind;
        if ((i == 0 || units[i].kind != units[i - 1].kind) && (!found || units[i].kind > first) &&
            cores_of_kind(units, count, units[i].kind) >= 2) {
            first = units[i].kind;
            found = true;
        }
    }
    return found ? first : fastest;
}

/* The others follow, the faster before the slower. */
static void rank_kinds(struct unit *units, size_t count)
{
    unsigned first = first_kind(units, count), fastest = 0;
    for (size_t i = 0; i < count; i++)
        fastest = units[i].kind > fastest ? units[i].kind : fastest;
    for (size_t i = 0; i < count; i++)
        units[i].rank = units[i].kind == first ? 0 : 1 + fastest - units[i].kind;
}

int topology_list_units(struct topology *topology, hwloc_const_bitmap_t allowed, struct error *error)
{
    hwloc_topology_t hwloc = topology->hwloc;
    topology->this_system = hwloc_topology_is_thissystem(hwloc);
    int count = hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_PU);
    if (count < 1)
        return error_set(error, "the topology has no processing units");
    topology->units = calloc((size_t)count, sizeof *topology->units);
    if (!topology->units)
        return error_set(error, "out of memory for %d processing units", count);
    for (unsigned i = 0; i < (unsigned)count; i++) {
        hwloc_obj_t object = hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_PU, i);
        if (allowed && !hwloc_bitmap_isset(allowed, object->os_index))
            continue;
        struct unit *unit = &topology->units[topology->unit_count++];
        unit->os_index = object->os_index;
        unit->core = unit_domain(hwloc, object, HWLOC_OBJ_CORE);
        if (!hwloc_get_ancestor_obj_by_type(hwloc, HWLOC_OBJ_CORE, object))
            unit->core = (unsigned)hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_CORE) + i;
        unit->l3 = unit_domain(hwloc, object, HWLOC_OBJ_L3CACHE);
        unit->package = unit_domain(hwloc, object, HWLOC_OBJ_PACKAGE);
        unit->numa = unit_numa(object);
        unit->kind = unit_kind(hwloc, object);
    }
    join_without_l3(topology->units, topology->unit_count);
    rank_kinds(topology->units, topology->unit_count);
    describe(topology);
    return 0;
}
