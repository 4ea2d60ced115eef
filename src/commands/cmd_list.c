/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cell_run.h"
#include "command.h"
#include "model.h"
#include "options.h"
#include "paths.h"
#include "progress.h"
#include "selection.h"
#include "print_table.h"
#include "wording.h"
#include "words.h"

struct options {
    const char *what;
};

/* Names and what they are. */
enum { NAME, SUMMARY, COLUMN_END };
static const struct table_column columns_shown[COLUMN_END] = {
    [NAME] = {"name", "name", TABLE_ALL},
    [SUMMARY] = {"summary", "summary", TABLE_ALL, .fit = TABLE_WRAP},
};

static void open_table(struct table *table)
{
    table_open(table, TABLE_TEXT, columns_shown, COLUMN_END);
    table->bare = true;
}

static void add(struct table *table, const char *name, const char *summary)
{
    table_row(table, TABLE_ALL, 0);
    table_text(table, NAME, "%s", name);
    table_text(table, SUMMARY, "%s", summary);
}

static int list_models(void)
{
    struct table table;
    open_table(&table);
    for (size_t i = 0; models[i]; i++)
        add(&table, models[i]->name, models[i]->summary);
    return print_table(&table);
}

/* Which models it does not go with, and why not. */
static void add_unfit(struct table *table, const struct workload *workload)
{
    char reason[200];
    for (size_t m = 0; models[m]; m++) {
        if (model_fits(models[m], workload, reason, sizeof reason) == 0)
            continue;
        table_row(table, TABLE_ALL, 1);
        table_text(table, NAME, "not");
        table_text(table, SUMMARY, "under %s: %s", models[m]->name, reason);
    }
}

static void add_param(struct table *table, const struct workload_param *param)
{
    table_row(table, TABLE_ALL, 1);
    table_text(table, NAME, "%s", param->key);
    table_text(table, SUMMARY, "%s (%s%sdefault %s)", param->summary, param->choices ? param->choices : "",
               param->choices ? "; " : "", param->value_default);
}

static int list_workloads(void)
{
    struct table table;
    open_table(&table);
    for (size_t i = 0; workloads[i]; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s/%s", workloads[i]->family, workloads[i]->name);
        add(&table, name, workloads[i]->summary);
        for (const struct workload_param *param = workloads[i]->params; param && param->key; param++)
            add_param(&table, param);
        add_unfit(&table, workloads[i]);
    }
    return print_table(&table);
}

static int load_rules(struct rules *rules, struct error *error)
{
    char path[PATH_BYTES];
    return paths_data("rules", path, error) || rules_load(path, rules, error) ? -1 : 0;
}

static int list_rules(void)
{
    struct rules rules = {0};
    struct error error;
    struct table table;
    int code;
    open_table(&table);
    if (load_rules(&rules, &error)) {
        code = error_tell(&error);
    } else {
        for (size_t i = 0; i < rules.count; i++) {
            const struct rule *rule = &rules.rules[i];
            add(&table, rule->id, rule->claim);
            if (*rule->documents)
                table_text(&table, SUMMARY, "%s (%s)", rule->claim, rule->documents);
        }
        code = print_table(&table);
        putchar('\n');
        table_put_wrapped(stdout, word_documents, 0, (size_t)progress_width(STDOUT_FILENO));
    }
    rules_free(&rules);
    return code;
}

/* The rules' cells and the grid. */
static int list_cells(void)
{
    struct rules rules = {0};
    struct plan plan = {0};
    struct error error;
    struct selection selection = {.profile = profile_find("full"), .rules = &rules, .filter = "."};
    struct topology *topology = topology_open(NULL, &error);
    int code = EXIT_FINE;
    if (!topology || load_rules(&rules, &error) ||
        selection_build(&selection, (unsigned)topology_max(topology), &plan, &error))
        code = error_tell(&error);
    for (size_t i = 0; i < plan.count && code == EXIT_FINE; i++)
        puts(plan.cells[i].name);
    plan_free(&plan);
    rules_free(&rules);
    topology_close(topology);
    return code;
}

static const struct {
    const char *name;
    int (*list)(void);
} lists[] = {
    {"models", list_models}, {"workloads", list_workloads}, {"rules", list_rules}, {"cells", list_cells}};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (options->what)
            options_error(state, "one list, not '%s' as well", text);
        options->what = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        options_error(state, "name a list; known: models, workloads, rules, cells");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_list(int argc, char **argv)
{
    static const struct argp argp = {
        .parser = parse, .args_doc = "models|workloads|rules|cells", .doc = "Lists what there is."};
    struct options options = {0};
    options_parse(&argp, argc, argv, &options);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (strcmp(options.what, lists[i].name) == 0)
            return lists[i].list();
    word_print(stderr, "crosspoint list: no list '%s'; known: models, workloads, rules, cells\n",
               options.what);
    return EXIT_USAGE;
}
