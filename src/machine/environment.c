/* SPDX-License-Identifier: MIT */
#include "environment.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "measure.h"

void environment_parse_stat(const char *text, const cpu_set_t *allowed, uint64_t tick_ns,
                            struct environment *environment)
{
    unsigned long long user, nice, system, idle, wait, irq, softirq, steal;
    int unit;
    environment->units = 0;
    environment->busy_ns = environment->stolen_ns = 0;
    for (const char *line = text; line && *line; line = strchr(line, '\n'), line += line != NULL) {
        if (strncmp(line, "cpu ", 4) == 0 || /* their sum */
            sscanf(line, "cpu%d %llu %llu %llu %llu %llu %llu %llu %llu", &unit, &user, &nice, &system, &idle,
                   &wait, &irq, &softirq, &steal) != 9 ||
            (allowed && (unit >= CPU_SETSIZE || !CPU_ISSET(unit, allowed))))
            continue;
        environment->units++;
        environment->busy_ns += (user + nice + system + irq + softirq) * tick_ns;
        environment->stolen_ns += steal * tick_ns;
    }
}

static void read_file(const char *path, char *text, size_t text_bytes)
{
    FILE *file = fopen(path, "re");
    text[0] = '\0';
    if (!file)
        return;
    text[fread(text, 1, text_bytes - 1, file)] = '\0';
    fclose(file);
}

/* The number behind a name that begins a line. */
static bool find_number(const char *text, const char *name, unsigned long long *number)
{
    size_t length = strlen(name);
    for (const char *line = text; line && *line; line = strchr(line, '\n'), line += line != NULL)
        if (strncmp(line, name, length) == 0 && (line[length] == ' ' || line[length] == ':'))
            return sscanf(line + length + 1, "%llu", number) == 1;
    return false;
}

void environment_parse_vmstat(const char *text, struct environment *environment)
{
    unsigned long long in = 0, out = 0, faults = 0;
    find_number(text, "pswpin", &in);
    find_number(text, "pswpout", &out);
    environment->vmstat_known = find_number(text, "pgmajfault", &faults);
    environment->swapped_pages = in + out;
    environment->major_faults = faults;
}

void environment_parse_meminfo(const char *text, struct environment *environment)
{
    unsigned long long available_kib = 0;
    find_number(text, "MemAvailable", &available_kib);
    environment->memory_available_bytes = available_kib * 1024;
}

bool environment_clock_poor(const char *name)
{
    static const char *const poor[] = {"hpet", "acpi_pm"};
    size_t length = strcspn(name, "\n");
    for (size_t i = 0; i < sizeof poor / sizeof poor[0]; i++)
        if (strlen(poor[i]) == length && strncmp(name, poor[i], length) == 0)
            return true;
    return false;
}

static void read_below(const char *root, const char *path, char *text, size_t text_bytes)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    read_file(whole, text, text_bytes);
}

static void read_files(const char *root, struct environment *environment)
{
    char text[1 << 18]; /* a thousand units */
    cpu_set_t allowed;
    bool known = sched_getaffinity(0, sizeof allowed, &allowed) == 0;
    environment->units_allowed = known ? (unsigned)CPU_COUNT(&allowed) : 0;
    read_below(root, "/proc/stat", text, sizeof text);
    environment_parse_stat(text, known ? &allowed : NULL, 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK),
                           environment);
    read_below(root, "/proc/vmstat", text, sizeof text);
    environment_parse_vmstat(text, environment);
    read_below(root, "/proc/meminfo", text, sizeof text);
    environment_parse_meminfo(text, environment);
    read_below(root, "/sys/devices/system/clocksource/clocksource0/current_clocksource", text, sizeof text);
    environment->clock_known = text[0] != '\0';
    environment->clock_poor = environment_clock_poor(text);
}

static int64_t read_suspended_ns(void)
{
    struct timespec boot, monotonic;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    return (boot.tv_sec - monotonic.tv_sec) * 1000000000 + boot.tv_nsec - monotonic.tv_nsec;
}

void environment_read(const char *root, struct environment *environment)
{
    memset(environment, 0, sizeof *environment);
    environment->wall_ns = clock_now_ns();
    read_files(root, environment);
    struct usage own = usage_add(usage_self(), usage_children());
    environment->own_ns = (uint64_t)(own.user_ns + own.system_ns);
    environment->throttled_known = cgroup_throttled_ns(root, &environment->throttled_ns) == 0;
    environment->suspended_ns = read_suspended_ns();
}

/* Some units' lines are as good as none: of the others nothing is known, and which is whose may differ. */
static bool stat_known(const struct environment *environment)
{
    return environment->units > 0 &&
           (environment->units_allowed == 0 || environment->units == environment->units_allowed);
}

size_t environment_blind(const struct environment *environment, bool quota, struct blind blind[BLIND_MAX])
{
    static const char no_stat[] = "/proc/stat does not list the processing units that this process may use";
    size_t count = 0;
    if (!stat_known(environment)) {
        blind[count++] = (struct blind){"steal_fraction", no_stat};
        blind[count++] = (struct blind){"foreign_cpu_fraction", no_stat};
    }
    if (quota && !environment->throttled_known)
        blind[count++] =
            (struct blind){"throttled_ns", "there is a CPU quota, and no cpu.stat that can be read"};
    if (!environment->vmstat_known)
        blind[count++] = (struct blind){"swapped_pages", "/proc/vmstat cannot be read"};
    if (!environment->clock_known)
        blind[count++] = (struct blind){"clock_jump_ns", "the name of the clock source cannot be read"};
    return count;
}

struct disturbance environment_between(const struct environment *before, const struct environment *after)
{
    struct disturbance disturbance = {NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    double capacity_ns = (double)(after->wall_ns - before->wall_ns) * after->units;
    if (capacity_ns > 0 && stat_known(before) && stat_known(after)) {
        double busy_ns = (double)(after->busy_ns - before->busy_ns);
        double foreign_ns = busy_ns - (double)(after->own_ns - before->own_ns);
        disturbance.steal_fraction = (double)(after->stolen_ns - before->stolen_ns) / capacity_ns;
        /* /proc/stat counts ticks, rusage does not: the difference may come out below 0. */
        disturbance.foreign_cpu_fraction = foreign_ns > 0 ? foreign_ns / capacity_ns : 0;
    }
    if (before->throttled_known && after->throttled_known)
        disturbance.throttled_ns = (double)(after->throttled_ns - before->throttled_ns);
    if (before->vmstat_known && after->vmstat_known)
        disturbance.swapped_pages = (double)(after->swapped_pages - before->swapped_pages);
    disturbance.clock_jump_ns =
        after->clock_poor ? INFINITY : fabs((double)(after->suspended_ns - before->suspended_ns));
    if (before->vmstat_known && after->vmstat_known)
        disturbance.major_faults = (double)(after->major_faults - before->major_faults);
    uint64_t available_before = before->memory_available_bytes,
             available_after = after->memory_available_bytes;
    if (available_before && available_after)
        disturbance.memory_available_bytes =
            (double)(available_after < available_before ? available_after : available_before);
    return disturbance;
}

void disturbance_fill_row(const struct disturbance *disturbance, struct row_buffer *row)
{
    if (!isnan(disturbance->steal_fraction))
        row_set(row, COLUMN_STEAL_FRACTION, "%.4f", disturbance->steal_fraction);
    if (!isnan(disturbance->foreign_cpu_fraction))
        row_set(row, COLUMN_FOREIGN_CPU_FRACTION, "%.4f", disturbance->foreign_cpu_fraction);
    if (!isnan(disturbance->throttled_ns))
        row_set(row, COLUMN_THROTTLED_NS, "%.0f", disturbance->throttled_ns);
}
