/* SPDX-License-Identifier: MIT */
/* Why a cell has no verdict. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compare_private.h"

static void word_failed(const struct arms *arms, const char *what_is_left, char *text, size_t bytes)
{
    static const char *const names[] = {"base", "new"};
    const struct samples_cell *const sides[] = {arms->base, arms->new};
    const char *before = "failed", *reason = NULL;
    size_t used = 0;
    for (size_t i = 0; i < 2; i++) {
        size_t failed = failed_of(sides[i]), launches = launches_of(sides[i]);
        if (!failed)
            continue;
        used += (size_t)snprintf(text + used, bytes - used, "%s in %s", before, names[i]);
        if (failed < launches)
            used += (size_t)snprintf(text + used, bytes - used, " (%zu of %zu launches)", failed, launches);
        before = " and";
        reason = *sides[i]->reasons[STATUS_FAILED] ? sides[i]->reasons[STATUS_FAILED] : reason;
    }
    snprintf(text + used, bytes - used, "%s%s%s", what_is_left, reason ? ": " : "", reason ? reason : "");
}

void compare_explain_failed(const struct arms *arms, const char *what_is_left, struct compare_row *row)
{
    word_failed(arms, what_is_left, row->reason, sizeof row->reason);
}

/* Figures of the launches that did not fail speak of those alone. */
void compare_note_failures(const struct arms *arms, struct compare_row *row)
{
    char failed[sizeof row->reason];
    if ((!row->failed_base && !row->failed_new) || strncmp(row->reason, "failed", 6) == 0)
        return;
    word_failed(arms, "", failed, sizeof failed);
    judge_append(row->reason, sizeof row->reason, "%s", failed);
}

static const char *unit_of(const struct compared *compared)
{
    static const char *const units[] = {
        [COMPARE_UNPAIRED] = "rows a side", [COMPARE_PAIRED] = "blocks", [COMPARE_SESSIONS] = "base runs"};
    return units[compared->options.pairing];
}

void compare_explain_lack(const struct compared *compared, const struct arms *arms, struct compare_row *row)
{
    const struct samples_pairing *pairing = &arms->pairing;
    const struct judge_lack lack = {.left = compared->options.pairing == COMPARE_SESSIONS
                                                ? arms->sessions
                                                : smaller(arms->n_base, arms->n_new),
                                    .needed = compared->samples_needed,
                                    .few = "too few",
                                    .unit = unit_of(compared)};
    char *text = row->reason, of_rows[48] = "";
    size_t bytes = sizeof row->reason;
    bool complete =
        pairing->better.with_figure == pairing->better.ok && pairing->worse.with_figure == pairing->worse.ok;
    if (!arms->base || !arms->new)
        snprintf(text, bytes, "one-sided: only in %s", arms->base ? "base" : "new");
    else if (judge_word_no_ratio(pairing, text, bytes))
        return;
    else if ((row->failed_base || row->failed_new) && complete) {
        if (lack.left)
            snprintf(of_rows, sizeof of_rows, ", %zu of the %zu %s needed are left", lack.left, lack.needed,
                     lack.unit);
        word_failed(arms, of_rows, text, bytes);
    } else {
        judge_word_lack(pairing, &lack, text, bytes);
    }
}

void compare_explain_undecided(const struct compared *compared, struct compare_row *row)
{
    double effect = row->effect, named = pow(1 + effect, 2);
    bool below = row->ratio < 1;
    /* The detectable shift falls with the root of n. */
    double n = (double)smaller(row->n_base, row->n_new);
    double needed = ceil(n * pow(log1p(row->detectable) / log1p(effect), 2));
    const struct judge_undecided undecided = {.n = smaller(row->n_base, row->n_new),
                                              .needed = needed,
                                              .alternative = below ? 1 / named : named,
                                              .threshold = below ? 1 / (1 + effect) : 1 + effect,
                                              .unit = unit_of(compared)};
    if (effect == 0)
        snprintf(row->reason, sizeof row->reason,
                 "no difference shown; an effect of 0 %% leaves no room for `same`");
    else if (compared->options.pairing == COMPARE_SESSIONS)
        snprintf(row->reason, sizeof row->reason, "base runs scatter by %.2g %% from session to session",
                 100 * row->between);
    else
        judge_word_undecided(&undecided, row->reason, sizeof row->reason);
    if (effect > 0 && row->p_not_slower < compared->alpha)
        judge_append(row->reason, sizeof row->reason, "not slower");
}
