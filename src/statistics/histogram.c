/* SPDX-License-Identifier: MIT */
#include "histogram.h"

#include <math.h>
#include <string.h>

enum {
    HALF_BITS = HISTOGRAM_SUB_BITS - 1,
};

/* Group 0 holds values below 2^SUB_BITS one by one; group g > 0 holds those of g more bits in 2^HALF_BITS
 * buckets that are 2^g wide. */
static uint32_t bucket_of(uint64_t value_ns)
{
    const uint64_t limit_ns = UINT64_C(1) << (HISTOGRAM_SUB_BITS + HISTOGRAM_GROUPS - 1);
    if (value_ns >= limit_ns)
        return HISTOGRAM_BUCKETS - 1;
    if (value_ns >> HISTOGRAM_SUB_BITS == 0)
        return (uint32_t)value_ns;
    uint32_t group = 63 - HALF_BITS - (uint32_t)__builtin_clzll(value_ns);
    return (group << HALF_BITS) + (uint32_t)(value_ns >> group);
}

struct histogram_range histogram_range(uint32_t bucket)
{
    uint32_t half = bucket >> HALF_BITS;
    uint32_t group = half > 1 ? half - 1 : 0;
    uint64_t position = bucket - (group << HALF_BITS);
    return (struct histogram_range){position << group, ((position + 1) << group) - 1};
}

void histogram_reset(struct histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
}

void histogram_record(struct histogram *histogram, uint64_t value_ns)
{
    histogram->buckets[bucket_of(value_ns)]++;
    histogram->count++;
    if (value_ns > histogram->max_ns)
        histogram->max_ns = value_ns;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        into->buckets[i] += from->buckets[i];
    into->count += from->count;
    if (from->max_ns > into->max_ns)
        into->max_ns = from->max_ns;
}

uint64_t histogram_quantile_ns(const struct histogram *histogram, double q, uint64_t events_beyond_min)
{
    /* 0.07 * 100 is a little more than 7, and must not become 8. */
    uint64_t rank = (uint64_t)ceil(q * (double)histogram->count * (1 - 1e-15));
    rank = rank > 0 ? rank : 1;
    if (histogram->count < rank || histogram->count - rank < events_beyond_min)
        return 0;
    uint64_t seen = 0;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->buckets[i];
        if (seen >= rank) {
            uint64_t last_ns = histogram_range(i).last_ns;
            return last_ns < histogram->max_ns ? last_ns : histogram->max_ns;
        }
    }
    return histogram->max_ns;
}

static double middle_ns(uint32_t bucket)
{
    struct histogram_range range = histogram_range(bucket);
    return (double)(range.first_ns + (range.last_ns - range.first_ns + 1) / 2);
}

double histogram_mean_ns(const struct histogram *histogram)
{
    double sum = 0;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        if (histogram->buckets[i])
            sum += (double)histogram->buckets[i] * middle_ns(i);
    return histogram->count ? sum / (double)histogram->count : 0;
}

double histogram_deviation_ns(const struct histogram *histogram)
{
    double sum = 0, mean_ns = histogram_mean_ns(histogram);
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        double off_ns = middle_ns(i) - mean_ns;
        sum += (double)histogram->buckets[i] * off_ns * off_ns;
    }
    return histogram->count ? sqrt(sum / (double)histogram->count) : 0;
}
