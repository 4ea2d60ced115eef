/* SPDX-License-Identifier: MIT */
/* A fleet: its machines, and what each rule comes to on them. */
#include "fleet_write.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "words.h"
#include "wording.h"

/* Machines */

enum {
    NAME,
    HOST,
    CPU,
    UNITS,
    CORES,
    PACKAGES,
    NUMA_NODES,
    KINDS,
    VIRTUAL,
    QUOTA,
    MEMORY,
    KERNEL,
    COMMIT,
    WRITTEN,
    FOLDER,
    MACHINE_END
};

static const struct table_column machine_columns[MACHINE_END] = {
    [NAME] = {"machine", "machine", TABLE_ALL, .strong = true},
    [HOST] = {"host", "host", TABLE_ALL},
    [CPU] = {"cpu", "processor", TABLE_ALL, .fit = TABLE_WRAP},
    [UNITS] = {"units", "units", TABLE_ALL, .right = true},
    [CORES] = {"cores", "cores", TABLE_ALL, .right = true},
    [PACKAGES] = {"packages", "", TABLE_MACHINES},
    [NUMA_NODES] = {"numa_nodes", "NUMA nodes", TABLE_ALL, .right = true},
    [KINDS] = {"core_kinds", "kinds of cores", TABLE_ALL, .right = true},
    [VIRTUAL] = {"virtual", "virtual", TABLE_ALL},
    [QUOTA] = {"quota", "CPU quota", TABLE_ALL},
    [MEMORY] = {"memory_gib", "memory", TABLE_ALL, .right = true},
    [KERNEL] = {"kernel", "kernel", TABLE_ALL, .fit = TABLE_WRAP},
    [COMMIT] = {"commit", "commit", TABLE_ALL, .code = true},
    [WRITTEN] = {"written", "", TABLE_MACHINES},
    [FOLDER] = {"folder", "", TABLE_MACHINES},
};

static void put_value(struct table *table, size_t column, const struct fleet_machine *machine,
                      enum fleet_property property)
{
    double value = machine->values[property];
    if (isfinite(value) && value >= 0)
        table_count(table, column, (size_t)value);
}

static void put_truth(struct table *table, size_t column, const struct fleet_machine *machine,
                      enum fleet_property property)
{
    if (isfinite(machine->values[property]))
        table_text(table, column, "%s", machine->values[property] ? "yes" : "no");
}

static void put_machine(struct table *table, const struct fleet_machine *machine)
{
    table_row(table, TABLE_ALL, 0);
    table_text(table, NAME, "%s", machine->name);
    table_text(table, HOST, "%s", machine->host);
    table_text(table, CPU, "%s", machine->cpu);
    put_value(table, UNITS, machine, FLEET_UNITS);
    put_value(table, CORES, machine, FLEET_CORES);
    put_value(table, PACKAGES, machine, FLEET_PACKAGES);
    put_value(table, NUMA_NODES, machine, FLEET_NUMA_NODES);
    put_value(table, KINDS, machine, FLEET_KINDS);
    put_truth(table, VIRTUAL, machine, FLEET_VIRTUAL);
    put_truth(table, QUOTA, machine, FLEET_QUOTA);
    table_number(table, MEMORY, machine->values[FLEET_MEMORY]);
    if (isfinite(machine->values[FLEET_MEMORY]))
        table_words(table, MEMORY, "%.3g GiB", machine->values[FLEET_MEMORY]);
    table_text(table, KERNEL, "%s", machine->kernel);
    table_text(table, COMMIT, "%s", machine->commit);
    table_text(table, WRITTEN, "%s", machine->time_text);
    table_text(table, FOLDER, "%s", machine->path);
}

void fleet_machines_table(const struct fleet_group *group, enum table_format format, struct table *table)
{
    table_open(table, format, machine_columns, MACHINE_END);
    for (size_t i = 0; i < group->machine_count; i++)
        put_machine(table, &group->machines[i]);
}

/* Rules */

enum {
    RULE,
    OF,
    RUNTIME,
    PAIR,
    HOLDS,
    FAILS,
    OPEN,
    MEDIAN,
    LOWEST,
    HIGHEST,
    EXCESS,
    CROSSING,
    WHERE,
    SPLIT_P,
    ON,
    RULE_END
};

static const struct table_column rule_columns[RULE_END] = {
    [RULE] = {"rule", "rule", TABLE_ALL, .fit = TABLE_WRAP, .strong = true},
    [OF] = {"of", "", TABLE_JSON},
    [RUNTIME] = {"runtime", "runtime", TABLE_ALL},
    [PAIR] = {"pair", "", TABLE_MACHINES},
    [HOLDS] = {"holds", "holds", TABLE_ALL, .right = true},
    [FAILS] = {"does_not_hold", "does not", TABLE_ALL, .right = true},
    [OPEN] = {"inconclusive", "open", TABLE_ALL, .right = true},
    [MEDIAN] = {"ratio_median", "ratio", TABLE_ALL, .right = true},
    [LOWEST] = {"ratio_lowest", "from – to", TABLE_ALL},
    [HIGHEST] = {"ratio_highest", "", TABLE_MACHINES},
    [EXCESS] = {"i_squared", "differ", TABLE_ALL, .right = true},
    [CROSSING] = {"crossing", "crosses within", TABLE_PEOPLE | TABLE_JSON},
    [WHERE] = {"where", "where it holds", TABLE_ALL, .fit = TABLE_UNDER},
    [SPLIT_P] = {"split_p", "", TABLE_MACHINES},
    [ON] = {"machines", "", TABLE_JSON},
};

static void put_where(struct table *table, const struct fleet_line *line)
{
    const struct fleet_split *split = &line->split;
    char above[80], below[80];
    if (!line->is_rule || !line->words[FLEET_HOLDS] || !line->words[FLEET_FAILS])
        return;
    table_number(table, SPLIT_P, line->split_p);
    if (!split->tried || !(line->split_p < fleet_alpha)) {
        if (table->format & TABLE_PEOPLE)
            table_text(table, WHERE, "%s",
                       split->tried ? "no property tells where, beyond chance"
                                    : "the machines differ in nothing that is known");
        return;
    }
    fleet_word_property((enum fleet_property)split->property, split->threshold, true, above, sizeof above);
    fleet_word_property((enum fleet_property)split->property, split->threshold, false, below, sizeof below);
    table_text(table, WHERE, "%s: %zu of %zu; %s: %zu of %zu (p %.2g)", above, split->holds, split->count,
               below, split->holds_below, split->count_below, line->split_p);
}

static void put_ratio(struct table *table, const struct fleet_line *line)
{
    if (!line->ratio_count)
        return;
    table_number(table, MEDIAN, line->median);
    table_words(table, MEDIAN, "%.3g×", line->median);
    table_number(table, LOWEST, line->lowest);
    if (line->ratio_count > 1)
        table_words(table, LOWEST, "%.3g – %.3g", line->lowest, line->highest);
    else
        table_words(table, LOWEST, " ");
    table_number(table, HIGHEST, line->highest);
    table_number(table, EXCESS, line->excess);
    if (isfinite(line->excess))
        table_words(table, EXCESS, "%.0f %%", 100 * line->excess);
}

enum { AT_MACHINE, AT_VERDICT, AT_RATIO, AT_INTERVAL, AT_CROSSING, AT_END };
static const struct table_column at_columns[AT_END] = {
    [AT_MACHINE] = {"machine", "", TABLE_JSON},   [AT_VERDICT] = {"verdict", "", TABLE_JSON},
    [AT_RATIO] = {"ratio", "", TABLE_JSON},       [AT_INTERVAL] = {"interval", "", TABLE_JSON},
    [AT_CROSSING] = {"crossing", "", TABLE_JSON},
};
static const char *const verdict_words[] = {"inconclusive", "holds", "does not hold"};

static void put_machines(struct table *table, const struct fleet_group *group, const struct fleet_line *line)
{
    struct table at;
    table_open(&at, TABLE_JSON, at_columns, AT_END);
    for (size_t i = 0; i < group->machine_count; i++) {
        const struct fleet_row *row = line->rows[i];
        if (!row)
            continue;
        table_row(&at, TABLE_ALL, 0);
        table_text(&at, AT_MACHINE, "%s", group->machines[i].name);
        table_text(&at, AT_VERDICT, "%s", verdict_words[line->is_rule ? row->rule_word : row->word]);
        if (line->is_rule)
            continue;
        table_number(&at, AT_RATIO, row->ratio);
        table_range(&at, AT_INTERVAL, row->low, row->high);
        if (isfinite(row->crossing_low) && isfinite(row->crossing_high))
            table_range(&at, AT_CROSSING, row->crossing_low, row->crossing_high);
    }
    table_nested(table, ON, &at);
}

/* figures: the line itself, or of a rule with one pair that pair, whose figures are the rule's. */
static void put_line(struct table *table, const struct fleet_group *group, const struct fleet_line *line,
                     const struct fleet_line *figures)
{
    const char *pair = line->sample->pair;
    table_row(table, TABLE_ALL, line->is_rule ? 0 : 1);
    table_text(table, RULE, "%s", line->sample->rule);
    if (!line->is_rule)
        table_words(table, RULE, "%s", pair);
    if (line->is_rule || (table->format & TABLE_MACHINES))
        table_text(table, RUNTIME, "%s", line->sample->runtime);
    table_text(table, OF, "%s", line->is_rule ? "rule" : "pair");
    table_text(table, PAIR, "%s", line->is_rule ? "" : pair);
    table_count(table, HOLDS, line->words[FLEET_HOLDS]);
    table_count(table, FAILS, line->words[FLEET_FAILS]);
    table_count(table, OPEN, line->words[FLEET_OPEN]);
    put_ratio(table, figures);
    if (figures->crossing_count) {
        table_range(table, CROSSING, figures->crossing_low, figures->crossing_high);
        table_words(table, CROSSING, "%.6g – %.6g", figures->crossing_low, figures->crossing_high);
    }
    put_where(table, line);
    if (table->format == TABLE_JSON)
        put_machines(table, group, line);
}

void fleet_rules_table(const struct fleet_group *group, enum table_format format, struct table *table)
{
    table_open(table, format, rule_columns, RULE_END);
    for (size_t i = 0; i < group->line_count; i++) {
        const struct fleet_line *line = &group->lines[i];
        bool one = format & TABLE_PEOPLE && line->is_rule && i + 1 < group->line_count && !line[1].is_rule &&
                   (i + 2 == group->line_count || line[2].is_rule);
        put_line(table, group, line, one ? &line[1] : line);
        i += one;
    }
}

/* For people */

void fleet_put_head(const void *context, FILE *out)
{
    const struct fleet_group *group = context;
    fprintf(out, "%zu machine%s: %s; %s\n", group->machine_count, group->machine_count == 1 ? "" : "s",
            group->machines->build, group->machines->plan);
    if (group->others)
        fprintf(out,
                "Other builds and plans, %zu of them, stand apart below: their figures are not compared.\n",
                group->others);
}

void fleet_put_defaults(const void *context, FILE *out)
{
    const struct fleet_group *group = context;
    for (size_t i = 0; i < group->line_count; i++) {
        const struct fleet_line *line = &group->lines[i];
        size_t within, measured;
        double up_to =
            line->is_rule ? NAN : fleet_default_up_to(line, group->machine_count, &within, &measured);
        if (isnan(up_to))
            continue;
        fprintf(out, "%s, %s%s%s: ", line->sample->rule, line->sample->runtime,
                *line->sample->pair ? ", " : "", line->sample->pair);
        if (isinf(up_to))
            fprintf(out, "%s is within %.3g %% of %s at every point", line->sample->worse,
                    100 * line->sample->effect, line->sample->better);
        else
            fprintf(out, "up to %.6g %s is within %.3g %% of %s", up_to, line->sample->worse,
                    100 * line->sample->effect, line->sample->better);
        fprintf(out, " on %zu of %zu\n", within, measured);
    }
}

/* CSV */

enum {
    C_GROUP,
    C_MACHINE,
    C_HOST,
    C_CPU,
    C_UNITS,
    C_RULE,
    C_RUNTIME,
    C_PAIR,
    C_RULE_VERDICT,
    C_VERDICT,
    C_EFFECT,
    C_N,
    C_RATIO,
    C_LOW,
    C_HIGH,
    C_CROSSING_LOW,
    C_CROSSING_HIGH,
    C_VALUE,
    C_END
};
static const struct table_column csv_columns[C_END] = {
    [C_GROUP] = {"group", "", TABLE_CSV},
    [C_MACHINE] = {"machine", "", TABLE_CSV},
    [C_HOST] = {"host", "", TABLE_CSV},
    [C_CPU] = {"cpu", "", TABLE_CSV},
    [C_UNITS] = {"units", "", TABLE_CSV},
    [C_RULE] = {"rule", "", TABLE_CSV},
    [C_RUNTIME] = {"runtime", "", TABLE_CSV},
    [C_PAIR] = {"pair", "", TABLE_CSV},
    [C_RULE_VERDICT] = {"rule_verdict", "", TABLE_CSV},
    [C_VERDICT] = {"verdict", "", TABLE_CSV},
    [C_EFFECT] = {"effect", "", TABLE_CSV},
    [C_N] = {"n", "", TABLE_CSV},
    [C_RATIO] = {"ratio", "", TABLE_CSV},
    [C_LOW] = {"ci_low", "", TABLE_CSV},
    [C_HIGH] = {"ci_high", "", TABLE_CSV},
    [C_CROSSING_LOW] = {"crossing_low", "", TABLE_CSV},
    [C_CROSSING_HIGH] = {"crossing_high", "", TABLE_CSV},
    [C_VALUE] = {"value", "", TABLE_CSV},
};

static void put_csv_row(struct table *table, size_t group, const struct fleet_machine *machine,
                        const struct fleet_row *row)
{
    table_row(table, TABLE_ALL, 0);
    table_count(table, C_GROUP, group + 1);
    table_text(table, C_MACHINE, "%s", machine->name);
    table_text(table, C_HOST, "%s", machine->host);
    table_text(table, C_CPU, "%s", machine->cpu);
    put_value(table, C_UNITS, machine, FLEET_UNITS);
    table_text(table, C_RULE, "%s", row->rule);
    table_text(table, C_RUNTIME, "%s", row->runtime);
    table_text(table, C_PAIR, "%s", row->pair);
    table_text(table, C_RULE_VERDICT, "%s", verdict_words[row->rule_word]);
    table_text(table, C_VERDICT, "%s", verdict_words[row->word]);
    const double figures[] = {row->effect,        row->n,    row->ratio,
                              row->low,           row->high, row->crossing_low,
                              row->crossing_high, row->value};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        table_number(table, C_EFFECT + i, figures[i]);
}

static int write_csv(const struct fleet *fleet, FILE *out)
{
    struct table table;
    table_open(&table, TABLE_CSV, csv_columns, C_END);
    for (size_t i = 0; i < fleet->group_count; i++)
        for (size_t k = 0; k < fleet->groups[i].machine_count; k++) {
            const struct fleet_machine *machine = &fleet->groups[i].machines[k];
            for (size_t row = 0; row < machine->row_count; row++)
                put_csv_row(&table, i, machine, &machine->rows[row]);
        }
    int failed = table_write(&table, NULL, out);
    table_free(&table);
    return failed;
}

/* JSON */

static int put_table_json(struct table *table, const char *before, FILE *out)
{
    fputs(before, out);
    int failed = table_write(table, NULL, out);
    table_free(table);
    return failed;
}

static int write_json(const struct fleet *fleet, FILE *out)
{
    int failed = 0;
    json_t *left_out = json_array();
    for (size_t i = fleet->used; i < fleet->machine_count; i++)
        json_array_append_new(left_out, json_pack("{s:s, s:s}", "folder", fleet->machines[i].path, "reason",
                                                  fleet->machines[i].note));
    fputs("{\n\"left_out\": ", out);
    failed |= json_dumpf(left_out, out, JSON_COMPACT);
    json_decref(left_out);
    fputs(",\n\"groups\": [", out);
    for (size_t i = 0; i < fleet->group_count; i++) {
        const struct fleet_group *group = &fleet->groups[i];
        struct table table;
        json_t *head =
            json_pack("{s:s, s:s}", "build", group->machines->build, "plan", group->machines->plan);
        fputs(i ? ",\n{" : "\n{", out);
        failed |= head ? json_dumpf(head, out, JSON_EMBED) : -1;
        json_decref(head);
        fleet_machines_table(group, TABLE_JSON, &table);
        failed |= put_table_json(&table, ",\n\"machines\": ", out);
        fleet_rules_table(group, TABLE_JSON, &table);
        failed |= put_table_json(&table, ",\n\"rules\": ", out);
        fputs("}", out);
    }
    fputs("\n]\n}\n", out);
    return failed;
}

static int write_group(const struct fleet_group *group, enum table_format format,
                       const struct table_style *style, FILE *out)
{
    struct table table;
    fleet_put_head(group, out);
    putc('\n', out);
    fleet_machines_table(group, format, &table);
    table_hide_empty(&table);
    int failed = table_write(&table, style, out);
    table_free(&table);
    putc('\n', out);
    fleet_rules_table(group, format, &table);
    table_hide_empty(&table);
    failed |= table_write(&table, style, out);
    table_free(&table);
    putc('\n', out);
    fleet_put_defaults(group, out);
    return failed;
}

int fleet_write(const struct fleet *fleet, const char *format_name, int colour, int width, FILE *out,
                struct error *error)
{
    const struct table_style style = {.colour = colour, .width = width > 0 ? (size_t)width : 0};
    int format = table_format_find(format_name, error), failed = 0;
    if (format < 0)
        return -1;
    if (format == TABLE_CSV)
        failed = write_csv(fleet, out);
    else if (format == TABLE_JSON)
        failed = write_json(fleet, out);
    else
        for (size_t i = 0; i < fleet->group_count; i++) {
            failed |= write_group(&fleet->groups[i], (enum table_format)format, &style, out);
            if (i + 1 < fleet->group_count)
                putc('\n', out);
        }
    return failed || fflush(out) || ferror(out) ? error_set(error, "cannot write the fleet") : 0;
}
