/* SPDX-License-Identifier: MIT */
/* The verdicts of several runtimes side by side: a column each. For people; programs have a row a runtime. */
#include <stdio.h>
#include <string.h>

#include "verdict_table.h"
#include "wording.h"

enum { RULE, CLAIM, FIRST, COLUMNS_MAX = FIRST + 2 * VERDICT_RUNTIMES_MAX };

size_t verdicts_runtimes(const struct verdicts *verdicts, const char *names[VERDICT_RUNTIMES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < verdicts->count; i++) {
        bool known = false;
        for (size_t k = 0; k < count; k++)
            known |= strcmp(names[k], verdicts->verdicts[i].runtime) == 0;
        if (!known && count < VERDICT_RUNTIMES_MAX)
            names[count++] = verdicts->verdicts[i].runtime;
    }
    return count;
}

size_t verdicts_rule_end(const struct verdicts *verdicts, size_t first)
{
    size_t end = first;
    while (end < verdicts->count && verdicts->verdicts[end].rule == verdicts->verdicts[first].rule)
        end++;
    return end;
}

/* What is written, and of which rule. */
struct beside {
    struct table *table;
    const struct verdicts *verdicts;
    bool intervals;
    const char *names[VERDICT_RUNTIMES_MAX];
    size_t count;
    const struct verdict *first, *end; /* of the rule */
};

/* NULL: that runtime has none. pair: NULL is any. */
static const struct verdict *find(const struct beside *beside, size_t runtime, const char *pair)
{
    for (const struct verdict *verdict = beside->first; verdict < beside->end; verdict++)
        if (strcmp(verdict->runtime, beside->names[runtime]) == 0 &&
            (!pair || strcmp(verdict->pair_name, pair) == 0))
            return verdict;
    return NULL;
}

static bool has_several(const struct beside *beside, size_t runtime)
{
    const struct verdict *verdict = find(beside, runtime, NULL);
    return verdict && verdict + 1 < beside->end && strcmp(verdict[1].runtime, verdict->runtime) == 0;
}

static void set_judgement(const struct beside *beside, size_t runtime, enum judgement judgement)
{
    static const enum table_role roles[] = {TABLE_GOOD, TABLE_BAD, TABLE_UNCLEAR};
    table_text(beside->table, FIRST + 2 * runtime, "%s", judgement_names[judgement]);
    table_role(beside->table, FIRST + 2 * runtime, roles[judgement]);
}

static void set_verdict(const struct beside *beside, size_t runtime, const struct verdict *verdict)
{
    char ratio[96], reason[200];
    bool text = beside->table->format == TABLE_TEXT;
    word_point_ratio(verdict_main_point(beside->verdicts, verdict), ratio, sizeof ratio);
    if (!beside->intervals)
        ratio[strcspn(ratio, " ")] = '\0';
    set_judgement(beside, runtime, verdict->judgement);
    word_reason(verdict, reason, sizeof reason);
    if (beside->intervals && *reason)
        table_aside(beside->table, FIRST + 2 * runtime, "%s%s%s", text ? verdict->runtime : "",
                    text ? ": " : "", reason); /* in text it stands apart from its column */
    table_words(beside->table, FIRST + 2 * runtime + 1, "%s", ratio);
}

/* One clause of the rule's file, where a verdict is not another's. */
static void set_difference(const struct beside *beside)
{
    bool holds = false, does_not = false;
    for (size_t i = 0; i < beside->count; i++) {
        const struct verdict *verdict = find(beside, i, NULL);
        holds |= verdict && verdict->rule_judgement == JUDGEMENT_HOLDS;
        does_not |= verdict && verdict->rule_judgement == JUDGEMENT_DOES_NOT_HOLD;
    }
    if (holds && does_not && *beside->first->rule->differs)
        table_aside(beside->table, RULE, "they differ: %s", beside->first->rule->differs);
}

static void add_pair(const struct beside *beside, const char *pair)
{
    table_row(beside->table, TABLE_PEOPLE, 1);
    table_text(beside->table, RULE, "%s", pair);
    for (size_t i = 0; i < beside->count; i++) {
        const struct verdict *verdict = find(beside, i, pair);
        if (verdict)
            set_verdict(beside, i, verdict);
    }
}

static void add_pairs(const struct beside *beside)
{
    for (const struct verdict *verdict = beside->first; verdict < beside->end; verdict++) {
        bool before = false;
        for (const struct verdict *other = beside->first; other < verdict; other++)
            before |= strcmp(other->pair_name, verdict->pair_name) == 0;
        if (!before)
            add_pair(beside, verdict->pair_name);
    }
}

static void add_rule(const struct beside *beside)
{
    bool several = false;
    table_row(beside->table, TABLE_PEOPLE, 0);
    table_text(beside->table, RULE, "%s", beside->first->rule->id);
    table_text(beside->table, CLAIM, "%s", beside->first->rule->claim);
    for (size_t i = 0; i < beside->count; i++)
        several |= has_several(beside, i);
    for (size_t i = 0; i < beside->count; i++) {
        const struct verdict *verdict = find(beside, i, NULL);
        if (verdict && several)
            set_judgement(beside, i, verdict->rule_judgement);
        else if (verdict)
            set_verdict(beside, i, verdict);
    }
    set_difference(beside);
    if (several)
        add_pairs(beside);
}

void verdicts_beside_table(const struct verdicts *verdicts, enum table_format format, bool intervals,
                           struct table *table)
{
    static struct table_column shown[COLUMNS_MAX];
    static char titles[VERDICT_RUNTIMES_MAX][16];
    struct beside beside = {.table = table, .verdicts = verdicts, .intervals = intervals};
    beside.count = verdicts_runtimes(verdicts, beside.names);
    shown[RULE] =
        (struct table_column){"rule", "rule", TABLE_ALL, .fit = TABLE_LEAD, .anchor = true, .strong = true};
    shown[CLAIM] = (struct table_column){"claim", "claim", TABLE_PEOPLE, .fit = TABLE_UNDER};
    for (size_t i = 0; i < beside.count && i < VERDICT_RUNTIMES_MAX; i++) {
        snprintf(titles[i], sizeof titles[i], "%s", beside.names[i]);
        shown[FIRST + 2 * i] = (struct table_column){titles[i], titles[i], TABLE_PEOPLE};
        shown[FIRST + 2 * i + 1] =
            (struct table_column){"ratio", intervals ? "ratio (95 % interval)" : "ratio", TABLE_PEOPLE};
    }
    table_open(table, format, shown, FIRST + 2 * beside.count);
    for (size_t first = 0, end; first < verdicts->count; first = end) {
        end = verdicts_rule_end(verdicts, first);
        beside.first = &verdicts->verdicts[first];
        beside.end = &verdicts->verdicts[end];
        add_rule(&beside);
    }
}
