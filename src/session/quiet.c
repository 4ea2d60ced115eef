/* SPDX-License-Identifier: MIT */
#include "quiet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "statistics.h"

const struct quiet_threshold quiet_thresholds[QUIET_CHECK_COUNT] = {
    [QUIET_STEAL] = {"steal_fraction", "stolen time", "/proc/stat steal", "%", 100, 0.01, 0.05},
    [QUIET_FOREIGN_CPU] = {"foreign_cpu_fraction", "foreign CPU", "/proc/stat busy time less our own", "%",
                           100, 0.05, 0.15},
    [QUIET_THROTTLED] = {"throttled_ns", "throttled", "cgroup cpu.stat", "ms", 1e-6, 0, 0},
    [QUIET_SWAP] = {"swapped_pages", "swapped", "/proc/vmstat pswpin, pswpout", "pages", 1, 0, 0},
    [QUIET_CLOCK] = {"clock_jump_ns", "clock jump", "BOOTTIME - MONOTONIC, clocksource", "ms", 1e-6, 1e6,
                     1e6},
    [QUIET_CANARY_INTEGER] = {"canary_integer_ns", "canary integer", "off the run's median", "%", 100, 0.03,
                              0.10},
    [QUIET_CANARY_MEMORY] = {"canary_memory_ns", "canary memory", "off the run's median", "%", 100, 0.15,
                             0.40},
    [QUIET_CANARY_WAKE_UP] = {"canary_wake_up_ns", "canary wake-up", "off the run's median", "%", 100, 0.15,
                              0.40},
};

unsigned quiet_repeats_max(unsigned blocks)
{
    return blocks / 2 > 2 ? blocks / 2 : 2;
}

enum quiet quiet_judge(const double values[QUIET_CHECK_COUNT], char *reason, size_t reason_bytes)
{
    enum quiet judgement = QUIET_YES;
    if (reason_bytes)
        reason[0] = '\0';
    for (int check = 0; check < QUIET_CHECK_COUNT; check++) {
        const struct quiet_threshold *threshold = &quiet_thresholds[check];
        enum quiet found = values[check] > threshold->invalid  ? QUIET_INVALID
                           : values[check] > threshold->repeat ? QUIET_REPEAT
                                                               : QUIET_YES;
        if (found <= judgement)
            continue;
        judgement = found;
        double limit = found == QUIET_INVALID ? threshold->invalid : threshold->repeat;
        if (check == QUIET_CLOCK && isinf(values[check]))
            snprintf(reason, reason_bytes, "the clock source is hpet or acpi_pm; select tsc or kvm-clock");
        else
            snprintf(reason, reason_bytes, "%s %.3g %s, above %.3g", threshold->name,
                     values[check] * threshold->scale, threshold->unit, limit * threshold->scale);
    }
    return judgement;
}

double quiet_drift(const double *readings, size_t n)
{
    struct median_interval middle;
    double *known = malloc((n + 1) * sizeof *known), drift = NAN;
    size_t count = 0;
    for (size_t i = 0; i < n && known; i++)
        if (readings[i] > 0)
            known[count++] = readings[i];
    if (count >= 3 && readings[n - 1] > 0 && statistics_median(known, count, 0.95, &middle) == 0)
        drift = fabs(readings[n - 1] / middle.median - 1);
    free(known);
    return drift;
}
