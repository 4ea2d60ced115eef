/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cell_run.h"
#include "command.h"
#include "driver.h"
#include "model.h"
#include "nearest.h"
#include "options.h"
#include "own_options.h"
#include "paths.h"
#include "progress.h"
#include "print_table.h"
#include "selection.h"
#include "systems.h"
#include "wording.h"
#include "words.h"

struct options {
    const char *what, *rules, *topology;
    const char *runtime, *runtime_kind; /* as it is given, and NULL for all */
    struct own_work own;
};

enum { OPTION_RULES = 256, OPTION_TOPOLOGY, OPTION_RUNTIME };

static const struct argp_option option_table[] = {
    {"rules", OPTION_RULES, "FILE|DIR", 0,
     "of `rules` and `cells`: your own instead of those that come along", 0},
    {"topology", OPTION_TOPOLOGY, "FILE.xml|SYNTHETIC", 0,
     "of `cells`: those of another machine, as in `topo`", 0},
    {"runtime", OPTION_RUNTIME, "NAME", 0, "of `cells`: native, cpython or all (default)", 0},
    {0},
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

static int list_models(const struct options *options)
{
    (void)options;
    struct table table;
    open_table(&table);
    for (size_t i = 0; models[i]; i++)
        add(&table, models[i]->name, models[i]->summary);
    return print_table(&table);
}

/* Which models it does not go with, in one line; `run` says of the one that is asked for why not. */
static void add_unfit(struct table *table, const struct workload *workload)
{
    char names[256] = "", reason[200];
    size_t used = 0;
    for (size_t m = 0; models[m] && used < sizeof names; m++)
        if (model_fits(models[m], workload, reason, sizeof reason))
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                     models[m]->name);
    if (!used)
        return;
    table_row(table, TABLE_ALL, 1);
    table_text(table, NAME, "not under");
    table_text(table, SUMMARY, "%s", names);
}

static void add_param(struct table *table, const struct workload_param *param)
{
    table_row(table, TABLE_ALL, 1);
    table_text(table, NAME, "%s", param->key);
    table_text(table, SUMMARY, "%s (%s%sdefault %s)", param->summary, param->choices ? param->choices : "",
               param->choices ? "; " : "", param->value_default);
}

static int list_workloads(const struct options *options)
{
    (void)options;
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

static int load_rules(const char *path, struct rules *rules, struct error *error)
{
    char own[PATH_BYTES];
    return (!path && paths_data("rules", own, error)) || rules_load(path ? path : own, rules, error) ? -1 : 0;
}

static int list_rules(const struct options *options)
{
    struct rules rules = {0};
    struct error error;
    struct table table;
    int code;
    open_table(&table);
    if (load_rules(options->rules, &rules, &error)) {
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
        word_wrap(stdout, word_documents, 0, 0, (size_t)progress_width(STDOUT_FILENO));
    }
    rules_free(&rules);
    return code;
}

/* What the documents use, and under each the cells that stand for it. */
static int list_systems(const struct options *options)
{
    static const struct table_column lines = {"system", "system", TABLE_ALL, .fit = TABLE_WRAP};
    (void)options;
    struct systems systems = {0};
    struct error error;
    struct table table;
    char path[PATH_BYTES], name[CELL_NAME_BYTES];
    if (paths_data("systems.ini", path, &error) || systems_load(path, &systems, &error)) {
        systems_free(&systems);
        return error_tell(&error);
    }
    table_open(&table, TABLE_TEXT, &lines, 1);
    table.bare = true;
    for (size_t i = 0; i < systems.count; i++) {
        const struct system *system = &systems.systems[i];
        table_row(&table, TABLE_ALL, 0);
        table_text(&table, 0, "%s: %s", system->name, system->what);
        for (size_t k = 0; k < system->cell_count; k++) {
            cell_format(&system->cells[k], name);
            table_row(&table, TABLE_ALL, 1);
            table_text(&table, 0, "%s", name);
        }
    }
    systems_free(&systems);
    return print_table(&table);
}

/* An interpreter is not even asked where nothing is wanted of it. */
static int add_pythons(const struct options *options, struct error *error)
{
    if (own_work_check_runtime(&options->own, options->runtime_kind, error))
        return -1;
    if (options->runtime_kind && strcmp(options->runtime_kind, "native") == 0)
        return 0;
    return runtimes_add_python(NULL, error) ||
                   (own_work_is_python(&options->own) && runtimes_check_own(error))
               ? -1
               : 0;
}

/* The rules' cells, and the grid if they are not the user's own. */
static int list_cells(const struct options *options)
{
    struct rules rules = {0};
    struct plan plan = {0};
    struct error error;
    struct selection selection = {.profile = profile_find("full"), .rules = &rules};
    selection.filter = options->rules ? NULL : ".";
    selection.own_rules = options->rules != NULL;
    selection.runtime_kind = options->runtime_kind;
    selection.own_work = own_work_given(&options->own);
    struct topology *topology = options->topology ? topology_open_description(options->topology, &error)
                                                  : topology_open(NULL, &error);
    int code = EXIT_FINE;
    if (!topology || load_rules(options->rules, &rules, &error) || add_pythons(options, &error) ||
        selection_build(&selection, (unsigned)topology_max(topology), &plan, &error))
        code = error_tell(&error);
    for (size_t i = 0; i < plan.count && code == EXIT_FINE; i++)
        puts(plan.cells[i].name);
    plan_free(&plan);
    rules_free(&rules);
    runtimes_forget();
    topology_close(topology);
    return code;
}

static int list_runtimes(const struct options *options)
{
    (void)options;
    struct error error;
    struct table table;
    size_t count;
    if (runtimes_add_python(NULL, &error))
        return error_tell(&error);
    const struct runtime *const *runtimes = runtimes_all(&count);
    open_table(&table);
    for (size_t i = 0; i < count; i++) {
        const struct driver *driver = runtimes[i]->driver;
        add(&table, runtimes[i]->name, driver ? driver_interpreter(driver) : "compiled C");
        if (runtimes[i]->absent.text[0])
            table_text(&table, SUMMARY, "not here: %s", runtimes[i]->absent.text);
    }
    int code = print_table(&table);
    runtimes_forget();
    return code;
}

static const struct {
    const char *name;
    int (*list)(const struct options *options);
    bool of_rules;
} lists[] = {{"models", list_models, false}, {"workloads", list_workloads, false},
             {"rules", list_rules, true},    {"systems", list_systems, false},
             {"cells", list_cells, true},    {"runtimes", list_runtimes, false}};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->own;
        return 0;
    case OPTION_RULES:
        options->rules = text;
        return 0;
    case OPTION_TOPOLOGY:
        options->topology = text;
        return 0;
    case OPTION_RUNTIME:
        options->runtime = text;
        options->runtime_kind = options_runtime(state, text);
        return 0;
    case ARGP_KEY_ARG:
        if (options->what)
            options_error(state, "one list, not '%s' as well", text);
        options->what = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        options_error(state, "name a list; known: models, workloads, rules, systems, cells, runtimes");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int refuse(const char *option, const char *goes_with, const char *what)
{
    word_tell(stderr, "crosspoint list: --%s goes with %s, not with %s", option, goes_with, what);
    return EXIT_USAGE;
}

int cmd_list(int argc, char **argv)
{
    static const struct argp_child children[] = {{&own_options_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {.options = option_table,
                                     .parser = parse,
                                     .children = children,
                                     .args_doc = "models|workloads|rules|systems|cells|runtimes",
                                     .doc = "Lists what there is."};
    struct options options = {0};
    struct error error;
    options_parse(&argp, argc, argv, &options);
    if (own_work_load(&options.own, &error))
        return error_tell(&error);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (strcmp(options.what, lists[i].name) != 0)
            continue;
        if (options.rules && !lists[i].of_rules)
            return refuse("rules", "rules and cells", lists[i].name);
        if (options.topology && lists[i].list != list_cells)
            return refuse("topology", "cells", lists[i].name);
        if (options.runtime && lists[i].list != list_cells)
            return refuse("runtime", "cells", lists[i].name);
        return lists[i].list(&options);
    }
    struct nearest nearest;
    nearest_begin(&nearest, options.what, strlen(options.what), "");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        nearest_offer(&nearest, lists[i].name);
    word_tell(stderr, "crosspoint list: no list '%s'; %s", options.what, nearest_tell(&nearest));
    return EXIT_USAGE;
}
