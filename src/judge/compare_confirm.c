/* SPDX-License-Identifier: MIT */
/* Two rounds of one run: only what is bad twice is bad. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compare.h"
#include "judge.h"
#include "words.h"

static void word_again(const struct compare_row *again, char *text, size_t text_bytes)
{
    bool interval = compare_has_interval(again);
    word_ratio(again->ratio, interval ? again->ci_low : NAN, interval ? again->ci_high : NAN, text,
               text_bytes);
}

static void confirm(struct compared *first, struct compare_row *row, const struct compare_row *again)
{
    char ratio[96];
    first->confirmed++;
    word_again(again, ratio, sizeof ratio);
    judge_append(row->reason, sizeof row->reason, "confirmed: %s in the second round",
                 again->broken ? "failed" : ratio);
}

static void explain(struct compare_row *row, const struct compare_row *again)
{
    char ratio[96];
    word_again(again, ratio, sizeof ratio);
    if (again->broken)
        snprintf(row->reason, sizeof row->reason, "%s", again->reason);
    else if (again->judged)
        snprintf(row->reason, sizeof row->reason, "not confirmed: %s in the second round", ratio);
    else
        snprintf(row->reason, sizeof row->reason, "not judged in the second round: %s", again->reason);
}

/* Bad twice is confirmed, though it may be slower once and fail once. */
static void confirm_broken(struct compared *first, struct compare_row *row, const struct compare_row *again)
{
    if (again->broken || again->verdict == COMPARE_SLOWER) {
        confirm(first, row, again);
        return;
    }
    row->broken = false;
    first->broken--;
    first->unjudged += !again->judged;
    if (again->judged)
        snprintf(row->reason, sizeof row->reason, "not confirmed: failed in the first round only");
    else
        snprintf(row->reason, sizeof row->reason, "not judged in the second round: %s", again->reason);
}

static void confirm_row(struct compared *first, struct compare_row *row, const struct compare_row *again)
{
    first->again++;
    row->again = again->ratio;
    row->again_low = again->ci_low;
    row->again_high = again->ci_high;
    row->failed_base += again->failed_base;
    row->failed_new += again->failed_new;
    first->failed_base += again->failed_base;
    first->failed_new += again->failed_new;
    if (row->broken) {
        confirm_broken(first, row, again);
        return;
    }
    if (again->verdict == COMPARE_SLOWER) {
        confirm(first, row, again);
        return;
    }
    explain(row, again);
    row->verdict = COMPARE_INCONCLUSIVE;
    row->broken = again->broken;
    first->broken += again->broken;
    first->unjudged += !again->judged && !again->broken;
    first->verdicts[COMPARE_SLOWER]--;
    first->verdicts[COMPARE_INCONCLUSIVE]++;
}

void compared_confirm(struct compared *first, const struct compared *again)
{
    size_t k = 0; /* both are in the order of names */
    first->again_void = !again->comparable;
    for (size_t i = 0; i < first->count && k < again->count; i++)
        if (strcmp(first->rows[i].cell, again->rows[k].cell) == 0)
            confirm_row(first, &first->rows[i], &again->rows[k++]);
}

void compared_interrupt(struct compared *first)
{
    first->interrupted = true;
    for (size_t i = 0; i < first->count; i++)
        if (first->rows[i].verdict == COMPARE_SLOWER || first->rows[i].broken) {
            first->broken -= first->rows[i].broken;
            first->rows[i].broken = false;
            snprintf(first->rows[i].reason, sizeof first->rows[i].reason,
                     "not confirmed: the second round was interrupted");
        }
}
