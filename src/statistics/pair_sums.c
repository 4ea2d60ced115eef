/* SPDX-License-Identifier: MIT */
#include "pair_sums.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

size_t pair_sums_total(const struct pair_sums *sums)
{
    return sums->symmetric ? sums->n_a * (sums->n_a + 1) / 2 : sums->n_a * sums->n_b;
}

/* How many sums are at most limit, and the sums next to it on both sides. Rounding is monotone, so the
 * rounded sums ascend in i and j as the true ones do, and the count is exact for them. */
static size_t sums_up_to(const struct pair_sums *sums, double limit, double *last, double *next)
{
    size_t pairs = 0, diagonal = 0, j = sums->n_b;
    *last = -INFINITY;
    *next = INFINITY;
    for (size_t i = 0; i < sums->n_a; i++) {
        while (j > 0 && sums->a[i] + sums->b[j - 1] > limit)
            j--;
        if (j > 0 && sums->a[i] + sums->b[j - 1] > *last)
            *last = sums->a[i] + sums->b[j - 1];
        if (j < sums->n_b && sums->a[i] + sums->b[j] < *next)
            *next = sums->a[i] + sums->b[j];
        pairs += j;
        diagonal += j > i;
    }
    return sums->symmetric ? (pairs + diagonal) / 2 : pairs;
}

/* Bit patterns of doubles in the order of the numbers. */
static uint64_t double_to_key(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double key_to_double(uint64_t key)
{
    uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Between low and high at the share of the way where the sum should lie; every other pass halves the values,
 * or now and then the bit patterns: at most 256 passes whatever the values. */
static double next_limit(double low, double high, double share, size_t pass)
{
    uint64_t low_key = double_to_key(low), high_key = double_to_key(high);
    double limit = pass % 4 == 3 ? key_to_double(low_key + (high_key - low_key) / 2)
                                 : low + (high - low) * (pass % 2 ? 0.5 : share);
    return limit >= low && limit < high ? limit : low;
}

double pair_sums_select(const struct pair_sums *sums, size_t below)
{
    size_t before = 0, up_to = pair_sums_total(sums); /* sums below low; up to high */
    assert(below < up_to);
    double low = sums->a[0] + sums->b[0], high = sums->a[sums->n_a - 1] + sums->b[sums->n_b - 1], last, next;
    for (size_t pass = 0; low < high; pass++) {
        double share = ((double)(below - before) + 0.5) / (double)(up_to - before);
        size_t count = sums_up_to(sums, next_limit(low, high, share, pass), &last, &next);
        if (count > below) {
            high = last;
            up_to = count;
        } else {
            low = next;
            before = count;
        }
    }
    return low + 0.0; /* -0 becomes 0 */
}

double pair_sums_median(const struct pair_sums *sums)
{
    size_t total = pair_sums_total(sums);
    double upper = pair_sums_select(sums, total / 2), lower, next;
    if (total % 2)
        return upper;
    size_t below_upper = sums_up_to(sums, nextafter(upper, -INFINITY), &lower, &next);
    return ((below_upper == total / 2 ? lower : upper) + upper) / 2;
}

struct pair_sums pair_sums_walsh(const double *sorted, size_t n)
{
    return (struct pair_sums){.a = sorted, .b = sorted, .n_a = n, .n_b = n, .symmetric = true};
}
