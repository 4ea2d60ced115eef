/* SPDX-License-Identifier: MIT */
#include "hgrm.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>

enum { TICKS = 5, SUB_BUCKETS = 1 << HISTOGRAM_SUB_BITS };

static void write_line(uint64_t value_ns, double percent, uint64_t seen, FILE *out)
{
    double fraction = percent / 100;
    fprintf(out, "%12.3f %12f %12" PRIu64 " %12.2f\n", (double)value_ns / 1e6, fraction, seen,
            1 / (1 - fraction));
}

/* From 0 on in steps that are halved each time that what is left to 100 has been; reckoned as HdrHistogram
 * does, since where a step falls on a count another rounding is another line. */
static double next_percent(double percent)
{
    double halvings = floor(log(100 / (100 - percent)) / log(2)) + 1;
    return percent + 100 / (TICKS * exp2(halvings));
}

int hgrm_write(const struct histogram *histogram, FILE *out)
{
    uint64_t seen = 0, last_ns = 0;
    double percent = 0;
    fprintf(out, "%12s %12s %12s %12s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS && seen < histogram->count; i++) {
        if (histogram->buckets[i] == 0)
            continue;
        seen += histogram->buckets[i];
        last_ns = histogram_range(i).last_ns;
        double reached = 100 * (double)seen / (double)histogram->count;
        /* All that is reached with the last bucket is its first line, and the end. */
        for (bool first = true; percent <= reached && (first || seen < histogram->count); first = false) {
            write_line(last_ns, percent, seen, out);
            percent = next_percent(percent);
        }
    }
    write_line(last_ns, 100, seen, out);
    fprintf(out,
            "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n"
            "#[Max     = %12.3f, Total count    = %12" PRIu64 "]\n"
            "#[Buckets = %12d, SubBuckets     = %12d]\n",
            histogram_mean_ns(histogram) / 1e6, histogram_deviation_ns(histogram) / 1e6,
            (double)last_ns / 1e6, histogram->count, HISTOGRAM_GROUPS, SUB_BUCKETS);
    return ferror(out) ? -1 : 0;
}
