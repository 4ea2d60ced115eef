/* SPDX-License-Identifier: MIT */
#include "answers.h"

#include <stdio.h>
#include <string.h>

#include "verdict_table.h"
#include "wording.h"

enum { QUESTION, ANSWER, FIGURE, COLUMN_END };

static const struct table_column answer_columns[COLUMN_END] = {
    [QUESTION] = {"question", "for", TABLE_PEOPLE, .strong = true},
    [ANSWER] = {"answer", "use", TABLE_PEOPLE, .fit = TABLE_WRAP},
    [FIGURE] = {"figure", "since (95 % interval)", TABLE_PEOPLE, .fit = TABLE_WRAP},
};

static const char *find_words(const struct rule_answer *answer, const char *label, size_t length)
{
    for (size_t i = 0; i < answer->count; i++)
        if (strlen(answer->words[i].label) == length && strncmp(answer->words[i].label, label, length) == 0)
            return answer->words[i].words;
    return NULL;
}

/* Of the sub-label, else of the verdict itself, else that. */
static void word_answer(const struct verdict *verdict, char *text, size_t text_bytes)
{
    const struct rule_answer *answer = &verdict->rule->answer;
    const char *name = judgement_names[verdict->judgement];
    const char *words = find_words(answer, verdict->reason, strcspn(verdict->reason, ";"));
    char reason[200];
    if (verdict->judgement == JUDGEMENT_INCONCLUSIVE) {
        word_reason(verdict, reason, sizeof reason);
        snprintf(text, text_bytes, "open%s%s", *reason ? ": " : "", reason);
        return;
    }
    if (!words)
        words = find_words(answer, name, strlen(name));
    snprintf(text, text_bytes, "%s%s", words ? "" : "the claim ", words ? words : name);
}

/* "1.36× (1.35–1.37), event-loop over thread-per-task". */
static void word_figure_of(const struct verdicts *verdicts, const struct verdict *verdict, const char *name,
                           char *text, size_t text_bytes)
{
    const struct verdict_point *point = verdict_main_point(verdicts, verdict);
    const struct comparison *comparison = &point->comparison;
    char ratio[96], crossing[128], better[128], worse[128], at[96];
    word_point_ratio(point, ratio, sizeof ratio);
    word_crossing(verdict, crossing, sizeof crossing);
    word_arm(&comparison->better, &comparison->worse, better, sizeof better);
    word_arm(&comparison->worse, &comparison->better, worse, sizeof worse);
    word_at(verdict, point, at, sizeof at);
    text[0] = '\0';
    if (*ratio)
        snprintf(text, text_bytes, "%s%s%s%s%s, %s over %s", name, *name ? ": " : "", crossing,
                 *crossing ? "; " : "", ratio, better, worse);
    size_t used = strlen(text);
    if (*ratio)
        snprintf(text + used, text_bytes - used, "%s", at);
}

static void set_answer(struct table *table, const struct verdict *verdict)
{
    char words[256];
    word_answer(verdict, words, sizeof words);
    table_text(table, ANSWER, "%s", words);
    if (verdict->judgement == JUDGEMENT_INCONCLUSIVE)
        table_role(table, ANSWER, TABLE_QUIET);
}

static bool all_alike(const struct verdict *verdicts, size_t count)
{
    char first[256], words[256];
    word_answer(verdicts, first, sizeof first);
    for (size_t i = 1; i < count; i++) {
        word_answer(&verdicts[i], words, sizeof words);
        if (strcmp(first, words) != 0)
            return false;
    }
    return true;
}

static void add_group(struct table *table, const struct verdicts *verdicts, size_t first, size_t end)
{
    const struct verdict *group = &verdicts->verdicts[first];
    const char *names[VERDICT_RUNTIMES_MAX];
    bool alike = all_alike(group, end - first), several = verdicts_runtimes(verdicts, names) > 1;
    table_row(table, TABLE_PEOPLE, 0);
    table_text(table, QUESTION, "%s%s%s", group->rule->answer.question, several ? ", " : "",
               several ? group->runtime : "");
    if (alike)
        set_answer(table, group);
    for (size_t i = 0; i < end - first; i++) {
        char figure[512];
        word_figure_of(verdicts, &group[i], alike ? group[i].pair_name : "", figure, sizeof figure);
        if (!alike) {
            table_row(table, TABLE_PEOPLE, 1);
            table_text(table, QUESTION, "%s", group[i].pair_name);
            set_answer(table, &group[i]);
        }
        if (i == 0 || !alike)
            table_text(table, FIGURE, "%s", figure);
        else
            table_aside(table, FIGURE, "%s", figure);
    }
}

/* Where a model overtakes comes after what holds everywhere. */
void answers_table(const struct verdicts *verdicts, enum table_format format, struct table *table)
{
    table_open(table, format, answer_columns, COLUMN_END);
    for (int crossovers = 0; crossovers < 2; crossovers++)
        for (size_t first = 0, end; first < verdicts->count; first = end) {
            const struct verdict *verdict = &verdicts->verdicts[first];
            end = verdicts_group_end(verdicts, first);
            if (*verdict->rule->answer.question && (verdict->pair->kind == RULE_CROSSOVER) == crossovers)
                add_group(table, verdicts, first, end);
        }
}

void answers_word_too_few(const struct verdicts *verdicts, char *text, size_t text_bytes)
{
    size_t most = 0;
    for (size_t i = 0; i < verdicts->point_count; i++)
        most = verdicts->points[i].n > most ? verdicts->points[i].n : most;
    text[0] = '\0';
    if (verdicts->point_count && most < verdicts->blocks_needed)
        snprintf(text, text_bytes, "%zu block%s nothing (%zu are needed); next: crosspoint run", most,
                 most == 1 ? " decides" : "s decide", verdicts->blocks_needed);
}
