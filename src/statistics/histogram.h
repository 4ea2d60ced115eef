/* SPDX-License-Identifier: MIT */
/* Log-linear histogram of nanoseconds, 3 significant digits (after Tene's HdrHistogram): fixed size, no
 * pointers, so that it can live in memory that processes share. */
#ifndef CROSSPOINT_HISTOGRAM_H
#define CROSSPOINT_HISTOGRAM_H

#include <stdint.h>

enum {
    HISTOGRAM_SUB_BITS = 11, /* 2048 sub-buckets: relative error below 1/1024 */
    HISTOGRAM_GROUPS = 27,   /* up to 2^37 ns (over two minutes); longer ones are clamped into the last */
    HISTOGRAM_BUCKETS = (HISTOGRAM_GROUPS + 1) << (HISTOGRAM_SUB_BITS - 1),
};

struct histogram {
    uint64_t count;
    uint64_t max_ns; /* exact */
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_reset(struct histogram *histogram);
void histogram_record(struct histogram *histogram, uint64_t value_ns);
void histogram_merge(struct histogram *into, const struct histogram *from);

/* The value at quantile q (0 < q < 1), or 0 if fewer than events_beyond_min events lie beyond it: too few to
 * say. */
uint64_t histogram_quantile_ns(const struct histogram *histogram, double q, uint64_t events_beyond_min);

/* The values that a bucket counts, the last one included. */
struct histogram_range {
    uint64_t first_ns, last_ns;
};
struct histogram_range histogram_range(uint32_t bucket);

/* As if all values of a bucket were its middle; 0 if there are none. */
double histogram_mean_ns(const struct histogram *histogram);
double histogram_deviation_ns(const struct histogram *histogram);

#endif
