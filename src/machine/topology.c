/* SPDX-License-Identifier: MIT */
#include "topology.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "topology_private.h"

enum {
    CPUS_MAX = 1 << 16,
    KERNEL_UNITS_MAX = 8192, /* that a kernel of x86 or ARM can have */
    LONG_BITS = 8 * sizeof(long),
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

/* A node of memory only. */
static bool has_node_without_units(hwloc_topology_t hwloc)
{
    for (hwloc_obj_t node = NULL; (node = hwloc_get_next_obj_by_type(hwloc, HWLOC_OBJ_NUMANODE, node));)
        if (hwloc_bitmap_iszero(node->cpuset))
            return true;
    return false;
}

/* Not HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING: that asks for the binding of the whole process, and
 * restricts nothing where its threads differ. hwloc 2.9.0's restrict aborts over a node that has no units to
 * begin with: then the tree stays whole, and only the list is of the allowed units. */
static int topology_restrict(struct topology *topology, struct error *error)
{
    static const char foreign[] =
        "the topology has none of the processing units that this process may use: it "
        "is that of another machine, or of another affinity mask";
    hwloc_bitmap_t allowed = hwloc_bitmap_alloc();
    int result = 0;
    if (!allowed || hwloc_get_cpubind(topology->hwloc, allowed, HWLOC_CPUBIND_THREAD))
        result =
            error_set(error, "cannot read which processing units this thread may use: %s", strerror(errno));
    else if (!hwloc_bitmap_intersects(allowed, hwloc_topology_get_topology_cpuset(topology->hwloc)) ||
             (!has_node_without_units(topology->hwloc) &&
              hwloc_topology_restrict(topology->hwloc, allowed, HWLOC_RESTRICT_FLAG_REMOVE_CPULESS)))
        result = error_set(error, "%s", foreign);
    else
        result = topology_list_units(topology, allowed, error);
    hwloc_bitmap_free(allowed);
    return result;
}

static void __attribute__((format(printf, 2, 3))) warn(struct topology *topology, const char *format, ...)
{
    size_t used = strlen(topology->warning);
    va_list arguments;
    used +=
        (size_t)snprintf(topology->warning + used, sizeof topology->warning - used, "%s", used ? "; " : "");
    va_start(arguments, format);
    if (used < sizeof topology->warning)
        vsnprintf(topology->warning + used, sizeof topology->warning - used, format, arguments);
    va_end(arguments);
}

/* What is not known must not be taken for what is not there. */
static void read_groups(struct topology *topology)
{
    char unread[512];
    if (cgroup_quota("", &topology->quota_processors)) {
        topology->quota_processors = 0;
        warn(topology, "the CPU quota of this process's cgroup cannot be read (%s): workers:max is all units",
             strerror(errno));
    }
    cgroup_unread("", unread, sizeof unread);
    if (*unread)
        warn(topology, "%s", unread);
}

struct topology *topology_open(const char *xml_path, struct error *error)
{
    char ignored[TOPOLOGY_TEXT_BYTES];
    topology_ignore_environment(ignored, sizeof ignored);
    struct topology *topology = topology_new_without_plugins(error);
    if (!topology)
        return NULL;
    if (ignored[0])
        snprintf(topology->warning, sizeof topology->warning,
                 "what is measured is this machine as it is: %s in the environment %s ignored", ignored,
                 strchr(ignored, ',') ? "are" : "is");
    if (xml_path) {
        if (topology_set_xml(topology, xml_path, error))
            goto fail;
        hwloc_topology_set_flags(topology->hwloc, HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM);
    }
    if (topology_load(topology, xml_path, error) || topology_restrict(topology, error))
        goto fail;
    read_groups(topology);
    return topology;
fail:
    topology_close(topology);
    return NULL;
}

void topology_close(struct topology *topology)
{
    if (!topology)
        return;
    if (topology->hwloc)
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
    size_t units = 0;
    for (size_t i = 0; i < topology->unit_count; i++)
        units += topology->units[i].rank == 0;
    if (quota == 0 || quota >= (double)units)
        return units;
    return quota < 1 ? 1 : (size_t)quota;
}

double topology_quota(const struct topology *topology)
{
    return topology->quota_processors;
}

const char *topology_warning(const struct topology *topology)
{
    return topology->warning;
}

unsigned topology_kinds(const struct topology *topology)
{
    unsigned kinds = 0;
    for (size_t i = 0; i < topology->unit_count; i++) {
        size_t k = 0;
        while (k < i && topology->units[k].kind != topology->units[i].kind)
            k++;
        kinds += k == i;
    }
    return kinds;
}

int topology_check_allowed(const struct topology *topology, struct error *error)
{
    size_t bytes = CPU_ALLOC_SIZE(CPUS_MAX);
    cpu_set_t *now = CPU_ALLOC(CPUS_MAX);
    int result = 0;
    size_t still = 0;
    if (!now || sched_getaffinity(0, bytes, now)) {
        CPU_FREE(now);
        return error_set(error, "cannot read which processing units this process may use: %s",
                         strerror(errno));
    }
    for (size_t i = 0; i < topology->unit_count; i++)
        still += CPU_ISSET_S(topology->units[i].os_index, bytes, now) != 0;
    size_t count = (size_t)CPU_COUNT_S(bytes, now);
    if (still != topology->unit_count || count != topology->unit_count)
        result = error_set(error,
                           "the processing units that this process may use have changed: there were %zu, now "
                           "there are %zu, %zu of them the same; one run is of one machine: start another",
                           topology->unit_count, count, still);
    CPU_FREE(now);
    return result;
}

void topology_describe(const struct topology *topology, char *text, size_t text_bytes)
{
    snprintf(text, text_bytes, "%s", topology->text);
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
    if (topology->this_system)
        return 0;
    return error_set(error,
                     "cannot bind to a topology that is only described: it is not the machine we run on");
}

static bool is_allowed(const struct topology *topology, unsigned os_index)
{
    for (size_t i = 0; i < topology->unit_count; i++)
        if (topology->units[i].os_index == os_index)
            return true;
    return false;
}

static int check_allowed(const struct topology *topology, const unsigned *os_indices, size_t count,
                         struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!is_allowed(topology, os_indices[i]))
            return error_set(error, "cannot bind to processing unit %u: this process may use others (%s)",
                             os_indices[i], topology->text);
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

int topology_read_binding_self(const struct topology *topology, uint64_t *bits, size_t words,
                               struct error *error)
{
    unsigned long mask[KERNEL_UNITS_MAX / LONG_BITS];
    if (check_this_system(topology, error))
        return -1;
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    if (bytes < 0)
        return error_set(error, "cannot read the binding of this thread: %s", strerror(errno));
    int count = 0;
    for (size_t i = 0; i < words; i++)
        bits[i] = 0;
    for (size_t i = 0; i < (size_t)bytes * 8; i++)
        if (mask[i / LONG_BITS] >> i % LONG_BITS & 1) {
            if (i / 64 < words)
                bits[i / 64] |= UINT64_C(1) << i % 64;
            count++;
        }
    return count;
}

const char *topology_library_version(void)
{
    return HWLOC_VERSION;
}
