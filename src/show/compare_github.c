/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "annotate.h"
#include "compare.h"
#include "exit_codes.h"
#include "wording.h"

static void put_row(struct annotations *annotations, const struct compared *compared,
                    const struct compare_row *row)
{
    const struct gate_section *exempt;
    const struct gate *gate = compared->options.gate ? compared->options.gate : &gate_default;
    bool fails = compare_row_fails(compared, row, &exempt), interval = compare_has_interval(row);
    char ratio[96];
    if (row->verdict != COMPARE_SLOWER && !row->broken && !fails && !exempt)
        return;
    word_ratio(row->ratio, interval ? row->ci_low : NAN, interval ? row->ci_high : NAN, ratio, sizeof ratio);
    const char *title = row->broken ? "fails" : compare_verdict_names[row->verdict];
    const char *between = *ratio ? " " : "", *before = *row->reason ? ": " : "";
    if (exempt)
        annotate(annotations, ANNOTATE_NOTICE, title, "%s%s%s%s%s; exempt until %s: %s", row->cell, between,
                 ratio, before, row->reason, exempt->until, exempt->reason);
    else
        annotate(annotations,
                 fails && (gate->fail_on & GATE_ON_REGRESSION) ? ANNOTATE_ERROR : ANNOTATE_WARNING, title,
                 "%s%s%s%s%s", row->cell, between, ratio, before, row->reason);
}

/* Whatever the gate is to fail on. */
static const char *next_of(const struct compared *compared)
{
    int code = compared_exit_code(compared);
    if (code == EXIT_FINE && 2 * compared->too_little > compared->comparable)
        code = EXIT_TOO_LITTLE_DATA;
    switch (code) {
    case EXIT_REGRESSION:
        return "Next: profile the cells above in both builds, or exempt them in gate.ini with a reason and a "
               "day.";
    case EXIT_NOTHING_COMPARABLE:
        return "Next: measure the same cells in both; nothing was comparable.";
    case EXIT_TOO_LITTLE_DATA:
        return "Next: more --blocks, a larger --effect or a quieter machine; half of the cells cannot be "
               "told.";
    default:
        return "Nothing to do.";
    }
}

int compared_write_github(const struct compared *compared, FILE *out, struct error *error)
{
    struct annotations annotations = {.out = out};
    for (size_t i = 0; i < compared->count; i++)
        put_row(&annotations, compared, &compared->rows[i]);
    compared_put_sentences(compared, out);
    fprintf(out, "%s\n", next_of(compared));
    return fflush(out) || ferror(out) ? error_set(error, "cannot write the comparison") : 0;
}
