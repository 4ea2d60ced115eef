/* SPDX-License-Identifier: MIT */
/* Verdicts as lines for programs that match them: RULE VERDICT RATIO, whose form does not change. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "verdict_table.h"

/* One word, whatever a rule of one's own is called. */
static void put_word(const char *text, FILE *out)
{
    for (; *text; text++)
        putc(isgraph((unsigned char)*text) ? *text : '-', out);
}

static void put_rule(const struct verdict *verdict, FILE *out)
{
    put_word(verdict->rule->id, out);
    if (strcmp(verdict->runtime, "native") != 0) {
        putc('@', out);
        put_word(verdict->runtime, out);
    }
}

static void put_verdict(enum judgement judgement, double ratio, FILE *out)
{
    putc(' ', out);
    put_word(judgement_names[judgement], out);
    if (isfinite(ratio))
        fprintf(out, " %.3f\n", ratio);
    else
        fputs(" -\n", out);
}

void verdicts_write_plain(const struct verdicts *verdicts, FILE *out)
{
    for (size_t first = 0, end; first < verdicts->count; first = end) {
        const struct verdict *rule = &verdicts->verdicts[first];
        end = verdicts_group_end(verdicts, first);
        put_rule(rule, out);
        put_verdict(rule->rule_judgement, end - first == 1 ? verdict_main_point(verdicts, rule)->ratio : NAN,
                    out);
        for (size_t i = first; i < end && end - first > 1; i++) {
            const struct verdict *pair = &verdicts->verdicts[i];
            put_rule(pair, out);
            putc('/', out);
            put_word(pair->pair_name, out);
            put_verdict(pair->judgement, verdict_main_point(verdicts, pair)->ratio, out);
        }
    }
}
