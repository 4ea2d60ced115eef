/* SPDX-License-Identifier: MIT */
/* A rule file, and the comparisons that it makes. */
#include <stdlib.h>

#include "fuzz.h"
#include "rules.h"

static void list(const struct rule *rule)
{
    enum { ROOM = 64 };
    struct comparison comparisons[ROOM];
    struct error error;
    char name[CELL_NAME_BYTES];
    static const unsigned units[] = {1, 2, 3, 256};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        for (size_t k = 0; k < rule->runtimes.count; k++) {
            int count = rule_comparisons(rule, rule->runtimes.words[k], RULE_VALUES_ANY, units[i],
                                         comparisons, ROOM, &error);
            for (int n = 0; n < count && n < ROOM; n++)
                cell_format(&comparisons[n].better, name);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rules rules;
    struct error error;
    if (rules_load(fuzz_file("a-rule.ini", data, size), &rules, &error) == 0)
        for (size_t i = 0; i < rules.count; i++)
            list(&rules.rules[i]);
    rules_free(&rules);
    return 0;
}
