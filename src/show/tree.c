/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include <string.h>

#include "verdict_table.h"

enum { WORK, PICK, HERE, RULES, COLUMN_END };

static const struct table_column tree_columns[COLUMN_END] = {
    [WORK] = {"work", "where", TABLE_PEOPLE},
    [PICK] = {"pick", "the documents take", TABLE_PEOPLE},
    [HERE] = {"here", "which is here", TABLE_PEOPLE},
    [RULES] = {"rules", "as these rules say", TABLE_PEOPLE, .fit = TABLE_WRAP},
};

static bool on_branch(const struct verdict *verdict, const struct verdict *first)
{
    return strcmp(verdict->rule->branch, first->rule->branch) == 0 &&
           strcmp(verdict->runtime, first->runtime) == 0;
}

static bool is_first(const struct verdicts *verdicts, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (on_branch(&verdicts->verdicts[i], &verdicts->verdicts[index]))
            return false;
    return true;
}

/* True if all its rules hold, false if one is refuted, else open. */
static void add_branch(struct table *table, const struct verdicts *verdicts, size_t first)
{
    static const char *const words[] = {"true", "false", "open"};
    static const enum table_role roles[] = {TABLE_GOOD, TABLE_BAD, TABLE_UNCLEAR};
    const struct verdict *branch = &verdicts->verdicts[first];
    const char *pick = strstr(branch->rule->branch, ": ");
    enum judgement judgement = JUDGEMENT_HOLDS;
    char rules[512] = "";
    for (size_t i = first; i < verdicts->count; i = verdicts_group_end(verdicts, i)) {
        const struct verdict *verdict = &verdicts->verdicts[i];
        size_t used = strlen(rules);
        if (!on_branch(verdict, branch))
            continue;
        if (verdict->rule_judgement == JUDGEMENT_DOES_NOT_HOLD ||
            (verdict->rule_judgement == JUDGEMENT_INCONCLUSIVE && judgement == JUDGEMENT_HOLDS))
            judgement = verdict->rule_judgement;
        snprintf(rules + used, sizeof rules - used, "%s%s %s", used ? ", " : "", verdict->rule->id,
                 judgement_names[verdict->rule_judgement]);
    }
    table_row(table, TABLE_PEOPLE, 0);
    table_text(table, WORK, "%s%s%.*s", strcmp(branch->runtime, "native") ? branch->runtime : "",
               strcmp(branch->runtime, "native") ? ": " : "", (int)(pick - branch->rule->branch),
               branch->rule->branch);
    table_text(table, PICK, "%s", pick + 2);
    table_text(table, HERE, "%s", words[judgement]);
    table_role(table, HERE, roles[judgement]);
    table_text(table, RULES, "%s", rules);
}

void tree_table(const struct verdicts *verdicts, enum table_format format, struct table *table)
{
    table_open(table, format, tree_columns, COLUMN_END);
    for (size_t i = 0; i < verdicts->count; i = verdicts_group_end(verdicts, i))
        if (*verdicts->verdicts[i].rule->branch && is_first(verdicts, i))
            add_branch(table, verdicts, i);
}
