/* SPDX-License-Identifier: MIT */
/* The mean of ratios, within a family of workloads: what a mean of loops and sockets would say of either is
 * nothing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "distributions.h"
#include "judge.h"

/* Of "native/cpu/sum-squares/serial", "native/cpu". */
static void name_family(const char *cell, char *family, size_t bytes)
{
    const char *end = strchr(cell, '/');
    end = end ? strchr(end + 1, '/') : NULL;
    size_t length = end ? (size_t)(end - cell) : strlen(cell);
    snprintf(family, bytes, "%.*s", (int)(length < bytes ? length : bytes - 1), cell);
}

static struct compare_mean *find_mean(struct compared *compared, const char *family)
{
    for (size_t i = 0; i < compared->mean_count; i++)
        if (strcmp(compared->means[i].family, family) == 0)
            return &compared->means[i];
    struct compare_mean *mean = &compared->means[compared->mean_count++];
    *mean = (struct compare_mean){.low = NAN, .high = NAN};
    snprintf(mean->family, sizeof mean->family, "%s", family);
    return mean;
}

/* Sums of logarithms first, and of their squares about the mean; then what they come to. */
static void finish(struct compare_mean *mean, double squares)
{
    double n = (double)mean->cells, center = mean->mean / n;
    mean->mean = exp(center);
    if (mean->cells < 2)
        return;
    double t = student_quantile((1 + judge_level) / 2, mean->cells - 1);
    double half = t * sqrt(squares / (n - 1) / n);
    mean->low = exp(center - half);
    mean->high = exp(center + half);
}

int compared_set_means(struct compared *compared)
{
    char family[sizeof compared->means->family];
    compared->means = calloc(compared->count + 1, sizeof *compared->means);
    if (!compared->means)
        return -1;
    for (size_t i = 0; i < compared->count; i++) {
        const struct compare_row *row = &compared->rows[i];
        if (!row->comparable)
            continue;
        name_family(row->cell, family, sizeof family);
        struct compare_mean *mean = find_mean(compared, family);
        mean->cells++;
        mean->mean += log(row->ratio);
    }
    for (size_t k = 0; k < compared->mean_count; k++) {
        struct compare_mean *mean = &compared->means[k];
        double squares = 0;
        for (size_t i = 0; i < compared->count; i++) {
            name_family(compared->rows[i].cell, family, sizeof family);
            if (compared->rows[i].comparable && strcmp(family, mean->family) == 0)
                squares += pow(log(compared->rows[i].ratio) - mean->mean / (double)mean->cells, 2);
        }
        finish(mean, squares);
    }
    return 0;
}
