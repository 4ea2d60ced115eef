/* SPDX-License-Identifier: MIT */
/* A samples.csv, up to the verdicts of two rules and the comparison with itself. */
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "fuzz.h"
#include "rules.h"
#include "verdict.h"

static struct rules rules;

static void judge(const struct samples *samples)
{
    struct verdicts verdicts;
    struct compared compared;
    struct error error;
    const struct compare_options options = {.effect = 0.05, .pairing = COMPARE_PAIRED};
    if (verdicts_judge(samples, &rules, &verdicts, &error) == 0 && verdicts.count > 1000000)
        abort();
    verdicts_free(&verdicts);
    if (compare_tables(samples, samples, COLUMN_ITEMS_PER_SECOND, &options, &compared, &error) == 0 &&
        compared.verdicts[COMPARE_SLOWER])
        abort(); /* than itself */
    compared_free(&compared);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum column metrics[COLUMN_COUNT];
    struct samples samples;
    struct error error;
    if (!rules.count && rules_load(CROSSPOINT_SOURCE "/bench/rules", &rules, &error))
        abort();
    const char *path = fuzz_file("samples.csv", data, size);
    size_t count = rules_metrics(&rules, metrics);
    metrics[count++] = COLUMN_ITEMS_PER_SECOND;
    if (samples_load(path, metrics, count, &samples, &error) == 0)
        judge(&samples);
    samples_free(&samples);
    return 0;
}
