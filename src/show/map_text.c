/* SPDX-License-Identifier: MIT */
#include "map_text.h"

#include <stdlib.h>
#include <string.h>

#include "wording.h"

static size_t count_tied(const struct verdict_tile *tile)
{
    return (size_t)__builtin_popcount(tile->tied);
}

bool map_is_tie_of_all(const struct verdict_tile *tile)
{
    return tile->best && count_tied(tile) == tile->models;
}

void map_word_best(const struct verdict *verdict, const struct verdict_tile *tile, size_t names_max,
                   char *text, size_t text_bytes)
{
    size_t tied = count_tied(tile);
    if (!tile->best || (tied > 2 && map_is_tie_of_all(tile))) {
        snprintf(text, text_bytes, "%s", tile->best ? "no clear best" : "left out");
        return;
    }
    size_t used = (size_t)snprintf(text, text_bytes, "%s", tile->best->label);
    if (tied > names_max) {
        snprintf(text + used, text_bytes - used, " = %zu more", tied - 1);
        return;
    }
    for (size_t i = 0; i < verdict->rule->model_count && used < text_bytes; i++) {
        const struct rule_model *model = &verdict->rule->models[i];
        if (model != tile->best && tile->tied & 1U << i)
            used += (size_t)snprintf(text + used, text_bytes - used, " = %s", model->label);
    }
}

void map_word_tree(const struct verdict_tile *tile, char *text, size_t text_bytes)
{
    static const char *const marks[] = {"✓", "✗", "?"};
    char regret[24];
    word_figure(tile->regret, regret, sizeof regret);
    size_t used =
        (size_t)snprintf(text, text_bytes, "%s tree: %s", marks[tile->judgement], tile->pick->label);
    bool is_behind = tile->best && tile->best != tile->pick && strcmp(regret, "1.00") != 0;
    if (used < text_bytes && is_behind && tile->judgement != JUDGEMENT_HOLDS)
        snprintf(text + used, text_bytes - used, ", %s× behind", regret);
}

/* The table */

enum { COLUMNS_MAX = 2 * RULE_SWEEP_MAX + 1, TITLE_BYTES = 48 };

struct map_table {
    struct table table;
    struct table_column columns[COLUMNS_MAX];
    char titles[COLUMNS_MAX][TITLE_BYTES];
};

static const struct comparison *place_of(const struct verdicts *verdicts, const struct verdict *verdict,
                                         const struct verdict_tile *tile)
{
    return &verdicts->points[verdict->point_first + tile->first].comparison;
}

/* A column a value of sweep; tiles stand by it. Returns how many columns there are. */
static size_t open_columns(struct map_table *map, const struct verdicts *verdicts,
                           const struct verdict *verdict)
{
    size_t count = 1;
    const struct rule_pair *pair = verdict->pair;
    snprintf(map->titles[0], TITLE_BYTES, "%s \\ %s", pair->sweep_y.key, pair->sweep.key);
    for (size_t i = 0; i < verdict->tile_count && count < COLUMNS_MAX; i++) {
        const char *value = place_of(verdicts, verdict, &verdict->tiles[i])->sweep_value;
        if (i == 0 || strcmp(value, place_of(verdicts, verdict, &verdict->tiles[i - 1])->sweep_value) != 0)
            snprintf(map->titles[count++], TITLE_BYTES, "%s", value);
    }
    for (size_t i = 0; i < count; i++)
        map->columns[i] = (struct table_column){.key = map->titles[i],
                                                .title = map->titles[i],
                                                .formats = TABLE_PEOPLE,
                                                .fit = i ? TABLE_WRAP : TABLE_KEEP};
    return count;
}

static void set_tile(struct map_table *map, size_t column, const struct verdict *verdict,
                     const struct verdict_tile *tile, bool tree_below)
{
    static const enum table_role roles[] = {TABLE_PLAIN, TABLE_BAD, TABLE_UNCLEAR};
    char best[200], tree[120];
    map_word_best(verdict, tile, RULE_MODELS_MAX, best, sizeof best);
    map_word_tree(tile, tree, sizeof tree);
    if (!tree_below)
        table_text(&map->table, column, "%s", best);
    if (!tree_below && map->table.format != TABLE_TEXT && tile->best)
        table_aside(&map->table, column, "%s", tree);
    if (tree_below && tile->best) {
        table_text(&map->table, column, "%s", tree);
        table_role(&map->table, column, roles[tile->judgement]);
    }
}

static void set_row(struct map_table *map, size_t column_count, const struct verdicts *verdicts,
                    const struct verdict *verdict, const char *y, bool tree_below)
{
    table_row(&map->table, TABLE_PEOPLE, 0);
    if (!tree_below)
        table_text(&map->table, 0, "%s", y);
    for (size_t i = 0; i < verdict->tile_count; i++) {
        const struct comparison *place = place_of(verdicts, verdict, &verdict->tiles[i]);
        size_t column = 1;
        while (column < column_count && strcmp(map->titles[column], place->sweep_value) != 0)
            column++;
        if (column < column_count && strcmp(place->sweep_y_value, y) == 0)
            set_tile(map, column, verdict, &verdict->tiles[i], tree_below);
    }
}

/* The values of sweep_y that have a tile, the largest first. */
static const char *next_y(const struct verdicts *verdicts, const struct verdict *verdict, const char *before)
{
    const char *next = NULL;
    for (size_t i = 0; i < verdict->tile_count; i++) {
        const char *y = place_of(verdicts, verdict, &verdict->tiles[i])->sweep_y_value;
        if ((!before || strtod(y, NULL) < strtod(before, NULL)) &&
            (!next || strtod(y, NULL) > strtod(next, NULL)))
            next = y;
    }
    return next;
}

static void put_title(FILE *out, const struct verdict *verdict, enum table_format format)
{
    char effect[24], text[400];
    word_effect(verdict->pair->effect, effect, sizeof effect);
    snprintf(text, sizeof text, "%s, %s: best first; = is not shown to be worse by %s; %s over %s",
             verdict->rule->id, verdict->runtime, effect, verdict->rule->chart_axis_y,
             verdict->rule->chart_axis);
    if (format == TABLE_HTML)
        html_put_element(out, "<p>", text, "</p>\n");
    else
        fprintf(out, "\n%s\n%s", text, format == TABLE_MARKDOWN ? "\n" : "");
}

static int put_map(const struct verdicts *verdicts, const struct verdict *verdict, enum table_format format,
                   const struct table_style *style, FILE *out)
{
    struct map_table map = {.titles = {""}};
    size_t column_count = open_columns(&map, verdicts, verdict);
    put_title(out, verdict, format);
    table_open(&map.table, format, map.columns, column_count);
    for (const char *y = NULL; (y = next_y(verdicts, verdict, y));) {
        set_row(&map, column_count, verdicts, verdict, y, false);
        if (format == TABLE_TEXT)
            set_row(&map, column_count, verdicts, verdict, y, true);
    }
    int failed = table_write(&map.table, style, out);
    table_free(&map.table);
    return failed;
}

static bool was_measured(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->tile_count; i++)
        if (verdict->tiles[i].best)
            return true;
    return false;
}

int map_write(const struct verdicts *verdicts, const struct rule *rule, enum table_format format,
              const struct table_style *style, FILE *out)
{
    int failed = 0;
    for (size_t i = 0; i < verdicts->count && !failed; i++)
        if (was_measured(&verdicts->verdicts[i]) && (!rule || verdicts->verdicts[i].rule == rule))
            failed = put_map(verdicts, &verdicts->verdicts[i], format, style, out);
    return failed;
}
