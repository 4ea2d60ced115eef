/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cell_run.h"
#include "command.h"
#include "options.h"
#include "paths.h"
#include "selection.h"

struct options {
    const char *what;
};

static int list_models(void)
{
    for (size_t i = 0; models[i]; i++)
        printf("%-22s %s\n", models[i]->name, models[i]->summary);
    return EXIT_FINE;
}

static int list_workloads(void)
{
    for (size_t i = 0; workloads[i]; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s/%s", workloads[i]->family, workloads[i]->name);
        printf("%-22s %s\n", name, workloads[i]->summary);
        for (const struct workload_param *param = workloads[i]->params; param && param->key; param++)
            printf("%-22s   %s: %s (default %s)\n", "", param->key, param->summary, param->value_default);
    }
    return EXIT_FINE;
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
    int code = EXIT_FINE;
    if (load_rules(&rules, &error))
        code = error_tell(&error);
    for (size_t i = 0; i < rules.count && code == EXIT_FINE; i++)
        printf("%-34s %s%s%s%s\n", rules.rules[i].id, rules.rules[i].claim,
               *rules.rules[i].documents ? " (" : "", rules.rules[i].documents,
               *rules.rules[i].documents ? ")" : "");
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
    fprintf(stderr, "crosspoint list: no list '%s'; known: models, workloads, rules, cells\n", options.what);
    return EXIT_USAGE;
}
