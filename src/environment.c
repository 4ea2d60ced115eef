/* SPDX-License-Identifier: MIT */
#include "environment.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "measure.h"

static void read_proc_stat(struct environment *environment)
{
    unsigned long long user, nice, system, idle, wait, irq, softirq, steal;
    FILE *file = fopen("/proc/stat", "re");
    if (!file)
        return;
    char line[512];
    uint64_t tick_ns = 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle, &wait,
                   &irq, &softirq, &steal) == 8) {
            environment->busy_ns = (user + nice + system + irq + softirq) * tick_ns;
            environment->stolen_ns = steal * tick_ns;
        } else if (strncmp(line, "cpu", 3) == 0) {
            environment->units++;
        }
    }
    fclose(file);
}

void environment_read(struct environment *environment)
{
    memset(environment, 0, sizeof *environment);
    environment->wall_ns = clock_now_ns();
    read_proc_stat(environment);
    struct usage own = usage_add(usage_self(), usage_children());
    environment->own_ns = (uint64_t)(own.user_ns + own.system_ns);
    environment->throttled_known = cgroup_throttled_ns("", &environment->throttled_ns) == 0;
}

struct disturbance environment_between(const struct environment *before, const struct environment *after)
{
    struct disturbance disturbance = {NAN, NAN, NAN};
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
