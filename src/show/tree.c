/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include <stdio.h>
#include <string.h>

#include "verdict_table.h"

enum { WORK, PICK, FIRST, COLUMNS_MAX = FIRST + VERDICT_RUNTIMES_MAX + 1 }; /* the rules stand last */

/* What is written. */
struct branches {
    struct table *table;
    const struct verdicts *verdicts;
    const char *names[VERDICT_RUNTIMES_MAX];
    size_t count;
};

static bool is_first(const struct verdicts *verdicts, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(verdicts->verdicts[i].rule->branch, verdicts->verdicts[index].rule->branch) == 0)
            return false;
    return true;
}

/* True if all its rules hold, false if one is refuted, else open. */
static void set_here(const struct branches *branches, const char *branch, size_t runtime)
{
    static const char *const words[] = {"true", "false", "open"};
    static const enum table_role roles[] = {TABLE_GOOD, TABLE_BAD, TABLE_UNCLEAR};
    const struct verdicts *verdicts = branches->verdicts;
    enum judgement judgement = JUDGEMENT_HOLDS;
    bool any = false;
    for (size_t i = 0; i < verdicts->count; i = verdicts_group_end(verdicts, i)) {
        const struct verdict *verdict = &verdicts->verdicts[i];
        if (strcmp(verdict->rule->branch, branch) != 0 ||
            strcmp(verdict->runtime, branches->names[runtime]) != 0)
            continue;
        any = true;
        if (verdict->rule_judgement == JUDGEMENT_DOES_NOT_HOLD ||
            (verdict->rule_judgement == JUDGEMENT_INCONCLUSIVE && judgement == JUDGEMENT_HOLDS))
            judgement = verdict->rule_judgement;
    }
    if (!any)
        return;
    table_text(branches->table, FIRST + runtime, "%s", words[judgement]);
    table_role(branches->table, FIRST + runtime, roles[judgement]);
}

/* Of one runtime with their verdicts, which the columns of several do not have room for. */
static void set_rules(const struct branches *branches, const char *branch)
{
    const struct verdicts *verdicts = branches->verdicts;
    const struct rule *last = NULL;
    char rules[512] = "";
    for (size_t i = 0; i < verdicts->count; i = verdicts_group_end(verdicts, i)) {
        const struct verdict *verdict = &verdicts->verdicts[i];
        size_t used = strlen(rules);
        if (strcmp(verdict->rule->branch, branch) != 0 || verdict->rule == last)
            continue;
        last = verdict->rule;
        snprintf(rules + used, sizeof rules - used, "%s%s%s%s", used ? ", " : "", verdict->rule->id,
                 branches->count > 1 ? "" : " ",
                 branches->count > 1 ? "" : judgement_names[verdict->rule_judgement]);
    }
    table_text(branches->table, FIRST + branches->count, "%s", rules);
}

void tree_table(const struct verdicts *verdicts, enum table_format format, struct table *table)
{
    static struct table_column shown[COLUMNS_MAX];
    static char titles[VERDICT_RUNTIMES_MAX][40];
    struct branches branches = {.table = table, .verdicts = verdicts};
    branches.count = verdicts_runtimes(verdicts, branches.names);
    shown[WORK] = (struct table_column){"work", "where", TABLE_PEOPLE};
    shown[PICK] = (struct table_column){"pick", "the documents take", TABLE_PEOPLE};
    for (size_t i = 0; i < branches.count && i < VERDICT_RUNTIMES_MAX; i++) {
        snprintf(titles[i], sizeof titles[i], "which is here%s%s", branches.count > 1 ? ", in " : "",
                 branches.count > 1 ? branches.names[i] : "");
        shown[FIRST + i] = (struct table_column){titles[i], titles[i], TABLE_PEOPLE};
    }
    shown[FIRST + branches.count] =
        (struct table_column){"rules", "as these rules say", TABLE_PEOPLE, .fit = TABLE_WRAP};
    table_open(table, format, shown, FIRST + branches.count + 1);
    for (size_t i = 0; i < verdicts->count; i = verdicts_group_end(verdicts, i)) {
        const char *branch = verdicts->verdicts[i].rule->branch, *pick = strstr(branch, ": ");
        if (!*branch || !is_first(verdicts, i))
            continue;
        table_row(table, TABLE_PEOPLE, 0);
        table_text(table, WORK, "%.*s", (int)(pick - branch), branch);
        table_text(table, PICK, "%s", pick + 2);
        for (size_t runtime = 0; runtime < branches.count; runtime++)
            set_here(&branches, branch, runtime);
        set_rules(&branches, branch);
    }
}
