/* SPDX-License-Identifier: MIT */
#include "metadata.h"

#include <ctype.h>
#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <uv.h>

#include "build_info.h"
#include "measure.h"
#include "resource_limits.h"

extern char **environ;

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text && *text)
        json_object_set_new(object, key, json_string(text));
}

/* The first line of a file of the kernel's. */
static void set_file(json_t *object, const char *key, const char *path)
{
    char line[512];
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    if (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        set_text(object, key, line);
    }
    fclose(file);
}

/* "name : value" of the first processor. */
static void set_cpuinfo(json_t *object, const char *key, const char *name)
{
    char line[1024];
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (!file)
        return;
    while (fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (!colon || strncmp(line, name, strlen(name)) != 0)
            continue;
        line[strcspn(line, "\n")] = '\0';
        set_text(object, key, colon + 1 + strspn(colon + 1, " "));
        break;
    }
    fclose(file);
}

static void set_hypervisor(json_t *object)
{
#if defined(__x86_64__) || defined(__i386__)
    char line[4096];
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (!file)
        return;
    while (fgets(line, sizeof line, file))
        if (strncmp(line, "flags", 5) == 0) {
            json_object_set_new(object, "virtual", json_boolean(strstr(line, " hypervisor") != NULL));
            break;
        }
    fclose(file);
#endif
    set_file(object, "product", "/sys/class/dmi/id/product_name");
}

/* The kind of each unit, by the kernel's number. */
static json_t *collect_kinds(const struct topology *topology)
{
    size_t count;
    const struct unit *units = topology_units(topology, &count);
    json_t *kinds = json_object();
    for (size_t i = 0; i < count; i++) {
        char unit[16];
        snprintf(unit, sizeof unit, "%u", units[i].os_index);
        json_object_set_new(kinds, unit, json_integer((json_int_t)units[i].kind));
    }
    return kinds;
}

static json_t *collect_machine(const struct topology *topology)
{
    json_t *machine = json_object(), *fingerprint = json_object();
    char text[256];
    struct utsname system;
    size_t units;
    topology_units(topology, &units);
    if (gethostname(text, sizeof text) == 0)
        set_text(machine, "hostname", text);
    topology_describe(topology, text, sizeof text);
    set_text(machine, "topology", text);
    json_object_set_new(machine, "units", json_integer((json_int_t)units));
    if (topology_kinds(topology) > 1)
        json_object_set_new(machine, "core_kinds", collect_kinds(topology));
    json_object_set_new(machine, "units_max", json_integer((json_int_t)topology_max(topology)));
    if (topology_quota(topology) > 0)
        json_object_set_new(machine, "cpu_quota", json_real(topology_quota(topology)));
    json_object_set_new(
        machine, "memory_bytes",
        json_integer((json_int_t)sysconf(_SC_PHYS_PAGES) * (json_int_t)sysconf(_SC_PAGESIZE)));
    set_cpuinfo(fingerprint, "cpu_model", "model name");
    set_cpuinfo(fingerprint, "microcode", "microcode");
    set_text(fingerprint, "topology", text);
    json_object_set_new(fingerprint, "units_max", json_integer((json_int_t)topology_max(topology)));
    if (uname(&system) == 0) {
        set_text(fingerprint, "architecture", system.machine);
        set_text(fingerprint, "kernel", system.release);
    }
    set_hypervisor(fingerprint);
    json_object_set_new(machine, "fingerprint", fingerprint);
    return machine;
}

static json_t *collect_system(void)
{
    json_t *system = json_object();
    const char *cpufreq = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
    set_file(system, "clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource");
    set_file(system, "governor", cpufreq);
    set_file(system, "intel_no_turbo", "/sys/devices/system/cpu/intel_pstate/no_turbo");
    set_file(system, "boost", "/sys/devices/system/cpu/cpufreq/boost");
    set_file(system, "transparent_huge_pages", "/sys/kernel/mm/transparent_hugepage/enabled");
    set_file(system, "aslr", "/proc/sys/kernel/randomize_va_space");
    set_file(system, "autogroup", "/proc/sys/kernel/sched_autogroup_enabled");
    set_file(system, "swappiness", "/proc/sys/vm/swappiness");
    set_file(system, "tcp_tw_reuse", "/proc/sys/net/ipv4/tcp_tw_reuse");
    set_file(system, "load_average", "/proc/loadavg");
    set_file(system, "pressure_cpu", "/proc/pressure/cpu");
    set_file(system, "pressure_memory", "/proc/pressure/memory");
    set_file(system, "pressure_io", "/proc/pressure/io");
    set_file(system, "mitigations_spectre_v2", "/sys/devices/system/cpu/vulnerabilities/spectre_v2");
    int slack_ns = prctl(PR_GET_TIMERSLACK);
    if (slack_ns >= 0)
        json_object_set_new(system, "timer_slack_ns", json_integer(slack_ns));
    json_object_set_new(system, "clock_step_ns", json_integer((json_int_t)clock_step_ns()));
    json_t *environment = json_object();
    for (char **variable = environ; *variable; variable++) {
        char *equals = strchr(*variable, '=');
        if (!equals ||
            (strncmp(*variable, "MALLOC_", 7) != 0 && strncmp(*variable, "UV_", 3) != 0 &&
             strncmp(*variable, "LD_PRELOAD=", 11) != 0 && strncmp(*variable, "GLIBC_TUNABLES=", 15) != 0))
            continue;
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)(equals - *variable), *variable);
        set_text(environment, name, equals + 1);
    }
    json_object_set_new(system, "environment", environment);
    return system;
}

static json_t *limit_to_json(rlim_t limit)
{
    return limit == RLIM_INFINITY ? json_string("unlimited") : json_integer((json_int_t)limit);
}

static void set_limit(json_t *object, const char *key, __rlimit_resource_t resource)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) == 0)
        json_object_set_new(object, key,
                            json_pack("{s:o, s:o}", "soft", limit_to_json(limit.rlim_cur), "hard",
                                      limit_to_json(limit.rlim_max)));
}

static json_t *collect_limits(void)
{
    json_t *object = json_object();
    struct limits limits;
    limits_read(&limits);
    set_limit(object, "descriptors", RLIMIT_NOFILE);
    set_limit(object, "processes", RLIMIT_NPROC);
    set_limit(object, "stack_bytes", RLIMIT_STACK);
    set_limit(object, "address_space_bytes", RLIMIT_AS);
    json_object_set_new(object, "pid_max", json_integer((json_int_t)limits.pid_max));
    json_object_set_new(object, "threads_max", json_integer((json_int_t)limits.threads_max));
    if (limits.group_tasks)
        json_object_set_new(object, "cgroup_tasks_left", json_integer((json_int_t)limits.group_tasks));
    json_object_set_new(object, "listen_backlog", json_integer((json_int_t)limits.backlog));
    json_object_set_new(object, "local_ports", json_integer((json_int_t)limits.ports));
    return object;
}

static json_t *collect_versions(void)
{
    json_t *versions = json_object();
    set_text(versions, "crosspoint", CROSSPOINT_VERSION);
    set_text(versions, "commit", CROSSPOINT_COMMIT);
    set_text(versions, "libc", gnu_get_libc_version());
    set_text(versions, "libuv", uv_version_string());
    set_text(versions, "hwloc", topology_library_version());
    set_text(versions, "google_benchmark", CROSSPOINT_GBENCH_VERSION);
    set_text(versions, "compiler", CROSSPOINT_COMPILER);
    set_text(versions, "build_type", CROSSPOINT_BUILD_TYPE);
    set_text(versions, "compiler_flags", CROSSPOINT_FLAGS);
    return versions;
}

json_t *metadata_collect(const struct topology *topology)
{
    json_t *metadata = json_object();
    json_object_set_new(metadata, "machine", collect_machine(topology));
    json_object_set_new(metadata, "system", collect_system());
    json_object_set_new(metadata, "limits", collect_limits());
    json_object_set_new(metadata, "versions", collect_versions());
    return metadata;
}

/* The first key in which the two differ. */
static int expect_equal(const json_t *was, const json_t *is, const char *what, struct error *error)
{
    const char *key;
    json_t *now;
    json_object_foreach((json_t *)is, key, now)
    {
        const json_t *then = json_object_get(was, key);
        if (json_equal(then, now))
            continue;
        char *before = json_dumps(then, JSON_ENCODE_ANY), *after = json_dumps(now, JSON_ENCODE_ANY);
        error_set(error, "measured %s: %s was %.150s and is %.150s; one run is of one: start another", what,
                  key, before ? before : "unknown", after ? after : "unknown");
        free(before);
        free(after);
        return -1;
    }
    return 0;
}

int metadata_expect_same(const json_t *run, const struct topology *topology, struct error *error)
{
    json_t *now = metadata_collect(topology);
    int result = expect_equal(json_object_get(json_object_get(run, "machine"), "fingerprint"),
                              json_object_get(json_object_get(now, "machine"), "fingerprint"),
                              "on another machine", error) ||
                         expect_equal(json_object_get(run, "versions"), json_object_get(now, "versions"),
                                      "by another build", error)
                     ? -1
                     : 0;
    json_decref(now);
    return result;
}
