/* SPDX-License-Identifier: MIT */
#include "chart_tics.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "wording.h"

enum { TIC_STEPS = 6 };

static bool name_ends(enum column metric, const char *end)
{
    const char *name = columns[metric].name;
    size_t length = strlen(name), end_length = strlen(end);
    return length >= end_length && strcmp(name + length - end_length, end) == 0;
}

double chart_metric_scale(enum column metric)
{
    return metric == COLUMN_MEMORY_BYTES ? 1.0 / 1024 : name_ends(metric, "_ns") ? 1e-9 : 1;
}

void tics_word(enum column metric, double value, char *text, size_t text_bytes)
{
    if (metric == COLUMN_COUNT || metric == COLUMN_MEMORY_BYTES || value == 0) {
        snprintf(text, text_bytes, "%.6g", value);
        return;
    }
    /* 1 s divided by 1e-9 is a little less than 1e9 ns */
    word_metric(metric, value / chart_metric_scale(metric) * (1 + 1e-12), text, text_bytes);
    char *per = strstr(text, "/s");
    if (per)
        *per = '\0';
    char *point = strchr(text, '.');
    if (!point)
        return;
    char *end = point + strspn(point, ".0123456789"), *last = end;
    while (last[-1] == '0')
        last--;
    if (last[-1] == '.')
        last--;
    memmove(last, end, strlen(end) + 1);
}

void tics_linear(double low, double high, size_t count_max, struct tics *tics)
{
    static const double steps[] = {1, 2, 2.5, 5, 10};
    double decade = pow(10, floor(log10((high - low) / (double)count_max))), step = decade;
    for (size_t i = 0; i < 5; i++) {
        step = decade * steps[i];
        if (floor(high / step) - ceil(low / step) + 1 <= (double)count_max)
            break;
    }
    tics->count = 0;
    for (double k = ceil(low / step); k * step <= high && tics->count < 64; k++)
        tics->values[tics->count++] = k * step;
}

static void decade_tics(double low, double high, const double *steps, struct tics *tics)
{
    tics->count = 0;
    for (int decade = (int)floor(log10(low)); decade <= (int)ceil(log10(high)); decade++)
        for (int i = 0; i < TIC_STEPS && steps[i] > 0; i++) {
            double value = pow(10, decade) * steps[i];
            if (value >= low && value <= high && tics->count < 64)
                tics->values[tics->count++] = value;
        }
}

void tics_log(double low, double high, size_t count_max, struct tics *tics)
{
    static const double sets[][TIC_STEPS] = {{1, 1.5, 2, 3, 5, 7}, {1, 2, 5}, {1, 3}, {1}};
    if (high / low < 4) {
        tics_linear(low, high, count_max, tics);
        return;
    }
    for (size_t i = 0; i < 4; i++) {
        decade_tics(low, high, sets[i], tics);
        if (tics->count <= count_max)
            return;
    }
}

void tics_put(FILE *out, const char *name, const char *axis, const struct tics *tics, enum column metric)
{
    fprintf(out, "%s = 'set %stics (", name, axis);
    for (size_t i = 0; i < tics->count; i++) {
        char text[32];
        tics_word(metric, tics->values[i], text, sizeof text);
        fprintf(out, "%s\"%s\" %.10g", i ? ", " : "", text, tics->values[i]);
    }
    fputs(")'\n", out);
}
