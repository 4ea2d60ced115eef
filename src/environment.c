/* SPDX-License-Identifier: MIT */
#include "environment.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "measure.h"

void environment_parse_stat(const char *text, uint64_t tick_ns, struct environment *environment)
{
    unsigned long long user, nice, system, idle, wait, irq, softirq, steal;
    environment->units = 0;
    for (const char *line = text; line && *line; line = strchr(line, '\n'), line += line != NULL) {
        if (strncmp(line, "cpu", 3) != 0)
            continue;
        if (line[3] != ' ')
            environment->units++;
        else if (sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle,
                        &wait, &irq, &softirq, &steal) == 8) {
            environment->busy_ns = (user + nice + system + irq + softirq) * tick_ns;
            environment->stolen_ns = steal * tick_ns;
        }
    }
}

static void read_stat(struct environment *environment)
{
    char text[65536];
    FILE *file = fopen("/proc/stat", "re");
    if (!file)
        return;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    environment_parse_stat(text, 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK), environment);
}

static uint64_t read_swapped_pages(void)
{
    char line[128];
    unsigned long long pages, sum = 0;
    FILE *file = fopen("/proc/vmstat", "re");
    if (!file)
        return 0;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "pswpin %llu", &pages) == 1 || sscanf(line, "pswpout %llu", &pages) == 1)
            sum += pages;
    fclose(file);
    return sum;
}

static int64_t read_suspended_ns(void)
{
    struct timespec boot, monotonic;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    return (boot.tv_sec - monotonic.tv_sec) * 1000000000 + boot.tv_nsec - monotonic.tv_nsec;
}

void environment_read(struct environment *environment)
{
    memset(environment, 0, sizeof *environment);
    environment->wall_ns = clock_now_ns();
    read_stat(environment);
    struct usage own = usage_add(usage_self(), usage_children());
    environment->own_ns = (uint64_t)(own.user_ns + own.system_ns);
    environment->throttled_known = cgroup_throttled_ns("", &environment->throttled_ns) == 0;
    environment->swapped_pages = read_swapped_pages();
    environment->suspended_ns = read_suspended_ns();
}

struct disturbance environment_between(const struct environment *before, const struct environment *after)
{
    struct disturbance disturbance = {NAN, NAN, NAN, NAN, NAN};
    double capacity_ns = (double)(after->wall_ns - before->wall_ns) * after->units;
    if (capacity_ns > 0) {
        double busy_ns = (double)(after->busy_ns - before->busy_ns);
        double foreign_ns = busy_ns - (double)(after->own_ns - before->own_ns);
        disturbance.steal_fraction = (double)(after->stolen_ns - before->stolen_ns) / capacity_ns;
        /* /proc/stat counts ticks, rusage does not: the difference may come out below 0. */
        disturbance.foreign_cpu_fraction = foreign_ns > 0 ? foreign_ns / capacity_ns : 0;
    }
    if (before->throttled_known && after->throttled_known)
        disturbance.throttled_ns = (double)(after->throttled_ns - before->throttled_ns);
    disturbance.swapped_pages = (double)(after->swapped_pages - before->swapped_pages);
    disturbance.clock_jump_ns = fabs((double)(after->suspended_ns - before->suspended_ns));
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
