/* SPDX-License-Identifier: MIT */
#include "topology.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hwloc.h>

#include "cgroup.h"

#define DESCRIPTION_EXAMPLE "\"pack:2 numa:2 l3:1 core:8 pu:2\""

struct topology {
    hwloc_topology_t hwloc;
    struct unit *units;
    size_t unit_count;
    double quota_processors;
};

static struct topology *topology_new(struct error *error)
{
    struct topology *topology = calloc(1, sizeof *topology);
    if (!topology || hwloc_topology_init(&topology->hwloc)) {
        error_set(error, "cannot set up hwloc: %s", strerror(errno));
        free(topology);
        return NULL;
    }
    return topology;
}

/* hwloc's plug-ins (OpenCL, GL, PCI, libxml) know nothing of processing units, but loading them takes longer
 * than all else here, and their pages would count in memory_bytes. */
static struct topology *topology_new_without_plugins(struct error *error)
{
    static const char variable[] = "HWLOC_PLUGINS_PATH";
    bool ours = !getenv(variable);
    if (ours && setenv(variable, "/nonexistent", 0)) {
        error_set(error, "cannot set %s: %s", variable, strerror(errno));
        return NULL;
    }
    struct topology *topology = topology_new(error);
    if (ours)
        unsetenv(variable);
    return topology;
}

static unsigned unit_domain(hwloc_topology_t hwloc, hwloc_obj_t unit, hwloc_obj_type_t type)
{
    hwloc_obj_t domain = hwloc_get_ancestor_obj_by_type(hwloc, type, unit);
    return domain ? domain->logical_index : (unsigned)hwloc_get_nbobjs_by_type(hwloc, type);
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

static int topology_list_units(struct topology *topology, struct error *error)
{
    hwloc_topology_t hwloc = topology->hwloc;
    int count = hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_PU);
    if (count < 1)
        return error_set(error, "the topology has no processing units");
    topology->unit_count = (size_t)count;
    topology->units = calloc(topology->unit_count, sizeof *topology->units);
    if (!topology->units)
        return error_set(error, "out of memory for %zu processing units", topology->unit_count);
    for (unsigned i = 0; i < topology->unit_count; i++) {
        hwloc_obj_t object = hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_PU, i);
        struct unit *unit = &topology->units[i];
        unit->os_index = object->os_index;
        unit->core = unit_domain(hwloc, object, HWLOC_OBJ_CORE);
        if (!hwloc_get_ancestor_obj_by_type(hwloc, HWLOC_OBJ_CORE, object))
            unit->core += i;
        unit->l3 = unit_domain(hwloc, object, HWLOC_OBJ_L3CACHE);
        unit->package = unit_domain(hwloc, object, HWLOC_OBJ_PACKAGE);
        unit->numa = unit_numa(object);
    }
    return 0;
}

static int topology_load(struct topology *topology, const char *xml_path, struct error *error)
{
    if (!hwloc_topology_load(topology->hwloc))
        return 0;
    if (xml_path)
        return error_set(error,
                         "%s is no topology that hwloc can read: it should be an XML export such as the "
                         "topology.xml in a results folder, or as lstopo writes",
                         xml_path);
    return error_set(error, "hwloc cannot discover this machine: %s", strerror(errno));
}

static int topology_set_xml(struct topology *topology, const char *xml_path, struct error *error)
{
    if (access(xml_path, R_OK))
        return error_set(error, "cannot read the topology %s: %s", xml_path, strerror(errno));
    if (hwloc_topology_set_xml(topology->hwloc, xml_path))
        return error_set(
            error,
            "%s is no topology: it should be an XML export such as the topology.xml in a results "
            "folder, or as lstopo writes",
            xml_path);
    return 0;
}

/* Not HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING: that asks for the binding of the whole process, and
 * restricts nothing where its threads differ. */
static int topology_restrict(struct topology *topology, struct error *error)
{
    hwloc_bitmap_t allowed = hwloc_bitmap_alloc();
    int result = 0;
    if (!allowed || hwloc_get_cpubind(topology->hwloc, allowed, HWLOC_CPUBIND_THREAD))
        result =
            error_set(error, "cannot read which processing units this thread may use: %s", strerror(errno));
    else if (hwloc_topology_restrict(topology->hwloc, allowed, HWLOC_RESTRICT_FLAG_REMOVE_CPULESS))
        result =
            error_set(error, "the topology has none of the processing units that this process may use: it is "
                             "that of another machine, or of another affinity mask");
    hwloc_bitmap_free(allowed);
    return result;
}

struct topology *topology_open(const char *xml_path, struct error *error)
{
    struct topology *topology = topology_new_without_plugins(error);
    if (!topology)
        return NULL;
    if (xml_path) {
        if (topology_set_xml(topology, xml_path, error))
            goto fail;
        hwloc_topology_set_flags(topology->hwloc, HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM);
    }
    if (topology_load(topology, xml_path, error) || topology_restrict(topology, error) ||
        topology_list_units(topology, error))
        goto fail;
    if (cgroup_quota("", &topology->quota_processors)) {
        error_set(error, "cannot read the CPU quota of this process's cgroup: %s", strerror(errno));
        goto fail;
    }
    return topology;
fail:
    topology_close(topology);
    return NULL;
}

static int topology_set_synthetic(struct topology *topology, const char *description, struct error *error)
{
    if (!hwloc_topology_set_synthetic(topology->hwloc, description))
        return 0;
    return error_set(
        error,
        "\"%s\" is neither an XML file that exists nor a machine that hwloc can make up: it should be a "
        "path, or levels from the outside in such as " DESCRIPTION_EXAMPLE ", the last one pu",
        description);
}

struct topology *topology_open_description(const char *description, struct error *error)
{
    static const char suffix[] = ".xml";
    size_t length = strlen(description), suffix_length = sizeof suffix - 1;
    bool is_path = (length >= suffix_length && !strcmp(description + length - suffix_length, suffix)) ||
                   !access(description, F_OK);
    struct topology *topology = topology_new(error);
    if (!topology)
        return NULL;
    if (is_path ? topology_set_xml(topology, description, error)
                : topology_set_synthetic(topology, description, error))
        goto fail;
    if (topology_load(topology, description, error) || topology_list_units(topology, error))
        goto fail;
    return topology;
fail:
    topology_close(topology);
    return NULL;
}

void topology_close(struct topology *topology)
{
    if (!topology)
        return;
    hwloc_topology_destroy(topology->hwloc);
    free(topology->units);
    free(topology);
}

const struct unit *topology_units(const struct topology *topology, size_t *count)
{
    *count = topology->unit_count;
    return topology->units;
}

size_t topology_max(const struct topology *topology)
{
    double quota = topology->quota_processors;
    if (quota == 0 || quota >= (double)topology->unit_count)
        return topology->unit_count;
    return quota < 1 ? 1 : (size_t)quota;
}

double topology_quota(const struct topology *topology)
{
    return topology->quota_processors;
}

void topology_describe(const struct topology *topology, char *text, size_t text_bytes)
{
    static const struct {
        hwloc_obj_type_t type;
        const char *one, *many;
    } levels[] = {
        {HWLOC_OBJ_PU, "processing unit", "processing units"},
        {HWLOC_OBJ_CORE, "core", "cores"},
        {HWLOC_OBJ_PACKAGE, "package", "packages"},
        {HWLOC_OBJ_NUMANODE, "NUMA node", "NUMA nodes"},
        {HWLOC_OBJ_L3CACHE, "L3", "L3s"},
    };
    size_t used = 0;
    for (size_t i = 0; i < sizeof levels / sizeof *levels && used < text_bytes; i++) {
        int count = hwloc_get_nbobjs_by_type(topology->hwloc, levels[i].type);
        if (count > 0)
            used += (size_t)snprintf(text + used, text_bytes - used, "%s%d %s", used ? ", " : "", count,
                                     count == 1 ? levels[i].one : levels[i].many);
    }
}

/* hwloc's own writing to a file does not see a full disk. */
int topology_export(const struct topology *topology, const char *path, struct error *error)
{
    char *xml;
    int bytes;
    errno = 0;
    if (hwloc_topology_export_xmlbuffer(topology->hwloc, &xml, &bytes, 0))
        return error_set(error, "cannot write the topology to %s", path);
    FILE *file = fopen(path, "we");
    bool failed = !file || fputs(xml, file) < 0;
    if (file)
        failed |= fclose(file) != 0;
    hwloc_free_xmlbuffer(topology->hwloc, xml);
    return failed ? error_set(error, "cannot write the topology to %s: %s", path, strerror(errno)) : 0;
}

static int write_all(int file, const char *text, size_t bytes)
{
    while (bytes > 0) {
        ssize_t written = write(file, text, bytes);
        if (written < 0 && errno != EINTR)
            return -1;
        text += written > 0 ? written : 0;
        bytes -= written > 0 ? (size_t)written : 0;
    }
    return 0;
}

int topology_export_to(const struct topology *topology, int file, struct error *error)
{
    char *text = NULL;
    int bytes; /* with its NUL */
    errno = 0;
    int result = hwloc_topology_export_xmlbuffer(topology->hwloc, &text, &bytes, 0) ||
                         write_all(file, text, (size_t)bytes - 1)
                     ? error_set(error, "cannot write the topology%s%s", errno ? ": " : "",
                                 errno ? strerror(errno) : "")
                     : 0;
    if (text)
        hwloc_free_xmlbuffer(topology->hwloc, text);
    return result;
}

static int check_this_system(const struct topology *topology, struct error *error)
{
    if (hwloc_topology_is_thissystem(topology->hwloc))
        return 0;
    return error_set(error,
                     "cannot bind to a topology that is only described: it is not the machine we run on");
}

static int check_allowed(const struct topology *topology, const unsigned *os_indices, size_t count,
                         struct error *error)
{
    hwloc_const_bitmap_t allowed = hwloc_topology_get_topology_cpuset(topology->hwloc);
    char text[128];
    for (size_t i = 0; i < count; i++) {
        if (hwloc_bitmap_isset(allowed, os_indices[i]))
            continue;
        hwloc_bitmap_list_snprintf(text, sizeof text, allowed);
        return error_set(error, "cannot bind to processing unit %u: this process may use %s", os_indices[i],
                         text);
    }
    return 0;
}

int topology_bind_self(const struct topology *topology, const unsigned *os_indices, size_t count,
                       struct error *error)
{
    assert(count > 0);
    if (check_this_system(topology, error) || check_allowed(topology, os_indices, count, error))
        return -1;
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    int result = set ? 0 : -1;
    for (size_t i = 0; !result && i < count; i++)
        result = hwloc_bitmap_set(set, os_indices[i]);
    if (!result)
        result = hwloc_set_cpubind(topology->hwloc, set, HWLOC_CPUBIND_THREAD | HWLOC_CPUBIND_STRICT);
    if (result)
        error_set(error, "cannot bind to processing unit %u%s: %s", os_indices[0],
                  count > 1 ? " and others" : "", strerror(errno));
    hwloc_bitmap_free(set);
    return result;
}

int topology_read_binding_self(const struct topology *topology, unsigned *os_indices, size_t capacity,
                               struct error *error)
{
    if (check_this_system(topology, error))
        return -1;
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    if (!set || hwloc_get_cpubind(topology->hwloc, set, HWLOC_CPUBIND_THREAD)) {
        error_set(error, "cannot read the binding of this thread: %s", strerror(errno));
        hwloc_bitmap_free(set);
        return -1;
    }
    size_t count = 0;
    for (int os_index = hwloc_bitmap_first(set); os_index >= 0; os_index = hwloc_bitmap_next(set, os_index)) {
        if (count < capacity)
            os_indices[count] = (unsigned)os_index;
        count++;
    }
    hwloc_bitmap_free(set);
    return (int)count;
}

const char *topology_library_version(void)
{
    return HWLOC_VERSION;
}
